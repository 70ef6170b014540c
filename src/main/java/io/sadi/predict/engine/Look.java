package io.sadi.predict.engine;

import io.sadi.checkpoint.Readout;
import io.sadi.data.PersonBox;
import io.sadi.eval.Prediction;
import io.sadi.io.Workers;
import io.sadi.predict.engine.ImageCrops.Cut;
import io.sadi.predict.engine.ImageCrops.CutCrops;
import io.sadi.predict.engine.ImageCrops.Unreadable;
import io.sadi.torch.OutOfMemory;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One look of the network at each of many images. Whoever pulls an image puts crops into batches
 * until it is done; lanes compute the batches, and one more thread reads people from the answers,
 * both some batches ahead.
 *
 * <p>The network always sees full batches: the crops of several images share one, those of one
 * image may lie in two, and the last is filled up. So every crop is computed in the same shape,
 * whatever comes before and after it, and a run that was cut in pieces finds the same joints.
 */
final class Look implements Iterator<Look.Seen> {

  /**
   * What was seen of an image.
   *
   * @param width in pixels; 0 where nobody has looked
   * @param height in pixels; 0 where nobody has looked
   * @param people in the order of their places; none where there is an error
   * @param error why the image could not be read; null where it was
   */
  record Seen(
      ImageTask task, int width, int height, List<SeenPerson> people, @Nullable String error) {}

  /**
   * A person of an image.
   *
   * @param place where the person was looked for
   * @param readings one of each readout
   * @param maps what they were read from, a batch of one; null unless asked for
   */
  record SeenPerson(PersonBox place, List<Prediction> readings, @Nullable Maps maps) {}

  /**
   * How answers are read.
   *
   * @param pyramid the views of each person, which are averaged
   * @param readouts each gives a prediction
   * @param keepMaps whether the maps are handed on, too
   */
  record LookSettings(ImagePyramid pyramid, List<Readout> readouts, boolean keepMaps) {}

  /** Batches beside those in the lanes before the reading of the oldest is waited for. */
  private static final int BEHIND = 2;

  private final Iterator<Cut> crops;
  private final PoseEstimator estimator;
  private final Batching batching;
  private final LookSettings how;
  private final Lanes lanes;
  private final BatchMemory memory;

  /** Batches on their way; each result is what it showed. */
  private final Workers<List<View>> batches;

  /** Images that have not been handed on, in their order. */
  private final Deque<Pending> pending = new ArrayDeque<>();

  private @Nullable ByteBuffer rgb;
  private List<View> views = new ArrayList<>();

  /**
   * @param crops of the images, as many a person as the pyramid has scales
   * @param reader one thread
   */
  Look(
      Iterator<Cut> crops,
      PoseEstimator estimator,
      Batching batching,
      LookSettings how,
      Lanes lanes,
      BatchMemory memory,
      Workers<List<View>> reader) {
    this.crops = crops;
    this.estimator = estimator;
    this.batching = batching;
    this.how = how;
    this.lanes = lanes;
    this.memory = memory;
    this.batches = reader;
  }

  @Override
  public boolean hasNext() {
    return !pending.isEmpty() || crops.hasNext();
  }

  @Override
  public Seen next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    while (pending.isEmpty() || !pending.getFirst().isSeen()) {
      if (batches.isReady()) {
        takeOldest();
      } else if (crops.hasNext()) {
        show(crops.next());
      } else if (!views.isEmpty()) {
        submit(); // what an earlier batch left behind these crops is computed, and ignored
      } else {
        takeOldest();
      }
    }
    return pending.removeFirst().seen();
  }

  private void show(Cut cut) {
    if (cut instanceof Unreadable unreadable) {
      pending.add(new Pending(unreadable.task(), 0, 0, List.of(), unreadable.error()));
    } else if (cut instanceof CutCrops image) {
      List<PendingPerson> people = image.people().stream().map(PendingPerson::new).toList();
      Pending shown = new Pending(image.task(), image.width(), image.height(), people, null);
      pending.add(shown);
      int index = 0;
      for (PendingPerson person : people) {
        for (int v = 0; v < how.pyramid().size(); v++) {
          show(image.rgb(), index++, new View(shown, person));
        }
      }
    }
  }

  private void show(ByteBuffer from, int index, View view) {
    if (rgb == null) {
      rgb = memory.take();
    }
    int bytes = rgb.capacity() / batching.size();
    rgb.put(views.size() * bytes, from, index * bytes, bytes);
    views.add(view);
    if (views.size() == batching.size()) {
      submit();
    }
  }

  /** Sends the batch on its way; waits for the oldest where there are too many. */
  private void submit() {
    ByteBuffer pixels = rgb;
    if (pixels == null) {
      throw new IllegalStateException("a batch of nothing");
    }
    List<View> shown = views;
    Future<Maps> answer = lanes.submit(() -> compute(pixels));
    batches.submit(
        () -> {
          Maps maps = Workers.result(answer);
          for (int b = 0; b < shown.size(); b++) {
            read(maps, b, shown.get(b));
          }
          return shown;
        });
    rgb = null;
    views = new ArrayList<>();
    while (batches.underWay() > batching.lanes() + BEHIND) {
      takeOldest();
    }
  }

  private void takeOldest() {
    for (View view : batches.take()) {
      view.image.unseen--;
    }
  }

  /** Runs the network, in a lane. */
  private Maps compute(ByteBuffer pixels) {
    int size = batching.size();
    try {
      return estimator.run(pixels, size);
    } catch (RuntimeException e) {
      if (!OutOfMemory.is(e)) {
        throw e;
      }
      int fits = OutOfMemory.fitting(size, 1, smaller -> estimator.run(pixels, smaller));
      // In training a batch of one may be too few for batch norm.
      String advice = "--batch=" + fits + (fits > 1 ? ", in training train.batch=" + fits : "");
      throw OutOfMemory.failure(size, 1, fits, advice, e);
    } finally {
      memory.give(pixels);
    }
  }

  /** Reads a view's person once all of the person's views are there. In the reader's thread. */
  private void read(Maps maps, int b, View view) {
    PendingPerson person = view.person;
    if (how.pyramid().equals(ImagePyramid.ONE)) {
      read(maps, b, view.image.task.name(), person);
      return;
    }
    person.views.add(maps.of(b));
    if (person.views.size() == how.pyramid().size()) {
      Maps all = how.pyramid().combine(person.views, estimator.pixels());
      person.views.clear();
      read(all, 0, view.image.task.name(), person);
    }
  }

  private void read(Maps maps, int b, String image, PendingPerson person) {
    PersonBox place = person.place;
    List<Prediction> readings = new ArrayList<>();
    for (Readout readout : how.readouts()) {
      readings.add(
          estimator.read(
              maps,
              b,
              place.crop(estimator.input(), estimator.pixels()),
              readout,
              image,
              place.person()));
    }
    person.seen = new SeenPerson(place, readings, how.keepMaps() ? maps.of(b) : null);
  }

  /** An image that has not been handed on. */
  private final class Pending {
    private final ImageTask task;
    private final int width;
    private final int height;
    private final List<PendingPerson> people;
    private final @Nullable String error;

    /** Views in batches that have not been taken. */
    private int unseen;

    Pending(
        ImageTask task, int width, int height, List<PendingPerson> people, @Nullable String error) {
      this.task = task;
      this.width = width;
      this.height = height;
      this.people = people;
      this.error = error;
      this.unseen = people.size() * how.pyramid().size();
    }

    boolean isSeen() {
      return unseen == 0;
    }

    Seen seen() {
      return new Seen(
          task, width, height, people.stream().map(PendingPerson::seen).toList(), error);
    }
  }

  /** A person on the way through the network; of the reader's thread until the batch is taken. */
  private static final class PendingPerson {
    private final PersonBox place;
    private final List<Maps> views = new ArrayList<>();
    private @Nullable SeenPerson seen;

    PendingPerson(PersonBox place) {
      this.place = place;
    }

    SeenPerson seen() {
      if (seen == null) {
        throw new IllegalStateException("handed on before it was read");
      }
      return seen;
    }
  }

  /** One crop of a person. */
  record View(Pending image, PendingPerson person) {}
}
