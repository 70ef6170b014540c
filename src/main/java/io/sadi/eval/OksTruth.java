package io.sadi.eval;

import io.sadi.data.CocoFile;
import io.sadi.data.CocoId;
import io.sadi.data.CocoImage;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What object keypoint similarity needs beside the people to find: who else is annotated, and how
 * far off a joint may be.
 *
 * @param images their names in the order of their ids, as pycocotools has them
 * @param everybody in the split: also crowds and people without joints
 * @param sigmas of the joints
 */
public record OksTruth(List<String> images, List<Person> everybody, OksSigmas sigmas) {
  /** Numbers before text, both in their order; images without an id come last. */
  private static final Comparator<CocoImage> BY_ID =
      Comparator.comparing(
          CocoImage::id,
          Comparator.nullsLast(
              Comparator.comparing(CocoId::text, Comparator.nullsFirst(Comparator.naturalOrder()))
                  .thenComparingLong(CocoId::number)));

  public OksTruth {
    images = List.copyOf(images);
    everybody = List.copyOf(everybody);
  }

  /**
   * Reads a split again, for what its people do not say.
   *
   * @param sigmas null for {@link OksSigmas#of}
   */
  public static OksTruth read(Dataset dataset, String split, @Nullable OksSigmas sigmas)
      throws IOException {
    CocoFile file = DatasetReader.file(dataset, split);
    return new OksTruth(
        file.images().stream().sorted(BY_ID).map(CocoImage::name).toList(),
        file.everybody(),
        sigmas == null ? OksSigmas.of(dataset.skeleton()) : sigmas);
  }

  /**
   * The same where only some people are measured: them, and in their images who counts neither as
   * found nor as missed.
   */
  public OksTruth among(List<Person> measured) {
    Set<String> names = new HashSet<>();
    Set<List<?>> chosen = new HashSet<>();
    for (Person person : measured) {
      names.add(person.image());
      chosen.add(List.of(person.image(), person.person()));
    }
    return new OksTruth(
        images.stream().filter(names::contains).toList(),
        everybody.stream()
            .filter(
                person ->
                    chosen.contains(List.of(person.image(), person.person()))
                        || (names.contains(person.image()) && Detections.ignored(person)))
            .toList(),
        sigmas);
  }

  /** Of people alone, in their images' order. */
  public static OksTruth of(List<Person> people, Skeleton skeleton) {
    Set<String> images = new LinkedHashSet<>();
    people.forEach(person -> images.add(person.image()));
    return new OksTruth(List.copyOf(images), people, OksSigmas.of(skeleton));
  }

  /** Twice each joint's sigma, [K]: what errors are divided by beside the person's length. */
  double[] spreads() {
    return sigmas.values().stream().mapToDouble(sigma -> 2 * sigma).toArray();
  }

  /** Lines that a person must see beside the numbers; empty if none. */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (!sigmas.note().isEmpty()) {
      warnings.add(sigmas.note());
    }
    long without = everybody.stream().filter(p -> !p.ignored() && !Oks.saysArea(p)).count();
    if (without > 0) {
      warnings.add(
          "oks: "
              + without
              + " people have no area; that of their box is taken, which is larger than a"
              + " segmented one");
    }
    if (everybody.stream().anyMatch(OksTruth::hasIdZero)) {
      warnings.add(
          "oks: an annotation has the id 0, which pycocotools counts as found by nobody; here it"
              + " counts as any other");
    }
    return warnings;
  }

  private static boolean hasIdZero(Person person) {
    return person.source() != null && person.source().annotation().equals(CocoId.of(0));
  }
}
