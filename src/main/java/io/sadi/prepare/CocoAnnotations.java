package io.sadi.prepare;

import io.sadi.data.CocoFile;
import io.sadi.data.CocoImage;
import io.sadi.data.Person;
import io.sadi.io.BadInputException;
import io.sadi.io.Checksum;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Any COCO keypoints file: joints and edges are its category's, left and right its names'. */
public final class CocoAnnotations {
  private static final List<Split> FALLBACK =
      List.of(new Split.Fraction("train", 0.9), new Split.Fraction("val", 0.1));

  private CocoAnnotations() {}

  /**
   * Reads a COCO keypoints file. Crowds and people without any annotated joint are kept where they
   * have a box, but ignored.
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
    List<String> names = coco.images().stream().map(CocoImage::name).toList();
    Split.Assignment assigned =
        Split.assign(splits, FALLBACK, List.of(new Split.Range("train", 1, images)), names, seed);
    Map<String, List<Person>> bySplit = assigned.emptyLists();
    Map<String, List<CocoImage>> empty = assigned.emptyLists();
    Map<String, String> splitOf = new HashMap<>();
    for (int i = 0; i < images; i++) {
      String split = assigned.of(i);
      if (split != null) {
        splitOf.put(names.get(i), split);
      }
    }
    for (Person person : coco.everybody()) {
      String split = splitOf.get(person.image());
      if (split != null) {
        Objects.requireNonNull(bySplit.get(split)).add(person);
      }
    }
    for (CocoImage image : coco.empty()) {
      String split = splitOf.get(image.name());
      if (split != null) {
        Objects.requireNonNull(empty.get(split)).add(image);
      }
    }
    List<LeftOut> leftOut = new ArrayList<>();
    for (CocoFile.Unusable unusable : coco.unusable()) {
      if (splitOf.containsKey(unusable.image())) {
        String detail = unusable.kept() ? "kept in its split, ignored" : "";
        leftOut.add(new LeftOut(unusable.image(), -1, unusable.reason(), detail));
      }
    }
    return new Annotations(
        file.getFileName().toString().replaceFirst("\\.json$", ""),
        coco.skeleton(),
        Annotations.metric(coco.people(), coco.skeleton()),
        bySplit,
        empty,
        leftOut,
        coco.warnings(),
        false,
        Annotations.Boxes.ANNOTATED,
        List.of(new Annotations.SourceFile(file.toString(), Checksum.sha256(file))));
  }
}
