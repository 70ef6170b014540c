package io.sadi.model;

import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The operations of a network. The layers describe once in which order they run; an implementation
 * computes them with gradients ({@link EagerOperations}), computes them fast ({@link
 * InferenceOperations}), follows their shapes ({@link ShapeOperations}), or writes them down for
 * another program.
 *
 * <p>Axes are those of [B, channels, height, width]; pooled features are [B, channels]. Results
 * with batch norm folded, or in another order of additions, may differ in the last bits.
 *
 * @param <T> the tensor type
 */
public interface Operations<T> {
  /** The network's input, laid out and in the precision that the rest is computed in. */
  T input(T image);

  /** A convolution with its bias. */
  T conv(T x, Conv layer);

  /** Convolution, batch norm, and the layer's ReLU if it has one. */
  T conv(T x, ConvBn layer);

  /** sum + {@link #conv(Object, ConvBn)}, in place; {@code sum} is consumed. */
  T addConv(T sum, T x, ConvBn layer);

  /** A 1x1 convolution of pooled features: [B, in] to [B, out]. */
  T linear(T x, Conv layer);

  /** [B, in] to [B, out]. */
  T linear(T x, Parameter weight, Parameter bias);

  /** max(x, 0), in place; {@code x} is consumed. */
  T relu(T x);

  T sigmoid(T x);

  T softmax(T x, int axis);

  T add(T a, T b);

  /** Element by element, with broadcasting. */
  T multiply(T a, T b);

  T multiply(T x, double factor);

  /** a b + c, with b broadcast. */
  T multiplyAdd(T a, T b, T c);

  /**
   * a + b.
   *
   * @param name of the result, for implementations that know something of each map
   */
  default T add(String name, T a, T b) {
    return add(a, b);
  }

  /**
   * max(a + b, 0).
   *
   * @param name of the result, likewise
   */
  default T addRelu(String name, T a, T b) {
    return relu(add(a, b));
  }

  /**
   * max(a b + c, 0).
   *
   * @param name of the result, likewise
   * @param b a factor for each channel, [B, c, 1, 1]
   */
  default T multiplyAddRelu(String name, T a, T b, T c) {
    return relu(multiplyAdd(a, b, c));
  }

  /** max(., 0) of {@link #addConv}, in place; {@code sum} is consumed. */
  default T addConvRelu(T sum, T x, ConvBn layer) {
    return relu(addConv(sum, x, layer));
  }

  /** max(x, least), element by element. */
  T atLeast(T x, double least);

  /** The mean of every channel: [B, c, H, W] to [B, c]. */
  T pool(T x);

  /** Means of squares of {@code factor} x {@code factor} pixels. */
  T averagePool(T x, int factor);

  /** Twice as large, by repetition of pixels. */
  T upsampleNearest(T x);

  /**
   * Larger by a factor in both directions; half-pixel centres (sadi-model(7)), not aligned corners.
   */
  T upsampleBilinear(T x, int factor);

  /** Concatenation along the channels. */
  T concat(List<T> parts);

  /** {@code length} of an axis, from {@code start} on. */
  T narrow(T x, int axis, int start, int length);

  /**
   * The same values in another shape.
   *
   * @param shape of one image; the batch's axis stays in front
   */
  T reshape(T x, long... shape);

  /** Elements along an axis other than the batch's. */
  long size(T x, int axis);

  /** {@code f} of x, computed in float32 in any precision of the network; the result is float32. */
  T inFloat32(T x, UnaryOperator<T> f);

  /** In the precision of {@code other}. */
  T like(T x, T other);

  /**
   * A part of the network: of what it makes on its way only the result is kept, so that a batch
   * needs the memory of its largest part, and the next part's maps lie where the last ones lay.
   */
  default T part(Supplier<T> part) {
    return part.get();
  }
}
