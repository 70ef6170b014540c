package io.sadi.predict.engine;

import io.sadi.checkpoint.DetectorCheckpoint;
import io.sadi.data.Detected;
import io.sadi.data.Letterbox;
import io.sadi.geom.Box;
import io.sadi.image.Image;
import io.sadi.image.LazyImage;
import io.sadi.model.Arithmetic;
import io.sadi.model.DetectorConfig;
import io.sadi.model.DetectorNet;
import io.sadi.model.InferenceDetector;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Tensors;
import io.sadi.torch.Torch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;

/**
 * Finds people's boxes in whole photos with a network of our own. Several threads may ask at once;
 * each computes its photos by itself, on the CPU, where photos are decoded.
 */
public final class PersonDetector implements AutoCloseable {
  /** Whether a thread computes with no more threads than itself. */
  private static final ThreadLocal<Boolean> ALONE = ThreadLocal.withInitial(() -> false);

  private final InferenceDetector net;
  private final BoxDecoder decoder;

  /** Held while somebody detects: the network's memory must not go away under a thread. */
  private final ReadWriteLock use = new ReentrantReadWriteLock();

  private boolean closed;

  /** LibTorch's before this came. */
  private final int threads = Torch.threads();

  private PersonDetector(InferenceDetector net, double minScore, double overlap) {
    this.net = net;
    DetectorConfig config = net.config();
    this.decoder = new BoxDecoder(config.cells(), DetectorConfig.STRIDE, minScore, overlap);
  }

  /**
   * Of a checkpoint.
   *
   * @param file named in messages
   * @param minScore boxes below it are left out, 0 to 1
   * @param overlap of two boxes with more in common the surer one stays, 0 to 1
   */
  public static PersonDetector open(
      DetectorCheckpoint checkpoint,
      Object file,
      Precision precision,
      double minScore,
      double overlap) {
    DetectorNet net = checkpoint.network(ComputeDevice.CPU, file);
    return new PersonDetector(InferenceDetector.inPlaceOf(net, precision), minScore, overlap);
  }

  /** Of a network that stays open. */
  public static PersonDetector of(
      DetectorNet net, Precision precision, double minScore, double overlap) {
    return new PersonDetector(InferenceDetector.of(net, precision), minScore, overlap);
  }

  /** Checks the results of each layer on this machine: see {@link InferenceDetector#prove}. */
  public Arithmetic prove() {
    return net.prove(1);
  }

  /**
   * Finds the people of a photo.
   *
   * @return in the photo's pixels and within it, the surest first
   */
  public List<Detected> detect(LazyImage photo) {
    int side = net.config().input();
    Letterbox letterbox = new Letterbox(photo.width(), photo.height(), side);
    ByteBuffer rgb = ByteBuffer.allocateDirect(3 * side * side);
    try (Image seen = photo.warp(letterbox.centres().inverse(), side, side)) {
      seen.copyTo(rgb);
    }
    float[] centre;
    float[] box;
    if (!ALONE.get()) {
      Torch.ownThreads(1); // photos are looked at side by side
      ALONE.set(true);
    }
    use.readLock().lock();
    try (PointerScope scope = new PointerScope();
        InferenceMode mode = new InferenceMode(true)) {
      if (closed) {
        throw new IllegalStateException("the detector is closed");
      }
      Tensor image = DetectorNet.normalise(net.device(), Tensors.borrow(rgb, 1, side, side, 3));
      DetectorNet.CellMaps<Tensor> output = net.forward(image);
      centre = Tensors.floats(output.centre());
      box = Tensors.floats(output.box());
    } finally {
      use.readLock().unlock();
    }
    List<Detected> people = new ArrayList<>();
    for (Detected one : decoder.read(centre, box)) {
      Box inPhoto = letterbox.toPhoto(one.box());
      if (inPhoto.width() >= 1 && inPhoto.height() >= 1) {
        people.add(new Detected(inPhoto, one.score()));
      }
    }
    return people;
  }

  /** Waits for those who detect. */
  @Override
  public void close() {
    use.writeLock().lock();
    try {
      closed = true;
      net.close();
    } finally {
      use.writeLock().unlock();
    }
    Torch.ownThreads(threads); // threads that are started from now on have it from here
  }
}
