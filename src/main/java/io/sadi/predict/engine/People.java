package io.sadi.predict.engine;

import io.sadi.eval.OksSigmas;
import io.sadi.eval.Prediction;
import io.sadi.eval.SamePose;
import io.sadi.predict.engine.Look.Seen;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of images, one after the other in their order: gone through once, by one thread.
 * Threads decode, compute and read ahead of it until it ends or is closed.
 */
public final class People implements Iterable<ImageOutcome>, AutoCloseable {
  private final ImageLooks looks;
  private final @Nullable OksSigmas sigmas;

  /**
   * @param sigmas of the joints, for people who may be found twice; null where nobody may
   */
  People(ImageLooks looks, @Nullable OksSigmas sigmas) {
    this.looks = looks;
    this.sigmas = sigmas;
  }

  /**
   * Goes on where the one before it stands. {@code next} waits for an image. What the network or
   * any thread has thrown, such as a {@link io.sadi.io.FailedException}, is thrown there, and
   * nothing follows it.
   */
  @Override
  public Iterator<ImageOutcome> iterator() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return looks.hasNext();
      }

      @Override
      public ImageOutcome next() {
        return outcome(looks.next());
      }
    };
  }

  private ImageOutcome outcome(Seen seen) {
    String error = seen.error();
    if (error != null) {
      return new InputFailure(seen.task().name(), error);
    }
    List<FoundPerson> people =
        seen.people().stream()
            .map(person -> new FoundPerson(person.place(), person.readings().get(0), person.maps()))
            .toList();
    return new FoundImage(seen.task().name(), seen.width(), seen.height(), distinct(seen, people));
  }

  /** Places that are given stay; of those that were found two may be of one person. */
  private List<FoundPerson> distinct(Seen seen, List<FoundPerson> people) {
    if (sigmas == null || seen.task().finder() == PersonFinder.WHOLE || people.size() < 2) {
      return people;
    }
    List<Prediction> poses = people.stream().map(FoundPerson::joints).toList();
    return SamePose.distinct(poses, sigmas).stream().map(people::get).toList();
  }

  /** Ends the threads, also before the last image; waits for those that use the network. */
  @Override
  public void close() {
    looks.close();
  }
}
