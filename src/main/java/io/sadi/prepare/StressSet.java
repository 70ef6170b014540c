package io.sadi.prepare;

import io.sadi.data.CocoSource;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.DatasetWriter.SplitContent;
import io.sadi.data.Person;
import io.sadi.image.Image;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everybody of a split in photos with one thing wrong at a time, in a folder for each, and their
 * joints where they then are: shows what a network cannot stand. The same seed and people give the
 * same photos, whatever the number of threads.
 */
public final class StressSet {
  private static final String IMAGES = "images";

  /** So high that JPEG is none of the disturbances but in its own folder. */
  private static final int JPEG_QUALITY = 97;

  private final Dataset dataset;
  private final String split;
  private final List<Person> people;
  private final List<String> names;
  private final long seed;
  private final List<Annotations.SourceFile> sources;

  private StressSet(Dataset dataset, String split, List<Person> people, long seed)
      throws IOException {
    this.sources = Annotations.SourceFile.of(dataset);
    this.dataset = dataset;
    this.split = split;
    this.people = people;
    this.names = names(people);
    this.seed = seed;
  }

  /**
   * Reads the people.
   *
   * @param folder of a dataset
   * @param limit how many of its people, the first ones; 0 for all
   * @throws BadInputException where there is no such split, or nobody in it
   */
  public static StressSet of(Path folder, String split, int limit, long seed) throws IOException {
    Dataset dataset = DatasetReader.read(folder);
    List<Person> people = DatasetReader.people(dataset, split);
    if (people.isEmpty()) {
      throw BadInputException.at(folder + ": split " + split, "nobody", "at least one person", "");
    }
    int count = limit == 0 ? people.size() : Math.min(limit, people.size());
    return new StressSet(dataset, split, people.subList(0, count), seed);
  }

  /**
   * Writes the photos into {@code OUT/images/DISTURBANCE} and the dataset around them.
   *
   * @param previews how many people to draw with their joints; 0 for none
   */
  public PreparedDataset run(DatasetOutput output, int previews, Progress progress)
      throws IOException {
    output.check(read());
    Previews.checkCount(previews);
    if (output.dryRun()) {
      List<Person> all = new ArrayList<>();
      for (Disturbance disturbance : Disturbance.values()) {
        for (int i = 0; i < people.size(); i++) {
          all.add(people.get(i).inImage(name(i, disturbance)));
        }
      }
      return prepared(all);
    }
    List<PreparedDataset> result = new ArrayList<>();
    AtomicFolder.write(
        output.folder(),
        output.overwrite(),
        DatasetOutput.MARKER,
        (part, guard) -> {
          Path images = part.resolve(IMAGES);
          for (Disturbance disturbance : Disturbance.values()) {
            Files.createDirectories(images.resolve(disturbance.folder()));
          }
          PreparedDataset prepared = prepared(disturbed(images, progress));
          prepared.write(part, IMAGES, output.options());
          if (previews > 0) {
            Previews.write(prepared, images, Person::image, part, previews);
          }
          result.add(prepared);
        });
    return result.get(0);
  }

  /** All that the photos are made of. */
  private List<Path> read() {
    Stream<Path> files = sources.stream().flatMap(file -> file.paths().stream());
    return Stream.concat(files, people.stream().map(p -> dataset.imageRoot().resolve(p.image())))
        .toList();
  }

  private PreparedDataset prepared(List<Person> all) {
    return new PreparedDataset(
        dataset.name() + "-stress",
        dataset.skeleton(),
        dataset.metric(),
        Map.of(split, new SplitContent(all, List.of())),
        List.of(),
        List.of(),
        "as the dataset has them; small: 1.6 times as large, cut: around what is left",
        sources);
  }

  private List<Person> disturbed(Path images, Progress progress) throws IOException {
    Disturbance[] all = Disturbance.values();
    @Nullable Person[] made = new Person[people.size() * all.length];
    try (Progress.Work work = progress.start("disturbing", people.size(), "people")) {
      ParallelTasks.forEach(
          IntStream.range(0, people.size()),
          i -> {
            for (int d = 0; d < all.length; d++) {
              Interruption.checkNotRequested();
              made[d * people.size() + i] = make(i, all[d], images);
            }
            work.advance(1);
          });
    }
    List<Person> there = new ArrayList<>();
    int impossible = 0;
    for (Person person : made) {
      if (person == null) {
        impossible++;
      } else {
        there.add(person);
      }
    }
    if (impossible > 0) {
      progress.note(
          impossible
              + " of "
              + made.length
              + " photos were not made: people who cannot be cut so that half of their joints are"
              + " left, or with nobody to stand beside them");
    }
    return there;
  }

  private @Nullable Person make(int i, Disturbance disturbance, Path images) throws IOException {
    Person person = people.get(i);
    // Every photo has a generator of its own.
    SplittableRandom random =
        new SplittableRandom(31 * (31 * seed + i) + disturbance.folder().hashCode()).split();
    Image photo = read(person);
    try {
      Disturbance.Disturbed made =
          disturbance.of(
              person.withImageSize(photo.width(), photo.height()),
              photo,
              people,
              dataset.skeleton(),
              this::read,
              random);
      if (made == null) {
        return null;
      }
      String name = name(i, disturbance);
      try (Image result = made.photo()) {
        // Not atomic: the folder is.
        Files.write(images.resolve(name), result.jpeg(JPEG_QUALITY));
      }
      CocoSource source = made.person().source(); // its area decides similarities
      return made.person()
          .inImage(name)
          .withSource(source == null ? null : source.inOtherImage())
          .withOrigin(null);
    } finally {
      photo.close();
    }
  }

  private Image read(Person person) throws IOException {
    return Image.read(dataset.imageRoot().resolve(person.image()));
  }

  private String name(int person, Disturbance disturbance) {
    return disturbance.folder() + "/" + names.get(person);
  }

  /** A file's name for everybody: the photo's, with its folders and the person's number. */
  private static List<String> names(List<Person> people) {
    Set<String> names = new LinkedHashSet<>();
    for (Person person : people) {
      String image = person.image().replace('/', '_');
      int dot = image.lastIndexOf('.');
      String name = (dot > 0 ? image.substring(0, dot) : image) + "_" + person.person() + ".jpg";
      if (!names.add(name)) { // a.jpg beside a.png, or a/b.jpg beside a_b.jpg
        names.add(names.size() + "_" + image + "_" + person.person() + ".jpg");
      }
    }
    return List.copyOf(names);
  }
}
