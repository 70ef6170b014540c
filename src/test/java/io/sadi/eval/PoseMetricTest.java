package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.data.Metric;
import io.sadi.io.BadInputException;
import java.util.List;
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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pckh@0.1,0.2,pck@0.2,0.3 | pckh@0.1,pckh@0.2,pck@0.2,pck@0.3",
        "pckh@0.1..0.5 | pckh@0.1,pckh@0.2,pckh@0.3,pckh@0.4,pckh@0.5",
        "pck-auc@0.05..0.2:0.05,0.2 | pck-auc@0.05,pck-auc@0.1,pck-auc@0.15,pck-auc@0.2",
        "pckh@.5..0.5,pckh-auc@1 | pckh@0.5,pckh-auc@1",
      })
  void listsAndRangesAreManyMetricsEachOnce(String names, String labels) {
    assertThat(PoseMetric.parseAll(List.of(names.split(","))))
        .extracting(PoseMetric::label)
        .containsExactly(labels.split(","));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.5,pckh@0.5 | '0.5', expected pckh@T",
        "pckh@0.5..0.1 | 'pckh@0.5..0.1', expected pckh@T",
        "pckh@0..0.1 | 'pckh@0..0.1', expected pckh@T",
        "pckh@0.5..101 | 'pckh@0.5..101', expected pckh@T",
        "pckh@0.1..0.5:0 | steps of 0 divide",
        "pckh@0.05..0.5 | a range that steps of 0.1 divide; A..B:STEP has others",
        "pckh@0.5..100:0.0001 | at most 1000 thresholds",
        "pckh@0.1..0.2..0.3 | expected pckh@T",
      })
  void whatIsNoRangeIsRefused(String names, String message) {
    assertThatThrownBy(() -> PoseMetric.parseAll(List.of(names.split(","))))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message);
  }

  /** Half a step for the points 0 and 0.5, a whole one for those between: MPII's trapezoids. */
  @ParameterizedTest
  @CsvSource({
    "0, 100",
    "0.001, 99",
    "0.01, 99",
    "0.0101, 97",
    "0.3, 41",
    "0.49, 3",
    "0.495, 1",
    "0.5, 1",
    "0.501, 0"
  })
  void theAreasCreditIsCountedInHalfSteps(double error, int credit) {
    PoseMetric metric = PoseMetric.parse("pckh-auc@0.5");
    assertThat(metric.fullCredit()).isEqualTo(100);
    assertThat(metric.credit(error)).isEqualTo(credit);
  }

  @Test
  void everyDatasetsMetricIsKnown() {
    for (Metric metric : Metric.values()) {
      assertThat(PoseMetric.of(metric).label()).isEqualTo(metric.label());
    }
  }
}
