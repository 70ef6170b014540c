package io.sadi.predict.engine;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.data.PersonBox;
import io.sadi.image.Image;
import io.sadi.model.Arithmetic;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * A network that is asked about one crop at a time: for pictures, where speed is none of its
 * business.
 */
public final class CropMaps implements AutoCloseable {
  private final TrainedModel model;
  private final Checkpoint checkpoint;
  private final Arithmetic arithmetic;

  /**
   * Loads a network.
   *
   * @param file the checkpoint's, for messages
   * @throws io.sadi.io.FailedException if a layer comes out wrong whatever way it is computed
   */
  public CropMaps(Checkpoint checkpoint, Path file, InferenceConfig config) {
    this.checkpoint = checkpoint;
    this.model = new TrainedModel(checkpoint, file, config);
    this.arithmetic = model.estimator().prove(1);
  }

  /** What a person should know of how its layers are computed. */
  public List<String> warnings() {
    return arithmetic.warnings();
  }

  /** Its network, as far as pictures need it. */
  Checkpoint checkpoint() {
    return checkpoint;
  }

  /** What it says of a person's crop, a batch of one. Callers may be several threads. */
  public synchronized Maps of(Image photo, PersonBox place) {
    return model.estimator().run(pixels(photo, place, checkpoint), 1);
  }

  /** The crop as the network wants it, [1, H, W, 3]. */
  static ByteBuffer pixels(Image photo, PersonBox place, Checkpoint checkpoint) {
    int side = checkpoint.model().input();
    ByteBuffer rgb = ByteBuffer.allocateDirect(3 * side * side);
    try (Image crop =
        photo.warp(place.crop(side, checkpoint.model().pixels()).cropToImage(), side, side)) {
      crop.copyTo(rgb);
    }
    return rgb.rewind();
  }

  @Override
  public void close() {
    model.close();
  }
}
