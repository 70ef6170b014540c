package io.sadi.model;

import io.sadi.torch.ComputeDevice;
import io.sadi.torch.FusedConvolution.Geometry;
import io.sadi.torch.QuantizedConvolution;
import io.sadi.torch.QuantizedMaps;
import io.sadi.torch.Tensors;
import io.sadi.torch.Uint8Range;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Runs a convolution's {@link LayerForm} in int8 and measures its distance from exact sums, which
 * float64 has of integers of this size. Operands use the whole range of their codes: a processor
 * without instructions for int8 saturates sums of two products of such codes. Its tensors belong to
 * the caller's PointerScope.
 */
final class QuantizedTrial {
  /** Half a code is rounding; little more, as scales are float32. */
  static final double TOLERANCE = 0.51 / Uint8Range.CODES;

  private static final long SEED = 20_230_102;
  private static final Uint8Range INPUT = new Uint8Range(1, 0);
  private static final Uint8Range SUM = new Uint8Range(1, 128);

  private final LayerForm form;
  private final Conv layer;
  private final Tensor x;
  private final Tensor weight;
  private final Tensor sum;
  private final Tensor bias;
  private final ScalarType rest;

  /**
   * @param batch maps
   * @param rest type of maps that are not quantised
   */
  QuantizedTrial(LayerForm form, int batch, ScalarType rest) {
    this.form = form;
    this.rest = rest;
    this.layer = Trial.layer(form);
    long side = form.side();
    long small = (side + form.stride() - 1) / form.stride();
    long k = form.kernel();
    GeneratorOptional generator = new GeneratorOptional(torch.make_generator_cpu(SEED));
    try (InferenceMode inference = new InferenceMode(true)) {
      this.x = codes(generator, 0, 256, batch, form.in(), side, side);
      this.weight = codes(generator, -127, 128, form.out(), form.in(), k, k);
      this.sum = codes(generator, 0, 256, batch, form.out(), small, small);
      // As large as sums of products of codes are, by which a missing one shows.
      long reach = Math.round(10_000 * Math.sqrt((double) form.in() * k * k));
      this.bias = codes(generator, -reach, reach + 1, form.out());
    }
  }

  /** Integers from low to below high, as float64. */
  private static Tensor codes(GeneratorOptional generator, long low, long high, long... shape) {
    return torch.randint(low, high, shape, generator, new TensorOptions(ScalarType.Double));
  }

  /** The largest difference from the exact result, as a share of the result's whole range. */
  double error() {
    try (InferenceMode inference = new InferenceMode(true)) {
      Tensor exact = exact();
      double error = error(exact, false);
      // A sum may be rectified, too; which of both its layer does not know.
      return form.relu() || form.added() ? Math.max(error, error(exact, true)) : error;
    }
  }

  /**
   * The same.
   *
   * @param exact without ReLU
   */
  private double error(Tensor exact, boolean relu) {
    try (PointerScope scope = new PointerScope()) {
      double reach = exact.abs().max().item_double();
      double real = distanceOfReal(relu ? exact.relu() : exact, reach, relu);
      if (form.added()) {
        // Sums of codes are small beside a convolution's: as large a step as its range has.
        double step = (float) Math.max(1, 2 * reach / Uint8Range.CODES);
        Uint8Range of = new Uint8Range(step, SUM.zeroPoint());
        Tensor added = exact.add(sum.sub(Tensors.scalar(of.zeroPoint())).mul(Tensors.scalar(step)));
        double both = added.abs().max().item_double();
        Uint8Range range = Uint8Range.of(-both, both);
        Tensor q = quantized(sum.sub(Tensors.scalar(of.zeroPoint())).mul(Tensors.scalar(step)), of);
        Tensor input = input();
        Tensor found =
            QuantizedConvolution.addTo(q, input, weights(input), geometry(), relu, range);
        return Math.max(distance(found, relu ? added.relu() : added, range), real);
      }
      Uint8Range range = Uint8Range.of(-reach, reach);
      Tensor input = input();
      Tensor found = QuantizedConvolution.of(input, weights(input), geometry(), relu, range);
      return Math.max(distance(found, relu ? exact.relu() : exact, range), real);
    }
  }

  /** The same of a result that is not quantised, whose map others use as it is. */
  private double distanceOfReal(Tensor exact, double reach, boolean relu) {
    Tensor input = input();
    Tensor real = QuantizedConvolution.of(input, weights(input), geometry(), relu, rest);
    double steps = rest == ScalarType.BFloat16 ? 2 : 1; // its 8 bits round twice as far as a code
    double distance = real.to(ScalarType.Double).sub(exact).abs().max().item_double();
    return distance / Math.max(reach, 1) / steps;
  }

  private Tensor input() {
    return quantized(x, INPUT);
  }

  private static Tensor quantized(Tensor values, Uint8Range range) {
    return QuantizedMaps.quantize(values, range);
  }

  private QuantizedConvolution.QuantizedKernel weights(Tensor input) {
    return QuantizedConvolution.layOut(
        weight.to(ScalarType.Char),
        torch.ones(new long[] {form.out()}, ComputeDevice.CPU.floats()),
        bias.to(ScalarType.Float),
        input,
        geometry());
  }

  private Geometry geometry() {
    return QuantizedOperations.geometry(layer);
  }

  private static double distance(Tensor found, Tensor exact, Uint8Range range) {
    ScalarOptional low = limit(0, range);
    ScalarOptional high = limit(Uint8Range.CODES, range);
    Tensor difference =
        QuantizedMaps.real(found, ScalarType.Double).sub(exact.clamp(low, high)).abs();
    return difference.max().item_double() / (Uint8Range.CODES * range.scale());
  }

  private static ScalarOptional limit(int code, Uint8Range range) {
    return new ScalarOptional(Tensors.scalar((code - range.zeroPoint()) * range.scale()));
  }

  /** The convolution as patches times weights, with its bias, in float64. */
  private Tensor exact() {
    long k = form.kernel();
    Geometry geometry = geometry();
    Tensor patches =
        torch.im2col(
            x,
            new long[] {k, k},
            new long[] {geometry.dilation(), geometry.dilation()},
            new long[] {geometry.padding(), geometry.padding()},
            new long[] {geometry.stride(), geometry.stride()});
    return weight
        .reshape(form.out(), -1)
        .matmul(patches)
        .view(x.size(0), form.out(), sum.size(2), sum.size(3))
        .add(bias.view(1, -1, 1, 1));
  }
}
