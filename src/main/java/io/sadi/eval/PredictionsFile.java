package io.sadi.eval;

import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Predictions in a file: {@code NAME.json} (the toolkit's own, COCO results, or one image's people
 * as {@link ImageJson} knows them), {@code NAME.jsonl}, {@code NAME.mat} (see {@link PredMat}), or
 * CSV under any other name; or in a folder with a file an image.
 */
public final class PredictionsFile {
  private PredictionsFile() {}

  /**
   * Reads a whole file of anyone's and finds the dataset's people in it. Said are images under
   * other names, people without a prediction and predictions for nobody.
   *
   * @param people the split's
   * @throws BadInputException naming the line and column, or the field; or if nobody of the split
   *     is in the file
   */
  public static Predictions read(
      Path file, Dataset dataset, String split, List<Person> people, Progress progress)
      throws IOException {
    List<String> joints = dataset.skeleton().joints();
    Set<String> images = images(dataset, split);
    List<Detection> found =
        lowerCase(file).endsWith(".mat")
            ? PredMat.read(file, joints, split, people)
            : parse(file, joints, () -> DatasetReader.imageIds(dataset, split));
    found = withNamesOf(images, found, file, progress);
    long unnumbered =
        found.stream().filter(d -> d.joints().person() == Prediction.UNNUMBERED).count();
    if (unnumbered > 0) {
      found = numbered(found, people);
      progress.note(
          file + ": " + unnumbered + " results say no person; each is for the one nearest to it");
    }
    Predictions predictions = Predictions.ofFile(found);
    reportMismatch(file, predictions, split, images, people, progress);
    reportNotFound(file, predictions, people, progress);
    return predictions;
  }

  /**
   * Reads a whole file that names its images and numbers their people, as the toolkit's own do.
   *
   * @param joints the dataset's; every person must have all of them, others do not matter
   * @throws BadInputException naming the line and column, or the field
   */
  public static Predictions read(Path file, List<String> joints) throws IOException {
    List<Detection> found = parse(file, joints, CocoResults.ImageNameSource.NONE);
    for (Detection detection : found) {
      if (detection.joints().person() == Prediction.UNNUMBERED) {
        throw BadInputException.at(
            file + ": image " + detection.joints().image(),
            "a result without person",
            "its number",
            "");
      }
    }
    return Predictions.ofFile(found);
  }

  private static Set<String> images(Dataset dataset, String split) throws IOException {
    Set<String> images = new LinkedHashSet<>();
    DatasetReader.file(dataset, split).images().forEach(image -> images.add(image.name()));
    return images;
  }

  private static List<Detection> numbered(List<Detection> found, List<Person> people) {
    List<Prediction> numbered =
        NearestPerson.number(found.stream().map(Detection::joints).toList(), people);
    List<Detection> detections = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      Prediction joints = numbered.get(i);
      detections.add(found.get(i).of(joints.image(), joints.person()));
    }
    return detections;
  }

  private static String lowerCase(Path file) {
    return file.toString().toLowerCase(Locale.ROOT);
  }

  private static List<Detection> parse(
      Path file, List<String> joints, CocoResults.ImageNameSource imageIds) throws IOException {
    if (Files.isDirectory(file)) {
      return ImageJson.readFolder(file, joints);
    }
    String name = lowerCase(file);
    if (name.endsWith(".json")) {
      return PredictionsJson.read(file, joints, imageIds);
    }
    if (name.endsWith(".jsonl")) {
      return PredictionsJson.readLines(file, joints);
    }
    return PredictionsCsv.read(file, joints);
  }

  private static List<Detection> withNamesOf(
      Set<String> ours, List<Detection> found, Path file, Progress progress) {
    Set<String> theirs = new LinkedHashSet<>();
    found.forEach(detection -> theirs.add(detection.joints().image()));
    Map<String, String> renamed = new LinkedHashMap<>(ImageNames.match(theirs, ours, file));
    renamed.entrySet().removeIf(names -> names.getKey().equals(names.getValue()));
    if (renamed.isEmpty()) {
      return found;
    }
    Map.Entry<String, String> first = renamed.entrySet().iterator().next();
    progress.note(
        String.format(
            Locale.ROOT,
            "%s: %d of %d images have other names than in the dataset; %s is taken for %s",
            file,
            renamed.size(),
            theirs.size(),
            first.getKey(),
            first.getValue()));
    return found.stream()
        .map(
            detection -> {
              Prediction p = detection.joints();
              return detection.of(renamed.getOrDefault(p.image(), p.image()), p.person());
            })
        .toList();
  }

  private static void reportMismatch(
      Path file,
      Predictions read,
      String split,
      Set<String> images,
      List<Person> people,
      Progress progress) {
    List<Prediction> unknown = read.unknown(people);
    List<Prediction> outside =
        unknown.stream().filter(prediction -> !images.contains(prediction.image())).toList();
    List<Person> missing = read.missing(people);
    if (missing.size() == people.size() && !people.isEmpty()) {
      throw BadInputException.at(
          file,
          unknown.isEmpty() ? "nobody" : "nobody but such as " + named(unknown.get(0)),
          "people of split " + split + ", such as " + named(people.get(0)),
          !unknown.isEmpty() && unknown.get(0).image().equals(String.valueOf(file.getFileName()))
              ? "a file with the people of one image is called as the image is"
              : "name images and number people as the dataset does");
    }
    if (!missing.isEmpty()) {
      progress.warn(
          String.format(
              Locale.ROOT,
              "%s: nothing for %d of %d people, who count as wrong; the first is %s",
              file,
              missing.size(),
              people.size(),
              named(missing.get(0))));
    }
    if (!outside.isEmpty()) {
      progress.warn(
          String.format(
              Locale.ROOT,
              "%s: %d of %d predictions are for images outside split %s and do not count; the first"
                  + " is for %s",
              file,
              outside.size(),
              read.size(),
              split,
              outside.get(0).image()));
    }
    unknown.removeIf(prediction -> !images.contains(prediction.image()));
    if (!unknown.isEmpty()) {
      progress.warn(
          String.format(
              Locale.ROOT,
              "%s: %d of %d predictions are for nobody in split %s; the first is for %s",
              file,
              unknown.size(),
              read.size(),
              split,
              named(unknown.get(0))));
    }
  }

  private static void reportNotFound(
      Path file, Predictions read, List<Person> people, Progress progress) {
    int notFound = 0;
    String first = "";
    for (Person person : people) {
      Prediction prediction = read.of(person);
      for (int k = 0; prediction != null && k < person.x().length; k++) {
        if (person.annotated(k) && !prediction.isPlaced(k)) {
          first = notFound == 0 ? named(person) : first;
          notFound++;
        }
      }
    }
    if (notFound > 0) {
      progress.warn(
          String.format(
              Locale.ROOT,
              "%s: %d joints were not found (empty, NaN or null) and count as wrong; the first is of"
                  + " %s",
              file,
              notFound,
              first));
    }
  }

  private static String named(Person person) {
    return person.image() + ", person " + person.person();
  }

  private static String named(Prediction prediction) {
    return prediction.image() + ", person " + prediction.person();
  }
}
