package io.sadi.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.Test;

/** Whether a part widens what a network sees is the paper's claim, so the figure must be right. */
class ReceptiveFieldTest {

  @Test
  void withoutItsCoarseLevelsAnHourglassSeesItsNeighbourhoodAlone() {
    ModelConfig config = ModelConfig.from(TestNets.config("model.variant=baseline"));
    try (SadiNet net = TestNets.net(config);
        NoGradGuard noGrad = new NoGradGuard()) {
      ReceptiveField whole;
      try (var grad = new AutoGradMode(true)) {
        whole = ReceptiveField.of(net);
      }
      assertThat(whole.input()).isEqualTo(64);
      assertThat(whole.sides()).isSorted().allMatch(side -> side % 2 == 0 && side <= 64);
      for (Parameter parameter : net.parameters().all()) {
        String name = parameter.name();
        if (name.startsWith("hourglass.0.") && !name.startsWith("hourglass.0.skip.")) {
          parameter.tensor().zero_();
        }
      }
      ReceptiveField fine;
      try (var grad = new AutoGradMode(true)) {
        fine = ReceptiveField.of(net);
        assertThat(ReceptiveField.of(net)).as("twice the same").isEqualTo(fine);
      }
      // The stem's kernels of 7 and 3 on the crop's finer grids, and two of 3 on the map's own.
      assertThat(fine.sides().get(2)).isLessThan(whole.sides().get(2)).isLessThanOrEqualTo(50);
    }
  }
}
