package io.sadi.prepare;

import io.sadi.data.Person;
import io.sadi.geom.Box;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.prepare.Fault.Kind;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every image once, and at the people in it: is it there, is it whole, how large is it,
 * can the annotations be. Where crops are packed they are cut now, as decoding is most of the work.
 * The result does not depend on the number of threads.
 */
final class Inspection {
  private static final int MIN_IMAGE_SIDE = 16;
  private static final int MAX_ASPECT = 10;

  private final Annotations annotations;
  private final Path imageRoot;
  private final Checks checks;
  private final PersonChecks personChecks;
  private final @Nullable Packing packing;
  private final boolean decode;
  private final BooleanSupplier stopped;

  /**
   * How to look.
   *
   * @param packing null where images stay as they are
   * @param decode false only to see whether images are there
   * @param stopped whether the process has been told to end
   */
  Inspection(
      Annotations annotations,
      Path imageRoot,
      Checks checks,
      @Nullable Packing packing,
      boolean decode,
      BooleanSupplier stopped) {
    this.annotations = annotations;
    this.imageRoot = imageRoot;
    this.checks = checks;
    this.personChecks = new PersonChecks(annotations.skeleton());
    this.packing = packing;
    this.decode = decode;
    this.stopped = stopped;
  }

  /**
   * One image's people after the inspection.
   *
   * @param people as many as went in; null for those left out
   * @param faults of the image and of its people
   */
  record Found(List<@Nullable Person> people, List<Fault> faults) {}

  /**
   * Looks at the images of these people.
   *
   * @return for every image, in the order of the keys
   */
  List<Found> run(Map<String, List<Person>> byImage, Progress progress) throws IOException {
    List<Map.Entry<String, List<Person>>> images = List.copyOf(byImage.entrySet());
    @Nullable Found[] found = new Found[images.size()];
    try (Progress.Work work = progress.start("checking", found.length, "images")) {
      IntStream.range(0, found.length)
          .parallel()
          .forEach(
              i -> {
                if (stopped.getAsBoolean()) {
                  throw new UncheckedIOException(
                      new InterruptedIOException("interrupted; nothing was written"));
                }
                found[i] = look(images.get(i).getKey(), images.get(i).getValue());
                work.advance(1);
              });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    List<Found> result = new ArrayList<>();
    for (Found one : found) {
      if (one != null) {
        result.add(one);
      }
    }
    return result;
  }

  /** The people of all splits by their image, in order. */
  static Map<String, List<Person>> byImage(Iterable<List<Person>> splits) {
    Map<String, List<Person>> byImage = new LinkedHashMap<>();
    for (List<Person> people : splits) {
      for (Person person : people) {
        byImage.computeIfAbsent(person.image(), name -> new ArrayList<>()).add(person);
      }
    }
    return byImage;
  }

  private Found look(String name, List<Person> people) {
    Path file = imageRoot.resolve(name);
    if (!Files.exists(file)) {
      return without(new Fault(Kind.MISSING, name, -1, ""), people);
    }
    if (!decode) {
      return people(List.of(), people, null);
    }
    try (Image image = Image.read(file)) {
      return people(imageFaults(name, image, people.get(0)), people, image);
    } catch (BadInputException | IOException e) {
      return without(new Fault(Kind.BROKEN, name, -1, String.valueOf(e.getMessage())), people);
    }
  }

  private static Found without(Fault fault, List<Person> people) {
    List<@Nullable Person> nobody = new ArrayList<>();
    people.forEach(person -> nobody.add(null));
    return new Found(nobody, List.of(fault));
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
                new Fault(Kind.EXIF, name, -1, asBefore ? said + ", as before it is turned" : ""));
        case GREY -> faults.add(new Fault(Kind.GREY, name, -1, ""));
        case CMYK -> faults.add(new Fault(Kind.CMYK, name, -1, ""));
        case DEEP -> faults.add(new Fault(Kind.DEEP, name, -1, ""));
        case ALPHA -> faults.add(new Fault(Kind.ALPHA, name, -1, ""));
      }
    }
    if (differs && !asBefore) {
      faults.add(new Fault(Kind.SIZE, name, -1, said + ", is " + size));
    }
    if (Math.min(width, height) < MIN_IMAGE_SIDE
        || Math.max(width, height) > MAX_ASPECT * Math.min(width, height)) {
      faults.add(new Fault(Kind.SIZE, name, -1, "an image of " + size));
    }
    return faults;
  }

  private Found people(List<Fault> imageFaults, List<Person> people, @Nullable Image image) {
    List<Fault> faults = new ArrayList<>(imageFaults);
    boolean imageGoes = imageFaults.stream().anyMatch(fault -> checks.leavesOut(fault.kind()));
    List<@Nullable Person> result = new ArrayList<>();
    List<Person> before = new ArrayList<>();
    for (Person person : people) {
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
              : packing == null || image == null ? kept : packing.pack(person, kept, image));
    }
    return new Found(result, faults);
  }

  private Person inImage(Person person, int width, int height) {
    Person sized = person.withImageSize(width, height);
    return annotations.boxes() != Annotations.Boxes.WHOLE_IMAGE
        ? sized
        : sized.withCrop(
            new Box(-0.5, -0.5, width, height),
            (width - 1) / 2.0,
            (height - 1) / 2.0,
            height / Person.SCALE_UNIT);
  }
}
