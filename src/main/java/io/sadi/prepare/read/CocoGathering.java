package io.sadi.prepare.read;

import io.sadi.data.CocoFile;
import io.sadi.data.CocoImage;
import io.sadi.data.Person;
import io.sadi.io.BadInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Brings COCO files together, one after the other: their people to splits, their ids apart. */
final class CocoGathering {
  private final Map<String, List<Person>> splits = new LinkedHashMap<>();
  private final Map<String, List<CocoImage>> empty = new LinkedHashMap<>();
  private final List<LeftOut> leftOut = new ArrayList<>();
  private final List<LeftOut> unreadable = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final Map<String, Path> fileOf = new HashMap<>();
  private final MergedIds ids = new MergedIds();

  /**
   * Where images go.
   *
   * @param names of all splits
   * @param byImage by the file's name of the image; images in no split are not in it
   */
  record ImageSplits(List<String> names, Map<String, String> byImage) {}

  /**
   * Adds a file.
   *
   * @param names what images are called from now on, by the file's name
   */
  void add(
      CocoAnnotations.SplitFile source,
      CocoFile coco,
      Map<String, String> names,
      ImageSplits divided) {
    Path file = source.file();
    warnings.addAll(coco.warnings());
    for (String why : coco.unreadable()) {
      unreadable.add(new LeftOut("", -1, Fault.FaultKind.ENTRY.label(), why));
    }
    for (CocoImage image : coco.images()) {
      Path other = fileOf.put(name(image.name(), names), file);
      if (other != null && !other.equals(file)) {
        throw BadInputException.at(
            file + ": images", image.name() + ", which " + other + " has too", "each once", "");
      }
    }
    for (String split : divided.names) {
      splits.computeIfAbsent(split, name -> new ArrayList<>());
      empty.computeIfAbsent(split, name -> new ArrayList<>());
    }
    String split = source.split();
    MergedIds.Renumbering renumbered = ids.of(split == null ? "" : split, coco);
    if (!renumbered.isEmpty()) {
      warnings.add(file + ": " + renumbered);
    }
    for (Person person : coco.everybody()) {
      String of = divided.byImage.get(person.image());
      if (of != null) {
        Objects.requireNonNull(splits.get(of))
            .add(renumbered.apply(person.inImage(name(person.image(), names))));
      }
    }
    for (CocoImage image : coco.empty()) {
      String of = divided.byImage.get(image.name());
      if (of != null) {
        Objects.requireNonNull(empty.get(of))
            .add(
                new CocoImage(
                    renumbered.image(image.id()),
                    name(image.name(), names),
                    image.width(),
                    image.height()));
      }
    }
    for (CocoFile.Unusable unusable : coco.unusable()) {
      if (divided.byImage.containsKey(unusable.image())) {
        String detail = unusable.kept() ? "kept in its split, ignored" : "";
        leftOut.add(new LeftOut(name(unusable.image(), names), -1, unusable.reason(), detail));
      }
    }
  }

  private static String name(String image, Map<String, String> names) {
    return names.getOrDefault(image, image);
  }

  void warn(String line) {
    warnings.add(line);
  }

  Map<String, List<Person>> splits() {
    return splits;
  }

  Map<String, List<CocoImage>> empty() {
    return empty;
  }

  List<LeftOut> leftOut() {
    return leftOut;
  }

  List<LeftOut> unreadable() {
    return unreadable;
  }

  List<String> warnings() {
    return warnings;
  }

  /** The people of all splits. */
  List<Person> everybody() {
    return splits.values().stream().flatMap(List::stream).toList();
  }
}
