package io.sadi.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.io.Safetensors;
import io.sadi.model.DistributionLearningModule.Moments;
import io.sadi.model.SadiNet.Output;
import io.sadi.testing.Architecture;
import io.sadi.testing.Shared;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Networks that others wrote down from the same description: with their weights ours must say what
 * theirs say. A user loses here that a checkpoint means the same everywhere.
 */
class ModelOracleTest {

  static List<Path> networks() throws IOException {
    Path folder = Shared.require("oracles/model");
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(Files::isDirectory).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void agrees(Path folder) throws IOException {
    Safetensors weights = Safetensors.read(folder.resolve("weights.safetensors"));
    Safetensors input = Safetensors.read(folder.resolve("input.safetensors"));
    Safetensors expected = Safetensors.read(folder.resolve("expected.safetensors"));
    long[] shape = input.tensors().get("image").shape();
    Architecture architecture =
        Architecture.fromJson(weights.metadata().get("architecture"), (int) shape[2]);
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard();
        SadiNet net =
            SadiNet.create(
                architecture.model(), architecture.joints(), ComputeDevice.CPU, false, 0)) {
      net.parameters().load(weights.tensors(), folder);
      Tensor image = tensor(input, "image");
      Output<Tensor> output = net.forward(image, false);
      check(expected, "h1", output.h1(), 1e-4);
      Tensor mu = output.mu();
      Tensor sigma = output.sigma();
      assertThat(net.hasSfm()).isEqualTo(expected.tensors().containsKey("mu"));
      if (mu == null || sigma == null) {
        return;
      }
      check(expected, "mu", mu, 1e-4);
      check(expected, "sigma", sigma, 1e-4);
      DistributionLearningModule dlm = net.dlm();
      check(expected, "flow_log_prob", dlm.logFlow(tensor(expected, "flow_points")), 1e-4);
      Moments moments = dlm.moments();
      check(expected, "flow_mean", moments.mean(), 1e-4);
      check(expected, "flow_sd", moments.sd(), 1e-4);
      var lattice = dlm.lattice(257);
      check(expected, "flow_peak", lattice.logPeak().exp().view(1), 1e-4);
      int size = (int) output.h1().size(2);
      check(expected, "h2", dlm.renderExactly(mu, sigma, size), 1e-4);
      check(expected, "h2", dlm.render(mu, sigma, size, lattice.values()), 2e-3);
    }
  }

  private static Tensor tensor(Safetensors file, String name) {
    Safetensors.Entry entry = file.tensors().get(name);
    return Tensors.of(entry.floats(), ComputeDevice.CPU, entry.shape());
  }

  private static void check(Safetensors expected, String name, Tensor actual, double tolerance) {
    float[] want = expected.tensors().get(name).floats();
    float[] have = Tensors.floats(actual);
    assertThat(have).as(name).hasSameSizeAs(want);
    double worst = 0;
    for (int i = 0; i < want.length; i++) {
      worst = Math.max(worst, Math.abs(want[i] - have[i]));
    }
    System.out.printf("%s: largest difference %.2e (allowed %.0e)%n", name, worst, tolerance);
    assertThat(worst).as(name).isLessThan(tolerance);
  }
}
