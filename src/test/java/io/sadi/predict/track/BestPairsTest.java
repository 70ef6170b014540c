package io.sadi.predict.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BestPairsTest {
  /** Whoever takes the best pair first may leave two others with nothing. */
  @Test
  void theSumCountsAndNotTheBestPair() {
    double[][] worth = {{0.9, 0.8}, {0.8, 0.1}};
    assertThat(BestPairs.of(worth)).containsExactly(1, 0);
    assertThat(BestPairs.of(new double[][] {{0.1, 0.7, 0.3}})).containsExactly(1);
    assertThat(BestPairs.of(new double[][] {{0.1}, {0.7}, {0.3}})).containsExactly(-1, 0, -1);
    assertThat(BestPairs.of(new double[0][])).isEmpty();
    assertThat(BestPairs.of(new double[2][0])).containsExactly(-1, -1);
  }

  @Test
  void noOtherAssignmentIsBetter() {
    Random random = new Random(4);
    for (int run = 0; run < 300; run++) {
      double[][] worth = new double[1 + random.nextInt(5)][1 + random.nextInt(5)];
      int columns = worth[0].length;
      for (double[] row : worth) {
        for (int c = 0; c < columns; c++) {
          row[c] = random.nextInt(3) == 0 ? 0 : random.nextDouble();
        }
      }
      int[] best = BestPairs.of(worth);
      double sum = 0;
      boolean[] taken = new boolean[columns];
      for (int r = 0; r < worth.length; r++) {
        if (best[r] >= 0) {
          assertThat(taken[best[r]]).as("taken twice").isFalse();
          taken[best[r]] = true;
          sum += worth[r][best[r]];
        }
      }
      assertThat(sum).isCloseTo(most(worth, 0, new boolean[columns]), within(1e-9));
    }
  }

  /** All assignments tried. */
  private static double most(double[][] worth, int row, boolean[] taken) {
    if (row == worth.length) {
      return 0;
    }
    double most = most(worth, row + 1, taken);
    for (int c = 0; c < taken.length; c++) {
      if (!taken[c]) {
        taken[c] = true;
        most = Math.max(most, worth[row][c] + most(worth, row + 1, taken));
        taken[c] = false;
      }
    }
    return most;
  }
}
