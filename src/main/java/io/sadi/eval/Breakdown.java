package io.sadi.eval;

import io.sadi.config.Config;
import io.sadi.data.Person;
import io.sadi.geom.Box;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntBinaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Percentages of parts of the joints that the means are over: by visibility, by the person's size,
 * by how much is annotated. They show where a network fails.
 *
 * @param metric what is measured
 * @param decode the set of predictions
 * @param by what sets the rows apart
 * @param rows in a fixed order; empty where the dataset does not say
 */
public record Breakdown(PoseMetric metric, String decode, By by, List<Slice> rows) {

  /** A share p of a two-dimensional normal lies within a squared distance of -2 ln(1 - p). */
  private static final double ELLIPSE_90 = -2 * Math.log1p(-0.9);

  /** What sets the rows apart. */
  public enum By {
    /** Whether a joint is visible or occluded, as annotated. */
    VISIBILITY,
    /** How large the person is: thirds of the people by the larger side of their box. */
    SIZE,
    /** How many of the person's joints are annotated. */
    JOINTS,
    /** The image's folder, as a stress set has one for each disturbance. */
    FOLDER;

    /** As options are written: lower case. */
    @Override
    public String toString() {
      return Config.name(this);
    }
  }

  /**
   * A group of joints.
   *
   * @param name as in {@code occluded} or {@code 90 to 140 px}
   * @param people that have any of them
   * @param counted joints
   * @param percent pooled over these joints, 0 to 100
   * @param interval95 if other people were drawn; null if not asked for
   * @param inside90 percentage of the joints with a deviation that are inside the ellipse that
   *     should hold 90 % of them; NaN where none has one or it was not asked for
   */
  public record Slice(
      String name,
      int people,
      int counted,
      double percent,
      @Nullable Interval interval95,
      double inside90) {}

  public Breakdown {
    rows = List.copyOf(rows);
  }

  /** What a person should know of it; null where nothing. */
  public @Nullable String note() {
    return rows.isEmpty()
        ? "by "
            + by
            + (by == By.FOLDER
                ? ": all images are in one folder"
                : ": every joint is annotated as equally visible, so the dataset does not say which"
                    + " are occluded")
        : null;
  }

  /**
   * Breaks down what was measured.
   *
   * @param predictions whose deviations are looked at; null for none
   */
  static Breakdown of(
      PoseMetric metric,
      String decode,
      By by,
      List<String> joints,
      List<Person> people,
      JointErrors errors,
      @Nullable Predictions predictions,
      boolean withIntervals) {
    List<String> names;
    IntBinaryOperator group; // of person i's joint k
    switch (by) {
      case VISIBILITY -> {
        names = List.of("visible", "occluded");
        group = (i, k) -> people.get(i).visibility()[k] == Person.VISIBLE ? 0 : 1;
      }
      case SIZE -> {
        double[] sides = people.stream().mapToDouble(Breakdown::side).toArray();
        double[] sorted = sides.clone();
        Arrays.sort(sorted);
        double first = sorted[(sorted.length - 1) / 3];
        double second = sorted[(2 * sorted.length - 1) / 3];
        names =
            List.of(
                String.format(Locale.ROOT, "up to %.0f px", first),
                String.format(Locale.ROOT, "%.0f to %.0f px", first, second),
                String.format(Locale.ROOT, "above %.0f px", second));
        group = (i, k) -> sides[i] <= first ? 0 : sides[i] <= second ? 1 : 2;
      }
      case JOINTS -> {
        int all = people.get(0).x().length;
        int half = (all + 1) / 2;
        names = List.of("all " + all, half + " to " + (all - 1), "fewer than " + half);
        int[] annotated =
            people.stream()
                .mapToInt(p -> (int) IntStream.range(0, all).filter(p::annotated).count())
                .toArray();
        group = (i, k) -> annotated[i] == all ? 0 : annotated[i] >= half ? 1 : 2;
      }
      case FOLDER -> {
        List<String> folders = people.stream().map(Breakdown::folder).toList();
        names = folders.stream().distinct().toList();
        Map<String, Integer> places = new HashMap<>();
        names.forEach(name -> places.put(name, places.size()));
        int[] of = folders.stream().mapToInt(places::get).toArray();
        group = (i, k) -> of[i];
      }
      default -> throw new IllegalStateException("no such breakdown");
    }
    List<Integer> inMean = new Summary.Layout(joints).inMean();
    List<Slice> rows = rows(metric, names, group, inMean, errors, withIntervals);
    if (predictions != null) {
      rows = withEllipses(rows, names, group, inMean, people, predictions);
    }
    boolean unsaid = (by == By.VISIBILITY || by == By.FOLDER) && rows.size() < 2;
    return new Breakdown(metric, decode, by, unsaid ? List.of() : rows);
  }

  private static String folder(Person person) {
    int slash = person.image().lastIndexOf('/');
    return slash < 0 ? "." : person.image().substring(0, slash);
  }

  /** The rows with how many joints are inside the ellipses of their deviations. */
  private static List<Slice> withEllipses(
      List<Slice> rows,
      List<String> names,
      IntBinaryOperator group,
      List<Integer> joints,
      List<Person> people,
      Predictions predictions) {
    int[] having = new int[names.size()];
    int[] inside = new int[names.size()];
    for (int i = 0; i < people.size(); i++) {
      Person person = people.get(i);
      Prediction prediction = predictions.of(person);
      for (int k : joints) {
        if (prediction != null && person.annotated(k) && prediction.isPlaced(k)) {
          double x = ((double) prediction.x()[k] - person.x()[k]) / prediction.sigmaX()[k];
          double y = ((double) prediction.y()[k] - person.y()[k]) / prediction.sigmaY()[k];
          if (!Double.isNaN(x + y)) {
            int g = group.applyAsInt(i, k);
            having[g]++;
            inside[g] += x * x + y * y <= ELLIPSE_90 ? 1 : 0;
          }
        }
      }
    }
    return rows.stream()
        .map(
            row -> {
              int g = names.indexOf(row.name());
              return new Slice(
                  row.name(),
                  row.people(),
                  row.counted(),
                  row.percent(),
                  row.interval95(),
                  having[g] == 0 ? Double.NaN : 100.0 * inside[g] / having[g]);
            })
        .toList();
  }

  private static double side(Person person) {
    Box box = person.box() == null ? person.extent() : person.box();
    return Math.max(box.width(), box.height());
  }

  private static List<Slice> rows(
      PoseMetric metric,
      List<String> names,
      IntBinaryOperator group,
      List<Integer> joints,
      JointErrors errors,
      boolean withIntervals) {
    int groups = names.size();
    long[][] credits = new long[errors.people()][groups];
    int[][] counts = new int[errors.people()][groups];
    for (int i = 0; i < counts.length; i++) {
      for (int k : joints) {
        if (errors.counts(i, k)) {
          int g = group.applyAsInt(i, k);
          counts[i][g]++;
          credits[i][g] += metric.credit(errors.error(i, k));
        }
      }
    }
    int[] everybody = IntStream.range(0, counts.length).toArray();
    double[] fractions = fractions(everybody, credits, counts, metric.fullCredit());
    Interval[] intervals =
        withIntervals
            ? Bootstrap.intervals95(
                counts.length, drawn -> fractions(drawn, credits, counts, metric.fullCredit()))
            : null;
    List<Slice> rows = new ArrayList<>();
    for (int g = 0; g < groups; g++) {
      int at = g;
      int counted = Arrays.stream(counts).mapToInt(of -> of[at]).sum();
      int having = (int) Arrays.stream(counts).filter(of -> of[at] > 0).count();
      if (counted > 0) {
        rows.add(
            new Slice(
                names.get(g),
                having,
                counted,
                100 * fractions[g],
                intervals == null ? null : intervals[g].times(100),
                Double.NaN));
      }
    }
    return rows;
  }

  private static double[] fractions(int[] people, long[][] credits, int[][] counts, int full) {
    double[] credit = new double[credits[0].length];
    double[] count = new double[credit.length];
    for (int i : people) {
      for (int g = 0; g < credit.length; g++) {
        credit[g] += credits[i][g];
        count[g] += counts[i][g];
      }
    }
    for (int g = 0; g < credit.length; g++) {
      credit[g] /= full * count[g]; // NaN where nothing counts
    }
    return credit;
  }
}
