package io.sadi.predict.engine;

import io.sadi.checkpoint.Readout;
import io.sadi.data.PersonBox;
import io.sadi.io.Workers;
import io.sadi.predict.engine.ImageCrops.Cut;
import io.sadi.predict.engine.ImageCrops.CutCrops;
import io.sadi.predict.engine.ImageCrops.Cutter;
import io.sadi.predict.engine.ImageCrops.Unreadable;
import io.sadi.predict.engine.Look.LookSettings;
import io.sadi.predict.engine.Look.Seen;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Images on their way from pixels to people, pulled: crops, a look of the network at them and,
 * where asked for, closer crops and a second look. Each step pulls from the one before it and lets
 * its threads work some images ahead.
 */
final class ImageLooks implements Iterator<Seen>, AutoCloseable {
  private final Workers<Cut> decoders;
  private final Workers<List<Look.View>> reader = new Workers<>("sadi-people", 1);
  private final Lanes lanes;
  private final BatchMemory memory;
  private final Look last;

  /**
   * @param twice whether images without people's places are looked at twice
   * @param how the last look is read; the first one with the first of its readouts
   * @param decoders threads that decode images
   */
  ImageLooks(
      Iterable<ImageTask> images,
      PoseEstimator estimator,
      Batching batching,
      boolean twice,
      LookSettings how,
      int decoders,
      LaneThreads threads) {
    this.decoders = new Workers<>("sadi-images", decoders);
    this.lanes = new Lanes(batching.lanes(), threads);
    int side = estimator.input();
    this.memory =
        new BatchMemory(
            batching.lanes() + (twice ? 3 : 2),
            Math.multiplyExact(batching.size(), side * side * 3));
    int ahead = 2 * decoders + 1;
    Cutter cutter = new Cutter(side, estimator.pixels(), how.pyramid());
    Iterator<Callable<Cut>> cuts;
    if (twice) {
      Cutter oneScale = new Cutter(side, estimator.pixels(), ImagePyramid.ONE);
      Readout readout = how.readouts().get(0);
      LookSettings where = new LookSettings(ImagePyramid.ONE, List.of(readout), false);
      Iterator<Callable<Cut>> first = map(images.iterator(), task -> first(task, oneScale));
      ImageCrops crops = new ImageCrops(first, this.decoders, ahead);
      Look look = new Look(crops, estimator, batching, where, lanes, memory, reader);
      cuts = map(look, seen -> closer(seen, cutter));
    } else {
      cuts = map(images.iterator(), task -> () -> cutter.cut(task));
    }
    ImageCrops crops = new ImageCrops(cuts, this.decoders.beside(), ahead);
    this.last = new Look(crops, estimator, batching, how, lanes, memory, reader.beside());
  }

  /** Whoever has a place needs no first look, and the image is not decoded for one. */
  private static Callable<Cut> first(ImageTask task, Cutter oneScale) {
    return task.people() == null
        ? () -> oneScale.cut(task)
        : () -> new CutCrops(task, 0, 0, List.of(), ByteBuffer.allocate(0));
  }

  private static Callable<Cut> closer(Seen first, Cutter cutter) {
    ImageTask task = first.task();
    String error = first.error();
    if (error != null) {
      return () -> new Unreadable(task, error);
    }
    if (task.people() != null) {
      return () -> cutter.cut(task);
    }
    List<PersonBox> places = new ArrayList<>();
    for (Look.SeenPerson found : first.people()) {
      PersonBox closer = CloserLook.around(found.readings().get(0));
      places.add(closer == null ? found.place() : closer.ofScore(found.place().score()));
    }
    return () -> cutter.cut(task.at(places));
  }

  private interface LookStep<S, T> {
    T of(S from);
  }

  private static <S, T> Iterator<T> map(Iterator<S> from, LookStep<S, T> step) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return from.hasNext();
      }

      @Override
      public T next() {
        return step.of(from.next());
      }
    };
  }

  @Override
  public boolean hasNext() {
    return last.hasNext();
  }

  /** Waits for the next image; whatever a thread has thrown on the way is thrown here. */
  @Override
  public Seen next() {
    return last.next();
  }

  /** Stops the threads; waits for those that use the network's memory. */
  @Override
  public void close() {
    decoders.close();
    reader.close();
    lanes.close();
    memory.close();
  }
}
