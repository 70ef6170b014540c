package io.sadi.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.torch.Uint8Range;
import org.junit.jupiter.api.Test;

/** Ranges that waste codes on values which hardly occur make every other value coarse. */
class RangeSearchTest {

  private static RangeSearch search(double low, double high) {
    RangeSearch search = new RangeSearch();
    search.include(low, high);
    return search;
  }

  private static float[] even(int from, int to, float count) {
    float[] counts = new float[RangeSearch.BINS];
    for (int i = from; i < to; i++) {
      counts[i] = count;
    }
    return counts;
  }

  @Test
  void evenlySpreadValuesTakeTheWholeRange() {
    RangeSearch search = search(0, 10);
    search.count(even(0, RangeSearch.BINS, 100));
    assertThat(search.best(2)).isEqualTo(search.whole());
    assertThat(search.whole().scale()).isCloseTo(10 / 255.0, within());
    assertThat(search.whole().zeroPoint()).isZero();
  }

  @Test
  void aStrayValueIsCutOff() {
    RangeSearch search = search(0, 10);
    search.count(even(0, RangeSearch.BINS / 10, 1000)); // all below 1
    float[] stray = new float[RangeSearch.BINS];
    stray[RangeSearch.BINS - 1] = 0.001f;
    search.count(stray);
    assertThat(search.best(2).scale()).isLessThan(2 / 255.0);
    assertThat(search.best(4).scale())
        .as("the more its error counts")
        .isGreaterThan(search.best(2).scale());
  }

  @Test
  void zeroIsAlwaysExact() {
    RangeSearch search = search(-3, 1);
    search.count(even(0, RangeSearch.BINS, 1));
    Uint8Range range = search.best(2);
    assertThat(range.zeroPoint()).isBetween(185, 197); // 3/4 of the codes are below
    assertThat(search(0, 0).best(2).scale()).as("a map of zeros").isPositive();
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.data.Offset.offset(1e-6);
  }
}
