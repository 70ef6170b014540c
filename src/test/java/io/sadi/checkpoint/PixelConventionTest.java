package io.sadi.checkpoint;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sadi.config.Config;
import io.sadi.data.Crop;
import io.sadi.data.Dataset;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.eval.Prediction;
import io.sadi.geom.Affine;
import io.sadi.geom.PixelConvention;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.io.Safetensors.Entry;
import io.sadi.model.ModelConfig;
import io.sadi.model.Quantization;
import io.sadi.model.SadiNet;
import io.sadi.predict.engine.DatasetPredictor;
import io.sadi.predict.engine.DatasetPredictor.ReadPredictions;
import io.sadi.predict.engine.ImagePyramid;
import io.sadi.predict.engine.Maps;
import io.sadi.predict.engine.PoseEstimator;
import io.sadi.predict.engine.Refine;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Networks whose map is known, as they only pass on how red the crop is: that of {@code CORNER} at
 * crop pixel 4 i for map pixel i, that of {@code CENTER} about 4 i + 1.5. A user loses here up to
 * three pixels of every joint: nothing at PCKh@0.5, a lot at 0.1.
 */
class PixelConventionTest {
  private static final int SIDE = 128;
  private static final int PHOTO = 160;

  /** How wide the red spot is, in pixels of the photo; wide enough for DARK to be exact. */
  private static final double SPOT = 9;

  /** Not in the middle, and between pixels. */
  private static final double X = 91.3;

  private static final double Y = 70.6;

  /** Where the person is said to be. */
  private static final double CENTER_X = 77.25;

  private static final double CENTER_Y = 82.5;

  @TempDir private Path folder;

  private static ModelConfig model(PixelConvention pixels) {
    String yaml =
        String.format(
            """
            model: {input: %d, stem: 1, channels: [1, 1, 1, 1, 1], blocks: [1, 1, 1, 1, 1], features: 1,
              variant: baseline, pixel_convention: %s}
            """,
            SIDE, Config.name(pixels));
    return ModelConfig.from(Config.parse(yaml, "test"));
  }

  /**
   * The network that passes on the crop.
   *
   * @param center whether it averages two pixels each way at each of its halvings, which moves its
   *     samples by 0.5 and 1 crop pixels
   */
  private static SadiNet net(PixelConvention pixels, boolean center) {
    SadiNet net = SadiNet.empty(model(pixels), 1, ComputeDevice.CPU);
    Map<String, Entry> weights = new LinkedHashMap<>();
    net.parameters()
        .toEntries()
        .forEach(
            (name, entry) -> {
              float[] values = new float[entry.floats().length];
              if (name.endsWith("running_var")) {
                Arrays.fill(values, 1 - 1e-5f); // and the norms change nothing
              } else if (name.endsWith("bn.weight")) {
                Arrays.fill(values, 1);
              }
              weights.put(name, Entry.ofFloats(entry.shape(), values));
            });
    // Red alone, from 0 where the photo is black.
    float black = -SadiNet.mean()[0] / SadiNet.deviation()[0];
    fill(weights, "stem.conv.bn.running_mean", 0, black);
    halve(weights, "stem.conv.conv.weight", 7, center);
    halve(weights, "stem.block.conv1.conv.weight", 3, center);
    fill(weights, "stem.block.conv2.conv.weight", 4, 1);
    fill(weights, "head.0.features.conv.weight", 4, 1);
    fill(weights, "head.0.heatmap.weight", 0, 0.2f);
    net.parameters().load(weights, "test");
    return net;
  }

  private static void halve(Map<String, Entry> weights, String name, int kernel, boolean center) {
    int middle = kernel / 2;
    for (int y = 0; y <= (center ? 1 : 0); y++) {
      for (int x = 0; x <= (center ? 1 : 0); x++) {
        fill(weights, name, (middle + y) * kernel + middle + x, center ? 0.25f : 1);
      }
    }
  }

  private static void fill(Map<String, Entry> weights, String name, int at, float value) {
    Entry entry = requireNonNull(weights.get(name), name);
    float[] values = entry.floats();
    values[at] = value;
    weights.put(name, Entry.ofFloats(entry.shape(), values));
  }

  /** Where a network's first heatmap has the spot. */
  private Prediction find(SadiNet net, boolean flip, List<Double> scales) throws IOException {
    return find(net, flip, scales, Decode.H1).get(0);
  }

  /** Where a network has the spot, as each decode reads it; fused is H2 alone. */
  private List<Prediction> find(SadiNet net, boolean flip, List<Double> scales, Decode... decodes)
      throws IOException {
    byte[] rgb = new byte[PHOTO * PHOTO * 3];
    for (int y = 0; y < PHOTO; y++) {
      for (int x = 0; x < PHOTO; x++) {
        double squared = (x - X) * (x - X) + (y - Y) * (y - Y);
        rgb[3 * (y * PHOTO + x)] = (byte) Math.round(255 * Math.exp(-squared / (2 * SPOT * SPOT)));
      }
    }
    try (Image image = Image.of(rgb, PHOTO, PHOTO)) {
      image.writePng(folder.resolve("spot.png"));
    }
    Skeleton skeleton = new Skeleton(List.of("spot"), List.of(), List.of());
    Person person =
        new Person(
            "spot.png",
            0,
            PHOTO,
            PHOTO,
            new float[1],
            new float[1],
            new byte[] {Person.VISIBLE},
            null,
            CENTER_X,
            CENTER_Y,
            SIDE / Person.SCALE_UNIT,
            Double.NaN,
            null);
    Dataset dataset = new Dataset(folder, "spot", skeleton, Metric.PCK_02, Map.of(), folder);
    List<ReadPredictions> readings =
        Stream.of(decodes).map(decode -> new ReadPredictions(new Readout(decode, 1))).toList();
    try (net;
        PoseEstimator estimator =
            PoseEstimator.inPlaceOf(
                net, new int[] {0}, flip, Refine.DARK, 2, Precision.FP32, Quantization.NONE)) {
      DatasetPredictor.predict(
          estimator,
          dataset,
          List.of(person),
          new ImagePyramid(scales),
          readings,
          2,
          1,
          Progress.NONE);
    }
    return readings.stream()
        .map(reading -> requireNonNull(reading.predictions().of(person)))
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void aJointIsFoundWhereItIs(PixelConvention pixels) throws IOException {
    boolean center = pixels == PixelConvention.CENTER;
    Prediction found = find(net(pixels, center), false, List.of(1.0));
    assertThat(found.x()[0]).isCloseTo((float) X, within(0.1f));
    assertThat(found.y()[0]).isCloseTo((float) Y, within(0.1f));
  }

  @ParameterizedTest
  @EnumSource
  void viewsOfSeveralSizesAgree(PixelConvention pixels) throws IOException {
    boolean center = pixels == PixelConvention.CENTER;
    for (List<Double> scales : List.of(List.of(0.75, 1.0, 1.25), List.of(1.3))) {
      Prediction found = find(net(pixels, center), false, scales);
      assertThat(found.x()[0]).as(scales.toString()).isCloseTo((float) X, within(0.3f));
      assertThat(found.y()[0]).as(scales.toString()).isCloseTo((float) Y, within(0.3f));
    }
  }

  /**
   * A mirrored CENTER map fits exactly. A mirrored CORNER map lies 0.75 pixels too far left and is
   * moved by one: the mean of the two is an eighth of a map's pixel, half a pixel, too far right,
   * as in the toolkits that such networks come from.
   */
  @ParameterizedTest
  @CsvSource({"CENTER, 0", "CORNER, 0.5"})
  void theMirroredCropAgrees(PixelConvention pixels, float shift) throws IOException {
    Prediction found = find(net(pixels, pixels == PixelConvention.CENTER), true, List.of(1.0));
    assertThat(found.x()[0]).isCloseTo((float) X + shift, within(0.1f));
    assertThat(found.y()[0]).isCloseTo((float) Y, within(0.1f));
  }

  /** What these tests would see if a network were read in the other convention. */
  @Test
  void theWrongConventionIsOffByTwoPixels() throws IOException {
    // The crop is cut half a pixel elsewhere, and a map's pixel stands 1.5 pixels elsewhere; a
    // person's centre in the middle of both takes the halves of a pixel of crop and map back.
    Prediction found = find(net(PixelConvention.CENTER, false), false, List.of(1.0));
    assertThat(found.x()[0]).isCloseTo((float) X + 1.5f, within(0.1f));
    assertThat(found.y()[0]).isCloseTo((float) Y + 1.5f, within(0.1f));
    Prediction other = find(net(PixelConvention.CORNER, true), false, List.of(1.0));
    assertThat(other.x()[0]).isCloseTo((float) X - 1.5f, within(0.1f));
  }

  /** The middle of a person, the crop's middle, and the map's are one point. */
  @Test
  void cropAndTargetsFollow() {
    Person person =
        new Person(
            "a",
            0,
            400,
            400,
            new float[] {100, 116},
            new float[] {100, 84},
            new byte[] {Person.VISIBLE, Person.VISIBLE},
            null,
            100,
            100,
            64 / Person.SCALE_UNIT,
            Double.NaN,
            null);
    for (PixelConvention pixels : PixelConvention.values()) {
      Crop crop = Crop.of(person, 64, pixels);
      Affine map = crop.imageToCrop();
      double middle = pixels == PixelConvention.CENTER ? 31.5 : 32;
      assertThat(map.x(100, 100)).isEqualTo(middle);
      assertThat(map.y(100, 100)).isEqualTo(middle);
      float[] joints = new float[4];
      crop.targets(person, new int[] {0, 1}, joints, new float[2], 0);
      assertThat(joints).containsExactly(0, 0, 0.25f, -0.25f);
      // In the mirror a joint is where its pixels are, whichever the convention.
      Crop mirror = crop.mirror();
      mirror.targets(person, new int[] {0, 1}, joints, new float[2], 0);
      double there = pixels.pixel(joints[2], 64);
      assertThat(there).isCloseTo(63 - map.x(116, 84), within(1e-5));
    }
  }

  /**
   * A network with SFM that has every joint a tenth of the crop right of its middle and a twentieth
   * above, whatever it sees.
   */
  private static SadiNet regressing(PixelConvention pixels) {
    String yaml =
        String.format(
            """
            model: {input: %d, stem: 1, channels: [1, 1, 1, 1, 1], blocks: [1, 1, 1, 1, 1], features: 1,
              pixel_convention: %s}
            sfm: {width: [1, 1, 1, 1], attention: 1, planes: [1, 1, 1, 1], final: 1}
            dlm: {flow: false, lattice: 129, training_lattice: 33}
            """,
            SIDE, Config.name(pixels));
    ModelConfig model = ModelConfig.from(Config.parse(yaml, "test"));
    SadiNet net = SadiNet.empty(model, 1, ComputeDevice.CPU);
    Map<String, Entry> weights = new LinkedHashMap<>(net.parameters().toEntries());
    float[] theta = {0.1f, -0.05f, -2.5f, -2.5f}; // sigma is 0.076
    weights.put("sfm.fc.bias", Entry.ofFloats(new long[] {4}, theta));
    net.parameters().load(weights, "test");
    return net;
  }

  /**
   * What is regressed lies as many crops' sides from the person's centre as the network says,
   * however it is read. In the mirror of a CORNER crop the middle of its pixels moves by one pixel,
   * half of which is left in the mean.
   */
  @ParameterizedTest
  @EnumSource
  void whatIsRegressedIsReadWhereItIs(PixelConvention pixels) throws IOException {
    Decode[] decodes = {Decode.MU, Decode.H2, Decode.FUSED};
    for (double scale : new double[] {1, 1.3}) {
      List<Prediction> found = find(regressing(pixels), false, List.of(scale), decodes);
      for (int d = 0; d < decodes.length; d++) {
        String what = decodes[d] + " at scale " + scale;
        double tolerance = decodes[d] == Decode.FUSED ? 0.3 : 0.02;
        assertThat((double) found.get(d).x()[0])
            .as(what)
            .isCloseTo(CENTER_X + 0.1 * scale * SIDE, within(tolerance));
        assertThat((double) found.get(d).y()[0])
            .as(what)
            .isCloseTo(CENTER_Y - 0.05 * scale * SIDE, within(tolerance));
      }
    }
    double middle = pixels == PixelConvention.CENTER ? CENTER_X : CENTER_X - 0.5;
    for (Prediction found : find(regressing(pixels), true, List.of(1.0), decodes)) {
      assertThat((double) found.x()[0]).isCloseTo(middle, within(0.1));
      assertThat((double) found.y()[0]).isCloseTo(CENTER_Y - 0.05 * SIDE, within(0.1));
    }
  }

  /** What is regressed mirrors as the crop's pixels do, and is drawn where it is read. */
  @ParameterizedTest
  @EnumSource
  void regressionAndSecondHeatmapFollow(PixelConvention pixels) {
    String yaml =
        String.format(
            """
            model: {input: 64, stem: 4, channels: [4, 4, 4, 4, 8], blocks: [1, 1, 1, 1, 1], features: 4,
              pixel_convention: %s}
            sfm: {width: [4, 4, 4, 4], attention: 4, planes: [2, 2, 2, 2], final: 8}
            dlm: {lattice: 65, training_lattice: 33}
            """,
            Config.name(pixels));
    ModelConfig model = ModelConfig.from(Config.parse(yaml, "test"));
    int side = 64;
    ByteBuffer crop = ByteBuffer.allocateDirect(side * side * 3);
    ByteBuffer mirror = ByteBuffer.allocateDirect(side * side * 3);
    Random random = new Random(4);
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        for (int c = 0; c < 3; c++) {
          byte value = (byte) random.nextInt(256);
          crop.put(3 * (y * side + x) + c, value);
          mirror.put(3 * (y * side + side - 1 - x) + c, value);
        }
      }
    }
    try (SadiNet net = SadiNet.create(model, 2, ComputeDevice.CPU, false, 3);
        PoseEstimator estimator =
            new PoseEstimator(net, new int[] {1, 0}, true, Refine.NONE, Precision.FP32)) {
      Maps here = estimator.run(crop, 1);
      Maps there = estimator.run(mirror, 1);
      float[] mu = requireNonNull(here.mu());
      float[] mirrored = requireNonNull(there.mu());
      for (int k = 0; k < 2; k++) {
        double x = pixels.pixel(mu[2 * k], side);
        double other = pixels.pixel(mirrored[2 * (1 - k)], side);
        assertThat(x + other).isCloseTo(side - 1, within(1e-3));
        assertThat(mu[2 * k + 1]).isCloseTo(mirrored[2 * (1 - k) + 1], within(1e-5f));

        int map = here.size();
        float[] h2 = requireNonNull(here.h2());
        assertThat(peak(h2, k * map * map, map, 1))
            .isCloseTo(pixels.pixel(mu[2 * k], map), within(0.2));
        assertThat(peak(h2, k * map * map, map, map))
            .isCloseTo(pixels.pixel(mu[2 * k + 1], map), within(0.2));
      }
    }
  }

  /** Where a map's peak is along an axis: the top of the parabola through its logarithms. */
  private static double peak(float[] maps, int offset, int size, int step) {
    int best = 0;
    for (int i = 1; i < size * size; i++) {
      best = maps[offset + i] > maps[offset + best] ? i : best;
    }
    double low = Math.log(maps[offset + best - step]);
    double top = Math.log(maps[offset + best]);
    double high = Math.log(maps[offset + best + step]);
    double place = step == 1 ? best % size : best / size;
    return place + 0.5 * (high - low) / (2 * top - low - high);
  }

  @Test
  void aCheckpointCarriesIt() throws IOException {
    ModelConfig corner = model(PixelConvention.CORNER);
    String yaml =
        "model: {input: 128, stem: 1, channels: [1, 1, 1, 1, 1], blocks: [1, 1, 1, 1, 1],"
            + " features: 1, variant: baseline, pixel_convention: corner}";
    Skeleton skeleton = new Skeleton(List.of("spot"), List.of(), List.of());
    Path file = folder.resolve("corner.safetensors");
    try (SadiNet net = net(PixelConvention.CORNER, false)) {
      Map<String, Entry> tensors = net.parameters().toEntries();
      new Checkpoint(yaml, corner, skeleton, Metric.PCK_02, 1, 0, Map.of(), tensors)
          .write(file, Map.of(), Map.of());
      assertThat(io.sadi.io.Safetensors.read(file).metadata())
          .containsEntry("pixel_convention", "corner");
      assertThat(Checkpoint.read(file).model().pixels()).isEqualTo(PixelConvention.CORNER);

      // Others may say it in the metadata alone.
      String silent = yaml.replace(", pixel_convention: corner", "");
      ModelConfig center = model(PixelConvention.CENTER);
      new Checkpoint(silent, center, skeleton, Metric.PCK_02, 1, 0, Map.of(), tensors)
          .write(file, Map.of(), Map.of("pixel_convention", "corner"));
      assertThat(Checkpoint.read(file).model().pixels()).isEqualTo(PixelConvention.CORNER);

      String loud = yaml.replace("corner", "center");
      new Checkpoint(loud, center, skeleton, Metric.PCK_02, 1, 0, Map.of(), tensors)
          .write(file, Map.of(), Map.of("pixel_convention", "corner"));
      assertThatThrownBy(() -> Checkpoint.read(file))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining(
              "'pixel_convention': found corner, expected center as in its config");
    }
  }
}
