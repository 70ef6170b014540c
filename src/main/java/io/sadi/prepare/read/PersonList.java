package io.sadi.prepare.read;

import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * People as a reader finds them in annotations that say nothing of splits, those of no use apart,
 * until all of them become {@link Annotations}.
 */
public final class PersonList {
  private static final List<Split> FALLBACK =
      List.of(new Split.Fraction("train", 0.9), new Split.Fraction("val", 0.1));

  private final List<Person> people = new ArrayList<>();
  private final List<LeftOut> leftOut = new ArrayList<>();
  private final List<LeftOut> unreadable = new ArrayList<>();
  private final Set<String> said = new HashSet<>();
  private final List<String> warnings = new ArrayList<>();

  /** Adds somebody who can be learned from, and leaves out who cannot. */
  void add(Person person) {
    addAll(List.of(person));
  }

  /** Adds those who can be learned from, returns them, and leaves out the others. */
  List<Person> addAll(List<Person> some) {
    List<Person> usable = new ArrayList<>();
    for (Person person : some) {
      if (person.annotated() && person.scale() > 0) {
        usable.add(person);
      } else {
        String reason = person.annotated() ? "no box, and one joint" : "no joint annotated";
        leftOut.add(new LeftOut(person.image(), person.person(), reason, ""));
      }
    }
    people.addAll(usable);
    return usable;
  }

  /** Leaves out everybody in an image. */
  void leaveOut(String image, String reason, String detail) {
    leftOut.add(new LeftOut(image, -1, reason, detail));
  }

  /** Keeps an entry apart that cannot be read: what becomes of it and the others is asked later. */
  void addUnreadable(BadInputException why) {
    String detail = String.valueOf(why.getMessage());
    if (said.add(detail)) { // a file may be in two splits
      unreadable.add(new LeftOut("", -1, Fault.FaultKind.ENTRY.label(), detail));
    }
  }

  /** A line that whoever prepares the dataset should know. */
  void warn(String line) {
    warnings.add(line);
  }

  /**
   * The dataset.
   *
   * @param annotations what was read, a file or a folder of files
   * @param splits image numbers are those of first appearance, from 1; empty for nine tenths train
   *     and one tenth val
   * @param source the files that were read
   */
  Annotations annotations(
      Path annotations,
      Skeleton skeleton,
      List<Split> splits,
      long seed,
      List<Annotations.SourceFile> source) {
    if (people.isEmpty() && !unreadable.isEmpty()) {
      throw new BadInputException(unreadable.get(0).detail());
    }
    if (people.isEmpty()) {
      throw BadInputException.at(annotations, "nobody with joints", "a person with joints", "");
    }
    Map<String, List<Person>> byImage = byImage(List.of(people));
    List<String> images = List.copyOf(byImage.keySet());
    Split.Assignment assigned =
        Split.assign(
            splits, FALLBACK, List.of(new Split.Range("train", 1, images.size())), images, seed);
    Map<String, List<Person>> bySplit = assigned.emptyLists();
    Map<String, Integer> numbers = new LinkedHashMap<>();
    images.forEach(name -> numbers.put(name, numbers.size()));
    for (Person person : people) {
      List<Person> split = bySplit.get(assigned.of(numbers.getOrDefault(person.image(), 0)));
      if (split != null) {
        split.add(person);
      }
    }
    return annotations(annotations, skeleton, bySplit, source);
  }

  /** The dataset, where something else has made the splits. */
  Annotations annotations(
      Path annotations,
      Skeleton skeleton,
      Map<String, List<Person>> splits,
      List<Annotations.SourceFile> source) {
    return new Annotations(
        nameOf(annotations),
        skeleton,
        Annotations.metric(splits.values().stream().flatMap(List::stream).toList(), skeleton),
        splits,
        Map.of(),
        leftOut,
        unreadable,
        warnings,
        false,
        Annotations.BoxSource.ANNOTATED,
        source);
  }

  /** The file's name without its ending, as datasets are called that say no name. */
  private static String nameOf(Path annotations) {
    Path name = annotations.toAbsolutePath().normalize().getFileName();
    return name == null ? "annotations" : name.toString().replaceFirst("(?<=.)\\.[^.]*$", "");
  }

  /**
   * Sees that nobody is there twice: people go by their image and their number in it, crowds apart.
   *
   * @param where the split, for the message
   * @param remedy what to do
   * @throws BadInputException naming the first who is
   */
  public static void checkOnce(Object where, List<Person> people, String remedy) {
    Set<String> seen = new HashSet<>();
    for (Person person : people) {
      if (!person.crowd() && !seen.add(person.image() + "\n" + person.person())) {
        throw BadInputException.at(
            where,
            person.image() + ", person " + person.person() + " for the second time",
            "everybody once",
            remedy);
      }
    }
  }

  /** The people of all splits by their image, in order. */
  public static Map<String, List<Person>> byImage(Iterable<List<Person>> splits) {
    Map<String, List<Person>> byImage = new LinkedHashMap<>();
    for (List<Person> people : splits) {
      for (Person person : people) {
        byImage.computeIfAbsent(person.image(), name -> new ArrayList<>()).add(person);
      }
    }
    return byImage;
  }
}
