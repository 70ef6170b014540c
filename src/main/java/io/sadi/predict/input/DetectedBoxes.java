package io.sadi.predict.input;

import io.sadi.data.CocoDetections;
import io.sadi.data.CocoDetections.CocoNames;
import io.sadi.data.CocoDetections.DetectedBox;
import io.sadi.data.CocoId;
import io.sadi.data.PersonBox;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.predict.engine.InputImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who is where, as a detector's list says it. Its images are numbers: their names are in a COCO
 * file beside it, or in the list itself, or else an image is called by its number ({@code
 * 000000000139.jpg}), as COCO's are.
 */
final class DetectedBoxes {
  private static final Pattern NUMBERED = Pattern.compile("(?:.*/)?0*([0-9]{1,15})(?:\\.[^./]*)?");

  /** A category of people in COCO's numbers, and in those of lists that count from 0. */
  private static final long PERSON = 1;

  private static final long PERSON_FROM_0 = 0;

  private final Path file;
  private final BoxChoice choice;
  private final List<DetectedBox> detections;
  private final CocoNames names;

  private DetectedBoxes(
      Path file, BoxChoice choice, List<DetectedBox> detections, CocoNames names) {
    this.file = file;
    this.choice = choice;
    this.detections = detections;
    this.names = names;
  }

  /**
   * Reads a list.
   *
   * @param images that are to be predicted, for those called by their number
   * @param progress is told how many boxes count
   */
  static Boxes read(Path file, BoxChoice choice, List<InputImage> images, Progress progress)
      throws IOException {
    CocoNames names =
        choice.images() == null ? CocoNames.NONE : CocoDetections.names(choice.images());
    return new DetectedBoxes(file, choice, CocoDetections.read(file), names)
        .boxes(images, progress);
  }

  private Boxes boxes(List<InputImage> images, Progress progress) {
    long category = category();
    Map<String, String> numbered = numbered(images);
    Map<String, List<PersonBox>> people = new LinkedHashMap<>();
    Map<String, CocoId> ids = new LinkedHashMap<>();
    int others = 0;
    int low = 0;
    int empty = 0;
    int taken = 0;
    for (int i = 0; i < detections.size(); i++) {
      DetectedBox one = detections.get(i);
      String image = name(one, numbered, i);
      List<PersonBox> inImage = people.computeIfAbsent(image, name -> new ArrayList<>());
      ids.put(
          image,
          one.image().matches("-?[0-9]{1,18}")
              ? CocoId.of(Long.parseLong(one.image()))
              : CocoId.of(one.image()));
      if (one.category() != category) {
        others++;
      } else if (!choice.includes(one.score())) {
        low++;
      } else if (!(one.box().width() > 0 && one.box().height() > 0)) {
        empty++;
      } else {
        inImage.add(PersonBox.of(inImage.size(), one.box()).ofScore(one.score()));
        taken++;
      }
    }
    progress.note(
        String.format(
            Locale.ROOT,
            "%s: %d boxes of category %d in %d images%s%s%s",
            file,
            taken,
            category,
            people.size(),
            others == 0 ? "" : ", not " + others + " of others",
            low == 0 ? "" : ", not " + low + " below a score of " + choice.minScore(),
            empty == 0 ? "" : ", not " + empty + " of no size"));
    if (Double.isNaN(choice.minScore())) {
      long unsure = detections.stream().filter(one -> one.score() < 0.3).count();
      if (unsure > 0) {
        progress.warn(
            file + ": " + unsure + " scores are below 0.3; --boxes-score S leaves such boxes out");
      }
    }
    return new Boxes(people, ids);
  }

  /** The number of the category that is wanted. */
  private long category() {
    TreeSet<Long> there = new TreeSet<>();
    detections.forEach(one -> there.add(one.category()));
    String wanted = choice.category();
    String name = wanted == null ? "person" : wanted;
    for (Map.Entry<Long, String> category : names.categories().entrySet()) {
      if (category.getValue().equals(name)) {
        return category.getKey();
      }
    }
    if (wanted != null && wanted.matches("[0-9]{1,15}")) {
      return Long.parseLong(wanted);
    }
    if (wanted != null) {
      throw BadInputException.at(
          "--boxes-category",
          "'" + wanted + "'",
          "a number of " + there + ", which " + file + " has",
          "a name needs --boxes-images, a COCO file with categories");
    }
    if (there.size() == 1) {
      return there.first();
    }
    if (there.contains(PERSON_FROM_0)) {
      return PERSON_FROM_0;
    }
    if (there.contains(PERSON) || there.isEmpty()) {
      return PERSON;
    }
    throw BadInputException.at(
        file, "boxes of the categories " + there, "one that is a person's", "--boxes-category N");
  }

  /** The input's images that are called by a number, by that number. */
  private static Map<String, String> numbered(List<InputImage> images) {
    Map<String, String> numbered = new HashMap<>();
    for (InputImage image : images) {
      Matcher number = NUMBERED.matcher(image.name());
      if (number.matches()) {
        numbered.merge(number.group(1), image.name(), (a, b) -> ""); // two: neither is meant
      }
    }
    return numbered;
  }

  private String name(DetectedBox one, Map<String, String> numbered, int i) {
    if (choice.images() != null) {
      String name = names.images().get(one.image());
      if (name == null) {
        throw BadInputException.at(
            file + ": [" + i + "].image_id", one.image(), "an id of " + choice.images(), "");
      }
      return name;
    }
    if (!one.fileName().isEmpty()) {
      return one.fileName();
    }
    String image = numbered.get(one.image());
    if (image == null && numbered.isEmpty() && one.image().matches("-?[0-9]+")) {
      throw BadInputException.at(
          file,
          "images by their numbers, such as " + one.image(),
          "images of the input that are called by a number",
          "--boxes-images FILE names them: a COCO file with their id and file_name");
    }
    if (image != null && image.isEmpty()) {
      throw BadInputException.at(
          file + ": [" + i + "].image_id",
          one.image() + ", which several images are called",
          "the number of one image",
          "--boxes-images FILE names them");
    }
    return image == null ? one.image() : image;
  }
}
