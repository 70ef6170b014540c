package io.sadi.data;

import io.sadi.data.CocoParser.Strictness;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.io.InputFile;
import io.sadi.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A COCO keypoints file: its joints and its people, in file order. The extra fields of a dataset
 * folder ({@code person}, {@code center}, {@code scale}, {@code head_size}, {@code head_box},
 * {@code original}) are used where they are; without them centre and scale come from {@code bbox},
 * or from the joints' extent where that is missing or empty, padded by 1.25. People are numbered in
 * their image as the file has them, whether or not they have joints; crowds are not counted.
 *
 * @param skeleton joints, flip pairs and edges, as expected or as the category has them
 * @param images all of them, also those without people
 * @param everybody all who have a place in the image: those with joints, and {@link Person#ignored}
 *     ones, which are crowds and people without any annotated joint
 * @param unusable who is not learned from: those that are ignored, and those without a place
 * @param unreadable annotations that could not be read, and why; only of a foreign file
 * @param warnings what a person should know of the file
 */
public record CocoFile(
    Skeleton skeleton,
    List<CocoImage> images,
    List<Person> everybody,
    List<Unusable> unusable,
    List<String> unreadable,
    List<String> warnings) {

  /**
   * An annotation that is no person to learn from, and why.
   *
   * @param kept whether it is kept and ignored
   */
  public record Unusable(String image, String reason, boolean kept) {}

  /** A box is made this much larger to give the crop, where the file does not say. */
  public static final double BOX_PADDING = 1.25;

  /** Everybody with at least one annotated joint, crowds apart. */
  public List<Person> people() {
    return everybody.stream().filter(person -> !person.ignored()).toList();
  }

  /** The images with nobody in them. */
  public List<CocoImage> empty() {
    Set<String> peopled = new HashSet<>();
    everybody.forEach(person -> peopled.add(person.image()));
    return images.stream().filter(image -> !peopled.contains(image.name())).toList();
  }

  /**
   * Reads and checks a file. A field that is missing, of the wrong type, not finite or out of
   * range, an id of an image given twice or unknown, a file name that leaves the image root: each
   * is a {@link BadInputException} that names the field. Annotations without an id, or with one
   * that another has, get a new one.
   *
   * @param expected the joints that the file must have, or null to take those of its category
   */
  public static CocoFile read(Path file, @Nullable Skeleton expected) throws IOException {
    return read(file, CocoParser.parse(file, Strictness.OURS), expected, null);
  }

  /**
   * Reads a file whose photos are not needed, so that they may have any names: as {@link #read}
   * does apart from that.
   */
  static CocoFile readWithoutPhotos(Path file, @Nullable Skeleton expected) throws IOException {
    return read(file, CocoParser.parse(file, Strictness.ANY_NAMES), expected, null);
  }

  /**
   * How to read another program's file: an annotation that cannot be read is skipped and reported,
   * and images may have any names.
   *
   * @param category only annotations of this one, by name; null for all, which then must have the
   *     same joints
   * @param joints what the joints are called; empty for what the category calls them
   * @param minScore a joint below this score of a network's counts as not annotated; NaN where a
   *     visibility that is a score is an error
   * @param resultsOf the COCO file that a list of results is for; null where the list itself names
   *     the images
   */
  public record Foreign(
      @Nullable String category, List<String> joints, double minScore, @Nullable Path resultsOf) {
    /** Annotations that a person made. */
    public Foreign(@Nullable String category, List<String> joints) {
      this(category, joints, Double.NaN, null);
    }
  }

  /** Reads some other program's file: a dataset, or a list of results. */
  public static CocoFile readForeign(Path file, Foreign how) throws IOException {
    InputFile.require(file);
    boolean results = Json.startsWithList(file);
    if (how.resultsOf != null && !results) {
      throw BadInputException.at(
          "--results-of", "--annotations " + file, "a list of results", "it names its own images");
    }
    CocoParser of =
        how.resultsOf == null ? null : CocoParser.parse(how.resultsOf, Strictness.FOREIGN);
    CocoParser parsed =
        results ? CocoParser.parseResults(file, of) : CocoParser.parse(file, Strictness.FOREIGN);
    return read(file, parsed, null, how);
  }

  private static CocoFile read(
      Path file, CocoParser parsed, @Nullable Skeleton expected, @Nullable Foreign foreign)
      throws IOException {
    List<String> warnings = new ArrayList<>();
    List<CocoId> ids = ids(parsed, file, warnings);
    if (foreign != null && foreign.category != null) {
      Set<CocoId> selected = select(foreign.category, parsed, file);
      for (int i = ids.size() - 1; i >= 0; i--) {
        CocoId id = parsed.annotations.get(i).categoryId();
        if (id == null || !selected.contains(id)) {
          parsed.annotations.remove(i);
          ids.remove(i);
        }
      }
    }
    Skeleton skeleton =
        expected == null
            ? CocoJoints.of(parsed, foreign == null ? List.of() : foreign.joints, file, warnings)
            : CocoJoints.expected(parsed, expected, file);
    double minScore = foreign == null ? Double.NaN : foreign.minScore;
    CocoScores scores = CocoScores.of(parsed, minScore);
    if (foreign != null) {
      scores.warn(file, warnings);
      if (ids.contains(CocoId.of(0))) {
        warnings.add(
            file
                + ": an annotation has the id 0, which pycocotools counts as found by nobody; here"
                + " it counts as any other");
      }
    }
    PeopleReader people = new PeopleReader(file, parsed, skeleton.size(), scores);
    List<String> unreadable = new ArrayList<>(parsed.unreadable);
    for (int i = 0; i < ids.size(); i++) {
      try {
        people.add(parsed.annotations.get(i), ids.get(i));
      } catch (BadInputException e) {
        if (foreign == null) {
          throw e;
        }
        unreadable.add(String.valueOf(e.getMessage()));
      }
    }
    if (people.unplaced > 0) {
      warnings.add(
          file
              + ": "
              + people.unplaced
              + " joints are visible or occluded but have no coordinates; not annotated");
    }
    return new CocoFile(
        skeleton,
        List.copyOf(parsed.images.values()),
        List.copyOf(people.everybody),
        List.copyOf(people.unusable),
        List.copyOf(unreadable),
        List.copyOf(warnings));
  }

  /** The names of a file's images by their ids. */
  static Map<CocoId, String> imageIds(Path file) throws IOException {
    Map<CocoId, String> ids = new HashMap<>();
    CocoParser.parse(file, Strictness.ANY_NAMES)
        .images
        .forEach((id, image) -> ids.put(id, image.name()));
    return ids;
  }

  /** The annotations' ids; who has none, or that of another before, gets a new one. */
  private static List<CocoId> ids(CocoParser parsed, Path file, List<String> warnings) {
    CocoIds used = new CocoIds();
    List<@Nullable CocoId> own = new ArrayList<>();
    int missing = 0;
    for (CocoParser.Annotation annotation : parsed.annotations) {
      CocoId id = annotation.id();
      missing += id == null ? 1 : 0;
      own.add(id != null && used.add(id) ? id : null);
    }
    List<CocoId> ids = new ArrayList<>();
    int given = 0;
    for (CocoId id : own) {
      given += id == null ? 1 : 0;
      ids.add(id == null ? used.next() : id);
    }
    if (missing > 0 && !parsed.results()) {
      warnings.add(file + ": " + missing + " annotations have no id; each got a new one");
    }
    if (given > missing) {
      warnings.add(
          file
              + ": "
              + (given - missing)
              + " annotations have the id of another; each got a new one");
    }
    return ids;
  }

  private static CocoCategory category(CocoParser.Annotation annotation, CocoParser parsed) {
    CocoId id = annotation.categoryId();
    if (id == null) {
      CocoId only = parsed.categories.size() == 1 ? parsed.categories.get(0).id() : null;
      id = only == null ? CocoCategory.PERSON.id() : only;
    }
    return new CocoCategory(id, parsed.categoryNames.getOrDefault(id, CocoCategory.PERSON.name()));
  }

  /** The ids of the categories of this name. */
  private static Set<CocoId> select(String category, CocoParser parsed, Path file) {
    Set<CocoId> ids = new HashSet<>();
    parsed.categoryNames.forEach(
        (id, name) -> {
          if (name.equals(category)) {
            ids.add(id);
          }
        });
    if (ids.isEmpty()) {
      throw BadInputException.at(
          file + ": categories",
          parsed.categoryNames.values().toString(),
          "'" + category + "'",
          "--category names one of them");
    }
    parsed.categories.removeIf(other -> other.id() == null || !ids.contains(other.id()));
    return ids;
  }

  /** Those who are found in a file, one after the other. */
  private static final class PeopleReader {
    private final Path file;
    private final CocoParser parsed;
    private final int joints;
    private final CocoScores scores;
    private final Map<String, Integer> inImage = new HashMap<>();
    private final Set<List<?>> seen = new HashSet<>();
    private final List<Person> everybody = new ArrayList<>();
    private final List<Unusable> unusable = new ArrayList<>();

    /** Joints that are annotated without a place. */
    private int unplaced;

    PeopleReader(Path file, CocoParser parsed, int joints, CocoScores scores) {
      this.file = file;
      this.parsed = parsed;
      this.joints = joints;
      this.scores = scores;
    }

    void add(CocoParser.Annotation annotation, CocoId id) {
      CocoImage image = parsed.images.get(annotation.imageId());
      if (image == null) {
        throw BadInputException.at(
            annotation.where(file) + ".image_id",
            annotation.imageId().toString(),
            "the id of one of the images",
            "");
      }
      boolean annotated = !annotation.crowd() && annotated(annotation);
      if (!annotated && parsed.isThing(annotation)) {
        unusable.add(new Unusable(image.name(), "of a category without joints", false));
        return;
      }
      int index = -1;
      if (!annotation.crowd()) {
        int inOrder = inImage.merge(image.name(), 1, Integer::sum) - 1;
        index = annotation.person() >= 0 ? annotation.person() : inOrder;
        if (!seen.add(List.of(image.name(), index))) {
          throw BadInputException.at(
              annotation.where(file) + ".person",
              index + " for the second time in " + image.name(),
              "the person's own number in the image",
              "");
        }
      }
      CocoSource source =
          new CocoSource(
              annotation.imageId(),
              id,
              category(annotation, parsed),
              annotation.area(),
              annotation.crowd());
      Person person = person(annotation, image, index, source);
      boolean placed = person.scale() > 0;
      if (annotation.crowd()) {
        unusable.add(new Unusable(image.name(), "a crowd, not a person", placed));
      } else if (!annotated) {
        unusable.add(new Unusable(image.name(), "no joint annotated", placed));
      } else if (!placed) {
        unusable.add(new Unusable(image.name(), "no box, and one joint", false));
      }
      if (placed) {
        everybody.add(person);
      }
    }

    /** Checks the joints; what is annotated without a place is not annotated from here on. */
    private boolean annotated(CocoParser.Annotation annotation) {
      double[] keypoints = annotation.keypoints();
      if (keypoints == null || keypoints.length == 0) {
        return false;
      }
      if (keypoints.length != 3 * joints) {
        throw BadInputException.at(
            annotation.where(file) + ".keypoints",
            keypoints.length + " numbers",
            3 * joints + " (x, y, v of " + joints + " joints)",
            "");
      }
      scores.toVisibility(annotation);
      boolean any = false;
      for (int i = 0; i < keypoints.length; i += 3) {
        if (Double.isNaN(keypoints[i + 2])) {
          keypoints[i + 2] = 0;
        }
        double v = keypoints[i + 2];
        if (v != 0 && v != 1 && v != 2) {
          throw BadInputException.at(
              annotation.where(file) + ".keypoints[" + (i + 2) + "]",
              Double.toString(v),
              "a visibility of 0, 1 or 2",
              v != Math.rint(v)
                  ? "scores of a network are none: --min-score S takes joints from S on for visible"
                  : "");
        }
        if (v > 0 && (Double.isNaN(keypoints[i]) || Double.isNaN(keypoints[i + 1]))) {
          keypoints[i + 2] = 0;
          unplaced++;
        }
        for (int k = i; k < i + 2; k++) {
          boolean far = Math.abs(keypoints[k]) > Pixels.FARTHEST;
          if (far && keypoints[i + 2] > 0) {
            throw BadInputException.at(
                annotation.where(file) + ".keypoints[" + k + "]",
                Double.toString(keypoints[k]),
                "a number within +-1e6",
                "");
          }
          if (far || Double.isNaN(keypoints[k])) {
            keypoints[k] = 0;
          }
        }
        any |= keypoints[i + 2] > 0;
      }
      return any;
    }

    /** With a scale of 0 where there is nothing to take it from. */
    private Person person(
        CocoParser.Annotation annotation, CocoImage image, int index, CocoSource source) {
      double[] keypoints = annotation.crowd() ? null : annotation.keypoints();
      float[] x = new float[joints];
      float[] y = new float[joints];
      byte[] visibility = new byte[joints];
      for (int k = 0; k < joints && keypoints != null && keypoints.length > 0; k++) {
        x[k] = (float) keypoints[3 * k];
        y[k] = (float) keypoints[3 * k + 1];
        visibility[k] = (byte) keypoints[3 * k + 2];
      }
      Box box = annotation.box();
      double[] center = annotation.center();
      Person person =
          new Person(
              image.name(),
              index,
              image.width(),
              image.height(),
              x,
              y,
              visibility,
              box,
              center == null ? 0 : center[0],
              center == null ? 0 : center[1],
              center == null ? 0 : annotation.scale(),
              annotation.headSize(),
              annotation.headBox(),
              source,
              annotation.origin());
      return center == null ? person.inBox(box) : person;
    }
  }
}
