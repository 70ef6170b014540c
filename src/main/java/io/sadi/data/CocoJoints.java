package io.sadi.data;

import io.sadi.io.BadInputException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Which joints a COCO file's people have, and what they are called. */
final class CocoJoints {
  private CocoJoints() {}

  /**
   * The skeleton of the categories, which must have the same joints.
   *
   * @param names to be used instead of the categories'; empty for theirs, or numbers from 1 where
   *     they have none
   * @param warnings to be added to
   */
  static Skeleton of(CocoParser parsed, List<String> names, Path file, List<String> warnings) {
    String where = file + ": categories[].keypoints";
    if (parsed.categories.isEmpty()) {
      return unnamed(parsed, names, file, warnings);
    }
    CocoParser.Category category = parsed.categories.get(0);
    for (CocoParser.Category other : parsed.categories) {
      if (!other.keypoints().equals(category.keypoints())) {
        throw BadInputException.at(
            where,
            "categories with different joints",
            "one of " + parsed.categoryNames.values(),
            "name it with --category");
      }
    }
    if (!category.edges().stray().isEmpty()) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "%s: categories[].skeleton: left out %d of %d edges, such as %s, which are no pairs of"
                  + " the %d joints; edges are only drawn",
              file,
              category.edges().stray().size(),
              category.edges().stray().size() + category.edges().edges().size(),
              category.edges().stray().get(0),
              category.keypoints().size()));
    }
    if (names.isEmpty()) {
      return Skeleton.named(category.keypoints(), category.edges().edges(), where);
    }
    checkNumber(names, category.keypoints().size(), file);
    return Skeleton.named(names, category.edges().edges(), "--joints");
  }

  private static Skeleton unnamed(
      CocoParser parsed, List<String> names, Path file, List<String> warnings) {
    int joints = mostFrequent(parsed);
    if (joints == 0 && !parsed.unreadable.isEmpty()) {
      throw new BadInputException(parsed.unreadable.get(0));
    }
    if (joints == 0) {
      throw BadInputException.at(
          file + ": annotations", "none with keypoints", "a COCO keypoints file", "");
    }
    if (!names.isEmpty()) {
      checkNumber(names, joints, file);
      return Skeleton.named(names, List.of(), "--joints");
    }
    warnings.add(
        file
            + ": the categories do not name their joints, which are called 1 to "
            + joints
            + "; name them with --joints a,b,c");
    return Skeleton.named(
        IntStream.rangeClosed(1, joints).mapToObj(Integer::toString).toList(),
        List.of(),
        file.toString());
  }

  private static void checkNumber(List<String> names, int joints, Path file) {
    if (names.size() != joints) {
      throw BadInputException.at(
          "--joints", names.size() + " names", joints + ", as many joints as in " + file, "");
    }
  }

  private static int mostFrequent(CocoParser parsed) {
    Map<Integer, Integer> counts = new HashMap<>();
    for (CocoParser.Annotation annotation : parsed.annotations) {
      double[] keypoints = annotation.keypoints();
      if (keypoints != null && keypoints.length > 0 && keypoints.length % 3 == 0) {
        counts.merge(keypoints.length / 3, 1, Integer::sum);
      }
    }
    return counts.entrySet().stream()
        .max(
            Map.Entry.<Integer, Integer>comparingByValue()
                .thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey)
        .orElse(0);
  }

  /** The skeleton that the categories must have. */
  static Skeleton expected(CocoParser parsed, Skeleton expected, Path file) {
    for (CocoParser.Category category : parsed.categories) {
      if (!category.keypoints().equals(expected.joints())) {
        throw BadInputException.at(
            file + ": categories[].keypoints",
            category.keypoints().toString(),
            expected.joints().toString(),
            "the joints must be those of dataset.yaml");
      }
    }
    return expected;
  }
}
