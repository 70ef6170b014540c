package io.sadi.torch;

import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Maps of eight bits a value, channels-last: LibTorch's quantised tensors, which know their {@link
 * Uint8Range}. Sums and products of them are computed in float32 value by value and rounded once.
 */
public final class QuantizedMaps {
  private QuantizedMaps() {}

  /** Whether a tensor is one. */
  public static boolean isOne(Tensor x) {
    return x.is_quantized();
  }

  /**
   * Rounds to the nearest code; what lies outside of the range becomes its end.
   *
   * @param x [B, c, H, W], channels-last, on the CPU
   */
  public static Tensor quantize(Tensor x, Uint8Range range) {
    return torch.quantize_per_tensor(
        x.to(ScalarType.Float).contiguous(MemoryFormat.ChannelsLast),
        range.scale(),
        range.zeroPoint(),
        ScalarType.QUInt8);
  }

  /** The numbers that the codes stand for, in a type. */
  public static Tensor real(Tensor q, ScalarType type) {
    return q.dequantize().to(type);
  }

  /** a + b. */
  public static Tensor add(Tensor a, Tensor b, Uint8Range range) {
    return both("quantized::add", a, b, range);
  }

  /** max(a + b, 0). */
  public static Tensor addRelu(Tensor a, Tensor b, Uint8Range range) {
    return both("quantized::add_relu", a, b, range);
  }

  /**
   * a times a factor for each channel.
   *
   * @param factors quantised, [B, c, 1, 1]
   */
  public static Tensor multiply(Tensor a, Tensor factors, Uint8Range range) {
    return both("quantized::mul", a, Tensors.alongRows(factors, a.size(3)), range);
  }

  private static Tensor both(String name, Tensor a, Tensor b, Uint8Range range) {
    return Dispatched.call(
        name,
        "",
        Dispatched.value(a),
        Dispatched.value(b),
        Dispatched.value(range.scale()),
        Dispatched.value((long) range.zeroPoint()));
  }

  /**
   * The mean of every channel, float32 [B, c, 1, 1]. LibTorch rounds means to the map's own codes,
   * so only small squares of pixels are added up that way, and their means in float32.
   */
  public static Tensor pool(Tensor q) {
    long square = q.size(2) % SQUARE == 0 && q.size(2) > SQUARE * SQUARE ? SQUARE : 1;
    Tensor means =
        square == 1 ? q : torch.adaptive_avg_pool2d(q, q.size(2) / square, q.size(3) / square);
    return torch.adaptive_avg_pool2d(means.dequantize(), 1, 1);
  }

  private static final long SQUARE = 4;

  /** The codes of a quantised tensor as uint8; the two share their memory. */
  static Tensor codes(Tensor q) {
    Tensor bytes =
        torch.empty(new long[] {0}, new TensorOptions(ScalarType.Byte), new MemoryFormatOptional());
    return bytes.set_(q.storage(), 0, sizes(q), strides(q));
  }

  /** A quantised tensor of codes, uint8 and channels-last; the two share their memory. */
  static Tensor of(Tensor codes, Uint8Range range) {
    Tensor empty =
        torch.torch__empty_affine_quantized(
            new long[] {0},
            new TensorOptions(ScalarType.QUInt8),
            range.scale(),
            range.zeroPoint(),
            new MemoryFormatOptional(MemoryFormat.Contiguous));
    return empty.set_(codes.storage(), 0, sizes(codes), strides(codes));
  }

  private static long[] sizes(Tensor x) {
    return new long[] {x.size(0), x.size(1), x.size(2), x.size(3)};
  }

  /** Channels-last. */
  private static long[] strides(Tensor x) {
    long row = x.size(1) * x.size(3);
    return new long[] {row * x.size(2), 1, row, x.size(1)};
  }
}
