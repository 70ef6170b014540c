package io.sadi.predict.input;

import io.sadi.data.CocoFile;
import io.sadi.data.Person;
import io.sadi.data.PersonBox;
import io.sadi.data.Skeleton;
import io.sadi.eval.ImageNames;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.predict.engine.InputImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Annotated joints of people whose boxes are given, as a dataset folder's annotations have both.
 *
 * @param byImage in the file's order
 */
public record AnnotatedPeople(Map<String, List<Person>> byImage) {
  /** Nobody's. */
  public static final AnnotatedPeople NONE = new AnnotatedPeople(Map.of());

  /** How far apart two places of one person may be, in shares of the crop's side. */
  private static final double SAME = 0.01;

  /**
   * Reads the joints of a file of boxes.
   *
   * @param images that are predicted, which the file may call by longer or shorter names
   * @param skeleton the network's
   * @param progress is told why there are none, where a COCO file has other joints
   */
  public static AnnotatedPeople read(
      Path boxes, List<InputImage> images, Skeleton skeleton, Progress progress)
      throws IOException {
    if (!boxes.toString().toLowerCase(Locale.ROOT).endsWith(".json")) {
      return NONE;
    }
    Map<String, List<Person>> byImage = new LinkedHashMap<>();
    try {
      for (Person person : CocoFile.read(boxes, skeleton).people()) {
        byImage.computeIfAbsent(person.image(), name -> new ArrayList<>()).add(person);
      }
    } catch (BadInputException e) {
      progress.note("no annotated joints beside the heatmaps: " + e.getMessage());
      return NONE;
    }
    Set<String> ours = new LinkedHashSet<>();
    images.forEach(image -> ours.add(image.name()));
    Map<String, List<Person>> named = new LinkedHashMap<>();
    Map<String, String> names = ImageNames.match(byImage.keySet(), ours, boxes);
    byImage.forEach((name, people) -> named.put(names.getOrDefault(name, name), people));
    return new AnnotatedPeople(named);
  }

  /** Who stands at a place; null where nobody does. */
  public @Nullable Person of(String image, PersonBox place) {
    double side = place.scale() * Person.SCALE_UNIT;
    for (Person person : byImage.getOrDefault(image, List.of())) {
      PersonBox other = PersonBox.of(person);
      if (Math.abs(other.centerX() - place.centerX()) <= SAME * side
          && Math.abs(other.centerY() - place.centerY()) <= SAME * side
          && Math.abs(other.scale() - place.scale()) <= SAME * place.scale()) {
        return person;
      }
    }
    return null;
  }
}
