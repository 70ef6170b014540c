package io.sadi.prepare;

import io.sadi.data.CocoImage;
import io.sadi.data.DatasetWriter.SplitContent;
import io.sadi.data.Person;
import io.sadi.data.Sides;
import io.sadi.io.AtomicFolder;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.prepare.check.Checks;
import io.sadi.prepare.read.AnnotatedFrame;
import io.sadi.prepare.read.Annotations;
import io.sadi.prepare.read.Fault;
import io.sadi.prepare.read.LeftOut;
import io.sadi.prepare.read.PersonList;
import io.sadi.prepare.write.DatasetOutput;
import io.sadi.prepare.write.Packing;
import io.sadi.prepare.write.PreparedDataset;
import io.sadi.prepare.write.Previews;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Brings annotations and their images together and writes the dataset folder. */
public final class Preparation {
  private final Annotations annotations;
  private final Path imageRoot;
  private final DatasetOutput output;
  private final Treatment treatment;

  /**
   * What is done with people and images.
   *
   * @param limit at most so many people of each split, the first ones; 0 for all
   * @param checks what to do about faults
   * @param pack side in pixels of crops that are stored instead of the photos; 0 for none
   * @param previews how many people to draw for a person to look at; 0 for none
   * @param frame in which picture people were annotated whose photo its EXIF data turns
   */
  public record Treatment(int limit, Checks checks, int pack, int previews, AnnotatedFrame frame) {
    /** All people, faults reported, nothing drawn. */
    public static final Treatment PLAIN = new Treatment(0, Checks.REPORT, 0, 0);

    public Treatment {
      if (pack != 0) {
        Packing.checkSize(pack);
      }
      Previews.checkCount(previews);
    }

    public Treatment(int limit, Checks checks, int pack, int previews) {
      this(limit, checks, pack, previews, AnnotatedFrame.AUTO);
    }
  }

  /**
   * What to prepare.
   *
   * @param imageRoot the folder that the annotations' image names are relative to
   */
  public Preparation(
      Annotations annotations, Path imageRoot, DatasetOutput output, Treatment treatment) {
    this.annotations = annotations;
    this.imageRoot = imageRoot;
    this.output = output;
    this.treatment = treatment;
  }

  /**
   * Looks at every image and everybody in it, leaves out people whose image is missing or broken,
   * fills in image sizes, and writes the folder.
   *
   * @throws BadInputException where a split is left without people, something is wrong that must
   *     not be, or the folder may not be written
   */
  public PreparedDataset run(Progress progress) throws IOException {
    checkImageRoot();
    output.check(read());
    annotations.warnings().forEach(progress::warn);
    String sides =
        Sides.warning(
            annotations.skeleton(),
            counted(annotations.splits().values().stream().flatMap(List::stream).toList()));
    if (sides != null) {
      progress.warn(sides);
    }
    List<LeftOut> leftOut = new ArrayList<>(annotations.leftOut());
    leftOut.addAll(unreadable());
    Map<String, List<Person>> wanted = limited();
    if (output.dryRun()) {
      return inspect(wanted, leftOut, null, progress);
    }
    List<PreparedDataset> result = new ArrayList<>();
    AtomicFolder.write(
        output.folder(),
        output.overwrite(),
        DatasetOutput.MARKER,
        (part, guard) -> {
          Packing packing = treatment.pack == 0 ? null : new Packing(treatment.pack, part);
          PreparedDataset prepared = inspect(wanted, leftOut, packing, progress);
          prepared.write(
              part, packing == null ? output.nameOf(imageRoot) : Packing.IMAGES, output.options());
          if (treatment.previews > 0) {
            Path images = packing == null ? imageRoot : part.resolve(Packing.IMAGES);
            Previews.write(
                prepared,
                images,
                person -> packing == null ? person.image() : packing.photo(person),
                part,
                treatment.previews);
          }
          result.add(prepared);
        });
    return result.get(0);
  }

  /**
   * The entries that cannot be read.
   *
   * @throws BadInputException where they cost the others
   */
  private List<LeftOut> unreadable() {
    List<LeftOut> unreadable = annotations.unreadable();
    if (unreadable.isEmpty() || treatment.checks.of(Fault.FaultKind.ENTRY) != Fault.Action.FAIL) {
      return unreadable;
    }
    int others = unreadable.size() - 1;
    throw new BadInputException(
        unreadable.get(0).detail()
            + (others == 0 ? "" : "; " + others + " more cannot be read")
            + "; --check entry=drop leaves "
            + (others == 0 ? "it out" : "them out"));
  }

  private void checkImageRoot() {
    if (!Files.isDirectory(imageRoot)) {
      throw BadInputException.at(
          imageRoot,
          Files.exists(imageRoot) ? "a file" : "no such folder",
          "the folder of the images",
          "name it with --images");
    }
  }

  /** All that the dataset is made of. */
  private List<Path> read() {
    Stream<String> images =
        Stream.concat(
            annotations.splits().values().stream().flatMap(List::stream).map(Person::image),
            annotations.empty().values().stream().flatMap(List::stream).map(CocoImage::name));
    Stream<Path> files =
        Stream.concat(
            annotations.source().stream().flatMap(file -> file.paths().stream()),
            images.filter(Person::isImageName).distinct().map(imageRoot::resolve));
    return Stream.concat(Stream.of(imageRoot), files).toList();
  }

  private Map<String, List<Person>> limited() {
    int limit = treatment.limit;
    Map<String, List<Person>> limited = new LinkedHashMap<>();
    annotations
        .splits()
        .forEach((split, people) -> limited.put(split, limit > 0 ? first(people, limit) : people));
    return limited;
  }

  /** Up to the last of so many who are not ignored. */
  private static List<Person> first(List<Person> people, int limit) {
    int counted = 0;
    for (int i = 0; i < people.size(); i++) {
      counted += people.get(i).ignored() ? 0 : 1;
      if (counted > limit) {
        return people.subList(0, i);
      }
    }
    return people;
  }

  /** Images with nobody in them, which are there; none where crops are packed or people limited. */
  private Map<String, List<CocoImage>> empty(boolean packed, Progress progress) {
    Map<String, List<CocoImage>> empty = new LinkedHashMap<>();
    int missing = 0;
    if (!packed && treatment.limit == 0) {
      for (Map.Entry<String, List<CocoImage>> split : annotations.empty().entrySet()) {
        List<CocoImage> there =
            split.getValue().stream()
                .filter(image -> Files.exists(imageRoot.resolve(image.name())))
                .toList();
        missing += split.getValue().size() - there.size();
        empty.put(split.getKey(), there);
      }
    }
    if (missing > 0) {
      progress.warn("left out: " + missing + " images without people that are not there");
    }
    return empty;
  }

  private PreparedDataset inspect(
      Map<String, List<Person>> wanted,
      List<LeftOut> before,
      @Nullable Packing packing,
      Progress progress)
      throws IOException {
    Map<String, List<Person>> byImage = PersonList.byImage(wanted.values());
    if (packing != null) {
      packing.name(byImage);
    }
    boolean decode = !output.dryRun() && (packing != null || !annotations.inspected());
    List<Inspection.InspectedPeople> found =
        new Inspection(annotations, imageRoot, treatment, packing, decode).run(byImage, progress);

    IdentityHashMap<Person, Person> kept = new IdentityHashMap<>();
    FaultLedger ledger = new FaultLedger(treatment.checks, before);
    int i = 0;
    for (List<Person> people : byImage.values()) {
      Inspection.InspectedPeople one = found.get(i++);
      ledger.add(people, one);
      for (int p = 0; p < people.size(); p++) {
        Person person = one.people().get(p);
        if (person != null) {
          kept.put(people.get(p), person);
        }
      }
    }
    Map<String, List<Person>> splits = new LinkedHashMap<>();
    wanted.forEach(
        (split, people) -> {
          List<Person> usable = new ArrayList<>();
          for (Person person : people) {
            Person now = kept.get(person);
            if (now != null) {
              usable.add(now);
            }
          }
          splits.put(split, usable);
        });
    ledger.report(progress, !output.dryRun());
    ledger.checkNotFatal();
    splits.forEach(this::checkOnce);
    // Unannotated people are only boxes to predict in, so they are kept where their images exist
    // and dropped silently elsewhere.
    splits.keySet().removeIf(split -> isEmptyOfBoxes(split, wanted, splits));
    checkNotEmpty(wanted, splits, ledger.leftOut());
    Map<String, List<CocoImage>> empty = empty(packing != null, progress);
    Map<String, SplitContent> contents = new LinkedHashMap<>();
    splits.forEach(
        (split, people) ->
            contents.put(split, new SplitContent(people, empty.getOrDefault(split, List.of()))));
    return new PreparedDataset(
        annotations.name(),
        annotations.skeleton(),
        annotations.metric(),
        contents,
        ledger.leftOut(),
        ledger.faults(),
        annotations.boxes().description(),
        annotations.source());
  }

  /** Whoever is left is known by the image and a number in it. */
  private void checkOnce(String split, List<Person> people) {
    List<Annotations.SourceFile> source = annotations.source();
    String file = source.size() == 1 ? source.get(0).file() + ": " : "";
    PersonList.checkOnce(
        file + "split " + split,
        people,
        "an image of two names, or in two files, is one image: number its people through, or leave"
            + " them out once");
  }

  private static boolean isEmptyOfBoxes(
      String split, Map<String, List<Person>> wanted, Map<String, List<Person>> splits) {
    List<Person> all = counted(wanted.getOrDefault(split, List.of()));
    return splits.getOrDefault(split, List.of()).isEmpty()
        && !all.isEmpty()
        && all.stream().noneMatch(Person::annotated);
  }

  private static List<Person> counted(List<Person> people) {
    return people.stream().filter(person -> !person.ignored()).toList();
  }

  private void checkNotEmpty(
      Map<String, List<Person>> wanted, Map<String, List<Person>> splits, List<LeftOut> leftOut) {
    Set<String> unseen = new HashSet<>();
    for (LeftOut one : leftOut) {
      if (one.reason().equals(Fault.FaultKind.MISSING.label())
          || one.reason().equals(Fault.FaultKind.BROKEN.label())) {
        unseen.add(one.image());
      }
    }
    splits.forEach(
        (split, everybody) -> {
          List<Person> people = counted(everybody);
          List<Person> all = counted(wanted.getOrDefault(split, List.of()));
          if (people.isEmpty() && all.isEmpty()) {
            throw BadInputException.at(
                "--split " + split, "nobody annotated in it", "at least one person", "");
          }
          if (people.isEmpty() && all.stream().allMatch(p -> unseen.contains(p.image()))) {
            throw BadInputException.at(
                imageRoot,
                "no image of split '" + split + "'",
                all.get(0).image() + " and others",
                "name the folder of the images with --images, or choose another --split");
          }
          if (people.isEmpty()) {
            throw BadInputException.at(
                "split " + split, "nobody left in it", "at least one person", "drop less: --check");
          }
        });
  }
}
