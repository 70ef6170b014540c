package io.sadi.io;

import io.sadi.io.Safetensors.Dtype;
import io.sadi.io.Safetensors.Entry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A tensor of a PyTorch file: a view of a storage, which several may share.
 *
 * @param storage its elements; null where there is nothing to read, and {@code fault} says why
 * @param offset the first element's place in the storage
 * @param shape row-major; empty for a scalar
 * @param strides elements from one to the next along each axis
 * @param fault what the tensor is, where it is of a kind that is not read
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TorchTensor(
    @Nullable Storage storage, long offset, long[] shape, long[] strides, @Nullable String fault) {

  /** Elements of one type, one behind the other. */
  static final class Storage {
    private final @Nullable Dtype dtype;
    private final String type;
    private final int width;
    private final long count;
    private @Nullable Bytes bytes;

    /** Where the elements are, once that is known. */
    @FunctionalInterface
    interface Bytes {
      /** All of them, little-endian. */
      ByteBuffer get();
    }

    private Storage(@Nullable Dtype dtype, String type, int width, long count) {
      this.dtype = dtype;
      this.type = type;
      this.width = width;
      this.count = count;
    }

    /**
     * A storage.
     *
     * @param type what PyTorch calls it, such as FloatStorage
     * @param count number of elements
     */
    static Storage of(String type, long count) {
      return switch (type) {
        case "FloatStorage" -> readable(Dtype.F32, type, count);
        case "DoubleStorage" -> readable(Dtype.F64, type, count);
        case "HalfStorage" -> readable(Dtype.F16, type, count);
        case "BFloat16Storage" -> readable(Dtype.BF16, type, count);
        case "LongStorage" -> readable(Dtype.I64, type, count);
        case "IntStorage" -> readable(Dtype.I32, type, count);
        case "ShortStorage" -> readable(Dtype.I16, type, count);
        case "CharStorage" -> readable(Dtype.I8, type, count);
        case "ByteStorage" -> readable(Dtype.U8, type, count);
        case "BoolStorage" -> readable(Dtype.BOOL, type, count);
        case "ComplexFloatStorage" -> new Storage(null, "complex numbers", 8, count);
        case "ComplexDoubleStorage" -> new Storage(null, "complex numbers", 16, count);
        case "QInt8Storage", "QUInt8Storage" -> new Storage(null, "quantised numbers", 1, count);
        case "QInt32Storage" -> new Storage(null, "quantised numbers", 4, count);
        default -> new Storage(null, type, 0, count);
      };
    }

    private static Storage readable(Dtype dtype, String type, long count) {
      return new Storage(dtype, type, dtype.bytes(), count);
    }

    void locate(Bytes place) {
      bytes = place;
    }

    @Nullable Dtype dtype() {
      return dtype;
    }

    String type() {
      return type;
    }

    /** Bytes of an element; 0 where the type is unknown. */
    int width() {
      return width;
    }

    long count() {
      return count;
    }

    boolean located() {
      return bytes != null;
    }
  }

  /** One that cannot be read. */
  static TorchTensor unreadable(String fault) {
    return new TorchTensor(null, 0, new long[0], new long[0], fault);
  }

  /** What it is, where it is of a kind that is not read; else null. */
  @Override
  public @Nullable String fault() {
    if (fault == null && storage != null && storage.dtype() == null) {
      return "a tensor of " + storage.type();
    }
    return fault;
  }

  /** Bytes of its elements; -1 from 2^63 on. */
  long size() {
    try {
      Dtype dtype = storage == null ? null : storage.dtype();
      return dtype == null ? 0 : Safetensors.bytes(dtype, shape);
    } catch (ArithmeticException e) {
      return -1;
    }
  }

  /** Whether it looks into its storage only, and each element's place is a number. */
  boolean fits() {
    if (storage == null || shape.length != strides.length || offset < 0) {
      return false;
    }
    try {
      long last = offset;
      for (int i = 0; i < shape.length; i++) {
        if (shape[i] < 0 || strides[i] < 0) {
          return false;
        }
      }
      for (int i = 0; i < shape.length; i++) {
        if (shape[i] == 0) {
          return offset <= storage.count();
        }
        last = Math.addExact(last, Math.multiplyExact(shape[i] - 1, strides[i]));
      }
      return last < storage.count();
    } catch (ArithmeticException e) {
      return false;
    }
  }

  /** Whether its elements lie one behind the other in the usual order. */
  boolean contiguous() {
    long step = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      if (shape[i] != 1 && strides[i] != step) {
        return false;
      }
      step *= shape[i];
    }
    return true;
  }

  /**
   * The elements in the usual order: a part of the storage, or a copy where they lie otherwise.
   * After {@link #fits} and {@link #fault}.
   */
  Entry entry() {
    if (storage == null || storage.dtype == null || storage.bytes == null) {
      throw new IllegalStateException("a tensor without elements");
    }
    int width = storage.dtype.bytes();
    int size = (int) size();
    ByteBuffer elements = storage.bytes.get();
    if (size == 0 || contiguous()) {
      int start = size == 0 ? 0 : (int) (offset * width);
      return new Entry(storage.dtype, shape, elements.slice(start, size));
    }
    ByteBuffer copy = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    gather(elements.duplicate().order(ByteOrder.LITTLE_ENDIAN), copy, width);
    return new Entry(storage.dtype, shape, copy.flip());
  }

  /** Copies row after row; a row is what lies along the last axis. */
  private void gather(ByteBuffer from, ByteBuffer to, int width) {
    int last = shape.length - 1;
    long[] place = new long[last + 1];
    long row = offset;
    while (true) {
      int at = (int) (row * width);
      int step = (int) (strides[last] * width);
      for (long i = 0; i < shape[last]; i++, at += step) {
        switch (width) {
          case 8 -> to.putLong(from.getLong(at));
          case 4 -> to.putInt(from.getInt(at));
          case 2 -> to.putShort(from.getShort(at));
          default -> to.put(from.get(at));
        }
      }
      int axis = last - 1;
      while (axis >= 0 && ++place[axis] == shape[axis]) {
        row -= (shape[axis] - 1) * strides[axis];
        place[axis--] = 0;
      }
      if (axis < 0) {
        return;
      }
      row += strides[axis];
    }
  }

  @Override
  public String toString() {
    return "tensor" + Arrays.toString(shape);
  }
}
