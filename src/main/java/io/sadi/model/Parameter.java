package io.sadi.model;

import java.util.Arrays;
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

  public Tensor tensor() {
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
}
