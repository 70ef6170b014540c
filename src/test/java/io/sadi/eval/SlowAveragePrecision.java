package io.sadi.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Average precision once more, step by step as COCO's evaluation describes it and with nothing of
 * the product's: matrices as large as they come, every point of every curve. Independent, so that a
 * mistake in one of the two shows.
 */
final class SlowAveragePrecision {
  record Truth(
      int image,
      int category,
      double[] x,
      double[] y,
      int[] v,
      double[] box,
      double area,
      boolean crowd) {}

  record Found(int image, int category, double[] x, double[] y, double score, double area) {}

  private final double[] sigmas;
  private final List<Truth> truths;
  private final List<Found> found;

  SlowAveragePrecision(double[] sigmas, List<Truth> truths, List<Found> found) {
    this.sigmas = sigmas;
    this.truths = truths;
    this.found = found;
  }

  /** AP, AP50, ... as fractions; NaN where nobody counts. */
  Map<String, Double> values() {
    double[][] areas = {{0, 1e10}, {1024, 9216}, {9216, 1e10}};
    double[][] precision = new double[3][10];
    double[][] recall = new double[3][10];
    for (int a = 0; a < 3; a++) {
      for (int t = 0; t < 10; t++) {
        double[] both = overCategories(0.5 + 0.05 * t, areas[a]);
        precision[a][t] = both[0];
        recall[a][t] = both[1];
      }
    }
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("AP", mean(precision[0]));
    values.put("AP50", precision[0][0]);
    values.put("AP75", precision[0][5]);
    values.put("APm", mean(precision[1]));
    values.put("APl", mean(precision[2]));
    values.put("AR", mean(recall[0]));
    values.put("AR50", recall[0][0]);
    values.put("AR75", recall[0][5]);
    values.put("ARm", mean(recall[1]));
    values.put("ARl", mean(recall[2]));
    return values;
  }

  private static double mean(double... values) {
    return Arrays.stream(values).filter(v -> !Double.isNaN(v)).average().orElse(Double.NaN);
  }

  private double[] overCategories(double threshold, double[] range) {
    List<Double> precisions = new ArrayList<>();
    List<Double> recalls = new ArrayList<>();
    for (int category : new TreeSet<>(truths.stream().map(Truth::category).toList())) {
      double[] both = ofCategory(category, threshold, range);
      precisions.add(both[0]);
      recalls.add(both[1]);
    }
    return new double[] {
      mean(precisions.stream().mapToDouble(d -> d).toArray()),
      mean(recalls.stream().mapToDouble(d -> d).toArray())
    };
  }

  /** A detection's fate: its score, 1 right, 0 wrong, -1 not counted. */
  private record Fate(double score, int what) {}

  private double[] ofCategory(int category, double threshold, double[] range) {
    List<Fate> fates = new ArrayList<>();
    int people = 0;
    for (int image : images()) {
      List<Truth> here =
          truths.stream().filter(g -> g.image == image && g.category == category).toList();
      List<Found> best =
          found.stream()
              .filter(d -> d.image == image && d.category == category)
              .sorted(Comparator.comparing((Found d) -> d.score).reversed())
              .limit(20)
              .toList();
      people += (int) here.stream().filter(g -> counts(g, range)).count();
      List<Truth> used = new ArrayList<>();
      for (Found d : best) {
        Truth match = null;
        for (boolean counting : new boolean[] {true, false}) {
          double most = -1;
          for (Truth g : here) {
            boolean free = g.crowd || used.stream().noneMatch(u -> u == g);
            double oks = oks(g, d);
            if (match == null || counts(match, range) == counting) {
              if (counts(g, range) == counting && free && oks >= threshold && oks >= most) {
                most = oks;
                match = g;
              }
            }
          }
        }
        if (match != null) {
          used.add(match);
          fates.add(new Fate(d.score, counts(match, range) ? 1 : -1));
        } else {
          fates.add(new Fate(d.score, d.area < range[0] || d.area > range[1] ? -1 : 0));
        }
      }
    }
    if (people == 0) {
      return new double[] {Double.NaN, Double.NaN};
    }
    fates.sort(Comparator.comparing(Fate::score).reversed());
    List<double[]> points = new ArrayList<>(); // recall, precision
    double right = 0;
    double wrong = 0;
    for (Fate fate : fates) {
      right += fate.what == 1 ? 1 : 0;
      wrong += fate.what == 0 ? 1 : 0;
      points.add(new double[] {right / people, right / (right + wrong + Math.ulp(1.0))});
    }
    double sum = 0;
    for (int i = 0; i <= 100; i++) {
      double at = i == 100 ? 1 : i * 0.01;
      sum += points.stream().filter(p -> p[0] >= at).mapToDouble(p -> p[1]).max().orElse(0);
    }
    return new double[] {sum / 101, right / people};
  }

  private List<Integer> images() {
    TreeSet<Integer> images = new TreeSet<>();
    truths.forEach(g -> images.add(g.image));
    found.forEach(d -> images.add(d.image));
    return List.copyOf(images);
  }

  private static boolean counts(Truth g, double[] range) {
    boolean joints = Arrays.stream(g.v).anyMatch(v -> v > 0);
    return joints && !g.crowd && g.area >= range[0] && g.area <= range[1];
  }

  private double oks(Truth g, Found d) {
    boolean joints = Arrays.stream(g.v).anyMatch(v -> v > 0);
    List<Double> all = new ArrayList<>();
    for (int k = 0; k < sigmas.length; k++) {
      double dx;
      double dy;
      if (joints) {
        if (g.v[k] == 0) {
          continue;
        }
        dx = d.x[k] - g.x[k];
        dy = d.y[k] - g.y[k];
      } else {
        dx = beyond(d.x[k], g.box[0], g.box[2]);
        dy = beyond(d.y[k], g.box[1], g.box[3]);
      }
      double variance = Math.pow(2 * sigmas[k], 2);
      all.add(Math.exp(-(dx * dx + dy * dy) / variance / (g.area + Math.ulp(1.0)) / 2));
    }
    return all.stream().mapToDouble(e -> e).average().orElse(0);
  }

  /** How far outside of the box, enlarged by its own length on each side. */
  private static double beyond(double at, double from, double length) {
    return at < from - length ? from - length - at : Math.max(0, at - (from + 2 * length));
  }
}
