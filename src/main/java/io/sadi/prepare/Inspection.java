package io.sadi.prepare;

import io.sadi.data.Person;
import io.sadi.geom.Box;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.prepare.check.Checks;
import io.sadi.prepare.check.PersonChecks;
import io.sadi.prepare.read.AnnotatedFrame;
import io.sadi.prepare.read.Annotations;
import io.sadi.prepare.read.Fault;
import io.sadi.prepare.read.Fault.FaultKind;
import io.sadi.prepare.read.StoredFrame;
import io.sadi.prepare.write.Packing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads every image once and checks it and its people: whether it exists and is whole, its size,
 * and whether the annotations are plausible. Where crops are packed they are cut now, as decoding
 * is most of the work. The result does not depend on the number of threads.
 */
final class Inspection {
  private static final int MIN_IMAGE_SIDE = 16;
  private static final int MAX_ASPECT = 10;

  private final Annotations annotations;
  private final Path imageRoot;
  private final Checks checks;
  private final AnnotatedFrame frame;
  private final PersonChecks personChecks;
  private final @Nullable Packing packing;
  private final boolean decode;

  /**
   * How many photos with an EXIF orientation are needed to tell in which orientation they were
   * annotated.
   */
  private final Map<AnnotatedFrame, AtomicInteger> told =
      Map.of(
          AnnotatedFrame.UPRIGHT, new AtomicInteger(), AnnotatedFrame.STORED, new AtomicInteger());

  /**
   * How to look.
   *
   * @param packing null where images stay as they are
   * @param decode false only to see whether images are there
   */
  Inspection(
      Annotations annotations,
      Path imageRoot,
      Preparation.Treatment treatment,
      @Nullable Packing packing,
      boolean decode) {
    this.annotations = annotations;
    this.imageRoot = imageRoot;
    this.checks = treatment.checks();
    this.frame = treatment.frame();
    this.personChecks = new PersonChecks(annotations.skeleton());
    this.packing = packing;
    this.decode = decode;
  }

  /**
   * One image's people after the inspection.
   *
   * @param people as many as went in; null for those left out
   * @param faults of the image and of its people
   */
  record InspectedPeople(List<@Nullable Person> people, List<Fault> faults) {}

  /**
   * Looks at the images of these people.
   *
   * @return for every image, in the order of the keys
   */
  List<InspectedPeople> run(Map<String, List<Person>> byImage, Progress progress)
      throws IOException {
    List<Map.Entry<String, List<Person>>> images = List.copyOf(byImage.entrySet());
    @Nullable InspectedPeople[] found = new InspectedPeople[images.size()];
    try (Progress.Work work = progress.start("checking", found.length, "images")) {
      look(images, found, frame, work);
      boolean stored = told(AnnotatedFrame.STORED) > 0 && told(AnnotatedFrame.UPRIGHT) == 0;
      // Those that are still missing do not tell: they are taken for what the others are.
      look(images, found, stored ? AnnotatedFrame.STORED : AnnotatedFrame.UPRIGHT, work);
    } catch (UncheckedIOException e) { // what is packed cannot be written, and no image is broken
      throw e.getCause();
    }
    List<InspectedPeople> result = new ArrayList<>();
    for (InspectedPeople one : found) {
      if (one != null) {
        result.add(one);
      }
    }
    return result;
  }

  private int told(AnnotatedFrame which) {
    AtomicInteger count = told.get(which);
    return count == null ? 0 : count.get();
  }

  /** Looks at all images that have not been found yet. */
  private void look(
      List<Map.Entry<String, List<Person>>> images,
      @Nullable InspectedPeople[] found,
      AnnotatedFrame taken,
      Progress.Work work)
      throws IOException {
    ParallelTasks.forEach(
        IntStream.range(0, found.length).filter(i -> found[i] == null),
        i -> {
          found[i] = look(images.get(i).getKey(), images.get(i).getValue(), taken);
          if (found[i] != null) {
            work.advance(1);
          }
        });
  }

  /**
   * Null where the photo has an EXIF orientation and it cannot be told whether its people were
   * annotated upright.
   */
  private @Nullable InspectedPeople look(String name, List<Person> people, AnnotatedFrame taken) {
    // A name that leads out of the image root counts as missing: it could name any file of this
    // machine.
    Path file = imageRoot.resolve(Person.isImageName(name) ? name : "");
    if (!Person.isImageName(name) || !Files.exists(file)) {
      return without(new Fault(FaultKind.MISSING, name, -1, ""), people);
    }
    if (!decode) {
      return people(List.of(), people, people, null);
    }
    try (Image image = Image.read(file)) {
      if (!image.traits().contains(Image.Trait.TURNED)) {
        return people(imageFaults(name, image, people.get(0)), people, people, image);
      }
      AnnotatedFrame tells = frame == AnnotatedFrame.AUTO ? tells(image, people) : frame;
      AnnotatedFrame chosen = tells == null ? taken : tells;
      if (chosen == AnnotatedFrame.AUTO) {
        return null;
      }
      return turned(name, image, people, chosen == AnnotatedFrame.STORED, tells == null);
    } catch (BadInputException | IOException e) {
      return without(new Fault(FaultKind.BROKEN, name, -1, String.valueOf(e.getMessage())), people);
    }
  }

  private @Nullable AnnotatedFrame tells(Image image, List<Person> people) {
    AnnotatedFrame tells = StoredFrame.told(image, people);
    AtomicInteger count = tells == null ? null : told.get(tells);
    if (count != null) {
      count.incrementAndGet();
    }
    return tells;
  }

  private InspectedPeople turned(
      String name, Image image, List<Person> people, boolean stored, boolean guessed) {
    List<Fault> faults = imageFaults(name, image, people.get(0));
    if (guessed) {
      Fault exif =
          new Fault(FaultKind.EXIF, name, -1, "does not tell how it was annotated; --exif does");
      faults.replaceAll(fault -> fault.kind() == FaultKind.EXIF ? exif : fault);
    }
    if (!stored) {
      return people(faults, people, people, image);
    }
    faults.add(
        new Fault(FaultKind.AS_STORED, name, -1, "joints and boxes are turned with the photo"));
    List<Person> upright =
        people.stream()
            .map(p -> StoredFrame.upright(p, image.fromStored(), annotations.skeleton()))
            .toList();
    return people(faults, people, upright, image);
  }

  private static InspectedPeople without(Fault fault, List<Person> people) {
    List<@Nullable Person> nobody = new ArrayList<>();
    people.forEach(person -> nobody.add(null));
    return new InspectedPeople(nobody, List.of(fault));
  }

  private static List<Fault> imageFaults(String name, Image image, Person annotated) {
    List<Fault> faults = new ArrayList<>();
    int width = image.width();
    int height = image.height();
    String size = width + "x" + height;
    boolean turned = image.traits().contains(Image.Trait.TURNED);
    int saidWidth = annotated.imageWidth();
    int saidHeight = annotated.imageHeight();
    String said = "annotated as " + saidWidth + "x" + saidHeight;
    boolean differs = saidWidth > 0 && (saidWidth != width || saidHeight != height);
    boolean asBefore = turned && differs && saidWidth == height && saidHeight == width;
    for (Image.Trait trait : image.traits()) {
      switch (trait) {
        case TURNED ->
            faults.add(
                new Fault(
                    FaultKind.EXIF, name, -1, asBefore ? said + ", as before it is turned" : ""));
        case GREY -> faults.add(new Fault(FaultKind.GREY, name, -1, ""));
        case CMYK -> faults.add(new Fault(FaultKind.CMYK, name, -1, ""));
        case DEEP -> faults.add(new Fault(FaultKind.DEEP, name, -1, ""));
        case ALPHA -> faults.add(new Fault(FaultKind.ALPHA, name, -1, ""));
      }
    }
    if (differs && !asBefore) {
      faults.add(new Fault(FaultKind.SIZE, name, -1, said + ", is " + size));
    }
    if (Math.min(width, height) < MIN_IMAGE_SIDE
        || Math.max(width, height) > MAX_ASPECT * Math.min(width, height)) {
      faults.add(new Fault(FaultKind.SIZE, name, -1, "an image of " + size));
    }
    return faults;
  }

  /**
   * Looks at the people of an image.
   *
   * @param keys the same people as the packing knows them
   */
  private InspectedPeople people(
      List<Fault> imageFaults, List<Person> keys, List<Person> people, @Nullable Image image) {
    List<Fault> faults = new ArrayList<>(imageFaults);
    boolean imageGoes = imageFaults.stream().anyMatch(fault -> checks.leavesOut(fault.kind()));
    List<@Nullable Person> result = new ArrayList<>();
    List<Person> before = new ArrayList<>();
    for (int p = 0; p < people.size(); p++) {
      Person person = people.get(p);
      Person sized = image == null ? person : inImage(person, image.width(), image.height());
      if (person.ignored()) { // nothing is asked of them, and no crop is made
        result.add(imageGoes || packing != null ? null : sized);
        continue;
      }
      List<Fault> own = new ArrayList<>(personChecks.of(sized));
      Fault duplicate = personChecks.duplicate(sized, before);
      if (duplicate != null) {
        own.add(duplicate);
      }
      before.add(sized);
      faults.addAll(own);
      boolean goes = imageGoes || own.stream().anyMatch(fault -> checks.leavesOut(fault.kind()));
      Person kept = checks.dropsJoints() ? PersonChecks.withoutOutside(sized) : sized;
      boolean bare = sized.annotated() && !kept.annotated();
      boolean stays = !goes && !bare;
      result.add(
          !stays
              ? null
              : packing == null || image == null ? kept : packing.pack(keys.get(p), kept, image));
    }
    return new InspectedPeople(result, faults);
  }

  private Person inImage(Person person, int width, int height) {
    Person sized = person.withImageSize(width, height);
    return annotations.boxes() != Annotations.BoxSource.WHOLE_IMAGE
        ? sized
        : sized.withCrop(
            new Box(0, 0, width, height),
            (width - 1) / 2.0,
            (height - 1) / 2.0,
            height / Person.SCALE_UNIT);
  }
}
