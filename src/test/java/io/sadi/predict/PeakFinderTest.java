package io.sadi.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** A joint is where its map's peak is, between pixels. */
class PeakFinderTest {

  @Test
  void darkFindsTheCentreOfAGaussianBetweenPixels() {
    float[] map = gaussian(32, 12.3, 17.8, 2);
    PeakFinder.Peak peak = new PeakFinder(32, 32, Refine.DARK).find(map, 0);
    assertThat(peak.x()).isEqualTo(12.3, within(0.05));
    assertThat(peak.y()).isEqualTo(17.8, within(0.05));
  }

  @Test
  void quarterMovesTowardsTheLargerNeighbour() {
    float[] map = gaussian(32, 12.3, 17.8, 2);
    PeakFinder.Peak peak = new PeakFinder(32, 32, Refine.QUARTER).find(map, 0);
    assertThat(peak.x()).isEqualTo(12.25);
    assertThat(peak.y()).isEqualTo(17.75);
  }

  @Test
  void aPeakAtTheBorderStaysWhereItIs() {
    float[] map = gaussian(32, 0, 31, 2);
    for (Refine refine : Refine.values()) {
      PeakFinder.Peak peak = new PeakFinder(32, 32, refine).find(map, 0);
      assertThat(peak.x()).isZero();
      assertThat(peak.y()).isEqualTo(31);
    }
  }

  @Test
  void aMapOfZerosHasAPeakLikeAnyOther() {
    PeakFinder.Peak peak = new PeakFinder(4, 4, Refine.DARK).find(new float[32], 16);
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
