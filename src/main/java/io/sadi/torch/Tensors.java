package io.sadi.torch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Numbers into tensors and out again. What is returned belongs to the caller's PointerScope. */
public final class Tensors {
  private Tensors() {}

  /** A float32 tensor on {@code device} with a copy of the values, row-major. */
  public static Tensor of(float[] values, ComputeDevice device, long... shape) {
    Tensor copy =
        torch.empty(shape, new TensorOptions(ScalarType.Float), new MemoryFormatOptional());
    if (values.length > 0) {
      copy.data_ptr_float().put(values);
    }
    return device.cuda() ? copy.to(device.device(), ScalarType.Float) : copy;
  }

  /**
   * Runs something in a PointerScope of its own, which its result leaves for the one outside, if
   * there is one.
   */
  public static Tensor result(Supplier<Tensor> making) {
    Tensor result;
    try (PointerScope scope = new PointerScope()) {
      // A handle of its own: what an operation in place returns is its operand's.
      result = new Tensor(making.get());
      result.retainReference();
    }
    PointerScope outside = PointerScope.getInnerScope();
    if (outside != null) {
      outside.attach(result);
      result.releaseReference(); // the scope has its own
    }
    return result;
  }

  /** An int64 tensor [n] on {@code device} with a copy of the values. */
  public static Tensor of(long[] values, ComputeDevice device) {
    Tensor copy =
        torch
            .from_blob(
                new LongPointer(values),
                new long[] {values.length},
                new TensorOptions(ScalarType.Long))
            .clone();
    return device.cuda() ? copy.to(device.device(), ScalarType.Long) : copy;
  }

  /**
   * A uint8 tensor that <em>borrows</em> a direct buffer from its position 0: the buffer must stay
   * reachable, and unchanged, as long as the tensor is used.
   */
  public static Tensor borrow(ByteBuffer direct, long... shape) {
    return torch.from_blob(
        new BytePointer(direct.duplicate().clear()), shape, new TensorOptions(ScalarType.Byte));
  }

  /**
   * The same tensor on a device; itself where it is there already. From {@link HostMemory} a GPU
   * copies it on its own: the memory must stay unchanged until some result has been waited for.
   */
  public static Tensor upload(Tensor tensor, ComputeDevice device) {
    return tensor.to(
        device.device(), tensor.scalar_type(), true, false, new MemoryFormatOptional());
  }

  /** In float32, on the same device. */
  public static Tensor float32(Tensor tensor) {
    return tensor.to(ScalarType.Float);
  }

  /** All values as float32, row-major. */
  public static float[] floats(Tensor tensor) {
    try (PointerScope scope = new PointerScope()) {
      Tensor plain = tensor.detach().cpu().to(ScalarType.Float).contiguous();
      float[] values = new float[Math.toIntExact(plain.numel())];
      if (values.length > 0) {
        FloatPointer pointer = plain.data_ptr_float();
        pointer.get(values);
      }
      return values;
    }
  }

  /** All values as little-endian float32, row-major: how files keep them. */
  public static ByteBuffer bytes(Tensor tensor) {
    float[] values = floats(tensor);
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    FloatBuffer floats = buffer.asFloatBuffer();
    floats.put(values);
    return buffer;
  }

  /**
   * Factors of channels repeated along a map's rows. An operation with the map then runs over whole
   * rows at once; with few channels that is several times as fast as pixel by pixel.
   *
   * @param factors [B, c, 1, 1]
   * @return [B, c, 1, W], channels-last
   */
  public static Tensor alongRows(Tensor factors, long width) {
    return factors
        .expand(factors.size(0), factors.size(1), 1, width)
        .contiguous(MemoryFormat.ChannelsLast);
  }

  public static Scalar scalar(double value) {
    return new Scalar(value);
  }
}
