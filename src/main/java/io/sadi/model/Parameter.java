package io.sadi.model;

import java.util.Arrays;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * One named tensor of a network: a weight that is learned, or a statistic that is tracked. It is
 * declared when the network is described; {@link Parameters#allocate} gives it memory.
 */
public final class Parameter {
  private final String name;
  private final long[] shape;
  private final boolean learned;
  private final Initializer initializer;
  private @Nullable Tensor tensor;
  private @Nullable Supplier<Tensor> source;
  private boolean frozen;

  Parameter(String name, long[] shape, boolean learned, Initializer initializer) {
    this.name = name;
    this.shape = shape;
    this.learned = learned;
    this.initializer = initializer;
  }

  /** Its path in checkpoints, such as {@code stem.conv.bn.running_mean}. */
  public String name() {
    return name;
  }

  public long[] shape() {
    return shape.clone();
  }

  /** Whether gradients reach it; false for running statistics. */
  boolean learned() {
    return learned;
  }

  /** Whether it is frozen. */
  boolean frozen() {
    return frozen;
  }

  void freeze() {
    frozen = true;
    if (learned) {
      tensor().requires_grad_(false);
    }
  }

  /** Number of elements. */
  public long count() {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  /** Its values. What is {@link #readFrom} is the caller's alone, and new each time. */
  public Tensor tensor() {
    if (source != null) {
      return source.get();
    }
    if (tensor == null) {
      throw new IllegalStateException(name + " has no memory yet: Parameters.allocate comes first");
    }
    return tensor;
  }

  /** Without gradients, in float64. */
  Tensor float64() {
    return tensor().detach().to(ScalarType.Double);
  }

  Initializer initializer() {
    return initializer;
  }

  void tensor(Tensor allocated) {
    tensor = allocated;
  }

  /** Leaves it without memory: whoever asks for its values has them made. */
  void readFrom(Supplier<Tensor> values) {
    source = values;
  }

  /** Whether it has no memory. */
  boolean isRead() {
    return source != null;
  }
}
