package io.sadi.model;

import io.sadi.model.Convolutions.LaidOut;
import io.sadi.torch.Autocast;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Runs a {@link LayerForm} on random operands and measures its distance from {@link Reference}. Its
 * tensors belong to the caller's PointerScope.
 */
final class Trial {
  /** The content of memory before a run: one such number in a sum shows in any result. */
  private static final double LITTER = 1e30;

  /**
   * A single wrong value changes a root mean square little, so the largest error counts too,
   * divided by this.
   */
  private static final double WORST = 8;

  private static final long SEED = 20_230_101;

  private final LayerForm form;
  private final ComputeDevice device;
  private final boolean reduced;
  private final Conv layer;
  private final Tensor x;
  private final Tensor weight;
  private final Tensor gradient;
  private final Reference reference;

  /**
   * Prepares the operands.
   *
   * @param batch maps, or rows of a product
   * @param reduced whether the layer is computed in bf16: the operands are then rounded to it, so
   *     that the remaining error is the arithmetic's own
   * @param training whether {@link #training} will be called
   * @param numbers of {@link #numbers}, at least as many as the largest operand has values
   */
  Trial(
      LayerForm form,
      ComputeDevice device,
      int batch,
      boolean reduced,
      boolean training,
      Tensor numbers) {
    this.form = form;
    this.device = device;
    this.reduced = reduced;
    this.layer = layer(form);
    long side = form.side();
    long small = (side + form.stride() - 1) / form.stride();
    long k = form.kernel();
    try (NoGradGuard noGrad = new NoGradGuard()) {
      this.x = drawn(numbers, 0, batch, form.in(), side, side);
      this.weight = drawn(numbers, 1_234_567, form.out(), form.in(), k, k);
      this.gradient = drawn(numbers, 7_654_321, batch, form.out(), small, small);
      this.reference = new Reference(form, layer, x, weight, gradient, reduced, training);
    }
  }

  /** A layer of a form, without weights. */
  static Conv layer(LayerForm form) {
    return new Conv(
        new Parameters().root().at("trial"),
        form.in(),
        form.out(),
        form.kernel(),
        form.stride(),
        form.dilation(),
        false,
        Initializer.ZERO);
  }

  /** A part of the random numbers as a map, channels-last. */
  private Tensor drawn(Tensor numbers, long from, long a, long b, long c, long d) {
    long count = a * b * c * d;
    Tensor values = numbers.narrow(0, from % (numbers.numel() - count + 1), count);
    return form.product() ? values.view(a, b) : values.view(a, c, d, b).permute(0, 3, 1, 2);
  }

  /**
   * Normally distributed numbers, enough for a trial's largest operand: drawing them anew for each
   * form would take most of the time.
   */
  static Tensor numbers(long count, ComputeDevice device) {
    // From its own generator: LibTorch's is shared by all threads, and others may have seeded it.
    GeneratorOptional generator = new GeneratorOptional(torch.make_generator_cpu(SEED));
    Tensor numbers = torch.randn(new long[] {count}, generator, ComputeDevice.CPU.floats());
    return Tensors.upload(numbers, device);
  }

  /** Rounds to bf16; the result is float32. */
  static Tensor rounded(Tensor numbers) {
    return numbers.to(ScalarType.BFloat16).to(ScalarType.Float);
  }

  /** Fills and frees memory of the sizes that the next run will allocate. */
  void litter() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      for (Tensor like : new Tensor[] {x, weight, gradient}) {
        long floats = like.numel();
        for (long size : new long[] {floats / 2, floats}) {
          torch.full(new long[] {Math.max(16, size)}, Tensors.scalar(LITTER), device.floats());
        }
      }
    }
  }

  private Tensor input() {
    return reduced ? x.to(ScalarType.BFloat16) : x;
  }

  /** The largest relative error of output and gradients in training. */
  double training(Way way) {
    boolean image = !form.product() && form.in() == 3; // its gradient is not needed
    Tensor in = input().detach().requires_grad_(!image);
    Tensor w = weight.detach().requires_grad_(true);
    Tensor y;
    try (Autocast autocast = Autocast.of(reduced ? Precision.BF16 : Precision.FP32, device)) {
      y =
          form.product()
              ? Convolutions.multiply(way, in, w, null, device)
              : Convolutions.convolve(way, in, layer, w, null, device);
    }
    y.backward(
        gradient.to(y.scalar_type()), new BoolOptional(), false, new TensorArrayRefOptional());
    try (NoGradGuard noGrad = new NoGradGuard()) {
      double error = reference.errorOfOutput(y.detach(), WORST);
      if (!image) {
        error = Math.max(error, reference.errorOfInputGradient(in.grad(), WORST));
      }
      return Math.max(error, reference.errorOfWeightGradient(w.grad(), WORST));
    }
  }

  /** The relative error of the output in inference. */
  double use(Way way) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      return error(output(way));
    }
  }

  /** The relative error of an output. */
  double error(Tensor output) {
    return reference.errorOfOutput(output, WORST);
  }

  /** The output in inference. */
  Tensor output(Way way) {
    Tensor in = input();
    Tensor bias = torch.zeros(new long[] {form.out()}, device.floats());
    if (form.product()) {
      return Convolutions.multiply(in, Convolutions.layOut(way, in, weight, bias));
    }
    LaidOut weights = Convolutions.layOut(way, in, layer, weight, bias);
    if (!form.added()) {
      return Convolutions.convolve(in, layer, weights, false);
    }
    Tensor sum = torch.zeros_like(gradient).to(in.scalar_type());
    return Convolutions.addTo(sum, in, layer, weights);
  }
}
