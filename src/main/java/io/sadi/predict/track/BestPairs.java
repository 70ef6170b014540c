package io.sadi.predict.track;

import java.util.Arrays;

/** Who goes with whom so that the sum of what that is worth is the largest: Kuhn and Munkres. */
final class BestPairs {
  private BestPairs() {}

  /**
   * The best partners.
   *
   * @param worth [rows, columns], of each row with each column; rows may have different numbers
   *     only where there are none
   * @return the column of each row, -1 where there are fewer columns and it has none
   */
  static int[] of(double[][] worth) {
    int rows = worth.length;
    int columns = rows == 0 ? 0 : worth[0].length;
    int[] partners = new int[rows];
    Arrays.fill(partners, -1);
    if (rows <= columns) {
      int[] byColumn = ofFewerRows(worth, rows, columns, false);
      for (int c = 0; c < columns; c++) {
        if (byColumn[c] >= 0) {
          partners[byColumn[c]] = c;
        }
      }
    } else if (columns > 0) {
      System.arraycopy(ofFewerRows(worth, columns, rows, true), 0, partners, 0, rows);
    }
    return partners;
  }

  /**
   * Shortest augmenting paths with potentials, O(rows^2 columns).
   *
   * @param turned whether rows are the columns of {@code worth}
   * @return the row of each column, or -1
   */
  private static int[] ofFewerRows(double[][] worth, int rows, int columns, boolean turned) {
    double[] ofRow = new double[rows + 1];
    double[] ofColumn = new double[columns + 1];
    int[] partner = new int[columns + 1]; // the row of a column, from 1; 0 for none
    int[] before = new int[columns + 1];
    for (int row = 1; row <= rows; row++) {
      partner[0] = row;
      int column = 0;
      double[] least = new double[columns + 1];
      Arrays.fill(least, Double.POSITIVE_INFINITY);
      boolean[] used = new boolean[columns + 1];
      do {
        used[column] = true;
        int from = partner[column];
        int next = 0;
        double step = Double.POSITIVE_INFINITY;
        for (int c = 1; c <= columns; c++) {
          if (!used[c]) {
            double value = turned ? worth[c - 1][from - 1] : worth[from - 1][c - 1];
            double cost = -value - ofRow[from] - ofColumn[c];
            if (cost < least[c]) {
              least[c] = cost;
              before[c] = column;
            }
            if (least[c] < step) {
              step = least[c];
              next = c;
            }
          }
        }
        for (int c = 0; c <= columns; c++) {
          if (used[c]) {
            ofRow[partner[c]] += step;
            ofColumn[c] -= step;
          } else {
            least[c] -= step;
          }
        }
        column = next;
      } while (partner[column] != 0);
      while (column != 0) {
        partner[column] = partner[before[column]];
        column = before[column];
      }
    }
    int[] result = new int[columns];
    for (int c = 0; c < columns; c++) {
      result[c] = partner[c + 1] - 1;
    }
    return result;
  }
}
