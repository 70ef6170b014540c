package io.sadi.eval;

import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

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
    return read(file, dataset, split, people, people, progress);
  }

  /**
   * The same where only some of the split's people are measured. What is for the others does not
   * count.
   *
   * @param everybody in the split
   * @param people those of them who are measured
   */
  public static Predictions read(
      Path file,
      Dataset dataset,
      String split,
      List<Person> everybody,
      List<Person> people,
      Progress progress)
      throws IOException {
    Set<String> images = images(dataset, split);
    List<String> joints = dataset.skeleton().joints();
    List<Detection> found = parse(file, joints, dataset, split, everybody);
    List<Detection> assigned = assigned(file, found, images, everybody, progress);
    Predictions predictions = Predictions.ofFile(without(assigned, everybody, people));
    reportMismatch(file, predictions, split, images, people, progress);
    reportNotFound(file, predictions, people, progress);
    return predictions;
  }

  /**
   * Reads a whole file of anyone's as a second opinion on a dataset's annotations. It may have
   * other joints, which are found by their names however they are written, and only some of the
   * people. Files that name no joints must have the dataset's.
   *
   * @param people of the split, whom it is asked about
   * @throws BadInputException as {@link #read}; or if none of its joints is the dataset's
   */
  public static SecondOpinion secondOpinion(
      Path file, Dataset dataset, String split, List<Person> people, Progress progress)
      throws IOException {
    List<String> ours = dataset.skeleton().joints();
    List<String> named = NamedJoints.of(file);
    List<String> theirs = named.isEmpty() ? ours : named;
    Skeleton body = new Skeleton(theirs, List.of(), List.of());
    int[] places = ours.stream().mapToInt(body::index).toArray();
    if (Arrays.stream(places).allMatch(place -> place < 0)) {
      throw BadInputException.at(
          file,
          "the joints " + String.join(", ", theirs),
          "any of " + String.join(", ", ours),
          "call joints as the dataset does");
    }
    List<Detection> found =
        parse(file, theirs, dataset, split, people).stream()
            .map(detection -> Detection.of(detection.joints().inOrder(places)))
            .toList();
    Set<String> images = images(dataset, split);
    Predictions predictions =
        new Predictions(
            assigned(file, found, images, people, progress).stream()
                .map(Detection::joints)
                .toList());
    checkNotAllMissing(file, predictions, split, people);
    List<Prediction> others = predictions.unknown(people);
    return new SecondOpinion(
        predictions,
        IntStream.range(0, theirs.size())
            .filter(i -> Arrays.stream(places).noneMatch(place -> place == i))
            .mapToObj(theirs::get)
            .toList(),
        IntStream.range(0, ours.size()).filter(k -> places[k] < 0).mapToObj(ours::get).toList(),
        people.size() - predictions.missing(people).size(),
        others.size(),
        others.isEmpty() ? "" : others.get(0).image(),
        predictions.all().stream().mapToInt(Prediction::unscored).sum());
  }

  private static List<Detection> parse(
      Path file, List<String> joints, Dataset dataset, String split, List<Person> people)
      throws IOException {
    return lowerCase(file).endsWith(".mat")
        ? PredMat.read(file, joints, split, people)
        : parse(file, joints, () -> DatasetReader.imageIds(dataset, split));
  }

  /** Without what is for people who are not measured. */
  private static List<Detection> without(
      List<Detection> found, List<Person> everybody, List<Person> people) {
    if (people.size() == everybody.size()) {
      return found;
    }
    Set<List<?>> left = new HashSet<>();
    everybody.forEach(person -> left.add(List.of(person.image(), person.person())));
    people.forEach(person -> left.remove(List.of(person.image(), person.person())));
    return found.stream()
        .filter(one -> !left.contains(List.of(one.joints().image(), one.joints().person())))
        .toList();
  }

  /** With the dataset's names of images, and everybody with a number. */
  private static List<Detection> assigned(
      Path file,
      List<Detection> found,
      Set<String> images,
      List<Person> people,
      Progress progress) {
    List<Detection> named = withNamesOf(images, found, file, progress);
    if (named.stream().anyMatch(Detection::detected)) {
      // A detector's numbers are the order of its boxes, and not those of annotated people.
      named =
          numbered(
              named.stream().map(d -> d.of(d.joints().image(), Prediction.UNNUMBERED)).toList(),
              people);
      progress.note(
          file
              + ": people whom a detector found (box_score); each is for the person nearest to it,"
              + " whatever its number");
    }
    long unnumbered =
        named.stream().filter(d -> d.joints().person() == Prediction.UNNUMBERED).count();
    if (unnumbered > 0) {
      named = numbered(named, people);
      progress.note(
          file + ": " + unnumbered + " results say no person; each is for the one nearest to it");
    }
    return named;
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

  private static void checkNotAllMissing(
      Path file, Predictions read, String split, List<Person> people) {
    if (people.isEmpty() || read.missing(people).size() < people.size()) {
      return;
    }
    List<Prediction> unknown = read.unknown(people);
    throw BadInputException.at(
        file,
        unknown.isEmpty() ? "nobody" : "nobody but such as " + named(unknown.get(0)),
        "people of split " + split + ", such as " + named(people.get(0)),
        !unknown.isEmpty() && unknown.get(0).image().equals(String.valueOf(file.getFileName()))
            ? "a file with the people of one image is called as the image is"
            : "name images and number people as the dataset does");
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
    checkNotAllMissing(file, read, split, people);
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
