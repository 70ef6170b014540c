package io.sadi.eval;

import io.sadi.data.CocoId;
import io.sadi.data.CocoSource;
import io.sadi.data.Detected;
import io.sadi.data.Person;
import io.sadi.geom.Box;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One set of detections matched with all annotations by COCO's rules, for each of ten similarities
 * and three ranges of areas. Average precision is computed from it.
 *
 * <p>In each image the 20 surest detections choose in the order of their scores: the most similar
 * person that is free, if similar enough; else a crowd, or somebody without joints or outside the
 * range of areas. A detection that chose one of those is ignored, and so is one that found nobody
 * and is outside the range.
 */
final class Detections {
  /** From 0.5 to 0.95 in steps of 0.05, with the rounding of numpy's linspace. */
  static final double[] SIMILARITIES = linspace(0.5, 0.95, 10);

  /** All, medium, large: from and to in square pixels, both inside. */
  private static final double[][] AREAS = {{0, 1e10}, {32 * 32, 96 * 96}, {96 * 96, 1e10}};

  static final int ALL = 0;
  static final int MEDIUM = 1;
  static final int LARGE = 2;

  private static final int MOST_IN_AN_IMAGE = 20;

  /** The same of boxes. */
  private static final int MOST_BOXES_IN_AN_IMAGE = 100;

  /** A detection at least so similar may match whatever the threshold is. */
  private static final double ALIKE = 1 - 1e-10;

  /**
   * Detections of one category under one range of areas, the surest first.
   *
   * @param people how many count in each image
   * @param image of each detection
   * @param right bit t: found somebody who counts at similarity t
   * @param ignored bit t: is not counted at similarity t
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Ranking(int[] people, int[] image, short[] right, short[] ignored) {}

  private final int images;

  /** [areas][categories]. */
  private final List<List<Ranking>> rankings = new ArrayList<>();

  private final Count count;

  /**
   * How many there are.
   *
   * @param people who count, whatever their area
   * @param ignored crowds, and people without joints
   * @param detections in images of the split
   * @param otherCategory detections of a category that nobody annotated has
   */
  record Count(int people, int ignored, int detections, int otherCategory) {}

  private Detections(int images, Count count) {
    this.images = images;
    this.count = count;
  }

  static double[] linspace(double from, double to, int n) {
    double step = (to - from) / (n - 1);
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = i * step + from;
    }
    values[n - 1] = to;
    return values;
  }

  /** How many images the split has. */
  int images() {
    return images;
  }

  Count count() {
    return count;
  }

  /** A ranking for each category in which somebody is annotated. */
  List<Ranking> rankings(int area) {
    return rankings.get(area);
  }

  /** Matches detections; those of images outside the split do not matter. */
  static Detections of(OksTruth truth, List<Detection> found) {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    truth.images().forEach(name -> numbers.put(name, numbers.size()));
    Set<String> categories = new LinkedHashSet<>();
    truth.everybody().forEach(person -> categories.add(category(person)));
    List<Detection> inSplit =
        found.stream().filter(d -> numbers.containsKey(d.joints().image())).toList();
    // Whoever names no category, or has names of their own, means the only one, or all of them.
    boolean named = inSplit.stream().anyMatch(d -> categories.contains(d.category()));
    int others = 0;
    Map<String, Map<String, ImageCategory>> groups = new LinkedHashMap<>();
    for (String category : named ? categories : Set.of("")) {
      groups.put(category, new HashMap<>());
    }
    int ignored = 0;
    for (Person person : truth.everybody()) {
      group(groups, named ? category(person) : "", person.image()).truths.add(person);
      ignored += ignored(person) ? 1 : 0;
    }
    for (Detection detection : inSplit) {
      String category = named ? detection.category() : "";
      if (groups.containsKey(category)) {
        group(groups, category, detection.joints().image()).detections.add(detection);
      } else {
        others++;
      }
    }
    Detections detections =
        new Detections(
            numbers.size(),
            new Count(
                truth.everybody().size() - ignored, ignored, inSplit.size() - others, others));
    double[] spreads = truth.spreads();
    for (double[] range : AREAS) {
      List<Ranking> ofRange = new ArrayList<>();
      for (Map<String, ImageCategory> byImage : groups.values()) {
        ofRange.add(ranking(byImage, numbers, range, spreads));
      }
      detections.rankings.add(ofRange);
    }
    return detections;
  }

  /**
   * The same of boxes, by intersection over union; over the detection's area for a place that does
   * not count, as pycocotools has it of crowds.
   */
  static Detections ofBoxes(List<BoxPrecision.ImageBoxes> images) {
    int counted = images.stream().mapToInt(image -> image.people().size()).sum();
    int unknown = images.stream().mapToInt(image -> image.unknown().size()).sum();
    int found = images.stream().mapToInt(image -> image.found().size()).sum();
    Detections detections = new Detections(images.size(), new Count(counted, unknown, found, 0));
    for (double[] range : AREAS) {
      int[] people = new int[images.size()];
      List<MatchedDetection> outcomes = new ArrayList<>();
      for (int i = 0; i < people.length; i++) {
        people[i] = ImageCategory.match(i, images.get(i), range, outcomes);
      }
      detections.rankings.add(List.of(ranking(people, outcomes)));
    }
    return detections;
  }

  private static ImageCategory group(
      Map<String, Map<String, ImageCategory>> groups, String category, String image) {
    return groups
        .computeIfAbsent(category, c -> new HashMap<>())
        .computeIfAbsent(image, i -> new ImageCategory());
  }

  private static String category(Person person) {
    CocoSource source = person.source();
    if (source == null) {
      return "";
    }
    CocoId id = source.category().id();
    return id.text() == null ? Long.toString(id.number()) : id.text();
  }

  /** Whether whoever finds this person is neither right nor wrong. */
  static boolean ignored(Person person) {
    return person.crowd() || !person.annotated();
  }

  private static Ranking ranking(
      Map<String, ImageCategory> byImage,
      Map<String, Integer> numbers,
      double[] range,
      double[] spreads) {
    int[] people = new int[numbers.size()];
    List<MatchedDetection> outcomes = new ArrayList<>();
    // In the order of the images: it decides between equal scores of two images.
    numbers.forEach(
        (image, number) -> {
          ImageCategory group = byImage.get(image);
          if (group != null) {
            people[number] = group.match(number, range, spreads, outcomes);
          }
        });
    return ranking(people, outcomes);
  }

  private static Ranking ranking(int[] people, List<MatchedDetection> outcomes) {
    outcomes.sort(Comparator.comparingDouble(outcome -> -outcome.score)); // stable
    int n = outcomes.size();
    Ranking ranking = new Ranking(people, new int[n], new short[n], new short[n]);
    for (int i = 0; i < n; i++) {
      MatchedDetection outcome = outcomes.get(i);
      ranking.image[i] = outcome.image;
      ranking.right[i] = outcome.right;
      ranking.ignored[i] = outcome.ignored;
    }
    return ranking;
  }

  /** What became of one detection. */
  private record MatchedDetection(int image, double score, short right, short ignored) {}

  /** Everything of one category in one image. */
  private static final class ImageCategory {
    private final List<Person> truths = new ArrayList<>();
    private final List<Detection> detections = new ArrayList<>();

    /** Adds what becomes of each box; returns how many people count. */
    static int match(
        int image, BoxPrecision.ImageBoxes boxes, double[] range, List<MatchedDetection> outcomes) {
      List<Detected> surest =
          boxes.found().stream()
              .sorted(Comparator.comparingDouble(one -> -one.score())) // stable
              .limit(MOST_BOXES_IN_AN_IMAGE)
              .toList();
      List<Box> truths = new ArrayList<>(boxes.people());
      truths.addAll(boxes.unknown());
      boolean[] counts = new boolean[truths.size()];
      boolean[] crowds = new boolean[truths.size()];
      int people = 0;
      for (int g = 0; g < counts.length; g++) {
        crowds[g] = g >= boxes.people().size();
        counts[g] = !crowds[g] && inside(truths.get(g).area(), range);
        people += counts[g] ? 1 : 0;
      }
      double[][] similarities = new double[surest.size()][counts.length];
      for (int d = 0; d < similarities.length; d++) {
        Box box = surest.get(d).box();
        for (int g = 0; g < counts.length; g++) {
          similarities[d][g] =
              crowds[g] ? box.intersection(truths.get(g)) / box.area() : box.overlap(truths.get(g));
        }
      }
      double[] scores = surest.stream().mapToDouble(Detected::score).toArray();
      double[] areas = surest.stream().mapToDouble(one -> one.box().area()).toArray();
      choose(image, scores, areas, similarities, counts, crowds, range, outcomes);
      return people;
    }

    /** Adds what becomes of each detection; returns how many people count. */
    int match(int image, double[] range, double[] spreads, List<MatchedDetection> outcomes) {
      List<Detection> surest =
          detections.stream()
              .sorted(Comparator.comparingDouble(detection -> -detection.score())) // stable
              .limit(MOST_IN_AN_IMAGE)
              .toList();
      boolean[] counts = new boolean[truths.size()];
      int people = 0;
      for (int g = 0; g < counts.length; g++) {
        Person truth = truths.get(g);
        counts[g] = !ignored(truth) && inside(Oks.area(truth), range);
        people += counts[g] ? 1 : 0;
      }
      double[][] similarities = new double[surest.size()][counts.length];
      for (int d = 0; d < similarities.length; d++) {
        for (int g = 0; g < counts.length; g++) {
          similarities[d][g] = Oks.of(truths.get(g), surest.get(d).joints(), spreads);
        }
      }
      boolean[] crowds = new boolean[counts.length];
      for (int g = 0; g < counts.length; g++) {
        crowds[g] = truths.get(g).crowd();
      }
      double[] scores = surest.stream().mapToDouble(Detection::score).toArray();
      double[] areas = surest.stream().mapToDouble(Detection::area).toArray();
      choose(image, scores, areas, similarities, counts, crowds, range, outcomes);
      return people;
    }

    /**
     * The detections of an image, the surest first, choose.
     *
     * @param areas of the detections
     * @param similarities of each to everybody annotated
     * @param counts who of these is to be found
     * @param crowds who may be found several times
     * @param range of areas
     * @param outcomes receives what becomes of each detection
     */
    private static void choose(
        int image,
        double[] scores,
        double[] areas,
        double[][] similarities,
        boolean[] counts,
        boolean[] crowds,
        double[] range,
        List<MatchedDetection> outcomes) {
      int[] right = new int[scores.length];
      int[] ignored = new int[scores.length];
      for (int t = 0; t < SIMILARITIES.length; t++) {
        boolean[] taken = new boolean[counts.length];
        double least = Math.min(SIMILARITIES[t], ALIKE);
        for (int d = 0; d < right.length; d++) {
          int match = best(similarities[d], least, counts, true, taken, crowds);
          if (match < 0) {
            match = best(similarities[d], least, counts, false, taken, crowds);
          }
          if (match >= 0) {
            taken[match] = true;
            right[d] |= counts[match] ? 1 << t : 0;
          }
          boolean counted = match >= 0 ? counts[match] : inside(areas[d], range);
          ignored[d] |= counted ? 0 : 1 << t;
        }
      }
      for (int d = 0; d < right.length; d++) {
        outcomes.add(new MatchedDetection(image, scores[d], (short) right[d], (short) ignored[d]));
      }
    }

    /** The most similar of those who count, or of the others; of equal ones the last; or -1. */
    private static int best(
        double[] similarity,
        double least,
        boolean[] counts,
        boolean counting,
        boolean[] taken,
        boolean[] crowds) {
      int best = -1;
      double most = least;
      for (int g = 0; g < counts.length; g++) {
        boolean free = !taken[g] || crowds[g];
        if (counts[g] == counting && free && similarity[g] >= most) {
          most = similarity[g];
          best = g;
        }
      }
      return best;
    }

    private static boolean inside(double area, double[] range) {
      return !(area < range[0] || area > range[1]);
    }
  }
}
