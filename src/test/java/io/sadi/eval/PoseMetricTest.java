package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.data.Metric;
import io.sadi.io.BadInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PoseMetricTest {
  @ParameterizedTest
  @CsvSource({
    "pckh@0.5, HEAD, 0.5, false",
    "pck@0.2, TORSO, 0.2, false",
    "pckh-auc@0.5, HEAD, 0.5, true",
    "pck@1, TORSO, 1, false",
    "pck@0.000125, TORSO, 0.000125, false"
  })
  void aNameIsReadAndPrintedBack(
      String name, ReferenceLength reference, double threshold, boolean area) {
    PoseMetric metric = PoseMetric.parse(name);
    assertThat(metric).isEqualTo(new PoseMetric(reference, threshold, area));
    assertThat(metric.label()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pckh",
        "pckh@",
        "pck@0",
        "pck@-0.1",
        "pck@NaN",
        "pck@101",
        "oks@0.5",
        "PCK@0.2",
        ""
      })
  void whatIsNoMetricIsRefusedWithWhatThereIs(String name) {
    assertThatThrownBy(() -> PoseMetric.parse(name))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("'" + name + "'")
        .hasMessageContaining("pckh@T");
  }

  @Test
  void everyDatasetsMetricIsKnown() {
    for (Metric metric : Metric.values()) {
      assertThat(PoseMetric.of(metric).label()).isEqualTo(metric.label());
    }
  }
}
