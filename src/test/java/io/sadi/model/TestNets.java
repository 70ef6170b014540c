package io.sadi.model;

import io.sadi.config.Config;
import io.sadi.model.Losses.Targets;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Tensors;
import io.sadi.torch.Torch;
import java.util.Random;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Networks small enough for a test, and something for them to learn. */
final class TestNets {
  static final int JOINTS = 3;
  static final int BATCH = 8;

  private TestNets() {}

  static Config config(String... sets) {
    Config config =
        Config.parse(
            """
            model: {input: 64, stem: 8, channels: [8, 8, 8, 8, 8], blocks: [1, 1, 1, 1, 1], features: 8}
            sfm: {width: [4, 8, 8, 16], attention: 8, planes: [2, 4, 4, 8], final: 32}
            dlm: {lattice: 65, training_lattice: 65}
            loss: {target_sigma: 1.2}
            """,
            "test");
    for (String set : sets) {
      config.set(set);
    }
    return config;
  }

  static SadiNet net(ModelConfig model) {
    return SadiNet.create(model, JOINTS, ComputeDevice.CPU, true, 7);
  }

  /** Noise: nothing to generalise, only to remember. */
  static Tensor images(ModelConfig model, int batch) {
    float[] values = new float[batch * 3 * model.input() * model.input()];
    Random random = new Random(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensors.of(values, ComputeDevice.CPU, batch, 3, model.input(), model.input());
  }

  static Targets targets(int batch) {
    float[] joints = new float[batch * JOINTS * 2];
    float[] mask = new float[batch * JOINTS];
    Random random = new Random(2);
    for (int i = 0; i < joints.length; i++) {
      joints[i] = (random.nextFloat() - 0.5f) * 0.8f;
    }
    for (int i = 0; i < mask.length; i++) {
      mask[i] = i == 1 ? 0 : 1;
    }
    return new Targets(
        Tensors.of(joints, ComputeDevice.CPU, batch, JOINTS, 2),
        Tensors.of(mask, ComputeDevice.CPU, batch, JOINTS));
  }

  /** A flow far enough from the identity to tell its parts apart. */
  static void disturbFlow(SadiNet net) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      int i = 0;
      for (Parameter parameter : net.parameters().all()) {
        if (parameter.name().startsWith("dlm.flow")) {
          Torch.seed(100 + i++);
          parameter.tensor().normal_(0, 0.15, new GeneratorOptional());
        }
      }
    }
  }

  /** Batch norms that do something: as they are made, they are the identity. */
  static void disturbNorms(SadiNet net) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      int i = 0;
      for (Parameter parameter : net.parameters().all()) {
        if (parameter.name().contains(".bn.")) {
          Torch.seed(200 + i++);
          if (parameter.name().endsWith("bias") || parameter.name().endsWith("mean")) {
            parameter.tensor().normal_(0, 0.2, new GeneratorOptional());
          } else {
            parameter.tensor().uniform_(0.5, 1.5, new GeneratorOptional());
          }
        }
      }
    }
  }
}
