package io.sadi.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.sadi.checkpoint.Decode;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.InputFailure;
import io.sadi.predict.engine.InputImage;
import io.sadi.predict.engine.Refine;
import io.sadi.predict.input.Inputs;
import io.sadi.predict.output.PredictionOutcome;
import io.sadi.predict.output.PredictionOutput;
import io.sadi.predict.output.PredictionOutput.Existing;
import io.sadi.predict.output.PredictionsFormat;
import io.sadi.testing.Photos;
import io.sadi.testing.TestModels;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever lies in a folder of photos: what can be used is, and what cannot is said. */
class AnyImageTest {
  @TempDir private static Path shared;
  private static Path model;

  @TempDir private Path folder;
  private Path in;

  @BeforeAll
  static void makeModel() throws IOException {
    model = TestModels.write(shared.resolve("model.safetensors"));
  }

  @BeforeEach
  void makeFolder() throws IOException {
    in = Files.createDirectory(folder.resolve("in"));
  }

  private static PredictionRequest request(Path out, Path... inputs) {
    return new PredictionRequest(
        model,
        Arrays.stream(inputs).map(Path::toString).toList(),
        null,
        Decode.FUSED,
        1,
        new InferenceConfig("cpu", "fp32", 4, 1, false, Refine.QUARTER),
        null,
        PredictionOutput.file(out, Existing.OVERWRITE));
  }

  private static PredictionJob prepare(PredictionRequest request) throws IOException {
    return PredictionJob.prepare(request, new ByteArrayInputStream(new byte[0]), Progress.NONE);
  }

  private static PredictionOutcome run(PredictionJob job) throws IOException {
    return job.run(new ByteArrayOutputStream(), Progress.NONE);
  }

  private static byte[] noise(int width, int height) {
    byte[] pixels = new byte[width * height * 3];
    new Random(width).nextBytes(pixels);
    return pixels;
  }

  private static Path photo(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    try (Image image = Image.of(noise(40, 60), 40, 60)) {
      image.writePng(file);
    }
    return file;
  }

  /** Rows without the images' names. */
  private static List<String> rows(Path csv) throws IOException {
    return Files.readAllLines(csv).stream()
        .skip(1)
        .map(row -> row.substring(row.indexOf(',')))
        .toList();
  }

  /** Of every kind: found where a viewer shows them, in the pixels that a viewer counts. */
  @Test
  void everyKindOfPictureIsPredictedAsItIsSeen() throws IOException {
    Path seen = Files.createDirectory(folder.resolve("seen"));
    List<Path> kinds = Photos.ofEveryKind(in);
    assertThat(kinds).hasSizeGreaterThan(28);
    for (Path kind : kinds) {
      try (Image image = Image.read(kind)) {
        assertThat(image.width() + "x" + image.height()).as(kind.toString()).isEqualTo("24x16");
        image.writePng(seen.resolve(kind.getFileName() + ".png"));
      }
    }
    Path found = folder.resolve("found.csv");
    assertThat(run(prepare(request(found, in))).failures()).isEmpty();
    Path expected = folder.resolve("expected.csv");
    run(prepare(request(expected, seen)));
    assertThat(rows(found)).isEqualTo(rows(expected)).hasSameSizeAs(kinds);
    assertThat(Files.readString(found))
        .as("turned upright: 24 wide and 16 high, stored the other way round")
        .contains("\nexif-6.jpg,0,")
        .containsPattern("exif-6.jpg,0,[0-9.]+,0,0,24,16,");
  }

  @Test
  void whatCannotBeUsedIsListedAndTheRestIsDone() throws IOException {
    byte[] png = Files.readAllBytes(photo(in.resolve("a.png")));
    byte[] jpeg;
    try (Image image = Image.of(noise(64, 64), 64, 64)) {
      jpeg = image.jpeg(90);
    }
    Files.write(in.resolve("b truncated.jpg"), Arrays.copyOf(jpeg, jpeg.length * 2 / 3));
    Files.write(in.resolve("c truncated.png"), Arrays.copyOf(png, png.length - 5));
    Files.write(in.resolve("d empty.jpg"), new byte[0]);
    Files.write(in.resolve("e bomb.png"), Photos.claiming(png, 30_000, 30_000));
    Files.writeString(in.resolve("f text.jpg"), "Dear diary,\n");
    Files.createSymbolicLink(in.resolve("g gone.png"), in.resolve("nowhere.png"));
    photo(in.resolve("h.png"));
    Path out = folder.resolve("found.json");
    PredictionOutcome outcome = run(prepare(request(out, in)));
    assertThat(outcome.images()).isEqualTo(2);
    assertThat(outcome.failures())
        .extracting(failure -> failure.image() + ": " + failure.error())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("b truncated.jpg: the image is cut off"),
            line -> assertThat(line).startsWith("c truncated.png: the image is cut off"),
            line -> assertThat(line).startsWith("d empty.jpg: found an empty file"),
            line -> assertThat(line).startsWith("e bomb.png: found 30000x30000 pixels"),
            line -> assertThat(line).startsWith("f text.jpg: found bytes that start with"),
            line -> assertThat(line).startsWith("g gone.png: no such file"));
    assertThat(Files.readString(out)).contains("\"image\":\"a.png\"", "\"image\":\"h.png\"");
  }

  /** Between the look into the folder and the look into the file. */
  @Test
  void anImageThatVanishesMeanwhileIsListed() throws IOException {
    photo(in.resolve("a.png"));
    Path gone = photo(in.resolve("b.png"));
    PredictionJob job = prepare(request(folder.resolve("found.csv"), in));
    Files.delete(gone);
    PredictionOutcome outcome = run(job);
    assertThat(outcome.images()).isEqualTo(1);
    assertThat(outcome.failures()).containsExactly(new InputFailure("b.png", "no such file"));
  }

  @Test
  void anImageThatMayNotBeReadIsListed() throws IOException {
    photo(in.resolve("a.png"));
    Path secret = photo(in.resolve("b.png"));
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
    assumeFalse(Files.isReadable(secret), "skipped: this user, root, may read everything");
    PredictionOutcome outcome = run(prepare(request(folder.resolve("found.csv"), in)));
    assertThat(outcome.failures()).containsExactly(new InputFailure("b.png", "permission denied"));
  }

  @Test
  void namesMayHoldAnythingAndMeetInDifferentFolders() throws IOException {
    List<String> names =
        List.of(
            "a/1.png",
            "b/1.png",
            "new\nline.png",
            "q\"uote, and comma.png",
            "\uD83D\uDE00 ünï.png");
    for (String name : names) {
      photo(in.resolve(name));
    }
    for (String extension : List.of("csv", "json", "jsonl", "coco.json")) {
      Path out = folder.resolve("found." + extension);
      assertThat(run(prepare(request(out, in))).images()).isEqualTo(names.size());
    }
    String csv = Files.readString(folder.resolve("found.csv"));
    assertThat(csv)
        .contains("\na/1.png,0,", "\nb/1.png,0,", "\n\"new\nline.png\",0,")
        .contains("\n\"q\"\"uote, and comma.png\",0,", "\n\uD83D\uDE00 ünï.png,0,");
    assertThat(Files.readString(folder.resolve("found.jsonl")).lines()).hasSize(names.size());
    PredictionOutput files =
        new PredictionOutput(
            null,
            folder.resolve("files"),
            PredictionsFormat.CSV,
            null,
            folder.resolve("drawn"),
            null,
            null,
            null,
            Existing.REFUSE);
    PredictionRequest r = request(folder.resolve("x.csv"), in);
    run(
        prepare(
            new PredictionRequest(
                model, r.inputs(), null, Decode.FUSED, 1, r.inference(), null, files)));
    for (String name : names) {
      assertThat(folder.resolve("files/" + name + ".csv")).isNotEmptyFile();
      assertThat(folder.resolve("drawn/" + name + ".jpg")).isNotEmptyFile();
    }
  }

  @Test
  void noOutputIsAnInputEvenWhereOverwritingIsAllowed() throws IOException {
    Path photo = photo(in.resolve("a.png"));
    Path list = Files.writeString(folder.resolve("list.txt"), photo + "\n");
    Path link = Files.createSymbolicLink(folder.resolve("link.csv"), photo);
    byte[] before = Files.readAllBytes(photo);
    for (Path out : List.of(photo, in.resolve("../in/a.png"), link, model)) {
      assertThatThrownBy(() -> prepare(request(out, in)))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining(out + ": found an input, ");
    }
    PredictionRequest listed =
        new PredictionRequest(
            model,
            List.of("@" + list),
            null,
            Decode.FUSED,
            1,
            request(list).inference(),
            null,
            PredictionOutput.file(list, Existing.OVERWRITE));
    assertThatThrownBy(() -> prepare(listed)).hasMessageContaining("list.txt: found an input");
    Path part = photo(in.resolve("b.csv.part"));
    assertThatThrownBy(() -> prepare(request(in.resolve("b.csv"), photo, part)))
        .hasMessageContaining("b.csv.part: found an input");
    assertThat(photo).hasBinaryContent(before);
  }

  /** Names that hold ends of lines need another separator: find -print0. */
  @Test
  void namesFromStdinMayBeSeparatedByZeros() throws IOException {
    Path one = photo(in.resolve("new\nline.png"));
    Path two = photo(in.resolve("b.png"));
    byte[] stdin = (one + "\0" + two + "\0").getBytes(StandardCharsets.UTF_8);
    Inputs inputs = Inputs.find(List.of("-"), new ByteArrayInputStream(stdin));
    assertThat(inputs.images())
        .extracting(InputImage::name)
        .containsExactlyElementsOf(Stream.of(one, two).map(Path::toString).toList());
  }
}
