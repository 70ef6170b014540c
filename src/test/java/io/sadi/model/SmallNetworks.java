package io.sadi.model;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.config.Config;
import io.sadi.data.Metric;
import io.sadi.data.Skeleton;
import io.sadi.data.Skeleton.Pair;
import io.sadi.io.Safetensors;
import io.sadi.io.Safetensors.Entry;
import io.sadi.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The networks of {@code test-data/networks}: checkpoints of a few channels with weights, batch
 * norms and flows that leave nothing at its neutral value, and a batch for each. Made of java.util
 * .Random, whose numbers are the same everywhere.
 */
enum SmallNetworks {
  /** Basic blocks, three levels, H1 alone. */
  BASELINE(
      3,
      """
      model: {variant: baseline, input: 64, stem: 5, channels: [6, 7, 4, 9], blocks: [1, 2, 1, 2], features: 5}
      loss: {target_sigma: 1.2}
      """,
      List.of("", "loss.h1=nll"),
      List.of("", "loss.h1=nll")),

  /** RFM blocks in two stacks. */
  RFM_ONLY(
      4,
      """
      model: {variant: rfm-only, input: 64, stacks: 2, stem: 4, channels: [5, 6, 7, 4, 8], blocks: [1, 1, 1, 1, 1], features: 6}
      loss: {target_sigma: 1.2}
      """,
      List.of("", "loss.h1=nll"),
      List.of("")),

  /** Basic blocks with SFM and DLM. */
  SFM_DLM_ONLY(
      3,
      """
      model: {variant: sfm-dlm-only, input: 64, stem: 4, channels: [4, 5, 4, 6, 5], blocks: [1, 1, 1, 1, 1], features: 4}
      sfm: {width: [3, 5, 4, 6], attention: 5, planes: [1, 2, 2, 3], final: 11}
      dlm: {lattice: 33, training_lattice: 17}
      loss: {target_sigma: 1.2, h1_weight: 20}
      """,
      List.of(
          "",
          "loss.combine=sum",
          "loss.combine=swapped",
          "loss.h2=mse",
          "loss.h2=target",
          "loss.h2=mutual"),
      List.of("loss.h2=mse loss.combine=sum")),

  /** Everything; SE with two hidden channels at the bottom. */
  FULL(
      5,
      """
      model: {variant: full, input: 64, stem: 4, channels: [4, 5, 4, 6, 5], blocks: [1, 1, 1, 1, 1], features: 4}
      sfm: {width: [3, 5, 4, 6], attention: 5, planes: [1, 2, 2, 3], final: 11}
      dlm: {lattice: 33, training_lattice: 17}
      loss: {target_sigma: 1.2, h1_weight: 20}
      """,
      List.of(
          "",
          "loss.chi=0.3",
          "loss.chi=flow",
          "loss.chi=sigma-gradient",
          "loss.h2=rle",
          "loss.h2=target-shape",
          "loss.h2=mse dlm.standardize=literal",
          "loss.h1=nll"),
      List.of("loss.chi=sigma-gradient", "loss.h2=rle loss.chi=0.3")),

  /** The other readings: dilation 3, attention's sum and space, a normal P. */
  READINGS(
      3,
      """
      model: {variant: full, input: 64, stem: 3, channels: [5, 4, 5, 4, 17], blocks: [1, 1, 1, 1, 2], features: 5}
      rfm: {dilation: 3}
      sfm: {width: [4, 3, 5, 4], attention: 3, planes: [2, 1, 2, 2], final: 7, global_attention: sum, local_attention: spatial}
      dlm: {flow: off, lattice: 33, training_lattice: 17}
      loss: {target_sigma: 1.5, h1_weight: 20}
      """,
      List.of("", "loss.h2=mse"),
      List.of("loss.h2=mse"));

  static final int BATCH = 3;

  private final int joints;
  private final String yaml;
  private final List<String> losses;
  private final List<String> gradients;

  SmallNetworks(int joints, String yaml, List<String> losses, List<String> gradients) {
    this.joints = joints;
    this.yaml = yaml;
    this.losses = losses;
    this.gradients = gradients;
  }

  /** The settings, KEY=VALUE with spaces between, that losses are expected of. */
  List<String> losses() {
    return losses;
  }

  /** Those that gradients are expected of. */
  List<String> gradients() {
    return gradients;
  }

  int joints() {
    return joints;
  }

  Config config(String settings) {
    Config config = Config.parse(yaml, name());
    for (String setting : settings.split(" ")) {
      if (!setting.isEmpty()) {
        config.set(setting);
      }
    }
    return config;
  }

  Path folder() {
    return TestData.path("networks/" + Config.name(this));
  }

  Path checkpoint() {
    return folder().resolve("network.safetensors");
  }

  Path input() {
    return folder().resolve("input.safetensors");
  }

  Path expected() {
    return folder().resolve("expected.safetensors");
  }

  /** Writes the checkpoint and the batch. */
  void make() throws IOException {
    Files.createDirectories(folder());
    ModelConfig model = ModelConfig.from(config(""));
    Map<String, Entry> tensors = new LinkedHashMap<>();
    try (SadiNet net = SadiNet.describe(model, joints)) {
      for (Parameter parameter : net.parameters().all()) {
        float[] values = values(parameter.name(), parameter.shape());
        tensors.put(parameter.name(), Entry.ofFloats(parameter.shape(), values));
      }
    }
    new Safetensors(Map.of(), batch(model)).write(input());
    write(model, tensors);
    // As a training would leave them, and a little off: of numbers by chance a signal explodes.
    new ReferenceResults(this)
        .statistics()
        .forEach((name, values) -> tensors.put(name, statistic(name, values)));
    write(model, tensors);
  }

  private void write(ModelConfig model, Map<String, Entry> tensors) throws IOException {
    new Checkpoint(yaml, model, skeleton(), Metric.PCK_02, 1, 0.5, Map.of(), tensors)
        .write(checkpoint(), Map.of(), Map.of());
  }

  private Entry statistic(String name, double[] ofBatch) {
    Random random = new Random(name.hashCode());
    float[] values = new float[ofBatch.length];
    for (int i = 0; i < values.length; i++) {
      boolean variance = name.endsWith("running_var");
      double more = 0.7 + 0.8 * random.nextDouble();
      values[i] = (float) (variance ? 0.05 + more * ofBatch[i] : ofBatch[i] + 0.1 * more);
    }
    return Entry.ofFloats(new long[] {values.length}, values);
  }

  /** Joints j0, j1, ..., of which the first two are the two sides of one. */
  private Skeleton skeleton() {
    List<String> names = new ArrayList<>();
    List<Pair> edges = new ArrayList<>();
    for (int k = 0; k < joints; k++) {
      names.add("j" + k);
      if (k > 0) {
        edges.add(new Pair(k - 1, k));
      }
    }
    return new Skeleton(names, List.of(new Pair(0, 1)), edges);
  }

  private float[] values(String name, long[] shape) {
    Random random = new Random(31L * name.hashCode() + ordinal());
    int count = 1;
    for (long side : shape) {
      count *= (int) side;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) value(name, shape, i, count, random);
    }
    return values;
  }

  private static double value(String name, long[] shape, int i, int count, Random random) {
    double normal = random.nextGaussian();
    if (name.contains(".running_")) {
      return 0;
    }
    if (name.endsWith("bn.weight")) {
      return (name.startsWith("sfm") ? 0.5 : 1) * (0.5 + random.nextDouble());
    }
    if (name.contains(".bn.")) {
      return 0.2 * normal;
    }
    if (name.startsWith("dlm.flow")) {
      // Narrow scales, so that the flow's deviation is a balance below 1 (loss.chi flow).
      boolean scale = name.startsWith("dlm.flow.scale") && name.endsWith("4.bias");
      return 0.2 * normal - (scale ? 0.5 : 0);
    }
    if (name.equals("sfm.fc.bias")) {
      return (i % 4 < 2 ? 0.1 : -1.5) + 0.2 * normal; // mu, and sigma before its sigmoid
    }
    if (name.equals("sfm.fc.weight")) {
      return 0.6 * normal;
    }
    if (shape.length == 1) {
      return 0.1 * normal;
    }
    return normal * Math.sqrt(2.0 * shape[0] / count); // a signal keeps its size
  }

  /** Waves with noise, and joints of which a few are missing. */
  private Map<String, Entry> batch(ModelConfig model) {
    Random random = new Random(ordinal());
    int side = model.input();
    float[] image = new float[BATCH * 3 * side * side];
    for (int plane = 0; plane < BATCH * 3; plane++) {
      double across = random.nextGaussian() / 4;
      double down = random.nextGaussian() / 4;
      double phase = random.nextDouble() * 6;
      for (int i = 0; i < side * side; i++) {
        int row = i / side;
        double wave = Math.sin(across * (i % side) + down * row + phase);
        image[plane * side * side + i] = (float) (1.2 * wave + 0.4 * random.nextGaussian());
      }
    }
    float[] places = new float[BATCH * joints * 2];
    for (int i = 0; i < places.length; i++) {
      places[i] = (float) (0.9 * (random.nextDouble() - 0.5));
    }
    float[] mask = new float[BATCH * joints];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = i % 5 == 1 ? 0 : 1;
    }
    Map<String, Entry> batch = new LinkedHashMap<>();
    batch.put("image", Entry.ofFloats(new long[] {BATCH, 3, side, side}, image));
    batch.put("joints", Entry.ofFloats(new long[] {BATCH, joints, 2}, places));
    batch.put("mask", Entry.ofFloats(new long[] {BATCH, joints}, mask));
    return batch;
  }
}
