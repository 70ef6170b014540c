package io.sadi.predict.output;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.data.CocoId;
import io.sadi.data.PersonBox;
import io.sadi.data.Skeleton;
import io.sadi.eval.Prediction;
import io.sadi.eval.Predictions;
import io.sadi.eval.PredictionsFile;
import io.sadi.geom.Box;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.InputFailure;
import io.sadi.predict.engine.ModelInfo;
import io.sadi.testing.Golden;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The files of predictions that other programs read. */
class PredictionsWriterTest {
  private static final Skeleton SKELETON =
      Skeleton.named(
          List.of("left_wrist", "right_wrist"), List.of(new Skeleton.Pair(0, 1)), "test");

  private static final List<InputFailure> FAILURES =
      List.of(new InputFailure("c \"d\".jpg", "the image is cut off; fetch the file again"));

  private final Locale locale = Locale.getDefault();

  /** Its decimal comma and its digits must not get into a file. */
  @BeforeEach
  void useALocaleWithACommaAndOtherDigits() {
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
  }

  @AfterEach
  void restoreTheLocale() {
    Locale.setDefault(locale);
  }

  private static ModelInfo about() {
    JsonObject model = new JsonObject();
    model.addProperty("file", "best.safetensors");
    return new ModelInfo(model, SKELETON);
  }

  private static FoundPerson person(String image, int number, Box box, float sigma) {
    Prediction joints = Prediction.empty(image, number, 2);
    float[][] values = {
      joints.x(), {12.5f, -3.25f}, joints.y(), {1e-5f, 12345.678f}, joints.score(), {1, 0.03125f}
    };
    for (int i = 0; i < values.length; i += 2) {
      System.arraycopy(values[i + 1], 0, values[i], 0, 2);
    }
    if (sigma > 0) {
      joints.sigmaX()[0] = sigma;
      joints.sigmaY()[0] = 2 * sigma;
      joints.sigmaX()[1] = 3 * sigma;
      joints.sigmaY()[1] = 4 * sigma;
    }
    return new FoundPerson(PersonBox.of(number, box), joints, null);
  }

  private static List<FoundImage> images() {
    return List.of(
        new FoundImage(
            "ü/a, b.jpg",
            640,
            480,
            List.of(
                person("ü/a, b.jpg", 0, new Box(0, 0, 640, 480), 1.5f),
                person("ü/a, b.jpg", 3, new Box(0.1f, 2, 30, 40), 0))),
        new FoundImage("nobody.jpg", 0, 0, List.of()));
  }

  /** The same people as a detector found them; nothing is known of the second one's box. */
  private static List<FoundImage> detected() {
    FoundImage image = images().get(0);
    FoundPerson first = image.people().get(0);
    return List.of(
        new FoundImage(
            image.name(),
            image.width(),
            image.height(),
            List.of(
                new FoundPerson(first.place().ofScore(0.87654), first.joints(), null),
                image.people().get(1))));
  }

  private static String write(PredictionsFormat format, List<FoundImage> images)
      throws IOException {
    return write(format, images, ExtraColumns.NONE);
  }

  private static String write(PredictionsFormat format, List<FoundImage> images, ExtraColumns extra)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PredictionsWriter writer =
        format.writer(out, about(), Map.of("ü/a, b.jpg", CocoId.of(17)), null, extra);
    for (FoundImage image : images) {
      writer.write(image);
    }
    writer.finish(FAILURES);
    return out.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @EnumSource(names = "MPII_MAT", mode = EnumSource.Mode.EXCLUDE) // see MpiiMatWriterTest
  void writesWhatTheContractSays(PredictionsFormat format) throws IOException {
    Golden.check("predict/output/predictions." + format, write(format, images()));
  }

  @ParameterizedTest
  @EnumSource(names = "MPII_MAT", mode = EnumSource.Mode.EXCLUDE) // see MpiiMatWriterTest
  void anEmptyResultIsAWholeDocument(PredictionsFormat format) throws IOException {
    Golden.check("predict/output/nobody." + format, write(format, List.of()));
  }

  /** Who filters people by how sure the detector was needs its score beside the joints'. */
  @ParameterizedTest
  @EnumSource(names = {"CSV", "JSONL", "COCO", "COCO_DATASET"})
  void theBoxesScoreStandsBesideThePersons(PredictionsFormat format) throws IOException {
    Golden.check(
        "predict/output/detected." + format,
        write(format, detected(), new ExtraColumns(true, false)));
  }

  @ParameterizedTest
  @EnumSource(names = {"CSV", "JSON", "JSONL", "COCO"})
  void evalReadsThemWithTheBoxesScores(PredictionsFormat format, @TempDir Path folder)
      throws IOException {
    Path file = folder.resolve(format == PredictionsFormat.COCO ? "p.coco.json" : "p." + format);
    Files.writeString(file, write(format, detected(), new ExtraColumns(true, false)));
    Predictions read = PredictionsFile.read(file, SKELETON.joints());
    assertThat(read.size()).isEqualTo(2);
    assertThat(read.all().iterator().next().x()).containsExactly(12.5f, -3.25f);
  }

  @ParameterizedTest
  @EnumSource(names = {"CSV", "JSON", "JSONL", "COCO"}) // the others are labels
  void evalReadsThemAgain(PredictionsFormat format, @TempDir Path folder) throws IOException {
    Path file = folder.resolve(format == PredictionsFormat.COCO ? "p.coco.json" : "p." + format);
    Files.writeString(file, write(format, images()));
    Predictions read = PredictionsFile.read(file, SKELETON.joints());
    assertThat(read.size()).isEqualTo(2);
    Prediction first = read.all().iterator().next();
    assertThat(first.image()).isEqualTo("ü/a, b.jpg");
    assertThat(first.x()).containsExactly(12.5f, -3.25f);
    assertThat(first.y()).containsExactly(0, 12345.678f);
    assertThat(first.score()).containsExactly(1, 0.0312f);
    if (format != PredictionsFormat.COCO) { // which has no place for it
      assertThat(first.sigmaY()).containsExactly(3, 6);
    }
    Prediction second = read.all().stream().skip(1).findFirst().orElseThrow();
    assertThat(second.person()).isEqualTo(3);
    assertThat(second.sigmaX()).as("no sigma without an SFM").containsOnly(Float.NaN);
  }

  @Test
  void theFormatFollowsFromTheFilesName() {
    assertThat(PredictionsFormat.of(Path.of("a/x.CSV"))).isEqualTo(PredictionsFormat.CSV);
    assertThat(PredictionsFormat.of(Path.of("x.json"))).isEqualTo(PredictionsFormat.JSON);
    assertThat(PredictionsFormat.of(Path.of("x.jsonl"))).isEqualTo(PredictionsFormat.JSONL);
    assertThat(PredictionsFormat.of(Path.of("x.coco.json"))).isEqualTo(PredictionsFormat.COCO);
    assertThat(PredictionsFormat.of(Path.of("x.mat"))).isEqualTo(PredictionsFormat.MPII_MAT);
    assertThat(PredictionsFormat.of(Path.of("x"))).isEqualTo(PredictionsFormat.CSV);
  }

  /** pycocotools matches results to annotations by these numbers. */
  @Test
  void cocoIdsAreTheNamesNumbersOrElseThePlaces() {
    assertThat(ids("train/000000000139.jpg", "000000000285.jpg"))
        .containsEntry("train/000000000139.jpg", CocoId.of(139))
        .containsEntry("000000000285.jpg", CocoId.of(285));
    assertThat(ids("im1.jpg", "7.jpg"))
        .containsEntry("im1.jpg", CocoId.of(1))
        .containsEntry("7.jpg", CocoId.of(2));
    assertThat(ids("a/7.jpg", "b/7.jpg"))
        .containsEntry("a/7.jpg", CocoId.of(1))
        .containsEntry("b/7.jpg", CocoId.of(2));
  }

  /**
   * What pycocotools' loadRes (PythonAPI/pycocotools/coco.py) asks of a file, in its order: a list;
   * ids of the annotations' images; of four kinds of results, told by the first one's keys, the
   * fourth, keypoints; three numbers a joint. COCOeval sorts by score and matches by category.
   */
  @Test
  void pycocotoolsTakesTheResultsForKeypoints() throws IOException {
    JsonArray results =
        JsonParser.parseString(write(PredictionsFormat.COCO, images())).getAsJsonArray();
    assertThat(results).hasSizeGreaterThan(1);
    for (JsonElement element : results) {
      JsonObject result = element.getAsJsonObject();
      assertThat(result.get("image_id").getAsString()).matches("[0-9]+");
      assertThat(result.keySet()).doesNotContain("caption", "bbox", "segmentation");
      assertThat(result.get("category_id").getAsInt()).isEqualTo(1);
      assertThat(result.get("score").getAsDouble()).isBetween(0.0, 1.0);
      JsonArray keypoints = result.getAsJsonArray("keypoints");
      assertThat(keypoints.size() % 3).isZero();
      assertThat(keypoints).isNotEmpty();
      assertThat(keypoints).allMatch(n -> Double.isFinite(n.getAsDouble()));
    }
  }

  private static Map<String, CocoId> ids(String... names) {
    return ImageIds.of(List.of(names)).byName();
  }
}
