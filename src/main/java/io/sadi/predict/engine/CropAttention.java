package io.sadi.predict.engine;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.data.PersonBox;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.model.Attention;
import io.sadi.model.ModelConfig;
import io.sadi.model.SadiNet;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Tensors;
import io.sadi.torch.Torch;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;

/** Where a network's spatial fusion module looks, one crop at a time, in float32. */
public final class CropAttention implements AutoCloseable {
  private final Checkpoint checkpoint;
  private final SadiNet net;
  private final List<String> warnings;

  /**
   * Refuses a network that has no attention, before a native library is loaded.
   *
   * @throws BadInputException if there is nothing to see
   */
  public static void check(Checkpoint checkpoint, Path file) {
    ModelConfig.Sfm sfm = checkpoint.model().sfm();
    if (!sfm.enabled()
        || (sfm.globalAttention() == ModelConfig.GlobalAttention.NONE
            && sfm.localAttention() == ModelConfig.LocalAttention.NONE)) {
      throw BadInputException.at(
          "--attention",
          "--model " + file + ", a network without attention",
          "a network with an SFM, such as full",
          "");
    }
  }

  /**
   * Loads a network.
   *
   * @param file the checkpoint's, for messages
   */
  public CropAttention(Checkpoint checkpoint, Path file, InferenceConfig config) {
    this.checkpoint = checkpoint;
    Torch.threads(config.threads());
    this.net = checkpoint.network(ComputeDevice.of(config.device()), file);
    this.warnings = net.prove(Precision.FP32, 1).warnings();
  }

  /** What a person should know of how its layers are computed. */
  public List<String> warnings() {
    return warnings;
  }

  /** Where it looks in a person's crop. Callers may be several threads. */
  public synchronized Attention of(Image photo, PersonBox place) {
    int side = checkpoint.model().input();
    try (PointerScope scope = new PointerScope()) {
      return Attention.of(
          net,
          net.normalise(
              Tensors.borrow(CropMaps.pixels(photo, place, checkpoint), 1, side, side, 3)));
    }
  }

  @Override
  public void close() {
    net.close();
  }
}
