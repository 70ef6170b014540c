package io.sadi.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.config.Config;
import io.sadi.geom.PixelConvention;
import io.sadi.model.Losses.Loss;
import io.sadi.model.Losses.Targets;
import io.sadi.model.SadiNet.Output;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Tensors;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A network that goes on learning learns what its maps mean: a user loses its joints' places. */
class PixelConventionLossTest {

  @ParameterizedTest
  @EnumSource
  void theTargetHasItsPeakWhereItIsRead(PixelConvention pixels) {
    Config config =
        TestNets.config("model.variant=baseline", "model.pixel_convention=" + Config.name(pixels));
    ModelConfig model = ModelConfig.from(config);
    LossConfig losses = LossConfig.from(config, model);
    int side = model.heatmap();
    float[] map = new float[side * side];
    for (int i = 0; i < map.length; i++) {
      double squared = Math.pow(i % side - 5, 2) + Math.pow(i / side - 9, 2);
      map[i] = (float) Math.exp(-squared / (2 * losses.targetSigma() * losses.targetSigma()));
    }
    float[] joint = {(float) pixels.unit(5, side), (float) pixels.unit(9, side)};
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard();
        SadiNet net = SadiNet.create(model, 1, ComputeDevice.CPU, false, 1)) {
      Tensor heatmap = Tensors.of(map, ComputeDevice.CPU, 1, 1, side, side);
      Targets targets =
          new Targets(
              Tensors.of(joint, ComputeDevice.CPU, 1, 1, 2),
              Tensors.of(new float[] {1}, ComputeDevice.CPU, 1, 1));
      Loss loss = Losses.of(net, new Output<>(List.of(heatmap), null, null), targets, losses);
      assertThat(loss.h1().item_float()).isLessThan(1e-10f);
    }
  }
}
