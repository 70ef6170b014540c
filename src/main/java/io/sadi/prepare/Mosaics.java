package io.sadi.prepare;

import io.sadi.data.CocoSource;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.DatasetWriter.SplitContent;
import io.sadi.data.Person;
import io.sadi.data.SceneAugmentation;
import io.sadi.geom.Affine;
import io.sadi.image.Image;
import io.sadi.image.ImageSize;
import io.sadi.image.LazyImage;
import io.sadi.io.AtomicFolder;
import io.sadi.io.BadInputException;
import io.sadi.io.Interruption;
import io.sadi.io.Progress;
import io.sadi.prepare.read.Annotations;
import io.sadi.prepare.write.DatasetOutput;
import io.sadi.prepare.write.PreparedDataset;
import io.sadi.prepare.write.Previews;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Squares that show several photos of a dataset side by side, each whole, with everybody who is
 * annotated in them: several people of several sizes, to measure a detector on. The same dataset
 * and seed give the same pictures.
 */
public final class Mosaics {
  private static final String IMAGES = "images";
  private static final int JPEG_QUALITY = 92;

  /**
   * What is asked for.
   *
   * @param split of the dataset whose photos are taken
   * @param count pictures, at least 1
   * @param photos at most so many in one, at least 2; there are at least two
   * @param side of a picture in pixels, 64 to 4096
   * @param seed of the choice and the places
   */
  public record MosaicRule(String split, int count, int photos, int side, long seed) {
    public MosaicRule {
      check("--count", count, 1, 1_000_000);
      check("--photos", photos, 2, 16);
      check("--side", side, 64, 4096);
    }

    private static void check(String option, int value, int least, int most) {
      if (value < least || value > most) {
        throw BadInputException.at(option, String.valueOf(value), least + ".." + most, "");
      }
    }
  }

  private final Dataset dataset;
  private final MosaicRule rule;

  /** Everybody in the photos that show somebody annotated: whoever is pasted is labelled, too. */
  private final Map<String, List<Person>> photos = new LinkedHashMap<>();

  private final List<Annotations.SourceFile> sources;

  /**
   * Reads the dataset.
   *
   * @throws BadInputException where there is no such split, or one with fewer photos than a picture
   *     may show
   */
  public Mosaics(Path folder, MosaicRule rule) throws IOException {
    this.dataset = DatasetReader.read(folder);
    this.rule = rule;
    this.sources = Annotations.SourceFile.of(dataset);
    for (Person person : DatasetReader.people(dataset, rule.split())) {
      photos.computeIfAbsent(person.image(), name -> new ArrayList<>());
    }
    for (Person person : DatasetReader.file(dataset, rule.split()).everybody()) {
      List<Person> together = photos.get(person.image());
      if (together != null) {
        together.add(person);
      }
    }
    if (photos.size() < rule.photos()) {
      throw BadInputException.at(
          folder,
          photos.size() + " photos with people in split '" + rule.split() + "'",
          "at least the " + rule.photos() + " of --photos",
          "");
    }
  }

  /** A photo's place in a picture: where it goes, from pixel centres to pixel centres. */
  private record PlacedPhoto(String photo, int x, int y, int width, int height, Affine toPicture) {}

  /**
   * Draws the pictures into {@code OUT/images} and writes the dataset around them.
   *
   * @param previews how many people to draw again for a person to look at; 0 for none
   */
  public PreparedDataset run(DatasetOutput output, int previews, Progress progress)
      throws IOException {
    output.check(read());
    Previews.checkCount(previews);
    List<PreparedDataset> result = new ArrayList<>();
    if (output.dryRun()) {
      return drawn(null, progress);
    }
    AtomicFolder.write(
        output.folder(),
        output.overwrite(),
        DatasetOutput.MARKER,
        (part, guard) -> {
          Path images = Files.createDirectories(part.resolve(IMAGES));
          PreparedDataset prepared = drawn(images, progress);
          prepared.write(part, IMAGES, output.options());
          if (previews > 0) {
            Previews.write(prepared, images, Person::image, part, previews);
          }
          result.add(prepared);
        });
    return result.get(0);
  }

  /** All that the pictures are made of. */
  private List<Path> read() {
    Stream<Path> files = sources.stream().flatMap(file -> file.paths().stream());
    return Stream.concat(files, photos.keySet().stream().map(dataset.imageRoot()::resolve))
        .toList();
  }

  /**
   * @param images where the pictures go; null for nowhere
   */
  private PreparedDataset drawn(@Nullable Path images, Progress progress) throws IOException {
    List<Person> people = new ArrayList<>();
    List<String> order = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(rule.seed());
    try (Progress.Work work = progress.start("drawing", rule.count(), "pictures")) {
      for (int i = 0; i < rule.count(); i++) {
        Interruption.checkNotRequested();
        String name = String.format(Locale.ROOT, "%06d.jpg", i + 1);
        people.addAll(picture(name, images, order, random.split()));
        work.advance(1);
      }
    }
    return new PreparedDataset(
        dataset.name() + "-mosaics",
        dataset.skeleton(),
        dataset.metric(),
        Map.of(rule.split(), new SplitContent(people, List.of())),
        List.of(),
        List.of(),
        "those of " + dataset.name() + ", moved with their photos",
        sources);
  }

  /** Draws a picture, and returns who is in it. */
  private List<Person> picture(
      String name, @Nullable Path images, List<String> order, SplittableRandom random)
      throws IOException {
    List<Person> people = new ArrayList<>();
    int number = 0;
    int count = 2 + random.nextInt(rule.photos() - 1);
    try (Image picture =
        images == null ? null : Image.filled(rule.side(), rule.side(), Image.OUTSIDE)) {
      for (int[] at : SceneAugmentation.places(rule.side(), count, random)) {
        PlacedPhoto place = place(next(order, random), at, random);
        for (Person person : photos.getOrDefault(place.photo(), List.of())) {
          people.add(moved(person, place, name, person.crowd() ? person.person() : number++));
        }
        if (picture != null) {
          paste(place, picture);
        }
      }
      if (images != null && picture != null) {
        Files.write(images.resolve(name), picture.jpeg(JPEG_QUALITY)); // the folder is atomic
      }
    }
    return people;
  }

  /** Every photo once before one comes again. */
  private String next(List<String> order, SplittableRandom random) {
    if (order.isEmpty()) {
      order.addAll(photos.keySet());
    }
    return order.remove(random.nextInt(order.size()));
  }

  private PlacedPhoto place(String photo, int[] at, SplittableRandom random) throws IOException {
    Person first = photos.getOrDefault(photo, List.of()).get(0);
    int photoWidth = first.imageWidth();
    int photoHeight = first.imageHeight();
    if (photoWidth <= 0 || photoHeight <= 0) { // the file does not say
      ImageSize size = ImageSize.read(dataset.imageRoot().resolve(photo));
      photoWidth = size.width();
      photoHeight = size.height();
    }
    double scale = Math.min((double) at[2] / photoWidth, (double) at[3] / photoHeight);
    int width = Math.max(1, (int) Math.floor(scale * photoWidth));
    int height = Math.max(1, (int) Math.floor(scale * photoHeight));
    int x = at[0] + random.nextInt(at[2] - width + 1);
    int y = at[1] + random.nextInt(at[3] - height + 1);
    Affine resized = Affine.resize((double) width / photoWidth, (double) height / photoHeight);
    return new PlacedPhoto(photo, x, y, width, height, new Affine(1, 0, x, 0, 1, y).after(resized));
  }

  private void paste(PlacedPhoto place, Image picture) throws IOException {
    Affine toPlace = new Affine(1, 0, -place.x(), 0, 1, -place.y()).after(place.toPicture());
    try (LazyImage photo = LazyImage.read(dataset.imageRoot().resolve(place.photo()));
        Image small = photo.warp(toPlace.inverse(), place.width(), place.height())) {
      picture.canvas().picture(small, place.x(), place.y());
    }
  }

  private Person moved(Person person, PlacedPhoto place, String name, int number) {
    Person there = person.under(place.toPicture());
    CocoSource source = there.source(); // its area decides who is small
    return there
        .inImage(name)
        .numbered(number)
        .withImageSize(rule.side(), rule.side())
        .withSource(source == null ? null : source.inOtherImage());
  }
}
