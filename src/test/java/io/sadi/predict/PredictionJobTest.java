package io.sadi.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sadi.checkpoint.Decode;
import io.sadi.data.Skeleton;
import io.sadi.eval.Prediction;
import io.sadi.eval.Predictions;
import io.sadi.eval.PredictionsFile;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.io.Shard;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.InputFailure;
import io.sadi.predict.engine.Refine;
import io.sadi.predict.output.PredictionOutcome;
import io.sadi.predict.output.PredictionOutput;
import io.sadi.predict.output.PredictionOutput.Existing;
import io.sadi.predict.output.PredictionsFormat;
import io.sadi.testing.TestModels;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every person of every image is predicted, in order, whatever else is going on. */
class PredictionJobTest {
  @TempDir private static Path models;
  private static Path model;

  private final Path folder;
  private final Path in;
  private final List<String> said = new ArrayList<>();

  private final Progress progress =
      new Progress() {
        @Override
        public Work start(String what, long total, String unit) {
          return Work.NONE;
        }

        @Override
        public void note(String line) {
          said.add(line);
        }

        @Override
        public void warn(String line) {
          said.add(line);
        }
      };

  PredictionJobTest(@TempDir Path folder) {
    this.folder = folder;
    this.in = folder.resolve("in");
  }

  @BeforeAll
  static void makeModel() throws IOException {
    model = TestModels.write(models.resolve("model.safetensors"));
  }

  @BeforeEach
  void makeImages() throws IOException {
    Files.createDirectories(in.resolve("sub"));
    for (int i = 0; i < 7; i++) {
      image(in.resolve(i % 2 == 0 ? i + ".png" : "sub/" + i + ".png"), 40 + 9 * i, 90 - 8 * i, i);
    }
  }

  private static void image(Path file, int width, int height, int seed) throws IOException {
    byte[] pixels = new byte[width * height * 3];
    new Random(seed).nextBytes(pixels);
    try (Image image = Image.of(pixels, width, height)) {
      image.writePng(file);
    }
  }

  private static InferenceConfig config(int batch, int threads) {
    return new InferenceConfig("cpu", "fp32", batch, threads, false, Refine.QUARTER);
  }

  private static PredictionRequest request(InferenceConfig config, Path... inputs) {
    return new PredictionRequest(
        model,
        Arrays.stream(inputs).map(Path::toString).toList(),
        null,
        Decode.FUSED,
        1,
        config,
        null,
        PredictionOutput.stdout(PredictionsFormat.CSV));
  }

  private static PredictionRequest with(PredictionRequest r, PredictionOutput output) {
    return new PredictionRequest(
        r.model(), r.inputs(), r.boxes(), r.decode(), r.passes(), r.inference(), r.shard(), output);
  }

  private static PredictionRequest to(Path out, PredictionRequest r) {
    return with(r, PredictionOutput.file(out, Existing.REFUSE));
  }

  private static PredictionRequest as(PredictionsFormat format, PredictionRequest r) {
    return with(r, PredictionOutput.stdout(format));
  }

  private static PredictionRequest in(Path boxes, PredictionRequest r) {
    return new PredictionRequest(
        r.model(), r.inputs(), boxes, r.decode(), r.passes(), r.inference(), r.shard(), r.output());
  }

  private static PredictionRequest listing(Path errors, PredictionRequest r) {
    PredictionOutput o = r.output();
    return with(
        r,
        new PredictionOutput(
            o.file(), null, o.format(), null, null, null, null, errors, Existing.REFUSE));
  }

  private PredictionJob prepare(PredictionRequest request) throws IOException {
    return PredictionJob.prepare(request, new ByteArrayInputStream(new byte[0]), progress);
  }

  private String run(PredictionRequest request) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    prepare(request).run(out, progress);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static List<String> images(String csv) {
    return csv.lines().skip(1).map(line -> line.substring(0, line.indexOf(','))).toList();
  }

  @Test
  void theOrderIsTheInputsWhateverTheThreads() throws IOException {
    String one = run(request(config(4, 1), in));
    assertThat(images(one))
        .containsExactly("0.png", "2.png", "4.png", "6.png", "sub/1.png", "sub/3.png", "sub/5.png");
    assertThat(run(request(config(4, 3), in))).isEqualTo(one);
  }

  /** With six sizes a person, crops of one lie in several batches. */
  @Test
  void everySizeOfAPersonIsSeenAndTheAnswersAveraged() throws IOException {
    List<Double> six = List.of(0.8, 0.9, 1.0, 1.1, 1.2, 1.3);
    InferenceConfig pyramid = new InferenceConfig("cpu", "fp32", 4, 1, true, Refine.QUARTER, six);
    String all = run(request(pyramid, in));
    assertThat(images(all)).hasSize(7);
    assertThat(all.lines().skip(1)).noneMatch(row -> row.contains(",,"));
    String json = run(as(PredictionsFormat.JSON, request(pyramid, in.resolve("0.png"))));
    assertThat(json).contains("\"scales\":[0.8,0.9,1.0,1.1,1.2,1.3]");
    assertThat(all).isNotEqualTo(run(request(config(4, 1), in)));
  }

  /** Where a run is cut in pieces, or what else is in it, must not move anybody's joints. */
  @Test
  void anImagesRowDoesNotDependOnItsCompany() throws IOException {
    String all = run(request(config(4, 1), in));
    Path file = in.resolve("sub/3.png");
    Path other = in.resolve("4.png");
    String two = run(request(config(4, 1), file, other));
    assertThat(two.lines().skip(1).map(row -> row.substring(row.indexOf(','))))
        .containsExactly(row(all, "sub/3.png"), row(all, "4.png"));
  }

  private static String row(String csv, String image) {
    return csv.lines()
        .filter(row -> row.startsWith(image + ","))
        .map(row -> row.substring(row.indexOf(',')))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theBatchChangesRoundingAlone() throws IOException {
    Iterator<Prediction> small = read(run(request(config(1, 1), in))).all().iterator();
    for (Prediction large : read(run(request(config(5, 1), in))).all()) {
      Prediction other = small.next();
      for (int k = 0; k < large.x().length; k++) {
        assertThat(large.x()[k]).isCloseTo(other.x()[k], within(0.01f));
        assertThat(large.y()[k]).isCloseTo(other.y()[k], within(0.01f));
        assertThat(large.sigmaX()[k]).isCloseTo(other.sigmaX()[k], within(0.01f));
      }
    }
  }

  private Predictions read(String csv) throws IOException {
    Path file = folder.resolve("read.csv");
    Files.writeString(file, csv);
    return PredictionsFile.read(file, Skeleton.lsp14().joints());
  }

  @Test
  void brokenImagesAreListedAndTheRestIsDone() throws IOException {
    byte[] whole = Files.readAllBytes(in.resolve("4.png"));
    Files.write(in.resolve("3, cut.png"), Arrays.copyOf(whole, whole.length / 2));
    Path errors = folder.resolve("errors.csv");
    Path out = folder.resolve("p.json");
    PredictionRequest r = to(out, request(config(4, 1), in, folder.resolve("none.jpg")));
    PredictionOutcome outcome =
        prepare(listing(errors, r)).run(new ByteArrayOutputStream(), progress);
    assertThat(outcome.images()).isEqualTo(7);
    assertThat(outcome.people()).isEqualTo(7);
    assertThat(outcome.failures())
        .extracting(InputFailure::image)
        .containsExactly("3, cut.png", folder.resolve("none.jpg").toString());
    assertThat(said)
        .containsExactly(
            "3, cut.png: the image is cut off; fetch the file again",
            folder.resolve("none.jpg") + ": no such file");
    assertThat(Files.readString(errors))
        .isEqualTo(
            "image,error\n\"3, cut.png\",the image is cut off; fetch the file again\n"
                + folder.resolve("none.jpg")
                + ",no such file\n");
    assertThat(Files.readString(out))
        .contains("\"errors\":[{\"image\":\"3, cut.png\",\"error\":\"the image is cut off");
    assertThat(read(run(request(config(4, 1), in))).size()).isEqualTo(7);
  }

  @Test
  void whereNothingCanBeReadNothingIsWritten() throws IOException {
    Path bad = folder.resolve("bad.jpg");
    Files.writeString(bad, "no image");
    Path out = folder.resolve("p.csv");
    Path errors = folder.resolve("e.csv");
    PredictionRequest one = listing(errors, to(out, request(config(4, 1), bad)));
    assertThatThrownBy(() -> prepare(one).run(new ByteArrayOutputStream(), progress))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("bad.jpg: found bytes that start with");
    assertThat(said).as("said once").isEmpty();
    assertThat(out).doesNotExist();
    assertThat(folder.resolve("p.csv.part")).doesNotExist();
    assertThat(errors).content().contains("bad.jpg,");

    PredictionRequest two = request(config(4, 1), bad, folder.resolve("none.jpg"));
    assertThatThrownBy(() -> run(two))
        .hasMessage("none of 2 images could be read; nothing was predicted");
    assertThat(said).hasSize(2);
  }

  @Test
  void boxesSayWhoIsWhere() throws IOException {
    Path boxes = folder.resolve("boxes.csv");
    Files.writeString(
        boxes,
        """
        image,x,y,w,h
        2.png,10,10,20,30
        6.png,0,0,94,42
        2.png,30,20,20,40
        gone.png,1,1,2,2
        """);
    String csv = run(in(boxes, request(config(2, 1), in)));
    assertThat(
            csv.lines().skip(1).map(line -> line.replaceAll("^([^,]*,\\d+),[^,]*,(.*)", "$1 $2")))
        .satisfiesExactly(
            row -> assertThat(row).startsWith("2.png,0 10,10,20,30,"),
            row -> assertThat(row).startsWith("2.png,1 30,20,20,40,"),
            row -> assertThat(row).startsWith("6.png,0 0,0,94,42,"));
    assertThat(said)
        .containsExactly(
            boxes + ": 1 of 3 images are not in the input; the first is gone.png",
            boxes
                + ": nothing for 5 of 7 images, in which nobody is looked for; the first is 0.png");
    assertThat(prepare(in(boxes, request(config(2, 1), in))).describe())
        .contains("14 joints of 3 people in 7 images");

    // Boxes made elsewhere name images by longer paths; what fits none is of other images.
    Files.writeString(boxes, "image,x,y,w,h\nin/2.png,10,10,20,30\n");
    assertThat(prepare(in(boxes, request(config(2, 1), in))).describe()).contains("1 people");
    Files.writeString(boxes, "image,x,y,w,h\nin/gone.png,10,10,20,30\n");
    assertThatThrownBy(() -> prepare(in(boxes, request(config(2, 1), in))))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("such as in/gone.png, expected images named as in the output");
  }

  /** A person is found in the crop that the box gives, wherever it lies in the image. */
  @Test
  void jointsMoveWithTheBox() throws IOException {
    byte[] small = new byte[40 * 40 * 3];
    new Random(5).nextBytes(small);
    byte[] large = new byte[160 * 140 * 3];
    for (int y = 0; y < 40; y++) {
      System.arraycopy(small, y * 120, large, ((y + 70) * 160 + 90) * 3, 120);
    }
    Path a = folder.resolve("a.png");
    Path b = folder.resolve("b.png");
    try (Image one = Image.of(small, 40, 40);
        Image other = Image.of(large, 160, 140)) {
      one.writePng(a);
      other.writePng(b);
    }
    // Inside by a pixel, as the large picture has other neighbours.
    Path boxes = folder.resolve("boxes.csv");
    Files.writeString(boxes, "image,x,y,w,h\n" + a + ",6,6,28,28\n" + b + ",96,76,28,28\n");
    Iterator<Prediction> found = read(run(in(boxes, request(config(2, 1), a, b)))).all().iterator();
    Prediction first = found.next();
    Prediction second = found.next();
    for (int k = 0; k < first.x().length; k++) {
      assertThat(second.x()[k] - 90).isCloseTo(first.x()[k], within(0.01f));
      assertThat(second.y()[k] - 70).isCloseTo(first.y()[k], within(0.01f));
    }
  }

  @Test
  void everyWayToReadTheNetworkGivesEveryJoint() throws IOException {
    for (Decode decode : Decode.values()) {
      for (boolean flip : new boolean[] {false, true}) {
        String csv = run(with(decode, flip));
        assertThat(csv.lines().skip(1)).hasSize(1).allMatch(row -> !row.contains(",,"));
      }
    }
  }

  private PredictionRequest with(Decode decode, boolean flip) {
    return new PredictionRequest(
        model,
        List.of(in.resolve("0.png").toString()),
        null,
        decode,
        1,
        new InferenceConfig("cpu", "fp32", 1, 1, flip, Refine.DARK),
        null,
        PredictionOutput.stdout(PredictionsFormat.CSV));
  }

  @Test
  void aNetworkWithoutSfmSaysThatFusedIsH1AndLeavesSigmaEmpty() throws IOException {
    Path plain =
        TestModels.write(folder.resolve("plain.safetensors"), "rfm-only", Skeleton.lsp14());
    UnaryOperator<PredictionRequest> onPlain =
        r ->
            new PredictionRequest(
                plain,
                r.inputs(),
                null,
                r.decode(),
                1,
                r.inference(),
                null,
                PredictionOutput.stdout(PredictionsFormat.JSON));
    String json = run(onPlain.apply(with(Decode.FUSED, false)));
    assertThat(json).contains("\"decode\":\"h1\"").contains("\"sigma\":null");
    assertThat(said)
        .containsExactly(plain + ": a network without SFM has one heatmap: fused is h1");
    assertThatThrownBy(() -> run(onPlain.apply(with(Decode.MU, false))))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("--decode: found mu, expected h1");
  }

  private PredictionRequest labels(Shard shard) {
    PredictionOutput output =
        new PredictionOutput(
            null,
            folder.resolve("labels"),
            PredictionsFormat.YOLO,
            null,
            null,
            null,
            null,
            null,
            Existing.RESUME);
    return new PredictionRequest(
        model, List.of(in.toString()), null, Decode.FUSED, 1, config(4, 1), shard, output);
  }

  /** Labels say that an image is done: without its photo it would never be tried again. */
  @Test
  void labelsComeAfterTheirPhotos() throws IOException {
    Files.createDirectories(folder.resolve("labels/images"));
    Path inTheWay = Files.writeString(folder.resolve("labels/images/sub"), "a file");
    PredictionJob job =
        PredictionJob.prepare(labels(null), new ByteArrayInputStream(new byte[0]), progress);
    assertThatThrownBy(() -> job.run(new ByteArrayOutputStream(), progress))
        .isInstanceOf(IOException.class);
    assertThat(folder.resolve("labels/labels/0.txt")).exists();
    assertThat(folder.resolve("labels/labels/sub")).doesNotExist();
    Files.delete(inTheWay);
    PredictionJob.prepare(labels(null), new ByteArrayInputStream(new byte[0]), progress)
        .run(new ByteArrayOutputStream(), progress);
    assertThat(folder.resolve("labels/labels/sub/1.txt")).exists();
    assertThat(folder.resolve("labels/images/sub/1.png")).isSymbolicLink();
  }

  /** The second part's labels would take the place of the first one's. */
  @Test
  void imagesOfDifferentPartsWithOneLabelAreRefused() throws IOException {
    image(in.resolve("twin.png"), 30, 30, 1);
    Files.copy(in.resolve("twin.png"), in.resolve("twin.bmp"));
    for (int part = 1; part <= 9; part++) { // whichever parts the two are in
      Shard shard = new Shard(part, 9);
      assertThatThrownBy(
              () ->
                  PredictionJob.prepare(
                      labels(shard), new ByteArrayInputStream(new byte[0]), progress))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("twin.txt: both");
    }
  }

  @Test
  void picturesAreDrawnOfEveryImage() throws IOException {
    Path overlays = folder.resolve("drawn");
    Path heatmaps = folder.resolve("heat");
    PredictionOutput pictures =
        new PredictionOutput(
            null,
            null,
            PredictionsFormat.JSONL,
            null,
            overlays,
            heatmaps,
            null,
            null,
            Existing.REFUSE);
    run(with(request(config(4, 1), in), pictures));
    for (Path drawn : List.of(overlays, heatmaps)) {
      for (String name : List.of("0.png.jpg", "sub/5.png.jpg")) {
        try (Image picture = Image.read(drawn.resolve(name))) {
          assertThat(Math.max(picture.width(), picture.height())).isGreaterThan(300);
        }
      }
    }
  }
}
