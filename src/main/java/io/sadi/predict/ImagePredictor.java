package io.sadi.predict;

import io.sadi.data.PersonBox;
import io.sadi.eval.Prediction;
import io.sadi.predict.ImageCrops.Crops;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Shows crops to the network, always a full batch: the crops of several images share one, those of
 * one image may lie in two, and the last is filled up. So every crop is computed in the same shape,
 * whatever comes before and after it. Images leave in the order they came.
 */
final class ImagePredictor {

  /** Takes images as they are done. */
  @FunctionalInterface
  interface Sink {
    void accept(FoundImage image) throws IOException;
  }

  private record Pending(Crops crops, List<FoundPerson> found) {
    boolean done() {
      return found.size() == crops.people().size();
    }
  }

  /** Whose crop is in a place of the batch. */
  private record Slot(Pending image, PersonBox person) {}

  private final PoseEstimator estimator;
  private final Readout readout;
  private final int crop;
  private final int batch;
  private final boolean withMaps;
  private final Sink sink;
  private final ByteBuffer rgb;
  private final List<Slot> slots = new ArrayList<>();
  private final Deque<Pending> pending = new ArrayDeque<>();

  /**
   * @param crop side of the network's input
   * @param batch crops at a time
   * @param withMaps whether the sink wants to see the heatmaps
   */
  ImagePredictor(
      PoseEstimator estimator, Readout readout, int crop, int batch, boolean withMaps, Sink sink) {
    this.estimator = estimator;
    this.readout = readout;
    this.crop = crop;
    this.batch = batch;
    this.withMaps = withMaps;
    this.sink = sink;
    this.rgb = ByteBuffer.allocateDirect(Math.multiplyExact(batch, crop * crop * 3));
  }

  /** Adds an image; it and those before it are handed on once their people have been computed. */
  void add(Crops image) throws IOException {
    Pending place = new Pending(image, new ArrayList<>());
    pending.add(place);
    int bytes = crop * crop * 3;
    for (int i = 0; i < image.people().size(); i++) {
      rgb.put(slots.size() * bytes, image.rgb(), i * bytes, bytes);
      slots.add(new Slot(place, image.people().get(i)));
      if (slots.size() == batch) {
        compute();
      }
    }
    handOn();
  }

  /** Computes what is left. */
  void finish() throws IOException {
    if (!slots.isEmpty()) {
      compute(); // behind the last crop lie older ones, which nobody reads again
    }
    handOn();
  }

  private void compute() {
    Maps maps = estimator.run(rgb, batch);
    for (int b = 0; b < slots.size(); b++) {
      Slot slot = slots.get(b);
      PersonBox person = slot.person();
      Prediction joints =
          estimator.read(
              maps,
              b,
              person.crop(crop),
              readout,
              slot.image().crops().image().name(),
              person.person());
      slot.image().found().add(new FoundPerson(person, joints, withMaps ? maps.of(b) : null));
    }
    slots.clear();
  }

  private void handOn() throws IOException {
    while (!pending.isEmpty() && pending.getFirst().done()) {
      Pending image = pending.removeFirst();
      sink.accept(
          new FoundImage(
              image.crops().image().name(),
              image.crops().width(),
              image.crops().height(),
              image.found()));
    }
  }
}
