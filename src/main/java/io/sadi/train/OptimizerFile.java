package io.sadi.train;

import io.sadi.io.BadInputException;
import io.sadi.io.Safetensors;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** The optimizer's moments as a file of the run's {@code state/}. */
final class OptimizerFile {
  /** The metadata's name for what the tensors sum up to. */
  static final String SUM = "crc32c";

  private static final String MEAN = "mean";
  private static final String SQUARE = "square";

  private OptimizerFile() {}

  static void write(Path file, Adam optimizer) throws IOException {
    Map<String, Safetensors.Entry> tensors = new LinkedHashMap<>();
    tensors.put(MEAN, entry(optimizer.mean()));
    tensors.put(SQUARE, entry(optimizer.square()));
    new Safetensors(Map.of(SUM, Safetensors.sum(tensors)), tensors).write(file);
  }

  static void read(Path file, Adam optimizer) throws IOException {
    Safetensors content = Safetensors.read(file);
    checkSum(content, file);
    copy(content, MEAN, optimizer.mean(), file);
    copy(content, SQUARE, optimizer.square(), file);
  }

  /**
   * Refuses a file whose tensors are not those that were written.
   *
   * @throws BadInputException where it says what they summed up to; older files do not
   */
  static void checkSum(Safetensors content, Path file) {
    String expected = content.metadata().get(SUM);
    if (expected != null && !expected.equals(Safetensors.sum(content.tensors()))) {
      throw new BadInputException(
          file + ": damaged: its tensors are not those that were written (" + SUM + ")");
    }
  }

  private static Safetensors.Entry entry(Tensor tensor) {
    return Safetensors.Entry.ofFloats(new long[] {tensor.numel()}, Tensors.floats(tensor));
  }

  private static void copy(Safetensors content, String name, Tensor into, Path file) {
    Safetensors.Entry entry = content.tensors().get(name);
    if (entry == null || entry.shape().length != 1 || entry.shape()[0] != into.numel()) {
      throw new BadInputException(
          file + ": tensor " + name + " does not fit this network; the run cannot be resumed");
    }
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      into.copy_(Tensors.of(entry.floats(), ComputeDevice.CPU, into.numel()));
    }
  }
}
