package io.sadi.model;

import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Tensors;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A convolution or product, and its gradients, in float64, for comparison. All channels would take
 * longer than the network. So channels are added up with random signs before anything is computed:
 * the mixture of a convolution's output channels is the convolution with the mixture of its
 * kernels, one channel instead of many. A wrong value in any channel makes the mixture wrong.
 *
 * <p>Only matrix products and sums are used: one product gives the contribution of each place of
 * the kernel, which is then shifted there.
 */
final class Reference {
  private final LayerForm form;
  private final Conv layer;
  private final ScalarType type;
  private final Tensor x; // [B, H, W, in]
  private final Tensor weight; // [out, in, k k]
  private final Tensor gradient; // [B, H', W', out]
  private final @Nullable Tensor bias; // [out]
  private final @Nullable Tensor sum; // [B, H', W', out]
  private final Tensor signsIn;
  private final Tensor signsOut;
  private final Tensor output;
  private final Tensor inputGradient;
  private final Tensor weightGradient;

  /**
   * What a layer computes with.
   *
   * @param x [B, in, H, W]; [B, in] of a product
   * @param weight [out, in, k, k]; [out, in] of a product
   * @param bias [out]; null for none
   * @param sum what the result is added to, in its shape; null for nothing
   * @param gradient of the output, in its shape
   */
  record Operands(
      Tensor x, Tensor weight, @Nullable Tensor bias, @Nullable Tensor sum, Tensor gradient) {}

  /**
   * @param rounded whether the operands and the compared results are rounded to bf16: then float32
   *     is exact enough, and takes half the time
   * @param gradients whether gradients will be asked for
   */
  Reference(LayerForm form, Conv layer, Operands of, boolean rounded, boolean gradients) {
    this.form = form;
    this.layer = layer;
    this.type = rounded ? ScalarType.Float : ScalarType.Double;
    this.x = channelsBehind(of.x.to(type));
    this.weight = of.weight.to(type).reshape(form.out(), form.in(), -1);
    this.gradient = channelsBehind(of.gradient.to(type));
    this.bias = of.bias == null ? null : of.bias.to(type);
    this.sum = of.sum == null ? null : channelsBehind(of.sum.to(type));
    this.signsIn = signs(form.in(), x);
    this.signsOut = signs(form.out(), x);
    this.output = added(output());
    this.inputGradient = gradients ? inputGradient() : output;
    this.weightGradient = gradients ? weightGradient() : output;
  }

  /** 1 and -1, pseudo-random by Knuth's multiplicative hash. */
  private Tensor signs(int n, Tensor like) {
    float[] signs = new float[n];
    for (int i = 0; i < n; i++) {
      signs[i] = (i + 1) * 0x9E3779B1 < 0 ? -1 : 1;
    }
    return Tensors.of(signs, ComputeDevice.CPU, n).to(like.device(), type);
  }

  /** Of y [B, out, H', W']; see {@link #error}. */
  double errorOfOutput(Tensor y, double worst) {
    Tensor found = channelsBehind(y.to(type));
    return error(found.matmul(signsOut), output, found, form.out(), worst);
  }

  /** Of the gradient of x. */
  double errorOfInputGradient(Tensor gradient, double worst) {
    Tensor found = channelsBehind(gradient.to(type));
    return error(found.matmul(signsIn), inputGradient, found, form.in(), worst);
  }

  /** Of the gradient of the weights. */
  double errorOfWeightGradient(Tensor gradient, double worst) {
    Tensor found = gradient.to(type).reshape(form.out(), -1);
    Tensor mixed = signsOut.view(1, -1).mm(found).view(form.in(), -1);
    return error(mixed, weightGradient, found, form.out(), worst);
  }

  /**
   * Of the gradient of the bias, [out]: a sum of the gradient over all pixels. oneDNN adds them up
   * one by one in float32, whose rounding grows with their number and is no fault.
   */
  double errorOfBiasGradient(Tensor found, double worst) {
    Tensor pixels = gradient.reshape(-1, form.out()).to(ScalarType.Double); // [B H' W', out]
    long count = pixels.size(0);
    Tensor right = pixels.sum(0);
    double size = Math.sqrt(count * number(pixels.square().mean()));
    double rounding = Math.max(1, count / 8192.0);
    return error(found.to(ScalarType.Double), right, size, worst) / rounding;
  }

  /** The relative error of values that are not mixed. */
  static double distance(Tensor found, Tensor right, double worst) {
    Tensor exact = right.to(ScalarType.Double);
    double size = Math.sqrt(number(exact.square().mean()));
    return error(found.to(ScalarType.Double), exact, size, worst);
  }

  /**
   * The relative error of a mixture: the root mean square of the difference, or a share of the
   * largest difference, relative to the mixture's size without cancellation.
   *
   * @param values that were mixed
   * @param channels that were mixed into one
   */
  private static double error(
      Tensor mixed, Tensor right, Tensor values, int channels, double worst) {
    return error(mixed, right, Math.sqrt(channels * number(values.square().mean())), worst);
  }

  /** The root mean square of the difference, or a share of the largest, relative to a size. */
  private static double error(Tensor found, Tensor right, double size, double worst) {
    Tensor difference = found.sub(right);
    double rms = Math.sqrt(number(difference.square().mean()));
    double largest = number(difference.abs().max());
    return Math.max(rms, largest / worst) / Math.max(size, Float.MIN_NORMAL);
  }

  private static double number(Tensor scalar) {
    return scalar.to(ScalarType.Double).item_double();
  }

  /** [B, c, H, W] to [B, H, W, c]; [B, c] stays. */
  private static Tensor channelsBehind(Tensor maps) {
    return maps.dim() == 4 ? maps.permute(0, 2, 3, 1).contiguous() : maps;
  }

  /** The mixture with that of bias and sum. */
  private Tensor added(Tensor mixed) {
    Tensor shifted = bias == null ? mixed : mixed.add(bias.dot(signsOut));
    return sum == null ? shifted : shifted.add(sum.matmul(signsOut));
  }

  /** The mixture of the convolution's output channels, [B, H', W']. */
  private Tensor output() {
    Tensor kernel = signsOut.view(1, -1).mm(weight.reshape(form.out(), -1)).view(form.in(), -1);
    Tensor adds = x.matmul(kernel); // [B, H, W, k k]
    if (form.product()) {
      return adds.squeeze(1);
    }
    Tensor padded = torch.constant_pad_nd(adds, padding());
    Tensor sum = torch.zeros(new long[] {x.size(0), rows(), columns()}, x.options());
    for (int place = 0; place < places(); place++) {
      sum.add_(at(padded, place).select(3, place));
    }
    return sum;
  }

  /** The mixture of the channels of the input's gradient, [B, H, W]. */
  private Tensor inputGradient() {
    Tensor kernel = weight.transpose(1, 2).matmul(signsIn); // [out, k k]
    Tensor adds = gradient.matmul(kernel); // [B, H', W', k k]
    if (form.product()) {
      return adds.squeeze(1);
    }
    long p = layer.padding();
    long height = x.size(1);
    long width = x.size(2);
    Tensor padded =
        torch.zeros(new long[] {x.size(0), height + 2 * p, width + 2 * p, 1}, x.options());
    for (int place = 0; place < places(); place++) {
      at(padded, place).add_(adds.narrow(3, place, 1));
    }
    return padded.narrow(1, p, height).narrow(2, p, width).squeeze(3);
  }

  /** The mixture of the weights' gradient over output channels, [in, k k]. */
  private Tensor weightGradient() {
    Tensor mixed = gradient.matmul(signsOut); // [B, H', W']
    if (form.product()) {
      return mixed.view(1, -1).mm(x).view(form.in(), 1);
    }
    // The gradient as each place of the kernel reads it; then one product for all places.
    long p = layer.padding();
    long height = x.size(1);
    long width = x.size(2);
    Tensor seen =
        torch.zeros(
            new long[] {places(), x.size(0), height + 2 * p, width + 2 * p, 1}, x.options());
    Tensor maps = mixed.view(x.size(0), rows(), columns(), 1);
    for (int place = 0; place < places(); place++) {
      at(seen.select(0, place), place).copy_(maps);
    }
    Tensor rows = seen.narrow(2, p, height).narrow(3, p, width).reshape(places(), -1);
    return rows.mm(x.view(-1, form.in())).t(); // [in, k k]
  }

  private int places() {
    return form.kernel() * form.kernel();
  }

  private long rows() {
    return gradient.size(1);
  }

  private long columns() {
    return gradient.size(2);
  }

  /** Of [B, H, W, c], on both sides of H and W. */
  private long[] padding() {
    long p = layer.padding();
    return new long[] {0, 0, p, p, p, p};
  }

  /**
   * The pixels that a place of the kernel reads, for each output pixel: [B, H', W', c] of padded
   * [B, H, W, c].
   */
  private Tensor at(Tensor padded, int place) {
    long row = (long) place / form.kernel() * form.dilation();
    long column = (long) place % form.kernel() * form.dilation();
    return everyNth(everyNth(padded, 1, row, rows()), 2, column, columns());
  }

  private Tensor everyNth(Tensor maps, long axis, long from, long count) {
    long end = from + (count - 1) * form.stride() + 1;
    return maps.slice(axis, new LongOptional(from), new LongOptional(end), form.stride());
  }
}
