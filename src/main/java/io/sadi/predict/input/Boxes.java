package io.sadi.predict.input;

import io.sadi.data.CocoBoxes;
import io.sadi.data.CocoDetections;
import io.sadi.data.CocoId;
import io.sadi.data.ImageColumn;
import io.sadi.data.PersonBox;
import io.sadi.eval.ImageNames;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.io.Csv;
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
 * Who is where, by the image's name as the output has it. An image that is not listed has nobody in
 * it.
 *
 * @param people in the file's order
 * @param ids that a COCO file gives its images, numbers or text; empty for others
 */
public record Boxes(Map<String, List<PersonBox>> people, Map<String, CocoId> ids) {

  /**
   * Reads {@code NAME.json} as COCO, an object with images or a detector's list, and any other name
   * as CSV with the columns {@code image,x,y,w,h} and, where it has them, {@code person} and {@code
   * score}; or {@code box_x} and so on, as predictions have them, whose boxes' score is {@code
   * box_score}.
   *
   * @param choice which boxes count
   * @param images that are to be predicted, which the file may call by longer or shorter names
   * @param progress is told which names were taken for others
   * @throws BadInputException naming the line and column, or the field
   */
  public static Boxes read(Path file, BoxChoice choice, List<InputImage> images, Progress progress)
      throws IOException {
    boolean json = file.toString().toLowerCase(Locale.ROOT).endsWith(".json");
    boolean list = json && CocoDetections.isList(file);
    if (!list && choice.images() != null) {
      throw BadInputException.at(
          "--boxes-images", "--boxes " + file, "a list of detections (.json), without names", "");
    }
    if (!json && choice.category() != null) {
      throw BadInputException.at("--boxes-category", "--boxes " + file, "COCO (.json)", "");
    }
    Boxes boxes;
    if (list) {
      boxes = DetectedBoxes.read(file, choice, images, progress);
    } else if (json) {
      CocoBoxes coco = CocoBoxes.read(file, choice.category());
      boxes = new Boxes(coco.people(), coco.ids()).sure(choice, file);
    } else {
      boxes = new Boxes(readCsv(file, choice), Map.of());
    }
    return boxes.named(images, file, progress);
  }

  /** The same without boxes whose score is too low, where there is to be one. */
  private Boxes sure(BoxChoice choice, Path file) {
    if (Double.isNaN(choice.minScore())) {
      return this;
    }
    if (!scored()) {
      throw BadInputException.at(
          "--boxes-score",
          "--boxes " + file + ", whose boxes have no scores",
          "boxes with a score: annotations' box_score or score",
          "");
    }
    Map<String, List<PersonBox>> sure = new LinkedHashMap<>();
    people.forEach(
        (image, boxes) ->
            sure.put(image, boxes.stream().filter(box -> choice.includes(box.score())).toList()));
    return new Boxes(sure, ids);
  }

  /** Reads all boxes of people, whose images are called as in the output. */
  static Boxes read(Path file) throws IOException {
    return read(file, BoxChoice.ALL, List.of(), Progress.NONE);
  }

  /** The same with {@code PATH/FILM/000012} called as the film's frames are, without the path. */
  public Boxes ofFilm(String film) {
    Map<String, List<PersonBox>> renamed = new LinkedHashMap<>();
    people.forEach(
        (name, boxes) -> {
          int at = name.lastIndexOf("/" + film + "/");
          renamed.put(at < 0 ? name : name.substring(at + 1), boxes);
        });
    return new Boxes(renamed, ids);
  }

  /** The people of an image; nobody where it is not listed. */
  public List<PersonBox> of(String image) {
    return people.getOrDefault(image, List.of());
  }

  /** Whether any box has a score. */
  public boolean scored() {
    return people.values().stream()
        .flatMap(List::stream)
        .anyMatch(person -> !Double.isNaN(person.score()));
  }

  /** How many people there are in all. */
  int count() {
    return people.values().stream().mapToInt(List::size).sum();
  }

  /** The same with images called as they are in the input, where a path ends in the other. */
  private Boxes named(List<InputImage> images, Path file, Progress progress) {
    Set<String> ours = new LinkedHashSet<>();
    images.forEach(image -> ours.add(image.name()));
    Map<String, String> names = new LinkedHashMap<>(ImageNames.match(people.keySet(), ours, file));
    names.entrySet().removeIf(name -> name.getKey().equals(name.getValue()));
    if (names.isEmpty()) {
      return this;
    }
    Map.Entry<String, String> first = names.entrySet().iterator().next();
    progress.note(
        String.format(
            Locale.ROOT,
            "%s: %d of %d images have other names than in the input; %s is taken for %s",
            file,
            names.size(),
            people.size(),
            first.getKey(),
            first.getValue()));
    Map<String, List<PersonBox>> renamed = new LinkedHashMap<>();
    people.forEach((name, boxes) -> renamed.put(names.getOrDefault(name, name), boxes));
    Map<String, CocoId> numbers = new LinkedHashMap<>();
    ids.forEach((name, id) -> numbers.put(names.getOrDefault(name, name), id));
    return new Boxes(renamed, numbers);
  }

  private static Map<String, List<PersonBox>> readCsv(Path file, BoxChoice choice)
      throws IOException {
    Map<String, List<PersonBox>> people = new LinkedHashMap<>();
    try (Csv csv = Csv.open(file)) {
      Csv.Column image = ImageColumn.of(csv);
      Csv.Column x = csv.firstOf(List.of("x", "box_x"));
      Csv.Column y = csv.firstOf(List.of("y", "box_y"));
      Csv.Column w = csv.firstOf(List.of("w", "box_w", "width"));
      Csv.Column h = csv.firstOf(List.of("h", "box_h", "height"));
      Csv.Column person = csv.find("person");
      Csv.Column score = score(csv, choice, file);
      for (Csv.Row row = csv.next(); row != null; row = csv.next()) {
        List<PersonBox> inImage =
            people.computeIfAbsent(row.text(image), name -> new ArrayList<>());
        int number = person == null || row.isMissing(person) ? inImage.size() : row.index(person);
        if (inImage.stream().anyMatch(other -> other.person() == number)) {
          throw BadInputException.at(
              row.where(),
              "person " + number + " of " + row.text(image) + " again",
              "a row a person",
              "remove one");
        }
        Box box = new Box(row.number(x), row.number(y), size(row, w), size(row, h));
        if (choice.includes(row.numberOrNaN(score))) {
          inImage.add(PersonBox.of(number, box).ofScore(row.numberOrNaN(score)));
        }
      }
    }
    return people;
  }

  private static Csv.@Nullable Column score(Csv csv, BoxChoice choice, Path file) {
    Csv.Column own = csv.find("box_score");
    Csv.Column score = own == null ? csv.find("score") : own;
    if (score == null && !Double.isNaN(choice.minScore())) {
      throw BadInputException.at(
          file + ":1", "no column score", "one", "--boxes-score needs the boxes' scores");
    }
    return score;
  }

  private static float size(Csv.Row row, Csv.Column column) {
    float size = row.number(column);
    if (!(size > 0)) {
      throw row.bad(column, "a width or height above 0");
    }
    return size;
  }
}
