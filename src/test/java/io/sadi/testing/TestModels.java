package io.sadi.testing;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.config.Config;
import io.sadi.data.Metric;
import io.sadi.data.Skeleton;
import io.sadi.model.ModelConfig;
import io.sadi.model.SadiNet;
import io.sadi.torch.ComputeDevice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Checkpoints with random weights: they find joints anywhere, but always the same ones. */
public final class TestModels {
  private static final String TINY =
      """
      model: {input: 64, stem: 8, channels: [8, 8, 8, 8, 8], blocks: [1, 1, 1, 1, 1], features: 4, variant: %s}
      sfm: {width: [4, 4, 4, 4], attention: 4, planes: [2, 2, 2, 2], final: 8}
      dlm: {lattice: 33, training_lattice: 33}
      """;

  private TestModels() {}

  /** A network with both heatmaps, fused with a weight of 0.5. */
  public static Path write(Path file) throws IOException {
    return write(file, "full", Skeleton.lsp14());
  }

  /** A checkpoint of one of the variants of sadi-model(7). */
  public static Path write(Path file, String variant, Skeleton skeleton) throws IOException {
    String yaml = String.format(TINY, variant);
    ModelConfig model = ModelConfig.from(Config.parse(yaml, "test"));
    try (SadiNet net = SadiNet.create(model, skeleton.size(), ComputeDevice.CPU, false, 7)) {
      new Checkpoint(
              yaml, model, skeleton, Metric.PCK_02, 3, 0.5, Map.of(), net.parameters().toEntries())
          .write(file, Map.of(), Map.of());
    }
    return file;
  }
}
