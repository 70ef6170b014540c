package io.sadi.predict;

import io.sadi.data.PersonBox;
import io.sadi.predict.ImageCrops.Crops;
import io.sadi.predict.ImageCrops.Failed;
import io.sadi.predict.ImageCrops.Result;
import io.sadi.torch.OutOfMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Finds people in images. Crops are cut ahead by threads of their own; this thread does nothing but
 * show them to the network; one more reads its answers and hands the images on in their order,
 * while the network goes on.
 *
 * <p>The network always sees full batches: the crops of several images share one, those of one
 * image may lie in two, and the last is filled up. So every crop is computed in the same shape,
 * whatever comes before and after it, and a run that was cut in pieces finds the same joints.
 *
 * @param <T> what is made of a person
 */
final class ImagePredictor<T> {

  /** Reads one person from what the network says. Called by one thread. */
  @FunctionalInterface
  interface Reader<T> {
    /**
     * Reads one person.
     *
     * @param maps of a batch
     * @param b the person's place in it
     */
    T read(InputImage image, PersonBox person, Maps maps, int b);
  }

  /** Takes images as they are done. Called by one thread, which is not the one that predicts. */
  interface Sink<T> {
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
  interface SecondLook {
    @Nullable PersonBox at(InputImage image, PersonBox whole, Maps maps, int b);
  }

  /**
   * How images are looked at.
   *
   * @param crop side of the network's input
   * @param batch crops at a time, see {@link #shape}
   * @param workers threads that decode images
   * @param pyramid in how many sizes each person is seen
   * @param again for images without boxes; null for one look
   */
  record Plan(int crop, int batch, int workers, ImagePyramid pyramid, @Nullable SecondLook again) {}

  /** Batches that are computed before the reading of the oldest is waited for. */
  private static final int BEHIND = 2;

  /** Images without crops are handed on at the latest when there are so many. */
  private static final int MANY = 256;

  private final PoseEstimator estimator;
  private final Plan plan;
  private final Reader<T> reader;
  private final Sink<T> sink;

  // Of the thread that predicts.
  private final Batch firstLook;
  private final Batch lastLook;
  private final Deque<Pending> awaited = new ArrayDeque<>();
  private List<Pending> arrived = new ArrayList<>();

  // Of the thread that reads.
  private final Deque<Pending> pending = new ArrayDeque<>();
  private @Nullable Throwable failure;

  ImagePredictor(PoseEstimator estimator, Plan plan, Reader<T> reader, Sink<T> sink) {
    this.estimator = estimator;
    this.plan = plan;
    this.reader = reader;
    this.sink = sink;
    this.lastLook = new Batch();
    this.firstLook = plan.again() == null ? lastLook : new Batch();
  }

  /**
   * How many crops a batch should have: about what is asked for, but no more than there are, and in
   * batches that are as full as each other. More than one are a multiple of 4: matrix products
   * treat what is left over in another order of additions, and a crop's answer would depend on its
   * place in the batch.
   *
   * @param asked at least 1
   * @param crops of the whole job, also where this process has a part of it
   */
  static int shape(int asked, long crops) {
    if (asked == 1 || crops <= 1) {
      return 1;
    }
    long batches = (crops + asked - 1) / asked;
    long even = (crops + batches - 1) / batches;
    return (int) ((even + 3) / 4 * 4);
  }

  /** Predicts all images. Whatever a thread throws is thrown here. */
  void run(Iterable<ImageCrops.Task> images) throws IOException {
    ImagePyramid first = plan.again() == null ? plan.pyramid() : ImagePyramid.ONE;
    try (ImageCrops crops = new ImageCrops(images, plan.crop(), first, plan.workers());
        Workers<Boolean> behind = new Workers<>("sadi-people", 1)) {
      for (Result next = crops.next(); next != null; next = crops.next()) {
        Pending image = new Pending(next.image());
        arrived.add(image);
        if (next instanceof Failed failed) {
          image.error = failed.error();
        } else if (next instanceof Crops cut && plan.again() != null) {
          lookTwice(image, cut, plan.again(), crops, behind);
        } else if (next instanceof Crops cut) {
          lookAtAll(image, cut, behind);
        }
        while (awaited.size() > plan.batch()) { // the oldest has been seen the first time
          lookAgain(awaited.remove(), behind);
        }
        if (arrived.size() >= MANY) {
          handOver(List.of(), null, behind);
        }
      }
      firstLook.flush(behind);
      while (!awaited.isEmpty()) {
        lookAgain(awaited.remove(), behind);
      }
      lastLook.flush(behind);
      handOver(List.of(), null, behind);
      while (behind.underWay() > 0) {
        behind.next();
      }
    }
  }

  private void lookAtAll(Pending image, Crops cut, Workers<Boolean> behind) throws IOException {
    image.cut(cut.width(), cut.height(), cut.people());
    int views = plan.pyramid().size();
    for (int i = 0; i < cut.people().size(); i++) {
      Person person = new Person(image, cut.people().get(i));
      for (int v = 0; v < views; v++) {
        lastLook.add(cut.rgb(), i * views + v, person, behind);
      }
    }
  }

  private void lookTwice(
      Pending image, Crops cut, SecondLook again, ImageCrops crops, Workers<Boolean> behind)
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
        },
        behind);
  }

  private void lookAgain(Pending image, Workers<Boolean> behind) throws IOException {
    Result result = Workers.result(Workers.result(image.second));
    if (result instanceof Crops cut) {
      lookAtAll(image, cut, behind);
    } else if (result instanceof Failed failed) {
      image.error = failed.error();
    }
  }

  private void handOver(List<Slot> slots, @Nullable Maps maps, Workers<Boolean> behind)
      throws IOException {
    List<Pending> images = arrived;
    arrived = new ArrayList<>();
    behind.submit(
        () -> {
          settle(images, slots, maps);
          return true;
        });
    while (behind.underWay() > BEHIND) {
      behind.next();
    }
  }

  private void settle(List<Pending> images, List<Slot> slots, @Nullable Maps maps)
      throws IOException {
    if (failure != null) { // nothing may follow what has failed
      slots.forEach(slot -> slot.lost(failure));
      return;
    }
    try {
      pending.addAll(images);
      for (int b = 0; maps != null && b < slots.size(); b++) {
        slots.get(b).seen(maps, b);
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

  /** Crops on their way into the network. */
  private final class Batch {
    private final int bytes = plan.crop() * plan.crop() * 3;
    private final ByteBuffer rgb =
        ByteBuffer.allocateDirect(Math.multiplyExact(plan.batch(), bytes));
    private List<Slot> slots = new ArrayList<>();

    void add(ByteBuffer crops, int index, Slot slot, Workers<Boolean> behind) throws IOException {
      rgb.put(slots.size() * bytes, crops, index * bytes, bytes);
      slots.add(slot);
      if (slots.size() == plan.batch()) {
        flush(behind);
      }
    }

    private Maps look() {
      try {
        return estimator.run(rgb, plan.batch());
      } catch (RuntimeException e) {
        if (!OutOfMemory.is(e)) {
          throw e;
        }
        int fits = OutOfMemory.fitting(plan.batch(), size -> estimator.run(rgb, size));
        String advice = "--batch=" + fits + ", in training train.batch=" + fits;
        throw OutOfMemory.failure(plan.batch(), fits, advice, e);
      }
    }

    /** Behind the last crop lie older ones, whose answers nobody reads. */
    void flush(Workers<Boolean> behind) throws IOException {
      if (slots.isEmpty()) {
        return;
      }
      Maps maps = look();
      List<Slot> seen = slots;
      slots = new ArrayList<>();
      handOver(seen, maps, behind);
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
        Maps all = plan.pyramid().combine(views);
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
