package io.sadi.torch;

import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.ListType;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.OptionalType;
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
    private long[] strides() {
      return new long[] {stride, stride};
    }

    private long[] paddings() {
      return new long[] {padding, padding};
    }

    private long[] dilations() {
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
    IValueVector stack = new IValueVector();
    push(stack, x, weight, bias, geometry);
    stack.push_back(new IValue(relu ? "relu" : "none"));
    stack.push_back(new IValue(noScalars()));
    stack.push_back(new IValue());
    return call(CONVOLUTION, "", stack);
  }

  /** The same without ReLU, added to {@code sum}, which is also what is returned. */
  public static Tensor addTo(
      Tensor sum, Tensor x, Tensor weight, TensorOptional bias, Geometry geometry) {
    IValueVector stack = new IValueVector();
    stack.push_back(new IValue(sum));
    push(stack, x, weight, bias, geometry);
    stack.push_back(new IValue("add"));
    stack.push_back(new IValue());
    stack.push_back(new IValue());
    stack.push_back(new IValue(noScalars()));
    stack.push_back(new IValue());
    return call(CONVOLUTION_INTO, "binary", stack);
  }

  private static void push(
      IValueVector stack, Tensor x, Tensor weight, TensorOptional bias, Geometry geometry) {
    stack.push_back(new IValue(x));
    stack.push_back(new IValue(weight));
    stack.push_back(bias.has_value() ? new IValue(bias.get()) : new IValue());
    stack.push_back(new IValue(list(geometry.paddings())));
    stack.push_back(new IValue(list(geometry.strides())));
    stack.push_back(new IValue(list(geometry.dilations())));
    stack.push_back(new IValue(1L)); // groups
  }

  private static Tensor call(String name, String overload, IValueVector stack) {
    OperatorHandle operator = Dispatcher.singleton().findSchemaOrThrow(name, overload);
    operator.callBoxed(stack);
    // A handle of its own: toTensor() points into the stack.
    return new Tensor(stack.get(0).toTensor());
  }

  private static GenericList list(long[] values) {
    GenericList list = new GenericList(ListType.ofInts().containedType(0));
    for (long value : values) {
      list.push_back(new IValue(value));
    }
    return list;
  }

  private static GenericList noScalars() {
    return new GenericList(OptionalType.get(ListType.ofNumbers().containedType(0)));
  }
}
