package io.sadi.eval;

import io.sadi.eval.Detections.Ranking;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Average precision and recall by object keypoint similarity, as COCO defines them and pycocotools
 * computes them. Values are percentages, NaN where nobody counts.
 *
 * @param values by name: {@link #NAMES}
 * @param intervals95 bootstrap intervals of all of them over images, or null if not asked for
 * @param people who count
 * @param ignored crowds, and people without joints
 * @param detections that were looked at, of which 20 an image count
 * @param otherCategory detections of a category that nobody annotated has
 */
record AveragePrecision(
    Map<String, Double> values,
    @Nullable Map<String, Interval> intervals95,
    int people,
    int ignored,
    int detections,
    int otherCategory) {

  /** AP, at similarities of 0.5 and 0.75, of medium and large people; recall likewise. */
  public static final List<String> NAMES =
      List.of("AP", "AP50", "AP75", "APm", "APl", "AR", "AR50", "AR75", "ARm", "ARl");

  private static final int AT_50 = 0;
  private static final int AT_75 = 5;

  /** Points of the curve of precision over recall: 0, 0.01, ... 1. */
  private static final double[] RECALLS = Detections.linspace(0, 1, 101);

  /** pycocotools' guard against dividing 0 by 0. */
  private static final double TINY = Math.ulp(1.0);

  public AveragePrecision {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    intervals95 =
        intervals95 == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(intervals95));
  }

  static AveragePrecision of(Detections detections, boolean withIntervals) {
    int[] once = new int[detections.images()];
    Arrays.fill(once, 1);
    Detections.Count count = detections.count();
    return new AveragePrecision(
        percentages(fractions(detections, once)),
        withIntervals ? intervals95(detections, null) : null,
        count.people(),
        count.ignored(),
        count.detections(),
        count.otherCategory());
  }

  /** The differences between this and another of the same split, in percentage points. */
  Map<String, Double> minus(AveragePrecision other) {
    Map<String, Double> differences = new LinkedHashMap<>();
    values.forEach(
        (name, value) ->
            differences.put(name, value - other.values.getOrDefault(name, Double.NaN)));
    return differences;
  }

  /** The 95 % intervals if images were drawn again; of differences where there is a baseline. */
  static Map<String, Interval> intervals95(Detections detections, @Nullable Detections baseline) {
    Interval[] intervals =
        Bootstrap.intervals95(
            detections.images(),
            drawn -> {
              int[] times = new int[detections.images()];
              for (int image : drawn) {
                times[image]++;
              }
              double[] fractions = fractions(detections, times);
              if (baseline != null) {
                double[] others = fractions(baseline, times);
                for (int i = 0; i < fractions.length; i++) {
                  fractions[i] -= others[i];
                }
              }
              return fractions;
            });
    Map<String, Interval> byName = new LinkedHashMap<>();
    for (int i = 0; i < intervals.length; i++) {
      byName.put(NAMES.get(i), intervals[i].times(100));
    }
    return byName;
  }

  /** Lines about what the numbers leave out. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (ignored > 0) {
      notes.add(
          "AP: "
              + ignored
              + " crowds and people without joints are ignored: who finds them is neither right nor"
              + " wrong");
    }
    if (otherCategory > 0) {
      notes.add("AP: " + otherCategory + " detections of other categories do not count");
    }
    return notes;
  }

  private static Map<String, Double> percentages(double[] fractions) {
    Map<String, Double> byName = new LinkedHashMap<>();
    for (int i = 0; i < fractions.length; i++) {
      byName.put(NAMES.get(i), 100 * fractions[i]);
    }
    return byName;
  }

  /**
   * All numbers, in the order of their names.
   *
   * @param times how often each image counts
   */
  static double[] fractions(Detections detections, int[] times) {
    Mean[] means = new Mean[NAMES.size()];
    Arrays.setAll(means, i -> new Mean());
    Curve curve = new Curve(times);
    for (int area : new int[] {Detections.ALL, Detections.MEDIUM, Detections.LARGE}) {
      for (Ranking ranking : detections.rankings(area)) {
        if (!curve.begin(ranking)) {
          continue;
        }
        for (int t = 0; t < Detections.SIMILARITIES.length; t++) {
          curve.draw(t);
          for (int number : numbers(area, t)) {
            means[number].add(curve.meanPrecision());
            means[number + NAMES.size() / 2].add(curve.lastRecall());
          }
        }
      }
    }
    return Arrays.stream(means).mapToDouble(Mean::value).toArray();
  }

  /** Which precisions a curve is part of, as places in {@link #NAMES}. */
  private static int[] numbers(int area, int t) {
    if (area != Detections.ALL) {
      return new int[] {area == Detections.MEDIUM ? 3 : 4};
    }
    return t == AT_50 ? new int[] {0, 1} : t == AT_75 ? new int[] {0, 2} : new int[] {0};
  }

  /** Precision over recall, of one ranking at one similarity after the other. */
  private static final class Curve {
    private final int[] times;
    private Ranking ranking = new Ranking(new int[0], new int[0], new short[0], new short[0]);
    private long people;
    private long right;

    // After each right detection: only there recall grows, and precision is highest.
    private double[] precision = new double[0];
    private double[] recall = new double[0];
    private int points;

    /**
     * For images that count several times.
     *
     * @param times how often each does
     */
    Curve(int[] times) {
      this.times = times;
    }

    /** Takes a ranking; whether anybody counts in it. */
    boolean begin(Ranking next) {
      ranking = next;
      people = 0;
      for (int i = 0; i < times.length; i++) {
        people += (long) times[i] * ranking.people()[i];
      }
      if (precision.length < ranking.image().length) {
        precision = new double[ranking.image().length];
        recall = new double[ranking.image().length];
      }
      return people > 0;
    }

    void draw(int t) {
      int bit = 1 << t;
      points = 0;
      right = 0;
      long wrong = 0;
      for (int i = 0; i < ranking.image().length; i++) {
        int weight = times[ranking.image()[i]];
        if (weight == 0 || (ranking.ignored()[i] & bit) != 0) {
          continue;
        }
        if ((ranking.right()[i] & bit) != 0) {
          right += weight;
          recall[points] = (double) right / people;
          precision[points++] = right / (wrong + right + TINY);
        } else {
          wrong += weight;
        }
      }
      // The precision at a recall is the best at that recall or more.
      for (int i = points - 1; i > 0; i--) {
        precision[i - 1] = Math.max(precision[i - 1], precision[i]);
      }
    }

    /** Over all points of recall; 0 at those that are not reached. */
    double meanPrecision() {
      double sum = 0;
      int at = 0;
      for (double point : RECALLS) {
        while (at < points && recall[at] < point) {
          at++;
        }
        if (at == points) {
          break;
        }
        sum += precision[at];
      }
      return sum / RECALLS.length;
    }

    /** Of all detections. */
    double lastRecall() {
      return (double) right / people;
    }
  }

  private static final class Mean {
    private double sum;
    private int n;

    void add(double value) {
      sum += value;
      n++;
    }

    double value() {
      return n == 0 ? Double.NaN : sum / n;
    }
  }
}
