package io.sadi.prepare;

import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.image.Image;
import io.sadi.io.AtomicFolder;
import io.sadi.io.BadInputException;
import io.sadi.io.Interruption;
import io.sadi.io.Progress;
import io.sadi.prepare.synthetic.SyntheticPerson;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
  public PreparedDataset run(Output output, Progress progress) throws IOException {
    output.check();
    Split.Assignment assigned =
        Split.assign(splits, FALLBACK, List.of(new Split.Range("train", 1, count)), count, seed);
    if (output.dryRun()) {
      return dataset(assigned, drawn(assigned, null, Progress.NONE));
    }
    List<PreparedDataset> result = new ArrayList<>();
    AtomicFolder.write(
        output.folder(),
        output.overwrite(),
        Output.MARKER,
        part -> {
          Path images = Files.createDirectories(part.resolve(IMAGES));
          PreparedDataset prepared = dataset(assigned, drawn(assigned, images, progress));
          prepared.write(part, IMAGES, output.options());
          result.add(prepared);
        });
    return result.get(0);
  }

  /** The people of all splits by number; null for those in none. Without a folder none is drawn. */
  private @Nullable Person[] drawn(
      Split.Assignment assigned, @Nullable Path folder, Progress progress) throws IOException {
    @Nullable Person[] people = new Person[count];
    try (Interruption.Guard guard = Interruption.guard();
        Progress.Work work = progress.start("drawing", count, "people")) {
      IntStream.range(0, count)
          .parallel()
          .forEach(
              i -> {
                if (assigned.of(i) != null && !guard.requested()) {
                  people[i] = draw(i + 1, folder);
                  work.advance(1);
                }
              });
      if (guard.requested()) {
        throw new InterruptedIOException("interrupted; nothing was written");
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return people;
  }

  private Person draw(int number, @Nullable Path folder) {
    String name = String.format(Locale.ROOT, "%06d.jpg", number);
    SyntheticPerson drawn = SyntheticPerson.draw(name, seed, number);
    if (folder != null) {
      try (Image image = drawn.image()) {
        Files.write(folder.resolve(name), image.jpeg(JPEG_QUALITY)); // the folder is atomic
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return drawn.person();
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
    return new PreparedDataset(
        "synthetic",
        Skeleton.mpii16(),
        Metric.PCKH_05,
        bySplit,
        List.of(),
        "the joints' extent x 1.25, moved and enlarged a little at random",
        List.of());
  }
}
