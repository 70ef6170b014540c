package io.sadi.predict.engine;

import io.sadi.geom.PixelConvention;
import io.sadi.io.BadInputException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several views of a person, who is smaller in each larger one, and what the network says of all of
 * them averaged in the frame of the view at scale 1 (sadi-model(7)). Where a joint lies outside of
 * the smaller views, the others decide.
 *
 * @param scales factors of the crop's side in the image, 0.1 to 10
 */
public record ImagePyramid(List<Double> scales) {
  private static final double MIN = 0.1;
  private static final double MAX = 10;
  private static final int MOST = 64;

  /** One view, as it is. */
  static final ImagePyramid ONE = new ImagePyramid(List.of(1.0));

  public ImagePyramid {
    scales = List.copyOf(scales);
    if (scales.isEmpty()
        || scales.size() > MOST
        || new HashSet<>(scales).size() < scales.size()
        || !scales.stream().allMatch(scale -> scale >= MIN && scale <= MAX)) {
      throw BadInputException.at(
          "--scales", scales.toString(), "different numbers from 0.1 to 10, such as 0.8..1.3", "");
    }
  }

  int size() {
    return scales.size();
  }

  /**
   * The average of what was said of the views of one person.
   *
   * @param views in the order of the scales, each a batch of one
   * @param pixels where the middle of each map is: there all views agree
   */
  Maps combine(List<Maps> views, PixelConvention pixels) {
    Maps first = views.get(0);
    if (equals(ONE)) {
      return first;
    }
    int side = first.size();
    List<Axis> axes = scales.stream().map(scale -> Axis.of(scale, side, pixels)).toList();
    return new Maps(
        first.joints(),
        side,
        average(first.joints(), side, axes, views.stream().map(Maps::h1).toList()),
        first.h2() == null
            ? null
            : average(first.joints(), side, axes, views.stream().map(Maps::h2).toList()),
        lengths(views.stream().map(Maps::mu).toList()),
        lengths(views.stream().map(Maps::sigma).toList()));
  }

  /**
   * Where the pixels of the frame lie along one side of a view: at pixel {@code at} and {@code
   * fraction} of the way to the next; before the first and after the last pixel the view has
   * nothing.
   */
  @SuppressWarnings("ArrayRecordComponent") // a table, never compared
  private record Axis(int[] at, float[] fraction, boolean[] inside) {
    static Axis of(double scale, int side, PixelConvention pixels) {
      Axis axis = new Axis(new int[side], new float[side], new boolean[side]);
      for (int i = 0; i < side; i++) {
        double unit = pixels.unit(i, side) / scale;
        double place = pixels.pixel(unit, side);
        axis.inside[i] = Math.abs(unit) <= 0.5;
        axis.at[i] = Math.max(0, Math.min(side - 2, (int) Math.floor(place)));
        axis.fraction[i] = (float) Math.max(0, Math.min(1, place - axis.at[i]));
      }
      return axis;
    }
  }

  /** The mean of maps, each resampled bilinearly, over the views that show a pixel. */
  private static float[] average(
      int joints, int side, List<Axis> axes, List<float @Nullable []> maps) {
    float[] sum = new float[joints * side * side];
    int[] views = new int[side * side];
    for (int v = 0; v < axes.size(); v++) {
      Axis axis = axes.get(v);
      float[] map = maps.get(v);
      if (map == null) {
        throw new IllegalArgumentException("one view has maps that another has not");
      }
      for (int y = 0; y < side; y++) {
        for (int x = 0; x < side; x++) {
          if (!axis.inside[x] || !axis.inside[y]) {
            continue;
          }
          views[y * side + x]++;
          float fx = axis.fraction[x];
          float fy = axis.fraction[y];
          int at = axis.at[y] * side + axis.at[x];
          for (int k = 0; k < joints; k++) {
            int i = k * side * side + at;
            float upper = (1 - fx) * map[i] + fx * map[i + 1];
            float lower = (1 - fx) * map[i + side] + fx * map[i + side + 1];
            sum[k * side * side + y * side + x] += (1 - fy) * upper + fy * lower;
          }
        }
      }
    }
    for (int i = 0; i < sum.length; i++) {
      sum[i] /= Math.max(1, views[i % (side * side)]);
    }
    return sum;
  }

  /**
   * The mean of positions or lengths in crop units, which are as many times as long as the crop.
   */
  private float @Nullable [] lengths(List<float @Nullable []> ofViews) {
    float[] first = ofViews.get(0);
    if (first == null) {
      return null;
    }
    float[] mean = new float[first.length];
    for (int v = 0; v < size(); v++) {
      float[] values = ofViews.get(v);
      for (int i = 0; values != null && i < mean.length; i++) {
        mean[i] += (float) (scales.get(v) * values[i] / size());
      }
    }
    return mean;
  }

  /** As it is written on the command line. */
  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    scales.forEach(scale -> parts.add(String.valueOf(scale)));
    return String.join(",", parts);
  }
}
