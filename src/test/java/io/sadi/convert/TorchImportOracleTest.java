package io.sadi.convert;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.io.Safetensors;
import io.sadi.model.InferenceNet;
import io.sadi.model.SadiNet;
import io.sadi.testing.Shared;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/**
 * What PyTorch computed with MMPose's layers and this file's weights, and what SADI-Net does with
 * them: a user loses here that published weights find the joints that they were published for.
 */
class TorchImportOracleTest {

  @Test
  void theNetworkSaysWhatItSaidInPyTorch() throws IOException {
    Path file = Shared.require("oracles/pth/hourglass.pth");
    Safetensors input = Safetensors.read(Shared.require("oracles/pth/input.safetensors"));
    Safetensors expected = Safetensors.read(Shared.require("oracles/pth/expected.safetensors"));
    Safetensors.Entry crop = requireNonNull(input.tensors().get("image"));
    float[] want = requireNonNull(expected.tensors().get("heatmap.0")).floats();
    Checkpoint checkpoint = TorchImport.read(file, null, (int) crop.shape()[3]).unnamed();
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard();
        SadiNet net = checkpoint.network(ComputeDevice.CPU, file);
        InferenceNet folded = InferenceNet.of(net, Precision.FP32)) {
      Tensor image = Tensors.of(crop.floats(), ComputeDevice.CPU, crop.shape());
      check("eager", net.forward(image, false).h1(), want);
      check("inference", folded.forward(image).h1(), want);
    }
  }

  private static void check(String what, Tensor actual, float[] want) {
    float[] have = Tensors.floats(actual);
    assertThat(have).hasSameSizeAs(want);
    double worst = 0;
    for (int i = 0; i < want.length; i++) {
      worst = Math.max(worst, Math.abs(want[i] - have[i]));
    }
    System.out.printf("%s: largest difference %.2e (allowed 1e-04)%n", what, worst);
    assertThat(worst).as(what).isLessThan(1e-4);
  }
}
