package io.sadi.predict;

import io.sadi.data.CocoBoxes;
import io.sadi.data.CocoId;
import io.sadi.data.PersonBox;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.io.Csv;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Who is where, by the image's name as the output has it. An image that is not listed has nobody in
 * it.
 *
 * @param people in the file's order
 * @param ids numbers that a COCO file gives its images; empty for others
 */
record Boxes(Map<String, List<PersonBox>> people, Map<String, CocoId> ids) {

  /**
   * Reads {@code NAME.json} as COCO, and any other name as CSV with the columns {@code
   * image,x,y,w,h} and, where it has one, {@code person}.
   *
   * @throws BadInputException naming the line and column, or the field
   */
  static Boxes read(Path file) throws IOException {
    if (file.toString().toLowerCase(Locale.ROOT).endsWith(".json")) {
      CocoBoxes coco = CocoBoxes.read(file);
      return new Boxes(coco.people(), coco.ids());
    }
    return new Boxes(readCsv(file), Map.of());
  }

  /** The people of an image; nobody where it is not listed. */
  List<PersonBox> of(String image) {
    return people.getOrDefault(image, List.of());
  }

  /** How many people there are in all. */
  int count() {
    return people.values().stream().mapToInt(List::size).sum();
  }

  private static Map<String, List<PersonBox>> readCsv(Path file) throws IOException {
    Map<String, List<PersonBox>> people = new LinkedHashMap<>();
    try (Csv csv = Csv.open(file)) {
      Csv.Column image = csv.column("image");
      Csv.Column x = csv.column("x");
      Csv.Column y = csv.column("y");
      Csv.Column w = csv.column("w");
      Csv.Column h = csv.column("h");
      Csv.Column person = csv.find("person");
      for (Csv.Row row = csv.next(); row != null; row = csv.next()) {
        List<PersonBox> inImage =
            people.computeIfAbsent(row.text(image), name -> new ArrayList<>());
        int number = person == null ? inImage.size() : row.index(person);
        if (inImage.stream().anyMatch(other -> other.person() == number)) {
          throw BadInputException.at(
              row.where(),
              "person " + number + " of " + row.text(image) + " again",
              "a row a person",
              "remove one");
        }
        Box box = new Box(row.number(x), row.number(y), size(row, w), size(row, h));
        inImage.add(PersonBox.of(number, box));
      }
    }
    return people;
  }

  private static float size(Csv.Row row, Csv.Column column) {
    float size = row.number(column);
    if (!(size > 0)) {
      throw row.bad(column, "a width or height above 0");
    }
    return size;
  }
}
