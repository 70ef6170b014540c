package io.sadi.prepare;

import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.data.Pixels;
import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import io.sadi.io.Csv;
import io.sadi.io.Progress;
import io.sadi.prepare.read.Annotations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What somebody who looked at photos says of joints: where they are, that they are not to be seen,
 * or that a person's are right as they are. A file of changes, which says what was changed and can
 * be kept without the annotations.
 */
public final class Corrections {
  private final Map<Whose, Map<Integer, Correction>> byPerson = new LinkedHashMap<>();

  private record Whose(String image, int person) {}

  /** A joint's place in its image, in pixels; NaN if it is not to be seen. */
  private record Correction(float x, float y) {
    boolean isVisible() {
      return !Float.isNaN(x);
    }
  }

  /** The columns of such a file. */
  private record Columns(
      Csv.Column image, Csv.@Nullable Column person, Csv.Column joint, Csv.Column x, Csv.Column y) {
    static Columns of(Csv csv) {
      return new Columns(
          csv.column("image"),
          csv.find("person"),
          csv.column("joint"),
          csv.column("x"),
          csv.column("y"));
    }
  }

  private Corrections() {}

  /**
   * Reads a folder and puts joints of one of its splits right. Crops stay as they are, so that a
   * network sees what it saw before.
   *
   * @param file a table with the columns image, person (0 without it), joint, x and y: a row for
   *     each joint; without numbers the joint is not to be seen; without a joint the person was
   *     looked at, and is right
   * @param only whether the people of the file alone are kept
   * @throws BadInputException naming the line, for whom the split does not have, a joint that its
   *     people do not have, or one that is put right twice
   */
  public static ChangedSplit read(
      Path folder, String split, Path file, boolean only, Progress progress) throws IOException {
    Dataset dataset = DatasetReader.read(folder);
    DatasetReader.people(dataset, split); // says which there are, and counts them
    List<Person> people = DatasetReader.file(dataset, split).everybody();
    Corrections corrections = new Corrections();
    corrections.read(file, dataset.skeleton(), split, people);
    List<Person> changed = new ArrayList<>();
    int joints = 0;
    int unchanged = 0;
    for (Person person : people) {
      Map<Integer, Correction> places = corrections.byPerson.get(key(person));
      if (places != null) {
        changed.add(corrected(person, places));
        joints += places.size();
        unchanged += places.isEmpty() ? 1 : 0;
      } else if (!only) {
        changed.add(person);
      }
    }
    progress.note(
        String.format(
            "%d joints of %d people put right, %d people looked at and left as they are",
            joints, corrections.byPerson.size() - unchanged, unchanged));
    Annotations.BoxSource boxes = Annotations.BoxSource.CORRECTED;
    return only
        ? ChangedSplit.alone(dataset, split, changed, boxes, file)
        : ChangedSplit.of(dataset, split, changed, List.of(), boxes, file);
  }

  private void read(Path file, Skeleton skeleton, String split, List<Person> people)
      throws IOException {
    Set<Whose> known = new LinkedHashSet<>();
    people.forEach(person -> known.add(key(person)));
    try (Csv csv = Csv.open(file)) {
      Columns columns = Columns.of(csv);
      for (Csv.Row row = csv.next(); row != null; row = csv.next()) {
        row.checkWidth();
        Csv.Column number = columns.person;
        Whose whose =
            new Whose(
                row.text(columns.image).strip(),
                number == null || row.isMissing(number) ? 0 : row.index(number));
        if (!known.contains(whose)) {
          throw BadInputException.at(
              row.where(),
              whose.image + ", person " + whose.person,
              "somebody of split " + split,
              "");
        }
        Map<Integer, Correction> places =
            byPerson.computeIfAbsent(whose, unseen -> new LinkedHashMap<>());
        if (row.isMissing(columns.joint)) {
          if (!row.isMissing(columns.x) || !row.isMissing(columns.y)) {
            throw row.bad(columns.joint, "the joint of this place; or no place, if all is right");
          }
        } else {
          int joint = skeleton.index(row.text(columns.joint).strip());
          if (joint < 0) {
            throw row.bad(columns.joint, "one of " + String.join(", ", skeleton.joints()));
          }
          if (places.put(joint, place(row, columns)) != null) {
            throw row.bad(columns.joint, "each joint of a person once");
          }
        }
      }
    }
  }

  private static Correction place(Csv.Row row, Columns columns) {
    if (row.isMissing(columns.x) && row.isMissing(columns.y)) {
      return new Correction(Float.NaN, Float.NaN);
    }
    return new Correction(coordinate(row, columns.x), coordinate(row, columns.y));
  }

  private static float coordinate(Csv.Row row, Csv.Column column) {
    float value = row.number(column);
    if (Math.abs(value) > Pixels.FARTHEST) {
      throw row.bad(column, "a number within +-1e6");
    }
    return value;
  }

  private static Whose key(Person person) {
    return new Whose(person.image(), person.person());
  }

  private static Person corrected(Person person, Map<Integer, Correction> places) {
    float[] x = person.x().clone();
    float[] y = person.y().clone();
    byte[] visibility = person.visibility().clone();
    places.forEach(
        (joint, place) -> {
          x[joint] = place.isVisible() ? place.x : 0;
          y[joint] = place.isVisible() ? place.y : 0;
          if (!place.isVisible()) {
            visibility[joint] = Person.NOT_ANNOTATED;
          } else if (!person.annotated(joint)) {
            visibility[joint] = Person.VISIBLE;
          }
        });
    return person.withJoints(person.image(), x, y, visibility);
  }
}
