package io.sadi.torch;

import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.ListType;
import org.bytedeco.pytorch.OptionalType;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Calls operators by name that are not part of the C++ interface, as LibTorch's own compiler does.
 */
final class Dispatched {
  private Dispatched() {}

  /**
   * Calls an operator that returns a tensor.
   *
   * @param name as in {@code onednn::qconv_prepack}
   * @param overload empty for the operator's first form
   */
  static Tensor call(String name, String overload, IValue... arguments) {
    IValueVector stack = new IValueVector();
    for (IValue argument : arguments) {
      stack.push_back(argument);
    }
    Dispatcher.singleton().findSchemaOrThrow(name, overload).callBoxed(stack);
    // A handle of its own: toTensor() points into the stack.
    return new Tensor(stack.get(0).toTensor());
  }

  static IValue value(Tensor tensor) {
    return new IValue(tensor);
  }

  static IValue value(TensorOptional tensor) {
    return tensor.has_value() ? new IValue(tensor.get()) : nothing();
  }

  static IValue value(String text) {
    return new IValue(text);
  }

  static IValue value(double number) {
    return new IValue(number);
  }

  static IValue value(long number) {
    return new IValue(number);
  }

  /** A type, as the dispatcher wants it. */
  static IValue value(torch.ScalarType type) {
    return new IValue((long) type.value);
  }

  static IValue value(long[] values) {
    GenericList list = new GenericList(ListType.ofInts().containedType(0));
    for (long value : values) {
      list.push_back(new IValue(value));
    }
    return new IValue(list);
  }

  /** None, of what is optional. */
  static IValue nothing() {
    return new IValue();
  }

  /** An empty list of optional numbers. */
  static IValue noScalars() {
    return new IValue(new GenericList(OptionalType.get(ListType.ofNumbers().containedType(0))));
  }
}
