package io.sadi.predict.engine;

import io.sadi.data.PersonBox;
import io.sadi.io.Workers;
import io.sadi.predict.engine.ImageCrops.Crops;
import io.sadi.predict.engine.ImageCrops.Failed;
import io.sadi.predict.engine.ImageCrops.Result;
import io.sadi.torch.OutOfMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Finds people in images. Crops are cut ahead by threads of their own; this thread puts them into
 * batches; lanes of the network compute those; one more thread reads its answers and hands the
 * images on in their order, while the network goes on.
 *
 * <p>The network always sees full batches: the crops of several images share one, those of one
 * image may lie in two, and the last is filled up. So every crop is computed in the same shape,
 * whatever comes before and after it, and a run that was cut in pieces finds the same joints.
 *
 * @param <T> what is made of a person
 */
public final class ImagePredictor<T> {

  /** Reads one person from what the network says. Called by one thread. */
  @FunctionalInterface
  public interface Reader<T> {
    /**
     * Reads one person.
     *
     * @param maps of a batch
     * @param b the person's place in it
     */
    T read(InputImage image, PersonBox person, Maps maps, int b);
  }

  /** Takes images as they are done. Called by one thread, which is not the one that predicts. */
  public interface Sink<T> {
    /**
     * Takes an image that was read.
     *
     * @param width in pixels
     * @param height in pixels
     * @param people in the order of their boxes
     */
    void found(InputImage image, int width, int height, List<T> people) throws IOException;

    void failed(InputImage image, String error) throws IOException;
  }

  /** From what a first look at a whole image found, where to look again; null for nowhere. */
  @FunctionalInterface
  public interface SecondLook {
    @Nullable PersonBox at(InputImage image, PersonBox whole, Maps maps, int b);
  }

  /**
   * How images are looked at.
   *
   * @param crop side of the network's input
   * @param batching crops in a batch, and batches at a time
   * @param workers threads that decode images
   * @param pyramid in how many sizes each person is seen
   * @param again for images without boxes; null for one look
   */
  public record Plan(
      int crop, Batching batching, int workers, ImagePyramid pyramid, @Nullable SecondLook again) {}

  /** Batches beside those in the lanes before the reading of the oldest is waited for. */
  private static final int BEHIND = 2;

  /** Images without crops are handed on at the latest when there are so many. */
  private static final int MANY = 256;

  private final PoseEstimator estimator;
  private final Plan plan;
  private final Reader<T> reader;
  private final Sink<T> sink;

  private final Lanes lanes;
  private final Workers<Boolean> behind = new Workers<>("sadi-people", 1);

  /** Memory for batches: those in the lanes, one that waits, and those being put together. */
  private final BlockingQueue<ByteBuffer> free;

  // Of the thread that puts batches together.
  private final Batch firstLook;
  private final Batch lastLook;
  private final Deque<Pending> awaited = new ArrayDeque<>();
  private List<Pending> arrived = new ArrayList<>();

  // Of the thread that reads.
  private final Deque<Pending> pending = new ArrayDeque<>();
  private @Nullable Throwable failure;

  public ImagePredictor(PoseEstimator estimator, Plan plan, Reader<T> reader, Sink<T> sink) {
    this.estimator = estimator;
    this.plan = plan;
    this.reader = reader;
    this.sink = sink;
    this.lanes = new Lanes(plan.batching().lanes());
    int size = plan.batching().size();
    int buffers = plan.batching().lanes() + (plan.again() == null ? 2 : 3);
    this.free = new ArrayBlockingQueue<>(buffers);
    for (int i = 0; i < buffers; i++) {
      int bytes = Math.multiplyExact(size, plan.crop() * plan.crop() * 3);
      free.add(ByteBuffer.allocateDirect(bytes));
    }
    this.lastLook = new Batch();
    this.firstLook = plan.again() == null ? lastLook : new Batch();
  }

  /** Predicts all images, once. Whatever a thread throws is thrown here. */
  public void run(Iterable<ImageCrops.Task> images) throws IOException {
    int ahead = plan.batching().size() * plan.batching().lanes();
    ImagePyramid first = plan.again() == null ? plan.pyramid() : ImagePyramid.ONE;
    try (ImageCrops crops =
            new ImageCrops(images, plan.crop(), estimator.pixels(), first, plan.workers());
        behind;
        lanes) {
      for (Result next = crops.next(); next != null; next = crops.next()) {
        Pending image = new Pending(next.image());
        arrived.add(image);
        if (next instanceof Failed failed) {
          image.error = failed.error();
        } else if (next instanceof Crops cut && plan.again() != null) {
          lookTwice(image, cut, plan.again(), crops);
        } else if (next instanceof Crops cut) {
          lookAtAll(image, cut);
        }
        while (awaited.size() > ahead) { // the oldest is on its way through the network
          lookAgain(awaited.remove());
        }
        if (arrived.size() >= MANY) {
          handOver(List.of(), null);
        }
      }
      firstLook.flush();
      while (!awaited.isEmpty()) {
        lookAgain(awaited.remove());
      }
      lastLook.flush();
      handOver(List.of(), null);
      while (behind.underWay() > 0) {
        behind.next();
      }
    }
  }

  private void lookAtAll(Pending image, Crops cut) throws IOException {
    image.cut(cut.width(), cut.height(), cut.people());
    int views = plan.pyramid().size();
    for (int i = 0; i < cut.people().size(); i++) {
      Person person = new Person(image, cut.people().get(i));
      for (int v = 0; v < views; v++) {
        lastLook.add(cut.rgb(), i * views + v, person);
      }
    }
  }

  private void lookTwice(Pending image, Crops cut, SecondLook again, ImageCrops crops)
      throws IOException {
    awaited.add(image);
    PersonBox whole = cut.people().get(0);
    firstLook.add(
        cut.rgb(),
        0,
        new Slot() {
          @Override
          public void seen(Maps maps, int b) {
            PersonBox there = again.at(image.image, whole, maps, b);
            image.second.complete(
                crops.again(image.image, there == null ? whole : there, plan.pyramid()));
          }

          @Override
          public void lost(Throwable why) {
            image.second.completeExceptionally(why);
          }
        });
  }

  private void lookAgain(Pending image) throws IOException {
    Result result = Workers.result(Workers.result(image.second));
    if (result instanceof Crops cut) {
      lookAtAll(image, cut);
    } else if (result instanceof Failed failed) {
      image.error = failed.error();
    }
  }

  private void handOver(List<Slot> slots, @Nullable Future<Maps> seen) throws IOException {
    List<Pending> images = arrived;
    arrived = new ArrayList<>();
    behind.submit(
        () -> {
          settle(images, slots, seen);
          return true;
        });
    while (behind.underWay() > plan.batching().lanes() + BEHIND) {
      behind.next();
    }
  }

  private void settle(List<Pending> images, List<Slot> slots, @Nullable Future<Maps> seen)
      throws IOException {
    if (failure != null) { // nothing may follow what has failed
      slots.forEach(slot -> slot.lost(failure));
      return;
    }
    try {
      pending.addAll(images);
      if (seen != null) {
        Maps maps = Workers.result(seen);
        for (int b = 0; b < slots.size(); b++) {
          slots.get(b).seen(maps, b);
        }
      }
      while (!pending.isEmpty() && pending.getFirst().isDone()) {
        pending.removeFirst().handOn();
      }
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
      slots.forEach(slot -> slot.lost(e));
      throw e;
    }
  }

  /** Whoever waits for what the network says of a crop. */
  private interface Slot {
    void seen(Maps maps, int b);

    /** Where it never will. */
    void lost(Throwable why);
  }

  /** Waits until a lane is done with some. */
  private ByteBuffer memory() {
    try {
      return free.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the network", e);
    }
  }

  /** Crops on their way into the network. */
  private final class Batch {
    private final int size = plan.batching().size();
    private ByteBuffer rgb = memory();
    private List<Slot> slots = new ArrayList<>();

    void add(ByteBuffer crops, int index, Slot slot) throws IOException {
      int bytes = rgb.capacity() / size;
      rgb.put(slots.size() * bytes, crops, index * bytes, bytes);
      slots.add(slot);
      if (slots.size() == size) {
        flush();
      }
    }

    /** Behind the last crop lie older ones, whose answers nobody reads. */
    void flush() throws IOException {
      if (slots.isEmpty()) {
        return;
      }
      List<Slot> shown = slots;
      ByteBuffer pixels = rgb;
      handOver(shown, lanes.submit(() -> look(pixels)));
      slots = new ArrayList<>();
      rgb = memory();
    }

    private Maps look(ByteBuffer pixels) {
      try {
        return estimator.run(pixels, size);
      } catch (RuntimeException e) {
        if (!OutOfMemory.is(e)) {
          throw e;
        }
        int fits = OutOfMemory.fitting(size, smaller -> estimator.run(pixels, smaller));
        String advice = "--batch=" + fits + ", in training train.batch=" + fits;
        throw OutOfMemory.failure(size, fits, advice, e);
      } finally {
        free.add(pixels);
      }
    }
  }

  /** An image that has not been handed on. */
  private final class Pending {
    private final InputImage image;
    private final List<T> found = new ArrayList<>();
    private final CompletableFuture<Future<Result>> second = new CompletableFuture<>();
    private volatile @Nullable String error;
    private volatile int people = -1;
    private int width;
    private int height;

    Pending(InputImage image) {
      this.image = image;
    }

    void cut(int imageWidth, int imageHeight, List<PersonBox> boxes) {
      width = imageWidth;
      height = imageHeight;
      people = boxes.size();
    }

    boolean isDone() {
      return error != null || found.size() == people;
    }

    void handOn() throws IOException {
      if (error != null) {
        sink.failed(image, error);
      } else {
        sink.found(image, width, height, found);
      }
    }
  }

  /** A person of an image, and the views that have been seen. */
  private final class Person implements Slot {
    private final Pending image;
    private final PersonBox place;
    private final List<Maps> views = new ArrayList<>();

    Person(Pending image, PersonBox place) {
      this.image = image;
      this.place = place;
    }

    @Override
    public void seen(Maps maps, int b) {
      if (plan.pyramid().equals(ImagePyramid.ONE)) {
        image.found.add(reader.read(image.image, place, maps, b));
        return;
      }
      views.add(maps.of(b));
      if (views.size() == plan.pyramid().size()) {
        Maps all = plan.pyramid().combine(views, estimator.pixels());
        views.clear();
        image.found.add(reader.read(image.image, place, all, 0));
      }
    }

    @Override
    public void lost(Throwable why) {
      // Nobody waits for one person: the run ends.
    }
  }
}
