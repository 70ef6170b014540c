package io.sadi.prepare.read;

import io.sadi.data.Person;
import io.sadi.io.BadInputException;
import io.sadi.io.Csv;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * DeepLabCut's tables of labels ({@code CollectedData_NAME.csv}) and of answers. Header rows say
 * for each column {@code scorer}, {@code individuals} (of several animals), {@code bodyparts} and
 * {@code coords} (x, y, likelihood). A row is an image, whose path stands in one cell (DeepLabCut
 * 2.1 and before) or in three, a folder each (2.2 to 3.0). An animal without a coordinate in a row
 * is not in the image.
 */
final class DeepLabCutTable {
  private static final String COORDS = "coords";

  private final Path file;
  private final CsvAnnotations.CsvOptions options;
  private final List<Csv.Column> path = new ArrayList<>();
  private final Map<String, Map<String, Bodypart>> individuals = new LinkedHashMap<>();
  private final List<String> joints;

  /** A body part of an individual; null for a column that is not there. */
  private static final class Bodypart {
    private Csv.@Nullable Column x;
    private Csv.@Nullable Column y;
    private Csv.@Nullable Column likelihood;
  }

  private DeepLabCutTable(Path file, Csv csv, CsvAnnotations.CsvOptions options)
      throws IOException {
    this.file = file;
    this.options = options;
    Map<String, Csv.Row> header = header(csv);
    Csv.Row coords = rowOf(header, COORDS);
    Csv.Row bodyparts = rowOf(header, "bodyparts");
    Csv.Row names = header.get("individuals");
    Set<String> parts = new LinkedHashSet<>();
    for (int i = 0; i < csv.header().size(); i++) {
      Csv.Column column = csv.column(i);
      String coord = i == 0 ? "" : coords.text(column).strip();
      if (coord.isEmpty() && individuals.isEmpty()) {
        path.add(column);
        continue;
      }
      String part = bodyparts.text(column).strip();
      parts.add(part);
      Bodypart joint =
          individuals
              .computeIfAbsent(
                  names == null ? "" : names.text(column).strip(), name -> new LinkedHashMap<>())
              .computeIfAbsent(part, name -> new Bodypart());
      switch (coord) {
        case "x" -> joint.x = once(joint.x, column, coords, part);
        case "y" -> joint.y = once(joint.y, column, coords, part);
        case "likelihood" -> joint.likelihood = once(joint.likelihood, column, coords, part);
        default ->
            throw BadInputException.at(
                place(coords, i), "'" + coord + "'", "x, y or likelihood", "");
      }
    }
    joints = List.copyOf(parts);
    checkWhole(csv);
  }

  /** Whether a table has DeepLabCut's header rows. */
  static boolean isOne(Csv csv) {
    return csv.header().get(0).equals("scorer");
  }

  /**
   * Reads what follows the first header row.
   *
   * @return the joints' names in the order of their columns
   */
  static List<String> read(Path file, Csv csv, CsvAnnotations.CsvOptions options, PersonList people)
      throws IOException {
    DeepLabCutTable table = new DeepLabCutTable(file, csv, options);
    Set<String> seen = new HashSet<>();
    for (Csv.Row row = csv.nextOfAnyWidth(); row != null; row = csv.nextOfAnyWidth()) {
      try {
        row.checkWidth();
        String image = table.image(row);
        if (!seen.add(image)) {
          throw row.bad(table.path.get(table.path.size() - 1), "an image not in a row before");
        }
        people.addAll(table.people(row, image));
      } catch (BadInputException e) {
        people.addUnreadable(e);
      }
    }
    return table.joints;
  }

  private List<Person> people(Csv.Row row, String image) {
    List<Person> people = new ArrayList<>();
    int number = 0;
    for (Map<String, Bodypart> joints : individuals.values()) {
      Person person = person(row, image, number, joints);
      if (person.annotated() || individuals.size() == 1) {
        people.add(person);
      }
      number++;
    }
    return people;
  }

  /** The rows below scorer, down to coords, by what they say. */
  private Map<String, Csv.Row> header(Csv csv) throws IOException {
    Map<String, Csv.Row> rows = new LinkedHashMap<>();
    while (!rows.containsKey(COORDS)) {
      Csv.Row row = csv.next();
      String says = row == null ? "" : row.text(csv.column(0)).strip();
      boolean known = Set.of("individuals", "bodyparts", COORDS).contains(says);
      if (row == null || !known || rows.put(says, row) != null) {
        throw BadInputException.at(
            row == null ? file : row.where(),
            says.isEmpty() ? "nothing" : "'" + says + "'",
            "DeepLabCut's header rows: scorer, individuals (of several), bodyparts, coords",
            "");
      }
    }
    return rows;
  }

  private Csv.Row rowOf(Map<String, Csv.Row> header, String name) {
    Csv.Row row = header.get(name);
    if (row == null) {
      throw BadInputException.at(file, "no header row " + name, "one, as DeepLabCut writes it", "");
    }
    return row;
  }

  private static Csv.Column once(
      Csv.@Nullable Column before, Csv.Column column, Csv.Row coords, String part) {
    if (before != null) {
      throw BadInputException.at(
          place(coords, column.index()),
          coords.text(column) + " of " + part + " again",
          "once",
          "");
    }
    return column;
  }

  private static String place(Csv.Row row, int column) {
    return row.where() + ": column " + (column + 1);
  }

  private void checkWhole(Csv csv) {
    boolean scores = false;
    for (Map<String, Bodypart> parts : individuals.values()) {
      for (Map.Entry<String, Bodypart> part : parts.entrySet()) {
        Bodypart joint = part.getValue();
        scores |= joint.likelihood != null;
        if (joint.x == null || joint.y == null) {
          throw BadInputException.at(
              file + ": coords", "no x and y of " + part.getKey(), "both for each body part", "");
        }
      }
    }
    if (individuals.isEmpty()) {
      throw BadInputException.at(
          file + ": coords", csv.header().size() + " columns without x and y", "body parts", "");
    }
    if (!Double.isNaN(options.minScore()) && !scores) {
      throw BadInputException.at(
          file + ": coords", "no likelihood", "one for each body part", "--min-score needs them");
    }
  }

  private String image(Csv.Row row) {
    List<String> folders = new ArrayList<>();
    for (Csv.Column column : path) {
      if (!row.text(column).isBlank()) {
        folders.add(row.text(column));
      }
    }
    return CsvAnnotations.imageName(row, String.join("/", folders), path.get(0));
  }

  private Person person(Csv.Row row, String image, int number, Map<String, Bodypart> parts) {
    float[] x = new float[joints.size()];
    float[] y = new float[joints.size()];
    byte[] visibility = new byte[joints.size()];
    Arrays.fill(visibility, Person.NOT_ANNOTATED);
    for (Map.Entry<String, Bodypart> part : parts.entrySet()) {
      int k = joints.indexOf(part.getKey());
      Bodypart joint = part.getValue();
      Csv.Column columnX = joint.x;
      Csv.Column columnY = joint.y;
      float px = row.numberOrNaN(columnX);
      float py = row.numberOrNaN(columnY);
      boolean there = !Float.isNaN(px) && !Float.isNaN(py);
      if (there && columnX != null && columnY != null && !unsure(row, joint)) {
        x[k] = CsvAnnotations.place(row, columnX, px, options);
        y[k] = CsvAnnotations.place(row, columnY, py, options);
        visibility[k] = Person.VISIBLE;
      }
    }
    return new Person(image, number, 0, 0, x, y, visibility, null, 0, 0, 0, Double.NaN, null)
        .inBox(null);
  }

  private boolean unsure(Csv.Row row, Bodypart joint) {
    return options.excludes(row.numberOrNaN(joint.likelihood));
  }
}
