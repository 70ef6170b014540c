package io.sadi.predict.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.sadi.data.Detected;
import io.sadi.geom.Box;
import io.sadi.image.Image;
import io.sadi.image.LazyImage;
import io.sadi.io.BadInputException;
import io.sadi.testing.OnnxDetectors;
import io.sadi.testing.OnnxDetectors.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whose detector it is must not matter: two people at known places, as each exporter writes them.
 */
class OnnxDetectorTest {
  /** In pixels of the input, 64 x 64: left, top, right, bottom. */
  private static final double[][] PEOPLE = {{4, 8, 24, 60}, {32, 20, 48, 52}};

  private static final String COCO = "{0: 'person', 1: 'bicycle', 2: 'car'}";

  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("detector.onnx");
  }

  private static DetectorOptions options(Path file, @Nullable String input) {
    return new DetectorOptions(file, 0.3, 0.5, 50, null, null, input);
  }

  /** In a photo of twice the input's size, so that a box is twice as large. */
  private static List<Detected> detect(DetectorOptions options) {
    try (LazyImage photo = LazyImage.of(Image.filled(128, 128, 0x808080));
        OnnxDetector detector = OnnxDetector.open(options)) {
      return detector.detect(photo);
    }
  }

  private static void assertFound(List<Detected> found) {
    assertThat(found).hasSize(2);
    for (int i = 0; i < 2; i++) {
      double[] box = PEOPLE[i];
      assertThat(found.get(i).score()).isCloseTo(0.9 - 0.2 * i, within(1e-3));
      assertBox(
          found.get(i).box(), 2 * box[0], 2 * box[1], 2 * (box[2] - box[0]), 2 * (box[3] - box[1]));
    }
  }

  private static void assertBox(Box box, double x, double y, double width, double height) {
    assertThat(new double[] {box.x(), box.y(), box.width(), box.height()})
        .as(box.toString())
        .containsExactly(new double[] {x, y, width, height}, within(0.05));
  }

  private static Tensor images(long batch) {
    return Tensor.of("images", DataType.FLOAT_VALUE, batch, 3, 64, 64);
  }

  /**
   * Rows of centre, size, and scores of three classes: both people, one of them twice, a car, and
   * nothing.
   *
   * @param object whether there is a field for the object before them
   */
  private static float[][] rows(boolean object, double unit, int count) {
    float[][] rows = new float[count][];
    for (int i = 0; i < count; i++) {
      double[] p = PEOPLE[i == 1 || i == 4 ? 1 : 0];
      double shift = i == 4 ? 1 : 0; // nearly the same
      float[] scores =
          switch (i) {
            case 0 -> new float[] {0.9f, 0.1f, 0};
            case 1 -> new float[] {0.7f, 0, 0};
            case 2 -> new float[] {0.1f, 0, 0.95f};
            case 4 -> new float[] {0.6f, 0, 0};
            default -> new float[] {0.01f, 0.01f, 0.01f};
          };
      float[] row = new float[object ? 8 : 7];
      row[0] = (float) (((p[0] + p[2]) / 2 + shift) / unit);
      row[1] = (float) ((p[1] + p[3]) / 2 / unit);
      row[2] = (float) ((p[2] - p[0]) / unit);
      row[3] = (float) ((p[3] - p[1]) / unit);
      if (object) {
        row[4] = 1;
      }
      System.arraycopy(scores, 0, row, object ? 5 : 4, 3);
      rows[i] = row;
    }
    return rows;
  }

  private static float[] flat(float[][] rows, boolean transposed, int batch) {
    int fields = rows[0].length;
    float[] values = new float[batch * rows.length * fields];
    for (int b = 0; b < batch; b++) {
      for (int i = 0; i < rows.length; i++) {
        for (int k = 0; k < fields; k++) {
          int at = transposed ? k * rows.length + i : i * fields + k;
          values[b * rows.length * fields + at] = b == 0 ? rows[i][k] : 0;
        }
      }
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8})
  void yolo8(int batch) throws IOException {
    float[] values = flat(rows(false, 1, 84), true, batch);
    OnnxDetectors.write(
        file(),
        List.of(images(batch)),
        List.of(Tensor.of("output0", values, batch, 7, 84)),
        Map.of("names", COCO));
    assertFound(detect(options(file(), null)));
  }

  @Test
  void yolo8WithoutNames() throws IOException {
    float[] values = flat(rows(false, 1, 84), true, 1);
    OnnxDetectors.write(
        file(), List.of(images(1)), List.of(Tensor.of("output0", values, 1, 7, 84)), Map.of());
    assertFound(detect(options(file(), null)));
    List<Detected> cars = detect(new DetectorOptions(file(), 0.3, 0.5, 50, "2", null, null));
    assertThat(cars).singleElement().extracting(Detected::score).isEqualTo((double) 0.95f);
  }

  /** Joints behind the boxes are not read. */
  @Test
  void yoloPose() throws IOException {
    float[][] rows = rows(false, 1, 84);
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOf(Arrays.copyOf(rows[i], 5), 56);
      Arrays.fill(rows[i], 5, 56, 30);
    }
    rows[2][4] = 0.01f; // the car is nobody
    OnnxDetectors.write(
        file(),
        List.of(images(1)),
        List.of(Tensor.of("output0", flat(rows, true, 1), 1, 56, 84)),
        Map.of("names", "{0: 'person'}", "task", "pose"));
    assertFound(detect(options(file(), null)));
  }

  /** RT-DETR's boxes are fractions of a photo that was stretched. */
  @Test
  void detectionTransformerOfUltralytics() throws IOException {
    float[][] rows = rows(false, 64, 300);
    rows[4][4] = 0; // it finds nobody twice
    OnnxDetectors.write(
        file(),
        List.of(images(1)),
        List.of(Tensor.of("output0", flat(rows, false, 1), 1, 300, 7)),
        Map.of("names", COCO));
    assertFound(detect(options(file(), null)));
  }

  @Test
  void yolo5() throws IOException {
    OnnxDetectors.write(
        file(),
        List.of(images(1)),
        List.of(Tensor.of("output", flat(rows(true, 1, 252), false, 1), 1, 252, 8)),
        Map.of());
    assertFound(detect(options(file(), null)));
  }

  /** YOLOX says by its number of boxes what it is; raw, its boxes are relative to cells. */
  @Test
  void yoloxDecodedAndRaw() throws IOException {
    int cells = 64 + 16 + 4;
    float[][] rows = rows(true, 1, cells);
    OnnxDetectors.write(
        file(),
        List.of(images(1)),
        List.of(Tensor.of("output", flat(rows, false, 1), 1, cells, 8)),
        Map.of());
    try (OnnxDetector detector = OnnxDetector.open(options(file(), null))) {
      assertThat(detector.description()).contains("layout yolox", "bgr bytes corner");
    }
    assertFound(detect(options(file(), null)));
    for (int i = 0; i < cells; i++) { // all of these are in the first row of the finest grid
      rows[i][0] = rows[i][0] / 8 - i;
      rows[i][1] /= 8;
      rows[i][2] = (float) Math.log(rows[i][2] / 8);
      rows[i][3] = (float) Math.log(rows[i][3] / 8);
      if (i >= 8) {
        Arrays.fill(rows[i], 0);
      }
    }
    OnnxDetectors.write(
        file(),
        List.of(images(1)),
        List.of(Tensor.of("output", flat(rows, false, 1), 1, cells, 8)),
        Map.of());
    assertFound(detect(options(file(), null)));
  }

  @Test
  void endToEnd() throws IOException {
    float[] values = new float[300 * 6];
    put(values, 0, PEOPLE[0], 0.9, 0);
    put(values, 1, PEOPLE[1], 0.7, 0);
    put(values, 2, PEOPLE[0], 0.8, 2);
    OnnxDetectors.write(
        file(),
        List.of(images(1)),
        List.of(Tensor.of("output0", values, 1, 300, 6)),
        Map.of("names", COCO));
    assertFound(detect(options(file(), null)));
  }

  private static void put(float[] values, int row, double[] box, double score, int category) {
    for (int i = 0; i < 4; i++) {
      values[6 * row + i] = (float) box[i];
    }
    values[6 * row + 4] = (float) score;
    values[6 * row + 5] = category;
  }

  private static float[] corners(double unit, boolean rowsFirst) {
    float[] values = new float[3 * 4];
    for (int i = 0; i < 3; i++) {
      double[] box = PEOPLE[i % 2];
      for (int k = 0; k < 4; k++) {
        values[4 * i + (rowsFirst ? k ^ 1 : k)] = (float) (box[k] / unit);
      }
    }
    return values;
  }

  /** Torchvision counts people as 1, and neither photos nor boxes have a batch. */
  @Test
  void torchvision() throws IOException {
    OnnxDetectors.write(
        file(),
        List.of(Tensor.of("image", DataType.FLOAT_VALUE, 3, -1, -1)),
        List.of(
            Tensor.of("boxes", corners(1, false), 3, 4),
            Tensor.of("labels", new float[] {1, 1, 3}, 3).whole(),
            Tensor.of("scores", new float[] {0.9f, 0.7f, 0.8f}, 3)),
        Map.of());
    assertFound(detect(options(file(), "64")));
  }

  /** RT-DETR and D-FINE are told how large the photo is. */
  @Test
  void detectionTransformer() throws IOException {
    OnnxDetectors.write(
        file(),
        List.of(images(1), Tensor.of("orig_target_sizes", DataType.INT64_VALUE, 1, 2)),
        List.of(
            Tensor.of("labels", new float[] {0, 0, 2}, 1, 3).whole(),
            Tensor.of("boxes", corners(1, false), 1, 3, 4),
            Tensor.of("scores", new float[] {0.9f, 0.7f, 0.8f}, 1, 3)),
        Map.of());
    assertFound(detect(options(file(), null)));
  }

  /** Hugging Face leaves the scores as logits, and centres. */
  @Test
  void logits() throws IOException {
    float[] boxes = new float[3 * 4];
    float[] logits = new float[3 * 80];
    Arrays.fill(logits, -9);
    for (int i = 0; i < 3; i++) {
      double[] p = PEOPLE[i % 2];
      boxes[4 * i] = (float) ((p[0] + p[2]) / 128);
      boxes[4 * i + 1] = (float) ((p[1] + p[3]) / 128);
      boxes[4 * i + 2] = (float) ((p[2] - p[0]) / 64);
      boxes[4 * i + 3] = (float) ((p[3] - p[1]) / 64);
    }
    logits[0] = (float) Math.log(0.9 / 0.1);
    logits[80] = (float) Math.log(0.7 / 0.3);
    logits[160 + 2] = 3;
    OnnxDetectors.write(
        file(),
        List.of(Tensor.of("pixel_values", DataType.FLOAT_VALUE, 1, 3, 64, 64)),
        List.of(Tensor.of("logits", logits, 1, 3, 80), Tensor.of("pred_boxes", boxes, 1, 3, 4)),
        Map.of());
    assertFound(detect(options(file(), null)));
  }

  /** RTMDet's scores stand behind the corners. */
  @Test
  void rtmdet() throws IOException {
    float[] dets = new float[3 * 5];
    float[] scores = {0.9f, 0.7f, 0.8f};
    for (int i = 0; i < 3; i++) {
      for (int k = 0; k < 4; k++) {
        dets[5 * i + k] = (float) PEOPLE[i % 2][k];
      }
      dets[5 * i + 4] = scores[i];
    }
    OnnxDetectors.write(
        file(),
        List.of(Tensor.of("input", DataType.FLOAT_VALUE, 1, 3, 64, 64)),
        List.of(
            Tensor.of("dets", dets, 1, 3, 5),
            Tensor.of("labels", new float[] {0, 0, 2}, 1, 3).whole()),
        Map.of());
    try (OnnxDetector detector = OnnxDetector.open(options(file(), null))) {
      assertThat(detector.description()).contains("layout separate", "bgr imagenet corner");
    }
    assertFound(detect(options(file(), null)));
  }

  /** TensorFlow's SSD: bytes, colours last, rows before columns, fractions. */
  @Test
  void tensorFlow() throws IOException {
    OnnxDetectors.write(
        file(),
        List.of(Tensor.of("inputs", DataType.UINT8_VALUE, 1, -1, -1, 3)),
        List.of(
            Tensor.of("detection_boxes", corners(64, true), 1, 3, 4),
            Tensor.of("detection_classes", new float[] {1, 1, 3}, 1, 3),
            Tensor.of("detection_scores", new float[] {0.9f, 0.7f, 0.8f}, 1, 3),
            Tensor.of("num_detections", new float[] {3}, 1)),
        Map.of());
    assertFound(detect(options(file(), "64")));
  }

  @Test
  void halfPrecision() throws IOException {
    OnnxDetectors.write(
        file(),
        List.of(Tensor.of("images", DataType.FLOAT16_VALUE, 1, 3, 64, 64)),
        List.of(Tensor.of("output0", flat(rows(false, 1, 84), true, 1), 1, 7, 84)),
        Map.of("names", COCO));
    assertFound(detect(options(file(), null)));
  }

  /** What is seen must lie where it is in the photo, whatever the photo's shape. */
  @ParameterizedTest
  @ValueSource(strings = {"letterbox", "corner", "stretch"})
  void aSpotIsFoundWhereItIs(String fit) throws IOException {
    OnnxDetectors.spots(file(), 64);
    byte[] rgb = new byte[3 * 200 * 100];
    for (int y = 60; y < 66; y++) {
      for (int x = 140; x < 146; x++) {
        Arrays.fill(rgb, 3 * (y * 200 + x), 3 * (y * 200 + x) + 3, (byte) 255);
      }
    }
    try (LazyImage photo = LazyImage.of(Image.of(rgb, 200, 100));
        OnnxDetector detector =
            OnnxDetector.open(new DetectorOptions(file(), 0.7, 0.2, 50, null, null, fit))) {
      List<Detected> found = detector.detect(photo);
      assertThat(found).isNotEmpty();
      // A cell of the input is 25 pixels of the photo, upright 12.5 where it is stretched.
      assertThat(found.get(0).box().centerX()).isCloseTo(143, within(26.0));
      assertThat(found.get(0).box().centerY()).isCloseTo(63, within(26.0));
    }
  }

  @Test
  void fiftyPeople() throws IOException {
    float[] values = new float[300 * 6];
    IntStream.range(0, 60)
        .forEach(
            i ->
                put(
                    values,
                    i,
                    new double[] {i % 8 * 8, i / 8 * 8.0, i % 8 * 8 + 2 + i / 20.0, i / 8 * 8 + 7},
                    0.9,
                    0));
    OnnxDetectors.write(
        file(), List.of(images(1)), List.of(Tensor.of("o", values, 1, 300, 6)), Map.of());
    List<Detected> found = detect(options(file(), null));
    assertThat(found).hasSize(50);
    assertThat(found)
        .as("the largest first")
        .isSortedAccordingTo((a, b) -> Double.compare(b.box().area(), a.box().area()));
  }

  @Test
  void whatIsNoDetectorIsRefused() throws IOException {
    Path file = file();
    assertThatThrownBy(() -> OnnxDetector.open(options(file, null)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("no such file");
    Files.writeString(file, "<html>");
    assertThatThrownBy(() -> OnnxDetector.open(options(file, null)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("expected an ONNX file")
        .hasMessageNotContaining("\n");
    OnnxDetectors.write(
        file,
        List.of(images(1)),
        List.of(Tensor.of("heatmaps", new float[16], 1, 1, 4, 4)),
        Map.of());
    assertThatThrownBy(() -> OnnxDetector.open(options(file, null)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found outputs heatmaps [1,1,4,4], expected one of yolo [1,4+C,N]");
    OnnxDetectors.write(
        file,
        List.of(images(1), Tensor.of("text", DataType.FLOAT_VALUE, 1, 7)),
        List.of(Tensor.of("o", new float[1800], 1, 300, 6)),
        Map.of());
    assertThatThrownBy(() -> OnnxDetector.open(options(file, null)))
        .hasMessageContaining("the input text [1,7]");
    OnnxDetectors.write(
        file,
        List.of(images(1)),
        List.of(Tensor.of("o", new float[1800], 1, 300, 6)),
        Map.of("names", "{0: 'cat', 1: 'dog'}"));
    assertThatThrownBy(() -> OnnxDetector.open(options(file, null)))
        .hasMessageContaining("no class 'person' among cat, dog");
    assertThatThrownBy(() -> OnnxDetector.open(options(file, "32")))
        .hasMessageContaining("--detector-input");
  }

  /** A session that is closed while a thread uses it ends the JVM: a job may stop at any moment. */
  @Test
  void closingWaitsForThoseWhoDetect() throws Exception {
    OnnxDetectors.spots(file(), 64);
    try (LazyImage photo = LazyImage.of(Image.filled(128, 128, 0x808080))) {
      OnnxDetector detector = OnnxDetector.open(options(file(), null));
      AtomicInteger done = new AtomicInteger();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Thread thread =
            new Thread(
                () -> {
                  try {
                    while (true) {
                      detector.detect(photo);
                      done.incrementAndGet();
                    }
                  } catch (IllegalStateException e) {
                    // closed
                  }
                });
        thread.start();
        threads.add(thread);
      }
      while (done.get() < 20) {
        Thread.onSpinWait();
      }
      detector.close();
      detector.close();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThatThrownBy(() -> detector.detect(photo))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the detector is closed");
    }
  }

  @Test
  void wordsAboutTheInputAreChecked() {
    DetectorInput input =
        new DetectorInput(64, 64, false, DetectorInput.ValueRange.UNIT, DetectorInput.Fit.STRETCH);
    assertThat(input.with("320x256,bgr,bytes,corner"))
        .isEqualTo(
            new DetectorInput(
                320, 256, true, DetectorInput.ValueRange.BYTES, DetectorInput.Fit.CORNER));
    for (String bad : List.of("", "gbr", "640x", "8", "99999", "640,,rgb")) {
      assertThatThrownBy(() -> input.with(bad))
          .as(bad)
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("--detector-input");
    }
  }
}
