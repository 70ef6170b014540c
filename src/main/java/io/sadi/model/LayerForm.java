package io.sadi.model;

import java.util.Locale;

/**
 * The properties of a layer on which the correctness of its arithmetic may depend. Layers of the
 * same form are checked once.
 *
 * @param product whether it is a product of pooled features, [B, in] to [B, out], not a convolution
 * @param in channels
 * @param out channels
 * @param kernel its side; 1 for a product
 * @param stride of the convolution
 * @param dilation of the kernel
 * @param side of the map that goes in, in pixels; 1 for a product
 * @param exact whether it is float32 in any precision of the network
 * @param first whether the network's input goes in, whose gradient nobody needs
 * @param bias whether a bias is added
 * @param relu whether a ReLU follows
 * @param added whether the result is added to another map in place
 */
record LayerForm(
    boolean product,
    int in,
    int out,
    int kernel,
    int stride,
    int dilation,
    int side,
    boolean exact,
    boolean first,
    boolean bias,
    boolean relu,
    boolean added) {

  static LayerForm convolution(Conv layer, long side, boolean exact, boolean relu, boolean added) {
    return new LayerForm(
        false,
        layer.in(),
        layer.out(),
        layer.kernel(),
        layer.stride(),
        layer.dilation(),
        (int) side,
        exact,
        layer.first(),
        layer.bias() != null,
        relu,
        added);
  }

  static LayerForm product(long in, long out, boolean exact) {
    return new LayerForm(true, (int) in, (int) out, 1, 1, 1, 1, exact, false, true, false, false);
  }

  /** As it is trained: ReLUs and sums are operations of their own. */
  LayerForm trained() {
    return new LayerForm(
        product, in, out, kernel, stride, dilation, side, exact, first, bias, false, false);
  }

  /** As it is used: with a bias, which is batch norm's where the layer has none. */
  LayerForm used() {
    return new LayerForm(
        product, in, out, kernel, stride, dilation, side, exact, first, true, relu, added);
  }

  /** Multiply-accumulates of an image. */
  long macs() {
    long pixels = (long) (side / stride) * (side / stride);
    return (long) in * out * kernel * kernel * Math.max(1, pixels);
  }

  /** As in {@code conv 24->24 3x3 /2 d2 16x16 bias}: for messages and {@link ProofFile}. */
  @Override
  public String toString() {
    String what =
        product
            ? String.format(Locale.ROOT, "product %d->%d", in, out)
            : String.format(
                Locale.ROOT,
                "conv %d->%d %dx%d%s%s %dx%d",
                in,
                out,
                kernel,
                kernel,
                stride > 1 ? " /" + stride : "",
                dilation > 1 ? " d" + dilation : "",
                side,
                side);
    return what
        + (exact ? " float32" : "")
        + (first ? " first" : "")
        + (bias ? " bias" : "")
        + (relu ? " relu" : "")
        + (added ? " added" : "");
  }
}
