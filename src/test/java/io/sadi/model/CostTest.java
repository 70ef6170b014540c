package io.sadi.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import io.sadi.config.Config;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sizes that the paper's comparison rests on: a user compares them with other toolkits'. */
class CostTest {

  @ParameterizedTest
  @CsvSource({
    "baseline, 93.67, 28.62",
    "rfm-only, 140.06, 40.80",
    "sfm-dlm-only, 105.00, 30.44",
    "full, 151.40, 42.62"
  })
  void parametersAndMacsAreThePapers(String variant, double millions, double gigaMacs) {
    Config config = Config.empty();
    config.set("model.variant=" + variant);
    ModelConfig model = ModelConfig.from(config);
    assertThat(SadiNet.describe(model, 16).parameters().count() / 1e6)
        .isCloseTo(millions, withPercentage(0.5));
    List<LayerCost> costs = SadiNet.costs(model, 16);
    double macs = costs.stream().mapToLong(LayerCost::macs).sum() / 1e9;
    System.out.printf("%s: %.2f GMAC%n", variant, macs);
    assertThat(macs).isCloseTo(gigaMacs, withPercentage(0.5));
  }
}
