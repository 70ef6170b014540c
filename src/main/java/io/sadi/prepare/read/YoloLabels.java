package io.sadi.prepare.read;

import io.sadi.data.Person;
import io.sadi.geom.Box;
import io.sadi.image.ImageSize;
import io.sadi.io.BadInputException;
import io.sadi.io.InputFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The people of an image as YOLO has them, a line each: class, box (centre x and y, width, height),
 * then x and y of each joint and, with three numbers a joint, whether it is there: 0 not annotated,
 * 1 occluded, 2 visible, or the score that a network gave it. Places and sizes are shares of the
 * image's width and height. A line of a box alone is somebody without joints.
 */
final class YoloLabels {
  private static final int BOX = 5;

  /** What a network writes behind a person: its score, and the track's number. */
  private static final int BEHIND = 2;

  /** Joints may be beside the image; beyond this they are pixels. */
  private static final double FARTHEST = 3;

  private final int joints;
  private final int numbers;
  private final double minScore;
  private final List<double[]> lines = new ArrayList<>();
  private final List<BadInputException> unreadable = new ArrayList<>();
  private boolean scores;

  private YoloLabels(int joints, int numbers, double minScore) {
    this.joints = joints;
    this.numbers = numbers;
    this.minScore = minScore;
  }

  /**
   * Reads a file.
   *
   * @param numbers of each joint: 2, or 3
   * @param minScore joints below it are not annotated, where scores stand; NaN for none
   */
  static YoloLabels read(Path file, int joints, int numbers, double minScore) throws IOException {
    YoloLabels labels = new YoloLabels(joints, numbers, minScore);
    try (BufferedReader text = InputFile.text(file)) {
      int number = 1;
      for (String line = text.readLine(); line != null; line = text.readLine()) {
        if (!line.isBlank()) {
          try {
            labels.add(line.strip(), file + ":" + number);
          } catch (BadInputException e) {
            labels.unreadable.add(e);
          }
        }
        number++;
      }
    } catch (CharacterCodingException e) {
      throw BadInputException.at(file, "bytes that are not UTF-8", "lines of numbers", "");
    }
    return labels;
  }

  /** Why lines could not be read, which cost no others. */
  List<BadInputException> unreadable() {
    return List.copyOf(unreadable);
  }

  /** Whether the third numbers are scores. */
  boolean scores() {
    return scores;
  }

  private void add(String line, String where) {
    String[] words = line.split("\\s+", -1);
    int whole = BOX + joints * numbers;
    if (words.length != BOX && (words.length < whole || words.length > whole + BEHIND)) {
      throw BadInputException.at(
          where,
          words.length + " numbers",
          whole + " (class, box, and " + numbers + " of each of " + joints + " joints)",
          "");
    }
    double[] values = new double[words.length == BOX ? BOX : whole];
    for (int i = 0; i < values.length; i++) {
      values[i] = number(words[i], where + ": number " + (i + 1));
      boolean third = i >= BOX && numbers == 3 && (i - BOX) % 3 == 2;
      if (third) {
        scores |= values[i] != Math.rint(values[i]);
        if (values[i] < 0 || values[i] > 2) {
          throw BadInputException.at(
              where + ": number " + (i + 1), words[i], "0, 1 or 2, or a score from 0 to 1", "");
        }
      } else if (i > 0 && Math.abs(values[i]) > FARTHEST) {
        throw BadInputException.at(
            where + ": number " + (i + 1),
            words[i],
            "a share of the image's width or height, 0 to 1",
            "pixels are to be divided by them");
      }
    }
    lines.add(values);
  }

  private static double number(String word, String where) {
    try {
      double value = Double.parseDouble(word);
      if (Double.isFinite(value) && Character.toLowerCase(word.charAt(word.length() - 1)) < 'a') {
        return value;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw BadInputException.at(
        where, "'" + (word.length() > 40 ? "a longer word" : word) + "'", "a finite number", "");
  }

  /**
   * Everybody in the file.
   *
   * @param image its name
   * @param size that the shares are of
   */
  List<Person> people(String image, ImageSize size) {
    List<Person> people = new ArrayList<>();
    for (double[] line : lines) {
      people.add(person(line, image, people.size(), size));
    }
    return people;
  }

  private Person person(double[] line, String image, int number, ImageSize size) {
    float[] x = new float[joints];
    float[] y = new float[joints];
    byte[] visibility = new byte[joints];
    Arrays.fill(visibility, Person.NOT_ANNOTATED);
    for (int k = 0; line.length > BOX && k < joints; k++) {
      int at = BOX + k * numbers;
      boolean somewhere = line[at] != 0 || line[at + 1] != 0;
      byte v = somewhere ? Person.VISIBLE : Person.NOT_ANNOTATED;
      if (numbers == 3 && scores) {
        v = line[at + 2] < minScore ? Person.NOT_ANNOTATED : v;
      } else if (numbers == 3) {
        v = (byte) line[at + 2];
      }
      if (v != Person.NOT_ANNOTATED) {
        x[k] = (float) (line[at] * size.width());
        y[k] = (float) (line[at + 1] * size.height());
        visibility[k] = v;
      }
    }
    double width = Math.abs(line[3]) * size.width();
    double height = Math.abs(line[4]) * size.height();
    Box box =
        new Box(
            line[1] * size.width() - width / 2,
            line[2] * size.height() - height / 2,
            width,
            height);
    return new Person(
            image,
            number,
            size.width(),
            size.height(),
            x,
            y,
            visibility,
            null,
            0,
            0,
            0,
            Double.NaN,
            null)
        .inBox(box);
  }
}
