package io.sadi.predict.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** A joint is where its map's peak is, between pixels. */
class PeakFinderTest {

  @Test
  void darkFindsTheCentreOfAGaussianBetweenPixels() {
    float[] map = gaussian(32, 12.3, 17.8, 2);
    PeakFinder.Peak peak = new PeakFinder(32, 32, Refine.DARK, 2).find(map, 0);
    assertThat(peak.x()).isEqualTo(12.3, within(0.05));
    assertThat(peak.y()).isEqualTo(17.8, within(0.05));
  }

  /** Smoothed more than it was drawn for, a peak is pulled to what is near it. */
  @Test
  void darkSmoothsAsTheMapWasDrawn() {
    float[] map = gaussian(32, 12.3, 17.8, 1);
    float[] other = gaussian(32, 16.3, 17.8, 1);
    for (int i = 0; i < map.length; i++) {
      map[i] = Math.max(map[i], 0.9f * other[i]);
    }
    PeakFinder.Peak peak = new PeakFinder(32, 32, Refine.DARK, 1).find(map, 0);
    assertThat(peak.x()).isEqualTo(12.3, within(0.15));
    assertThat(peak.y()).isEqualTo(17.8, within(0.05));
    double pulled = new PeakFinder(32, 32, Refine.DARK, 2).find(map, 0).x();
    assertThat(Math.abs(pulled - 12.3)).isGreaterThan(0.3);
  }

  @Test
  void quarterMovesTowardsTheLargerNeighbour() {
    float[] map = gaussian(32, 12.3, 17.8, 2);
    PeakFinder.Peak peak = new PeakFinder(32, 32, Refine.QUARTER, 2).find(map, 0);
    assertThat(peak.x()).isEqualTo(12.25);
    assertThat(peak.y()).isEqualTo(17.75);
  }

  @Test
  void aPeakAtTheBorderStaysWhereItIs() {
    float[] map = gaussian(32, 0, 31, 2);
    for (Refine refine : Refine.values()) {
      PeakFinder.Peak peak = new PeakFinder(32, 32, refine, 2).find(map, 0);
      assertThat(peak.x()).isZero();
      assertThat(peak.y()).isEqualTo(31);
    }
  }

  @Test
  void aMapOfZerosHasAPeakLikeAnyOther() {
    PeakFinder.Peak peak = new PeakFinder(4, 4, Refine.DARK, 2).find(new float[32], 16);
    assertThat(peak.value()).isZero();
    assertThat(peak.x()).isBetween(0.0, 3.0);
  }

  private static float[] gaussian(int size, double x, double y, double deviation) {
    float[] map = new float[size * size];
    for (int j = 0; j < size; j++) {
      for (int i = 0; i < size; i++) {
        double squared = (i - x) * (i - x) + (j - y) * (j - y);
        map[j * size + i] = (float) Math.exp(-squared / (2 * deviation * deviation));
      }
    }
    return map;
  }
}
