package io.sadi.model;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What a network is computed with. The network's layers say which operations follow each other,
 * once; an implementation decides what an operation does: compute it so that gradients can be had
 * ({@link EagerOperations}), compute it fast ({@link InferenceOperations}), or write it down for
 * another program to compute.
 *
 * <p>Axes are those of [B, channels, height, width]; pooled features are [B, channels]. Results
 * with batch norm folded, or in another order of additions, may differ in the last bits.
 *
 * @param <T> what stands for a tensor
 */
public interface Operations<T> {
  /** The network's input, laid out and in the precision that the rest is computed in. */
  T input(T image);

  /** A convolution with its bias. */
  T conv(T x, Conv layer);

  /** Convolution, batch norm, and the layer's ReLU where it has one. */
  T conv(T x, ConvBn layer);

  /** sum + {@link #conv(Object, ConvBn)}; nobody may use {@code sum} afterwards. */
  T addConv(T sum, T x, ConvBn layer);

  /** A 1x1 convolution of pooled features: [B, in] to [B, out]. */
  T linear(T x, Conv layer);

  /** [B, in] to [B, out]. */
  T linear(T x, Parameter weight, Parameter bias);

  /** max(x, 0); nobody may use {@code x} afterwards. */
  T relu(T x);

  T sigmoid(T x);

  T softmax(T x, int axis);

  T add(T a, T b);

  /** Element by element, with sizes of 1 repeated. */
  T multiply(T a, T b);

  T multiply(T x, double factor);

  /** a b + c, with sizes of 1 in b repeated. */
  T multiplyAdd(T a, T b, T c);

  /** Element by element the larger one. */
  T atLeast(T x, double least);

  /** The mean of every channel: [B, c, H, W] to [B, c]. */
  T pool(T x);

  /** Means of squares of {@code factor} x {@code factor} pixels. */
  T averagePool(T x, int factor);

  /** Every pixel four times. */
  T upsampleNearest(T x);

  /** Larger by a factor in both directions; pixel centres as everywhere (model.md, section 8). */
  T upsampleBilinear(T x, int factor);

  /** One behind the other along the channels. */
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

  /** In float32 whatever the rest runs in: {@code f} of x, whose result is float32. */
  T inFloat32(T x, UnaryOperator<T> f);

  /** In the precision of {@code other}. */
  T like(T x, T other);
}
