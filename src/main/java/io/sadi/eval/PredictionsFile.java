package io.sadi.eval;

import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Predictions in a file: {@code NAME.json} (the toolkit's own, or COCO results), {@code
 * NAME.jsonl}, or CSV under any other name.
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
    List<Prediction> found =
        parse(file, dataset.skeleton().joints(), () -> DatasetReader.imageIds(dataset, split));
    found = withNamesOf(people, found, file, progress);
    long unnumbered = found.stream().filter(p -> p.person() == Prediction.UNNUMBERED).count();
    if (unnumbered > 0) {
      found = NearestPerson.number(found, people);
      progress.note(
          file + ": " + unnumbered + " results say no person; each is for the one nearest to it");
    }
    Predictions predictions = new Predictions(found);
    reportMismatch(file, predictions, split, people, progress);
    return predictions;
  }

  /**
   * Reads a whole file that names its images and numbers their people, as the toolkit's own do.
   *
   * @param joints the dataset's; every person must have all of them, others do not matter
   * @throws BadInputException naming the line and column, or the field
   */
  public static Predictions read(Path file, List<String> joints) throws IOException {
    List<Prediction> found = parse(file, joints, CocoResults.ImageIds.NONE);
    for (Prediction prediction : found) {
      if (prediction.person() == Prediction.UNNUMBERED) {
        throw BadInputException.at(
            file + ": image " + prediction.image(), "a result without person", "its number", "");
      }
    }
    return new Predictions(found);
  }

  private static List<Prediction> parse(
      Path file, List<String> joints, CocoResults.ImageIds imageIds) throws IOException {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".json")) {
      return PredictionsJson.read(file, joints, imageIds);
    }
    if (name.endsWith(".jsonl")) {
      return PredictionsJson.readLines(file, joints);
    }
    return PredictionsCsv.read(file, joints);
  }

  private static List<Prediction> withNamesOf(
      List<Person> people, List<Prediction> found, Path file, Progress progress) {
    Set<String> theirs = new LinkedHashSet<>();
    found.forEach(prediction -> theirs.add(prediction.image()));
    Set<String> ours = new LinkedHashSet<>();
    people.forEach(person -> ours.add(person.image()));
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
        .map(p -> p.of(renamed.getOrDefault(p.image(), p.image()), p.person()))
        .toList();
  }

  private static void reportMismatch(
      Path file, Predictions read, String split, List<Person> people, Progress progress) {
    List<Prediction> unknown = read.unknown(people);
    List<Person> missing = read.missing(people);
    if (missing.size() == people.size() && !people.isEmpty()) {
      throw BadInputException.at(
          file,
          unknown.isEmpty() ? "nobody" : "nobody but such as " + named(unknown.get(0)),
          "people of split " + split + ", such as " + named(people.get(0)),
          "name images and number people as the dataset does");
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

  private static String named(Person person) {
    return person.image() + ", person " + person.person();
  }

  private static String named(Prediction prediction) {
    return prediction.image() + ", person " + prediction.person();
  }
}
