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
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

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
  private final @Nullable Tensor bias;
  private final Tensor sum;
  private final Reference reference;

  /**
   * Prepares the operands.
   *
   * @param batch maps, or rows of a product
   * @param reduced whether the layer is computed in bf16: the operands are then rounded to it, so
   *     that the remaining error is the arithmetic's own
   * @param training whether {@link #step} will be called
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
      // As large as the results, so that they show there; a power of two keeps numbers rounded.
      Scalar size =
          Tensors.scalar(Math.scalb(1.0, Math.getExponent(Math.sqrt((double) form.in() * k * k))));
      this.bias = form.bias() ? numbers.narrow(0, 0, form.out()).mul(size) : null;
      this.sum = form.added() ? gradient.mul(size) : gradient;
      this.reference = new Reference(form, layer, operands(), reduced, training);
    }
  }

  private Reference.Operands operands() {
    return new Reference.Operands(x, weight, bias, form.added() ? sum : null, gradient);
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
        form.first(),
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

  /**
   * What a step of training gives.
   *
   * @param output of the layer
   * @param input gradient of its input; null where nobody needs it
   * @param weight gradient of its weights
   * @param bias gradient of its bias; null where it has none
   */
  record TrialStep(Tensor output, @Nullable Tensor input, Tensor weight, @Nullable Tensor bias) {}

  /** Forward and backward. */
  TrialStep step(Way way) {
    Tensor in = input().detach().requires_grad_(!form.first());
    Tensor w = weight.detach().requires_grad_(true);
    Tensor b = bias == null ? null : bias.detach().requires_grad_(true);
    Tensor y;
    try (Autocast autocast = Autocast.of(reduced ? Precision.BF16 : Precision.FP32, device)) {
      y =
          form.product()
              ? Convolutions.multiply(way, in, w, b, device)
              : Convolutions.convolve(way, in, layer, w, b, device);
    }
    y.backward(
        gradient.to(y.scalar_type()), new BoolOptional(), false, new TensorArrayRefOptional());
    return new TrialStep(
        y.detach(), form.first() ? null : in.grad(), w.grad(), b == null ? null : b.grad());
  }

  /** The largest relative error of output and gradients. */
  double error(TrialStep step) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      double error = reference.errorOfOutput(step.output, WORST);
      if (step.input != null) {
        error = Math.max(error, reference.errorOfInputGradient(step.input, WORST));
      }
      if (step.bias != null) {
        error = Math.max(error, reference.errorOfBiasGradient(step.bias, WORST));
      }
      return Math.max(error, reference.errorOfWeightGradient(step.weight, WORST));
    }
  }

  /**
   * What inference gives.
   *
   * @param output without ReLU
   * @param rectified with ReLU; null where none follows
   */
  record Use(Tensor output, @Nullable Tensor rectified) {}

  /** The output in inference. */
  Use use(Way way) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      Tensor in = input();
      if (form.product()) {
        return new Use(Convolutions.multiply(in, Convolutions.layOut(way, in, weight, bias)), null);
      }
      LaidOut weights = Convolutions.layOut(way, in, layer, weight, bias);
      if (form.added()) {
        Tensor before = sum.to(in.scalar_type()).clone(); // is overwritten
        return new Use(Convolutions.addTo(before, in, layer, weights), null);
      }
      return new Use(
          Convolutions.convolve(in, layer, weights, false),
          form.relu() ? Convolutions.convolve(in, layer, weights, true) : null);
    }
  }

  /** The larger relative error of both outputs. */
  double error(Use use) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      double error = reference.errorOfOutput(use.output, WORST);
      return use.rectified == null
          ? error
          : Math.max(error, Reference.distance(use.rectified, use.output.relu(), WORST));
    }
  }
}
