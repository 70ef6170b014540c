package io.sadi.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * oneDNN's convolutions with what follows them computed along, as LibTorch's own compiler uses
 * them; not part of the C++ interface, so called by name. Weights are in oneDNN's own layout, which
 * saves it from rearranging them at every call: on small maps that takes longer than the
 * convolution.
 */
public final class FusedConvolution {
  private static final String CONVOLUTION = "mkldnn::_convolution_pointwise";
  private static final String CONVOLUTION_INTO = "mkldnn::_convolution_pointwise_";

  /** Of the image: zeros around it, steps between the places where the kernel is put. */
  public record Geometry(long stride, long padding, long dilation) {
    long[] strides() {
      return new long[] {stride, stride};
    }

    long[] paddings() {
      return new long[] {padding, padding};
    }

    long[] dilations() {
      return new long[] {dilation, dilation};
    }
  }

  private FusedConvolution() {}

  /** Whether this build of LibTorch has them, for this device and type. */
  public static boolean available(ComputeDevice device, ScalarType type) {
    Torch.load();
    return !device.cuda()
        && torch.hasMKLDNN()
        && (type == ScalarType.Float || Precision.auto(device) == Precision.BF16);
  }

  /**
   * Weights in the layout that is fastest for inputs like x.
   *
   * @param weight [out, in, kernel, kernel], in x's type
   */
  public static Tensor layOut(Tensor weight, Tensor x, Geometry geometry) {
    return torch.mkldnn_reorder_conv2d_weight(
        weight.to_mkldnn(),
        geometry.paddings(),
        geometry.strides(),
        geometry.dilations(),
        1,
        x.size(0),
        x.size(1),
        x.size(2),
        x.size(3));
  }

  /**
   * A convolution, and max(., 0) of it where asked for.
   *
   * @param x channels-last
   * @param weight from {@link #layOut}
   */
  public static Tensor of(
      Tensor x, Tensor weight, TensorOptional bias, Geometry geometry, boolean relu) {
    return Dispatched.call(
        CONVOLUTION,
        "",
        Dispatched.value(x),
        Dispatched.value(weight),
        Dispatched.value(bias),
        Dispatched.value(geometry.paddings()),
        Dispatched.value(geometry.strides()),
        Dispatched.value(geometry.dilations()),
        Dispatched.value(1L), // groups
        Dispatched.value(relu ? "relu" : "none"),
        Dispatched.noScalars(),
        Dispatched.nothing());
  }

  /** The same without ReLU, added to {@code sum}, which is also what is returned. */
  public static Tensor addTo(
      Tensor sum, Tensor x, Tensor weight, TensorOptional bias, Geometry geometry) {
    return Dispatched.call(
        CONVOLUTION_INTO,
        "binary",
        Dispatched.value(sum),
        Dispatched.value(x),
        Dispatched.value(weight),
        Dispatched.value(bias),
        Dispatched.value(geometry.paddings()),
        Dispatched.value(geometry.strides()),
        Dispatched.value(geometry.dilations()),
        Dispatched.value(1L), // groups
        Dispatched.value("add"),
        Dispatched.nothing(),
        Dispatched.nothing(),
        Dispatched.noScalars(),
        Dispatched.nothing());
  }
}
