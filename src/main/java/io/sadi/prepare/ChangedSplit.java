package io.sadi.prepare;

import io.sadi.data.CocoFile;
import io.sadi.data.CocoImage;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.prepare.read.Annotations;
import io.sadi.prepare.read.LeftOut;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A dataset folder with other joints in one of its splits.
 *
 * @param annotations of all splits
 * @param imageRoot where the images stay
 */
public record ChangedSplit(Annotations annotations, Path imageRoot) {
  /**
   * The same but for a split's people.
   *
   * @param leftOut joints that nobody has any more
   * @param source the file that says what changes
   */
  static ChangedSplit of(
      Dataset dataset,
      String split,
      List<Person> people,
      List<LeftOut> leftOut,
      Annotations.BoxSource boxes,
      Path source)
      throws IOException {
    Map<String, List<Person>> splits = new LinkedHashMap<>();
    Map<String, List<CocoImage>> empty = new LinkedHashMap<>();
    for (String name : DatasetReader.splits(dataset)) {
      CocoFile file = DatasetReader.file(dataset, name);
      List<Person> everybody = file.everybody();
      if (!dataset.splits().containsKey(name)) {
        everybody = boxes(everybody);
      }
      splits.put(name, name.equals(split) ? people : everybody);
      empty.put(name, file.empty());
    }
    return of(dataset, splits, empty, leftOut, boxes, source);
  }

  /** Nothing but a split's people. */
  static ChangedSplit alone(
      Dataset dataset, String split, List<Person> people, Annotations.BoxSource boxes, Path source)
      throws IOException {
    return of(dataset, Map.of(split, people), Map.of(), List.of(), boxes, source);
  }

  /** People of a split that has boxes alone: they count there, though no joint is annotated. */
  static List<Person> boxes(List<Person> people) {
    return people.stream().map(p -> p.crowd() ? p : p.withSource(null)).toList();
  }

  private static ChangedSplit of(
      Dataset dataset,
      Map<String, List<Person>> splits,
      Map<String, List<CocoImage>> empty,
      List<LeftOut> leftOut,
      Annotations.BoxSource boxes,
      Path source)
      throws IOException {
    List<Annotations.SourceFile> sources = Annotations.SourceFile.of(dataset);
    sources.add(Annotations.SourceFile.of(source));
    return new ChangedSplit(
        new Annotations(
            dataset.name(),
            dataset.skeleton(),
            dataset.metric(),
            splits,
            empty,
            leftOut,
            List.of(),
            List.of(),
            true,
            boxes,
            sources),
        dataset.imageRoot());
  }
}
