package io.sadi.prepare;

import io.sadi.data.CocoFile;
import io.sadi.data.Person;
import io.sadi.io.BadInputException;
import io.sadi.io.Checksum;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Any COCO keypoints file: joints and edges are its category's, left and right its names'. */
public final class CocoAnnotations {
  private static final List<Split> FALLBACK =
      List.of(new Split.Fraction("train", 0.9), new Split.Fraction("val", 0.1));

  private CocoAnnotations() {}

  /**
   * Reads a COCO keypoints file. Crowds and people without any annotated joint are left out.
   *
   * @param splits image numbers are those of the file's order, from 1; empty for nine tenths train
   *     and one tenth val
   * @param seed of fractions
   */
  public static Annotations read(Path file, List<Split> splits, long seed) throws IOException {
    return read(file, null, splits, seed);
  }

  /**
   * Reads the annotations of one category.
   *
   * @param category its name; null for all, which then must have the same joints
   */
  public static Annotations read(
      Path file, @Nullable String category, List<Split> splits, long seed) throws IOException {
    CocoFile coco = CocoFile.read(file, null, category);
    int images = coco.images().size();
    if (images == 0) {
      throw BadInputException.at(file + ": images", "none", "at least one", "");
    }
    Split.Assignment assigned =
        Split.assign(
            splits, FALLBACK, List.of(new Split.Range("train", 1, images)), coco.images(), seed);
    Map<String, List<Person>> bySplit = assigned.emptyLists();
    Map<String, @Nullable List<Person>> splitOf = new HashMap<>();
    for (int i = 0; i < images; i++) {
      splitOf.put(coco.images().get(i), bySplit.get(assigned.of(i)));
    }
    for (Person person : coco.people()) {
      List<Person> split = splitOf.get(person.image());
      if (split != null) {
        split.add(person);
      }
    }
    List<LeftOut> leftOut = new ArrayList<>();
    for (CocoFile.Unusable unusable : coco.unusable()) {
      if (splitOf.get(unusable.image()) != null) {
        leftOut.add(new LeftOut(unusable.image(), -1, unusable.reason(), ""));
      }
    }
    return new Annotations(
        file.getFileName().toString().replaceFirst("\\.json$", ""),
        coco.skeleton(),
        Annotations.metric(coco.people(), coco.skeleton()),
        bySplit,
        leftOut,
        List.of(),
        false,
        Annotations.Boxes.ANNOTATED,
        List.of(new Annotations.SourceFile(file.toString(), Checksum.sha256(file))));
  }
}
