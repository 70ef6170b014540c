package io.sadi.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.sadi.checkpoint.Decode;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.InputFailure;
import io.sadi.predict.engine.Refine;
import io.sadi.predict.output.Journal;
import io.sadi.predict.output.PredictionOutcome;
import io.sadi.predict.output.PredictionOutput;
import io.sadi.predict.output.PredictionOutput.Drawings;
import io.sadi.predict.output.PredictionOutput.Existing;
import io.sadi.predict.output.PredictionOutput.Resuming;
import io.sadi.predict.output.PredictionsFormat;
import io.sadi.testing.TestModels;
import io.sadi.torch.CpuFeatures;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hours of work survive whatever ends a run, and end in the same bytes. */
class ResumedPredictionTest {
  private static final int IMAGES = 9;

  @TempDir private static Path shared;
  private static Path model;
  private static Path images;

  @TempDir private Path folder;
  private Path out;

  @BeforeAll
  static void makeModelAndImages() throws IOException {
    model = TestModels.write(shared.resolve("model.safetensors"));
    images = Files.createDirectory(shared.resolve("in"));
    for (int i = 0; i < IMAGES; i++) {
      byte[] pixels = new byte[(30 + i) * 40 * 3];
      new Random(i).nextBytes(pixels);
      try (Image image = Image.of(pixels, 30 + i, 40)) {
        image.writePng(images.resolve(i + ".png"));
      }
    }
    Files.writeString(images.resolve("2 broken.png"), "no image");
  }

  @BeforeEach
  void nameTheOutput() {
    out = folder.resolve("found.csv");
  }

  private static PredictionRequest request(PredictionOutput output, double scale) {
    return new PredictionRequest(
        model,
        List.of(images.toString()),
        null,
        Decode.FUSED,
        1,
        new InferenceConfig("cpu", "fp32", 4, 1, false, Refine.QUARTER, List.of(scale)),
        null,
        output);
  }

  private static PredictionRequest request(
      Path input, PredictionOutput output, InferenceConfig inference) {
    return new PredictionRequest(
        model, List.of(input.toString()), null, Decode.FUSED, 1, inference, null, output);
  }

  private static PredictionOutcome job(PredictionRequest request, Progress progress)
      throws IOException {
    return PredictionJob.prepare(request, new ByteArrayInputStream(new byte[0]), progress)
        .run(new ByteArrayOutputStream(), progress);
  }

  private static PredictionOutcome run(PredictionOutput output, Progress progress)
      throws IOException {
    return job(request(output, 1), progress);
  }

  /** Keeps what a person would see. */
  private record Said(List<String> lines) implements Progress {
    @Override
    public Work start(String what, long total, String unit) {
      return Work.NONE;
    }

    @Override
    public void note(String line) {
      lines.add(line);
    }

    @Override
    public void warn(String line) {
      lines.add(line);
    }
  }

  private static PredictionOutcome run(Path file, Existing existing) throws IOException {
    return run(PredictionOutput.file(file, existing), Progress.NONE);
  }

  /** Pulls the plug when some images have been done. */
  private static final class Fuse implements Progress {
    private final int last;

    Fuse(int last) {
      this.last = last;
    }

    @Override
    public Work start(String what, long total, String unit) {
      return new Work() {
        private int done;

        @Override
        public void advance(long count) {
          done += (int) count;
          if (done >= last) {
            throw new IllegalStateException("pulled");
          }
        }

        @Override
        public void message(String text) {}

        @Override
        public void close() {}
      };
    }

    @Override
    public void note(String line) {}

    @Override
    public void warn(String line) {}
  }

  /** An unfinished run, and what was written of it when it ended. */
  private byte[] interrupt(Path file, int images) throws IOException {
    assertThatThrownBy(() -> run(PredictionOutput.file(file, Existing.REFUSE), new Fuse(images)))
        .hasMessage("pulled");
    assertThat(file).doesNotExist();
    return Files.readAllBytes(part(file));
  }

  private static Path part(Path file) {
    return file.resolveSibling(file.getFileName() + ".part");
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "json", "jsonl", "coco.json"})
  void aRunThatWasKilledAnywhereEndsInTheSameBytes(String extension) throws IOException {
    Path whole = folder.resolve("whole." + extension);
    PredictionOutcome undisturbed = run(whole, Existing.REFUSE);
    assertThat(undisturbed.images()).isEqualTo(IMAGES);
    assertThat(undisturbed.failures()).hasSize(1);
    Path file = folder.resolve("found." + extension);
    byte[] part = interrupt(file, 6);
    int line = new String(part, StandardCharsets.UTF_8).indexOf('\n');
    // As it was; half a line; half of an earlier one; nothing but the head; not even that.
    for (int length : new int[] {part.length, part.length - 9, line + 500, line + 1, line - 3, 0}) {
      Files.write(part(file), Arrays.copyOf(part, length));
      PredictionOutcome outcome = run(file, Existing.RESUME);
      assertThat(outcome.images()).isEqualTo(undisturbed.images());
      assertThat(outcome.people()).isEqualTo(undisturbed.people());
      assertThat(outcome.failures()).isEqualTo(undisturbed.failures());
      assertThat(file).hasSameBinaryContentAs(whole);
      Files.delete(file);
    }
  }

  /** A run that ends in the middle of writing what it has found needs no network any more. */
  @Test
  void whatWasFoundIsNotLookedForAgain() throws IOException {
    Path whole = folder.resolve("whole.csv");
    run(whole, Existing.REFUSE);
    interrupt(out, IMAGES + 1);
    Files.writeString(folder.resolve("found.csv.tmp"), "half a file");
    PredictionOutcome outcome = run(PredictionOutput.file(out, Existing.RESUME), new Fuse(1));
    assertThat(outcome.kept()).isEqualTo(IMAGES); // the broken one is tried again
    assertThat(out).hasSameBinaryContentAs(whole);
    assertThat(folder.resolve("found.csv.tmp")).doesNotExist();
  }

  private PredictionOutcome resume(Resuming how, InferenceConfig inference) throws IOException {
    PredictionOutput output =
        new PredictionOutput(
            out,
            null,
            PredictionsFormat.CSV,
            null,
            new PredictionOutput.Drawings(null, null, null, null),
            null,
            null,
            Existing.RESUME,
            how);
    PredictionRequest request =
        new PredictionRequest(
            model, List.of(images.toString()), null, Decode.FUSED, 1, inference, null, output);
    return PredictionJob.prepare(request, new ByteArrayInputStream(new byte[0]), Progress.NONE)
        .run(new ByteArrayOutputStream(), Progress.NONE);
  }

  private static InferenceConfig computing(String precision, int batch) {
    return new InferenceConfig("cpu", precision, batch, 1, false, Refine.QUARTER);
  }

  /** A share that was away for a minute must not cost its images for good. */
  @Test
  void imagesThatCouldNotBeUsedAreTriedAgain() throws IOException {
    byte[] part = interrupt(out, IMAGES + 1);
    Path broken = images.resolve("2 broken.png");
    byte[] content = Files.readAllBytes(broken);
    Files.copy(images.resolve("8.png"), broken, StandardCopyOption.REPLACE_EXISTING);
    try {
      Path whole = folder.resolve("whole.csv");
      assertThat(run(whole, Existing.REFUSE).failures()).isEmpty();
      PredictionOutcome again = resume(Resuming.STRICTLY, computing("fp32", 4));
      assertThat(again.failures()).isEmpty();
      assertThat(again.kept()).isEqualTo(IMAGES);
      assertThat(out).hasSameBinaryContentAs(whole);

      Files.delete(out);
      Files.write(part(out), part);
      PredictionOutcome kept = resume(new Resuming(true, false), computing("fp32", 4));
      assertThat(kept.kept()).isEqualTo(IMAGES + 1);
      assertThat(kept.failures()).extracting(InputFailure::image).containsExactly("2 broken.png");
    } finally {
      Files.write(broken, content);
    }
  }

  /** Also those of a run that went on to its end, whose good images are not looked at again. */
  @Test
  void failuresOfAFinishedRunAreTriedAgain() throws IOException {
    assertThat(run(out, Existing.REFUSE).failures()).hasSize(1);
    byte[] first = Files.readAllBytes(out);
    assertThat(resume(Resuming.STRICTLY, computing("fp32", 4)).failures()).hasSize(1);
    assertThat(out).hasBinaryContent(first);
    Path broken = images.resolve("2 broken.png");
    byte[] content = Files.readAllBytes(broken);
    Files.copy(images.resolve("8.png"), broken, StandardCopyOption.REPLACE_EXISTING);
    try {
      Path whole = folder.resolve("whole.csv");
      run(whole, Existing.REFUSE);
      PredictionOutcome again = resume(Resuming.STRICTLY, computing("fp32", 4));
      assertThat(again.failures()).isEmpty();
      assertThat(again.kept()).isEqualTo(IMAGES);
      assertThat(out).hasSameBinaryContentAs(whole);
      assertThat(part(out)).doesNotExist();
    } finally {
      Files.write(broken, content);
    }
  }

  /** An image that is not there must not be taken for one that is done. */
  @ParameterizedTest
  @ValueSource(strings = {"csv", "json", "jsonl"})
  void aCompleteRunIsComparedWithWhatIsAskedFor(String extension) throws IOException {
    Path some = Files.createDirectory(folder.resolve("some"));
    Path file = folder.resolve("found." + extension);
    for (int i = 0; i < 2; i++) {
      Files.copy(images.resolve(i + ".png"), some.resolve(i + ".png"));
    }
    PredictionOutput output = PredictionOutput.file(file, Existing.RESUME);
    job(request(some, output, computing("fp32", 4)), Progress.NONE);
    assertThat(part(file)).doesNotExist();
    PredictionJob.prepare(
            request(some, output, computing("fp32", 4)),
            new ByteArrayInputStream(new byte[0]),
            Progress.NONE)
        .checkComplete(file);
    Files.copy(images.resolve("8.png"), some.resolve("8.png"));
    PredictionJob more =
        PredictionJob.prepare(
            request(some, output, computing("fp32", 4)),
            new ByteArrayInputStream(new byte[0]),
            Progress.NONE);
    assertThatThrownBy(() -> more.checkComplete(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(
            file + ": found a complete run without 1 of the 3 images; the first is 8.png");
  }

  /** Two folders whose photos are called alike, as cameras call them. */
  @Test
  void anotherPhotoOfTheSameNameIsDoneAgain() throws IOException {
    Path others = Files.createDirectory(folder.resolve("others"));
    for (int i = 0; i < IMAGES; i++) {
      Path other = images.resolve((i < 3 ? i : IMAGES - 1 - i) + ".png");
      Files.createLink(others.resolve(i + ".png"), other);
    }
    Files.delete(others.resolve("2.png"));
    Files.copy(images.resolve("2.png"), others.resolve("2.png")); // later, of the same size
    Path whole = folder.resolve("whole.csv");
    job(
        request(others, PredictionOutput.file(whole, Existing.REFUSE), computing("fp32", 4)),
        Progress.NONE);
    interrupt(out, 7); // 0, 1, 2, the broken one, 3...
    List<String> said = new ArrayList<>();
    PredictionOutcome outcome =
        job(
            request(others, PredictionOutput.file(out, Existing.RESUME), computing("fp32", 4)),
            new Said(said));
    assertThat(outcome.kept()).isEqualTo(3); // 0, 1 and 4 are what they were
    assertThat(said).anyMatch(line -> line.contains(" done again: the file has another size"));
    assertThat(out).hasSameBinaryContentAs(whole);
  }

  /** Half of the rows in bf16 and half in fp32 would be measured as one network. */
  @Test
  void aRunIsNotMixedOfTwoWaysToComputeUnlessAskedFor() throws IOException {
    Assumptions.assumeTrue(CpuFeatures.hasBf16(), "this processor has no bf16");
    byte[] part = interrupt(out, 4);
    assertThatThrownBy(() -> resume(Resuming.STRICTLY, computing("bf16", 4)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(
            "found.csv.part: found images computed with precision fp32, expected precision bf16 as"
                + " now; resume where and as it was begun, or mix the two with --allow-mixed");
    assertThatThrownBy(() -> resume(Resuming.STRICTLY, computing("auto", 1)))
        .hasMessageContaining("found images computed with ")
        .hasMessageContaining("batch 4");
    assertThat(Files.readAllBytes(part(out))).isEqualTo(part);

    assertThat(resume(new Resuming(false, true), computing("bf16", 4)).images()).isEqualTo(IMAGES);
    assertThat(out).exists();
  }

  /** More input makes other batches of it; what was begun goes on as it was. */
  @Test
  void aRunWhoseInputHasGrownGoesOnWithTheBatchesItBeganWith() throws IOException {
    interrupt(out, 4);
    List<Path> more = new ArrayList<>();
    try {
      for (int i = 0; i < 30; i++) {
        more.add(Files.copy(images.resolve("8.png"), images.resolve("9 " + i + ".png")));
      }
      // Asked for 16 these 40 crops would be batches of 16, and 10 crops were one of 4.
      assertThat(resume(Resuming.STRICTLY, computing("fp32", 16)).images()).isEqualTo(IMAGES + 30);
    } finally {
      for (Path file : more) {
        Files.delete(file);
      }
    }
  }

  @Test
  void anUnfinishedRunIsNeitherLostNorMixedWithAnother() throws IOException {
    byte[] part = interrupt(out, 4);
    assertThatThrownBy(() -> run(out, Existing.REFUSE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found.csv.part: an unfinished run; --resume goes on with it");
    PredictionRequest other = request(PredictionOutput.file(out, Existing.RESUME), 1.25);
    assertThatThrownBy(
            () ->
                PredictionJob.prepare(other, new ByteArrayInputStream(new byte[0]), Progress.NONE)
                    .run(new ByteArrayOutputStream(), Progress.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found.csv.part: scales: found nothing, expected [1.25]");
    assertThat(Files.readAllBytes(part(out))).isEqualTo(part);

    try (Journal running = Journal.open(part(out), new JsonObject(), false)) {
      assertThatThrownBy(() -> run(out, Existing.RESUME))
          .hasMessageContaining("found.csv.part: another process is writing it");
      running.delete();
    }
    Files.writeString(part(out), "{\"mine\":1}\n");
    assertThatThrownBy(() -> run(out, Existing.RESUME))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found.csv.part: found something else, expected an unfinished run");
    run(out, Existing.OVERWRITE);
    assertThat(out).isNotEmptyFile();
  }

  /** The input may have grown meanwhile: what is there counts, each image once. */
  @Test
  void imagesThatCameMeanwhileArePredictedToo() throws IOException {
    interrupt(out, 4);
    Path more = Files.copy(images.resolve("8.png"), images.resolve("1 more.png"));
    try {
      Path whole = folder.resolve("whole.csv");
      run(whole, Existing.REFUSE);
      assertThat(run(out, Existing.RESUME).images()).isEqualTo(IMAGES + 1);
      assertThat(out).hasSameBinaryContentAs(whole);
    } finally {
      Files.delete(more);
    }
  }

  private PredictionOutput output(Existing existing, Resuming how, Drawings drawings) {
    return new PredictionOutput(
        null,
        folder.resolve("d"),
        PredictionsFormat.JSON,
        null,
        drawings,
        null,
        null,
        existing,
        how);
  }

  private PredictionOutcome files(Existing existing) throws IOException {
    return run(output(existing, Resuming.STRICTLY, Drawings.NONE), Progress.NONE);
  }

  /** As with a journal: half of the files by one network and half by another are no run. */
  @Test
  void filesOfAFolderAreNotMixedUnlessAskedFor() throws IOException {
    files(Existing.REFUSE);
    Path one = folder.resolve("d/3.png.json");
    Files.delete(one);
    PredictionOutput strict = output(Existing.RESUME, Resuming.STRICTLY, Drawings.NONE);
    assertThatThrownBy(() -> job(request(strict, 1.25), Progress.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(".sadi-predict: scales: found nothing, expected [1.25]");
    PredictionRequest bf16 = request(images, strict, computing("bf16", 4));
    assertThatThrownBy(() -> job(bf16, Progress.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(".sadi-predict: found images computed with precision fp32")
        .hasMessageContaining("--allow-mixed");
    assertThat(one).doesNotExist();

    PredictionOutput mixed = output(Existing.RESUME, new Resuming(false, true), Drawings.NONE);
    assertThat(job(request(mixed, 1.25), Progress.NONE).images()).isEqualTo(1);
    Files.delete(one);
    assertThatThrownBy(() -> files(Existing.RESUME)).hasMessageContaining("scales: found [1.25]");
    files(Existing.OVERWRITE); // all of one kind again
    Files.delete(one);
    assertThat(files(Existing.RESUME).images()).isEqualTo(1);
  }

  /** Whoever asks for pictures too late hears that they are not there. */
  @Test
  void picturesOfImagesThatWereDoneBeforeAreSaidToBeMissing() throws IOException {
    files(Existing.REFUSE);
    Files.delete(folder.resolve("d/3.png.json"));
    Path drawn = folder.resolve("drawn");
    Drawings overlays = new Drawings(drawn, null, null, null);
    List<String> said = new ArrayList<>();
    run(output(Existing.RESUME, Resuming.STRICTLY, overlays), new Said(said));
    assertThat(drawn.resolve("3.png.jpg")).exists();
    assertThat(said)
        .contains(drawn + ": no pictures of 8 images that were done before; --overwrite draws all");
  }

  @Test
  void aFolderHasAFileForEveryImageThatMakeCanDependOn() throws IOException {
    Path d = folder.resolve("d");
    PredictionOutcome outcome = files(Existing.REFUSE);
    assertThat(outcome.images()).isEqualTo(IMAGES);
    assertThat(outcome.failures()).extracting(InputFailure::image).containsExactly("2 broken.png");
    try (Stream<Path> files = Files.list(d)) {
      assertThat(files.map(file -> String.valueOf(file.getFileName())))
          .hasSize(IMAGES + 1)
          .contains("0.png.json", "8.png.json")
          .allMatch(name -> name.endsWith(".png.json") || name.equals(".sadi-predict"));
    }
    byte[] first = Files.readAllBytes(d.resolve("0.png.json"));
    assertThatThrownBy(() -> files(Existing.REFUSE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("exists already");

    Files.delete(d.resolve("3.png.json"));
    Files.writeString(d.resolve("0.png.json"), "stale");
    Files.setLastModifiedTime(d.resolve("0.png.json"), FileTime.fromMillis(0));
    PredictionOutcome resumed = files(Existing.RESUME);
    assertThat(resumed.images()).isEqualTo(2);
    assertThat(resumed.kept()).isEqualTo(IMAGES - 2);
    assertThat(d.resolve("0.png.json")).hasBinaryContent(first);
    assertThat(d.resolve("3.png.json")).content().contains("\"image\":\"3.png\"");
    assertThat(files(Existing.RESUME).images()).isZero();
  }
}
