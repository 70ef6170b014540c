package io.sadi.bench;

import io.sadi.predict.PredictionStream;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Photos on disk to rows of joints. The stream runs by itself once begun, so it is begun and ended
 * with each turn.
 */
class StreamBench implements Workload {
  private final int size;
  private final double gflop;
  private final Supplier<PredictionStream> begin;
  private @Nullable PredictionStream stream;
  private long photos;
  private long people;

  /**
   * @param size images at a time
   * @param gflop of them; NaN where it is not known
   */
  StreamBench(int size, double gflop, Supplier<PredictionStream> begin) {
    this.size = size;
    this.gflop = gflop;
    this.begin = begin;
  }

  private PredictionStream stream() {
    if (stream == null) {
      stream = begin.get();
    }
    return stream;
  }

  @Override
  public void settle() {
    stream().settle();
  }

  @Override
  public void once() {
    people += stream().next(size);
    photos += size;
  }

  @Override
  public void rest() {
    if (stream != null) {
      stream.close();
      stream = null;
    }
  }

  @Override
  public double peoplePerImage() {
    return photos == 0 ? 1 : (double) people / photos;
  }

  @Override
  public int images() {
    return size;
  }

  @Override
  public double gflop() {
    return gflop;
  }

  @Override
  public void close() {
    rest();
  }
}
