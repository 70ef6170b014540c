package io.sadi.torch;

import io.sadi.torch.FusedConvolution.Geometry;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * oneDNN's convolutions of eight-bit maps and weights, added up in int32, with what follows them
 * computed along; not part of the C++ interface, so called by name, like {@link FusedConvolution}.
 *
 * <p>Maps that go in have the zero point 0. With another one oneDNN 3.7 writes beyond its memory
 * where the kernel is dilated, and the process ends.
 *
 * <p>QuantizedKernel are symmetric, with a scale for each output channel: a row's largest is 127.
 */
public final class QuantizedConvolution {
  /** The largest code of a weight. */
  public static final int WEIGHT_CODES = 127;

  private static final String CONVOLUTION = "onednn::qconv2d_pointwise";
  private static final ScalarType CODES = ScalarType.Byte;

  /**
   * A layer's weights, laid out for maps of a range.
   *
   * @param kernel in oneDNN's layout
   * @param scales of the output channels, float32 [out]
   * @param zeros int32 [out], all 0
   * @param bias float32 [out], or null
   * @param input the scale of the maps that it is laid out for
   */
  public record QuantizedKernel(
      Tensor kernel, Tensor scales, Tensor zeros, @Nullable Tensor bias, double input) {
    /** Keeps them beyond the PointerScope in which they were made. */
    public void retain() {
      kernel.retainReference();
      scales.retainReference();
      zeros.retainReference();
      if (bias != null) {
        bias.retainReference();
      }
    }

    /** Ends that. */
    public void release() {
      kernel.releaseReference();
      scales.releaseReference();
      zeros.releaseReference();
      if (bias != null) {
        bias.releaseReference();
      }
    }
  }

  private QuantizedConvolution() {}

  /** Whether this build of LibTorch has them, for this device and its processor. */
  public static boolean available(ComputeDevice device) {
    Torch.load();
    return !device.cuda() && torch.hasMKLDNN() && CpuFeatures.hasInt8();
  }

  /**
   * A scale for each output channel, so that its largest weight has the largest code.
   *
   * @param weight float32 [out, in, kernel, kernel]
   * @return float32 [out]
   */
  public static Tensor scales(Tensor weight) {
    return weight
        .abs()
        .flatten(1, 3)
        .amax(new long[] {1}, false)
        .div(Tensors.scalar(WEIGHT_CODES))
        .clamp_min(Tensors.scalar(Float.MIN_NORMAL)); // a row of zeros
  }

  /**
   * The weights' codes.
   *
   * @param scales of {@link #scales}
   * @return int8 [out, in, kernel, kernel]
   */
  public static Tensor codes(Tensor weight, Tensor scales) {
    return weight.div(scales.view(-1, 1, 1, 1)).round().to(ScalarType.Char).contiguous();
  }

  /**
   * Rounds weights and lays them out for quantised maps like x.
   *
   * @param weight float32 [out, in, kernel, kernel]
   * @param bias float32 [out], or null
   */
  public static QuantizedKernel layOut(
      Tensor weight, @Nullable Tensor bias, Tensor x, Geometry geometry) {
    Tensor scales = scales(weight);
    return layOut(codes(weight, scales), scales, bias, x, geometry);
  }

  /**
   * Lays out weights that are rounded already.
   *
   * @param codes int8 [out, in, kernel, kernel]
   * @param scales float32 [out]
   */
  public static QuantizedKernel layOut(
      Tensor codes, Tensor scales, @Nullable Tensor bias, Tensor x, Geometry geometry) {
    if (x.q_zero_point() != 0) {
      throw new IllegalArgumentException("zero point " + x.q_zero_point());
    }
    Tensor kernel =
        Dispatched.call(
            "onednn::qconv_prepack",
            "",
            Dispatched.value(codes),
            Dispatched.value(scales),
            Dispatched.value(x.q_scale()),
            Dispatched.value(0L), // zero point
            Dispatched.value(geometry.strides()),
            Dispatched.value(geometry.paddings()),
            Dispatched.value(geometry.dilations()),
            Dispatched.value(1L), // groups
            Dispatched.value(new long[] {x.size(0), x.size(1), x.size(2), x.size(3)}));
    Tensor zeros = torch.zeros(new long[] {codes.size(0)}, new TensorOptions(ScalarType.Int));
    return new QuantizedKernel(kernel, scales, zeros, bias, x.q_scale());
  }

  /**
   * A convolution, and max(., 0) of it where asked for, as a quantised map.
   *
   * @param x quantised, in the range that the weights are laid out for
   */
  public static Tensor of(
      Tensor x, QuantizedKernel weights, Geometry geometry, boolean relu, Uint8Range range) {
    return QuantizedMaps.of(
        unary(x, weights, geometry, relu, range.scale(), range.zeroPoint(), CODES), range);
  }

  /**
   * The same in float32 or bf16.
   *
   * @param type of the result
   */
  public static Tensor of(
      Tensor x, QuantizedKernel weights, Geometry geometry, boolean relu, ScalarType type) {
    return unary(x, weights, geometry, relu, 1, 0, type);
  }

  /**
   * sum + convolution, and max(., 0) of it where asked for. It takes the place of the sum, whose
   * codes are overwritten.
   *
   * @param sum quantised
   * @param range of the result
   */
  public static Tensor addTo(
      Tensor sum,
      Tensor x,
      QuantizedKernel weights,
      Geometry geometry,
      boolean relu,
      Uint8Range range) {
    Tensor codes =
        Dispatched.call(
            CONVOLUTION,
            "binary",
            Dispatched.value(QuantizedMaps.codes(x)),
            Dispatched.value(weights.input),
            Dispatched.value(0L), // zero point
            Dispatched.value(weights.kernel),
            Dispatched.value(weights.scales),
            Dispatched.value(weights.zeros),
            Dispatched.value(QuantizedMaps.codes(sum)),
            Dispatched.value(optional(weights.bias)),
            Dispatched.value(geometry.strides()),
            Dispatched.value(geometry.paddings()),
            Dispatched.value(geometry.dilations()),
            Dispatched.value(1L), // groups
            Dispatched.value(range.scale()),
            Dispatched.value((long) range.zeroPoint()),
            Dispatched.value(CODES),
            Dispatched.value(sum.q_scale()),
            Dispatched.value(sum.q_zero_point()),
            Dispatched.value("sum"),
            new IValue(new Scalar(1.0)),
            Dispatched.value(relu ? "relu" : "none"),
            Dispatched.noScalars(),
            Dispatched.value(""));
    return QuantizedMaps.of(codes, range);
  }

  private static Tensor unary(
      Tensor x,
      QuantizedKernel weights,
      Geometry geometry,
      boolean relu,
      double scale,
      long zeroPoint,
      ScalarType type) {
    return Dispatched.call(
        CONVOLUTION,
        "",
        Dispatched.value(QuantizedMaps.codes(x)),
        Dispatched.value(weights.input),
        Dispatched.value(0L), // zero point
        Dispatched.value(weights.kernel),
        Dispatched.value(weights.scales),
        Dispatched.value(weights.zeros),
        Dispatched.value(optional(weights.bias)),
        Dispatched.value(geometry.strides()),
        Dispatched.value(geometry.paddings()),
        Dispatched.value(geometry.dilations()),
        Dispatched.value(1L), // groups
        Dispatched.value(scale),
        Dispatched.value(zeroPoint),
        Dispatched.value(type),
        Dispatched.value(relu ? "relu" : "none"),
        Dispatched.noScalars(),
        Dispatched.value(""));
  }

  private static TensorOptional optional(@Nullable Tensor tensor) {
    return tensor == null ? new TensorOptional() : new TensorOptional(tensor);
  }
}
