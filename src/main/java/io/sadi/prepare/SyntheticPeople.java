package io.sadi.prepare;

import io.sadi.data.DatasetWriter.SplitContent;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.image.Image;
import io.sadi.io.AtomicFolder;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.prepare.read.Split;
import io.sadi.prepare.synthetic.SyntheticPerson;
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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A dataset of drawn people with MPII's 16 joints and head boxes, one an image. The same seed and
 * number give the same picture, whatever the number of pictures and threads.
 */
public final class SyntheticPeople {
  private static final String IMAGES = "images";
  private static final int JPEG_QUALITY = 92;
  private static final int MOST = 1_000_000;
  private static final List<Split> FALLBACK =
      List.of(new Split.Fraction("train", 0.9), new Split.Fraction("val", 0.1));

  /** Makes a person of a number, from 0. */
  @FunctionalInterface
  private interface PersonByNumber {
    Person draw(int number) throws IOException;
  }

  private final int count;
  private final List<Split> splits;
  private final long seed;

  /**
   * So many people.
   *
   * @param splits empty for nine tenths train and one tenth val
   * @param seed of the pictures, and of the splits' fractions
   */
  public SyntheticPeople(int count, List<Split> splits, long seed) {
    if (count < 1 || count > MOST) {
      throw BadInputException.at("--count", Integer.toString(count), "1.." + MOST, "");
    }
    this.count = count;
    this.splits = splits;
    this.seed = seed;
  }

  /** Draws the pictures into {@code OUT/images} and writes the dataset around them. */
  public PreparedDataset run(DatasetOutput output, Progress progress) throws IOException {
    return run(output, 0, progress);
  }

  /**
   * Also draws some of the people's joints.
   *
   * @param previews how many people to draw again for a person to look at; 0 for none
   */
  public PreparedDataset run(DatasetOutput output, int previews, Progress progress)
      throws IOException {
    output.check(List.of()); // nothing is read
    Previews.checkCount(previews);
    Split.Assignment assigned =
        Split.assign(
            splits,
            FALLBACK,
            List.of(new Split.Range("train", 1, count)),
            IntStream.rangeClosed(1, count).mapToObj(SyntheticPeople::name).toList(),
            seed);
    if (output.dryRun()) {
      return dataset(assigned, people(assigned, SyntheticPeople::undrawn));
    }
    List<PreparedDataset> result = new ArrayList<>();
    AtomicFolder.write(
        output.folder(),
        output.overwrite(),
        DatasetOutput.MARKER,
        (part, guard) -> {
          Path images = Files.createDirectories(part.resolve(IMAGES));
          PreparedDataset prepared = dataset(assigned, drawn(assigned, images, progress));
          prepared.write(part, IMAGES, output.options());
          if (previews > 0) {
            Previews.write(prepared, images, Person::image, part, previews);
          }
          result.add(prepared);
        });
    return result.get(0);
  }

  private @Nullable Person[] drawn(Split.Assignment assigned, Path images, Progress progress)
      throws IOException {
    try (Progress.Work work = progress.start("drawing", count, "people")) {
      return people(
          assigned,
          i -> {
            SyntheticPerson drawn = draw(i + 1);
            try (Image image = drawn.image()) {
              // Not atomic: the folder is.
              Files.write(images.resolve(drawn.person().image()), image.jpeg(JPEG_QUALITY));
            }
            work.advance(1);
            return drawn.person();
          });
    }
  }

  /** Everybody in a split, by number; null for the others. */
  private @Nullable Person[] people(Split.Assignment assigned, PersonByNumber drawing)
      throws IOException {
    @Nullable Person[] people = new Person[count];
    ParallelTasks.forEach(
        IntStream.range(0, count).filter(i -> assigned.of(i) != null),
        i -> people[i] = drawing.draw(i));
    return people;
  }

  private SyntheticPerson draw(int number) {
    return SyntheticPerson.draw(name(number), seed, number);
  }

  /** As a stand-in that is only counted. */
  private static Person undrawn(int i) {
    int joints = Skeleton.mpii16().size();
    float[] none = new float[joints];
    return new Person(
        name(i + 1), 0, 0, 0, none, none, new byte[joints], null, 0, 0, 0, Double.NaN, null);
  }

  private static String name(int number) {
    return String.format(Locale.ROOT, "%06d.jpg", number);
  }

  private static PreparedDataset dataset(Split.Assignment assigned, @Nullable Person[] people) {
    Map<String, List<Person>> bySplit = assigned.emptyLists();
    for (int i = 0; i < people.length; i++) {
      List<Person> split = bySplit.get(assigned.of(i));
      Person person = people[i];
      if (split != null && person != null) {
        split.add(person);
      }
    }
    bySplit.forEach(
        (split, list) -> {
          if (list.isEmpty()) {
            throw BadInputException.at(
                "--split " + split, "nobody in it", "at least one person", "draw more: --count");
          }
        });
    Map<String, SplitContent> contents = new LinkedHashMap<>();
    bySplit.forEach((split, list) -> contents.put(split, new SplitContent(list, List.of())));
    return new PreparedDataset(
        "synthetic",
        Skeleton.mpii16(),
        Metric.PCKH_05,
        contents,
        List.of(),
        List.of(),
        "the joints' extent x 1.25, moved and enlarged a little at random",
        List.of());
  }
}
