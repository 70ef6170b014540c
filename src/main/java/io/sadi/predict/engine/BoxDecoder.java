package io.sadi.predict.engine;

import io.sadi.data.Detected;
import io.sadi.geom.Box;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads boxes from a detector's maps: the peaks of the map of centres, and the box of each.
 *
 * @param cells side of the maps
 * @param stride pixels of the input to a cell
 * @param minScore peaks below it are left out
 * @param overlap of two boxes with more in common (intersection over union) the surer one stays
 */
record BoxDecoder(int cells, int stride, double minScore, double overlap) {
  /** Peaks that are looked at, the surest. */
  private static final int MOST = 100;

  /** Logarithms of a side in quarters of the input beyond this are no box. */
  private static final double LARGEST_LOG = 3;

  private record CentrePeak(int column, int row, float logit) {}

  /**
   * The boxes of one photo, the surest first.
   *
   * @param centre logits, [cells, cells]
   * @param box [4, cells, cells], as {@code DetectorNet.CellMaps} has it
   * @return in pixels of the input, edges at whole numbers; some may reach beyond it
   */
  List<Detected> read(float[] centre, float[] box) {
    List<Detected> found = new ArrayList<>();
    for (CentrePeak peak : peaks(centre)) {
      Detected one = box(peak, box);
      if (one != null
          && found.stream().noneMatch(other -> other.box().overlap(one.box()) > overlap)) {
        found.add(one);
      }
    }
    return found;
  }

  /** Cells above none of their eight neighbours' likelihoods; of equal neighbours the first. */
  private List<CentrePeak> peaks(float[] centre) {
    double least = Math.log(minScore / (1 - minScore)); // minus infinity at 0
    List<CentrePeak> peaks = new ArrayList<>();
    for (int row = 0; row < cells; row++) {
      for (int column = 0; column < cells; column++) {
        float logit = centre[row * cells + column];
        if (logit >= least && isPeak(centre, column, row)) {
          peaks.add(new CentrePeak(column, row, logit));
        }
      }
    }
    peaks.sort(Comparator.comparingDouble((CentrePeak peak) -> -peak.logit())); // stable
    return peaks.subList(0, Math.min(MOST, peaks.size()));
  }

  private boolean isPeak(float[] centre, int column, int row) {
    int at = row * cells + column;
    for (int r = Math.max(0, row - 1); r <= Math.min(cells - 1, row + 1); r++) {
      for (int c = Math.max(0, column - 1); c <= Math.min(cells - 1, column + 1); c++) {
        int other = r * cells + c;
        if (centre[other] > centre[at] || (centre[other] == centre[at] && other < at)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Null where its numbers are none of a box. */
  private @Nullable Detected box(CentrePeak peak, float[] box) {
    int area = cells * cells;
    int at = peak.row() * cells + peak.column();
    double x = (peak.column() + 0.5 + box[at]) * stride;
    double y = (peak.row() + 0.5 + box[at + area]) * stride;
    double quarter = cells * stride / 4.0;
    double logWidth = box[at + 2 * area];
    double logHeight = box[at + 3 * area];
    if (!(Double.isFinite(x + y) && logWidth <= LARGEST_LOG && logHeight <= LARGEST_LOG)) {
      return null;
    }
    double width = quarter * Math.exp(logWidth);
    double height = quarter * Math.exp(logHeight);
    return new Detected(
        new Box(x - width / 2, y - height / 2, width, height), 1 / (1 + Math.exp(-peak.logit())));
  }
}
