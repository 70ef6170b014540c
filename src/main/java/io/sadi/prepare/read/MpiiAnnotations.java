package io.sadi.prepare.read;

import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.io.InputFile;
import io.sadi.io.MatFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * MPII Human Pose, from its official file or the JSON that most toolkits share. People count who
 * have joints and a position. Numbers in ranges count the images that have such people, in the
 * file's order.
 */
public final class MpiiAnnotations {
  private static final List<Split> FALLBACK =
      List.of(new Split.Fraction("train", 0.9), new Split.Fraction("val", 0.1));
  private static final String TEST = "test";

  private final List<MpiiPerson> people;
  private final Set<String> trainingImages;
  private final boolean hasTestImages;
  private final List<String> warnings = new ArrayList<>();
  private final List<LeftOut> leftOut = new ArrayList<>();
  private final List<LeftOut> unreadable;

  private MpiiAnnotations(
      List<MpiiPerson> people, List<LeftOut> unreadable, boolean hasTestImages) {
    this.people = people;
    this.trainingImages =
        people.stream()
            .filter(MpiiPerson::train)
            .map(person -> person.person().image())
            .collect(Collectors.toUnmodifiableSet());
    this.unreadable = unreadable;
    this.hasTestImages = hasTestImages;
  }

  /**
   * Reads MPII's annotations.
   *
   * @param files the official .mat, or one or more JSON files
   * @param headBoxes the official .mat, for JSON files, which have no head boxes; or null
   * @param splits empty for nine tenths train and one tenth val; {@code official} is everybody with
   *     joints to train, and the test images' people to test, without joints unless {@code
   *     testAnnotations} has them
   * @param testAnnotations the joints of the test images, as published later; or null
   * @param singlePerson only people whom MPII counts as standing apart
   * @param seed of fractions
   */
  public static Annotations read(
      List<Path> files,
      @Nullable Path headBoxes,
      @Nullable Path testAnnotations,
      List<Split> splits,
      boolean singlePerson,
      long seed)
      throws IOException {
    boolean official = isMat(files.get(0));
    if (official && files.size() > 1) {
      throw BadInputException.at(
          "--annotations", files.size() + " files", "the .mat alone, or JSON files", "");
    }
    List<MpiiPerson> people = new ArrayList<>();
    List<LeftOut> unreadable = new ArrayList<>();
    Map<String, Integer> inImage = new HashMap<>();
    for (Path file : files) {
      people.addAll(
          official
              ? MpiiRelease.read(file).people()
              : MpiiJson.read(
                  file,
                  inImage,
                  why ->
                      unreadable.add(
                          new LeftOut(
                              "", -1, Fault.FaultKind.ENTRY.label(), "" + why.getMessage()))));
    }
    MpiiAnnotations mpii =
        new MpiiAnnotations(
            headBoxes == null ? people : withHeads(people, MpiiRelease.read(headBoxes)),
            unreadable,
            official);
    List<Path> sources = new ArrayList<>(files);
    if (headBoxes != null) {
      sources.add(headBoxes);
    }
    if (testAnnotations != null) {
      if (!official) {
        throw BadInputException.at(
            "--test-annotations",
            "JSON annotations, which do not say which images MPII tests on",
            "the official .mat",
            "");
      }
      sources.add(testAnnotations);
    }
    List<Person> tested =
        testAnnotations == null ? List.of() : mpii.tested(testAnnotations, singlePerson);
    return mpii.annotations(sources, tested, splits, singlePerson, seed);
  }

  private static boolean isMat(Path file) throws IOException {
    InputFile.require(file);
    try (InputStream in = Files.newInputStream(file)) {
      return MatFile.startsLikeOne(in.readNBytes(16));
    }
  }

  /**
   * Head boxes of those who stand at the same position, and their places in {@code annorect} where
   * everybody in the image has one.
   */
  private static List<MpiiPerson> withHeads(List<MpiiPerson> people, MpiiRelease release) {
    Map<String, List<MpiiPerson>> known = byImage(release.people());
    List<MpiiPerson> result = new ArrayList<>();
    byImage(people)
        .forEach(
            (image, group) -> {
              List<@Nullable MpiiPerson> others = new ArrayList<>();
              for (MpiiPerson person : group) {
                others.add(person.among(known.getOrDefault(lastName(image), List.of())));
              }
              boolean all = !others.contains(null) && new HashSet<>(others).size() == others.size();
              for (int i = 0; i < group.size(); i++) {
                MpiiPerson person = group.get(i);
                MpiiPerson other = others.get(i);
                Person same = other == null ? null : other.person();
                int number = same != null && all ? same.person() : person.person().person();
                result.add(person.identified(number, same == null ? null : same.headBox()));
              }
            });
    return result;
  }

  /** MPII's images lie in no folder; some programs name them with one. */
  private static String lastName(String image) {
    return image.substring(Math.max(image.lastIndexOf('/'), image.lastIndexOf('\\')) + 1);
  }

  private static Map<String, List<MpiiPerson>> byImage(List<MpiiPerson> people) {
    Map<String, List<MpiiPerson>> byImage = new LinkedHashMap<>();
    for (MpiiPerson person : people) {
      byImage.computeIfAbsent(person.person().image(), key -> new ArrayList<>()).add(person);
    }
    return byImage;
  }

  /**
   * @param tested the test images' people with joints; empty where these are not known
   */
  private Annotations annotations(
      List<Path> files, List<Person> tested, List<Split> splits, boolean singlePerson, long seed)
      throws IOException {
    boolean official = splits.contains(new Split.Official());
    if (official && !hasTestImages) {
      throw BadInputException.at(
          "--split official",
          "a JSON file, which does not say which images MPII tests on",
          "the official .mat",
          "or name fractions, ranges or a --val-list");
    }
    List<MpiiPerson> usable = new ArrayList<>();
    List<Person> test = new ArrayList<>();
    for (MpiiPerson person : people) {
      String reason = reason(person, singlePerson);
      if (!person.train()) {
        if (official && person.placed() && (person.single() || !singlePerson)) {
          test.add(inCrop(person.person()));
        }
      } else if (reason.isEmpty()) {
        usable.add(person);
      } else {
        leaveOut(person, reason);
      }
    }
    Map<String, List<Person>> bySplit = assign(usable, splits, seed, files.get(0));
    if (!tested.isEmpty()) {
      bySplit.put(TEST, tested);
    } else if (!test.isEmpty()) {
      bySplit.put(TEST, test);
    }
    List<Annotations.SourceFile> source = new ArrayList<>();
    for (Path file : files) {
      source.add(Annotations.SourceFile.of(file));
    }
    return new Annotations(
        "mpii",
        Skeleton.mpii16(),
        metric(usable),
        bySplit,
        Map.of(),
        leftOut,
        unreadable,
        warnings,
        false,
        Annotations.BoxSource.MPII,
        source);
  }

  /**
   * The people of the test images whose joints a file has. They are the release's people, at the
   * same position, or where that is not given at the same place in the image's list; others are
   * counted and left out.
   */
  private List<Person> tested(Path file, boolean singlePerson) throws IOException {
    Map<String, List<MpiiPerson>> known =
        byImage(people.stream().filter(person -> !person.train()).toList());
    List<Person> found = new ArrayList<>();
    Set<MpiiPerson> taken = new HashSet<>();
    int strangers = 0;
    for (MpiiPerson person : MpiiRelease.readTest(file).people()) {
      List<MpiiPerson> inImage = known.getOrDefault(person.person().image(), List.of());
      if (!person.person().annotated() || trainingImages.contains(person.person().image())) {
        continue; // a list of all images has those of the release, too
      }
      MpiiPerson same = person.placed() ? person.among(inImage) : person.sameNumber(inImage);
      if (same == null || !taken.add(same)) {
        strangers++;
        leaveOut(person, "not among the release's test people, or one of them for a second time");
      } else if (same.placed() && (same.single() || !singlePerson)) {
        found.add(person.asPlacedIn(same));
      }
    }
    long without = known.values().stream().mapToLong(List::size).sum() - taken.size();
    if (strangers > 0) {
      warnings.add(
          file + ": " + strangers + " people with joints are not among the release's test people");
    }
    if (without > 0) {
      warnings.add(file + ": no joints for " + without + " of the release's test people");
    }
    if (found.isEmpty()) {
      throw BadInputException.at(
          file, "nobody of the release's test images", "their people with joints", "");
    }
    return found;
  }

  /** Why somebody is of no use for training; empty where there is no reason. */
  private static String reason(MpiiPerson person, boolean singlePerson) {
    if (!person.person().annotated()) {
      return "no joint annotated";
    }
    if (!person.placed()) {
      return "no position or scale";
    }
    return singlePerson && !person.single() ? "too close to others" : "";
  }

  private Map<String, List<Person>> assign(
      List<MpiiPerson> usable, List<Split> splits, long seed, Path file) {
    Set<String> distinct = new LinkedHashSet<>();
    usable.forEach(person -> distinct.add(person.person().image()));
    List<String> images = List.copyOf(distinct);
    if (images.isEmpty() && !unreadable.isEmpty()) {
      throw new BadInputException(unreadable.get(0).detail());
    }
    if (images.isEmpty()) {
      throw BadInputException.at(file, "nobody", "people with joints and a position", "");
    }
    if (splits.isEmpty() && usable.stream().anyMatch(MpiiPerson::validation)) {
      return asTheFileSays(usable);
    }
    Split.Assignment assigned =
        Split.assign(
            splits, FALLBACK, List.of(new Split.Range("train", 1, images.size())), images, seed);
    Map<String, @Nullable String> splitOf = new LinkedHashMap<>();
    for (int i = 0; i < images.size(); i++) {
      splitOf.put(images.get(i), assigned.of(i));
    }
    ValList list = splits.size() == 1 && splits.get(0) instanceof Split.Listed l ? l.list() : null;
    Map<String, List<Person>> bySplit = assigned.emptyLists();
    for (MpiiPerson person : usable) {
      String name = splitOf.get(person.person().image());
      List<Person> split = bySplit.get(name);
      if (split == null) {
        continue;
      }
      if (list != null && "val".equals(name) && !list.means(person)) {
        leaveOut(person, "beside somebody of the val list");
      } else {
        split.add(person.person());
      }
    }
    if (list != null && list.missingFrom(images) > 0) {
      warnings.add(
          list.file() + ": " + list.missingFrom(images) + " of its images have nobody annotated");
    }
    return bySplit;
  }

  private static Map<String, List<Person>> asTheFileSays(List<MpiiPerson> usable) {
    Map<String, List<Person>> bySplit = new LinkedHashMap<>();
    for (boolean validation : new boolean[] {false, true}) {
      List<Person> split =
          usable.stream()
              .filter(person -> person.validation() == validation)
              .map(MpiiPerson::person)
              .toList();
      if (!split.isEmpty()) {
        bySplit.put(validation ? "val" : "train", split);
      }
    }
    return bySplit;
  }

  private void leaveOut(MpiiPerson person, String reason) {
    leftOut.add(new LeftOut(person.person().image(), person.person().person(), reason, ""));
  }

  /** Without joints the crop is all that is known of where somebody is. */
  private static Person inCrop(Person person) {
    double side = person.scale() * Person.SCALE_UNIT;
    Box box = new Box(person.centerX() - side / 2, person.centerY() - side / 2, side, side);
    return person.withCrop(box, person.centerX(), person.centerY(), person.scale());
  }

  private Metric metric(List<MpiiPerson> usable) {
    long without = usable.stream().filter(p -> Double.isNaN(p.person().headSize())).count();
    if (without == usable.size()) {
      warnings.add(
          "no head boxes: pckh cannot be measured, the dataset's metric is pck@0.2;"
              + " --head-boxes FILE.mat takes them from MPII's official file");
      return Metric.PCK_02;
    }
    if (without > 0) {
      warnings.add(without + " people have no head box: pckh leaves them out");
    }
    return Metric.PCKH_05;
  }
}
