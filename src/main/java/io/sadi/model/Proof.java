package io.sadi.model;

import io.sadi.io.FailedException;
import io.sadi.model.ShapeOperations.Layer;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.FusedConvolution;
import io.sadi.torch.OutOfMemory;
import io.sadi.torch.Precision;
import io.sadi.torch.Torch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Checks that a network's arithmetic is right on this machine, before the network is trained or
 * used. On some processors a native library gives wrong, finite results without an error. So each
 * {@link LayerForm} of the network is run on random operands, as the network will run it, and
 * compared with {@link Reference} in float64. It runs twice, the second time in memory that held
 * large numbers before, which exposes reads of uninitialised memory. A form with wrong results is
 * computed in the next {@link Way} whose results are right.
 *
 * <p>{@link ProofFile} remembers the results.
 */
final class Proof {
  /**
   * Largest number of multiply-accumulates of a trial: the batch is made smaller for larger layers.
   */
  private static final long MACS = 60_000_000;

  /** Largest number of values of a trial's map. */
  private static final long VALUES = 500_000;

  /** Of a single image LibTorch computes some convolutions by another operator. */
  private static final int FEWEST = 2;

  /** With one thread LibTorch computes a 1x1 kernel in float32 by oneDNN from so many images on. */
  private static final int ONEDNN_ALONE = 16;

  private final ComputeDevice device;
  private final Precision precision;
  private final Quantization quantization;
  private final boolean training;
  private final int batch;
  private final boolean oneThread;
  private final ProofFile file;

  /**
   * @param batch crops at a time; trials have as many, or fewer for large layers
   * @param training whether for training; else for inference
   */
  private Proof(
      ComputeDevice device,
      Precision precision,
      Quantization quantization,
      boolean training,
      int batch,
      ProofFile file) {
    this.device = device;
    this.precision = precision;
    this.quantization = quantization;
    this.training = training;
    this.batch = batch;
    this.oneThread = !device.cuda() && Torch.threads() == 1;
    this.file = file;
  }

  /**
   * How a network's layers are computed so that the results are right.
   *
   * @param net described or allocated; its parameters are not read
   * @param batch crops at a time
   * @param training whether for training; else for inference
   * @throws FailedException if every way gives wrong results for a layer
   */
  static Arithmetic of(SadiNet net, Precision precision, int batch, boolean training) {
    return of(
        ShapeOperations.layers(net), net.device(), precision, Quantization.NONE, batch, training);
  }

  /**
   * The same for inference, with some layers in int8.
   *
   * @param precision of the others, and of those whose results in int8 are wrong
   */
  static Arithmetic of(SadiNet net, Precision precision, Quantization quantization, int batch) {
    return of(ShapeOperations.layers(net), net.device(), precision, quantization, batch, false);
  }

  /**
   * The same of any network.
   *
   * @param layers as {@link ShapeOperations#layers} has them
   */
  static Arithmetic of(
      Map<Object, Layer> layers,
      ComputeDevice device,
      Precision precision,
      int batch,
      boolean training) {
    return of(layers, device, precision, Quantization.NONE, batch, training);
  }

  private static Arithmetic of(
      Map<Object, Layer> layers,
      ComputeDevice device,
      Precision precision,
      Quantization quantization,
      int batch,
      boolean training) {
    Torch.load();
    ProofFile file = ProofFile.open(device);
    return new Proof(device, precision, quantization, training, batch, file).prove(layers);
  }

  /**
   * Checks networks as if nothing were known of them, and remembers the results in the place of
   * what was known.
   *
   * @return for each network how it is trained, and how it is used
   */
  static List<Arithmetic> anew(List<SadiNet> networks, Precision precision, int batch) {
    List<Arithmetic> all = new ArrayList<>();
    Map<ComputeDevice, ProofFile> files = new HashMap<>();
    for (SadiNet net : networks) {
      ComputeDevice device = net.device();
      ProofFile file = files.computeIfAbsent(device, ProofFile::empty);
      for (boolean training : new boolean[] {true, false}) {
        all.add(
            new Proof(device, precision, Quantization.NONE, training, batch, file)
                .prove(ShapeOperations.layers(net)));
      }
    }
    return all;
  }

  /** The best way of this device. */
  static Way byRule(ComputeDevice device, Precision precision, boolean training) {
    return !training && FusedConvolution.available(device, type(precision))
        ? Way.FUSED
        : Way.DIRECT;
  }

  private static ScalarType type(Precision precision) {
    return precision == Precision.BF16 ? ScalarType.BFloat16 : ScalarType.Float;
  }

  private Arithmetic prove(Map<Object, Layer> layers) {
    Way byRule = byRule(device, precision, training);
    tryUnknown(layers, byRule);
    IdentityHashMap<Object, Way> exceptions = new IdentityHashMap<>();
    List<String> fallbacks = new ArrayList<>();
    List<String> slower = new ArrayList<>();
    double worst = 0;
    Precision failing = precision;
    for (Map.Entry<Object, Layer> entry : layers.entrySet()) {
      Layer layer = entry.getValue();
      LayerForm form = form(layer);
      boolean int8 = inInt8(entry.getKey());
      Outcome outcome = Objects.requireNonNull(file.get(key(form, int8)));
      if (!outcome.right()) {
        file.save();
        throw new FailedException(
            String.format(
                Locale.ROOT,
                "%s (%s): this machine computes it wrongly, in float32 by plain products too, by"
                    + " %s; 'sadi doctor' says more",
                layer.path(),
                form,
                percent(outcome.error())));
      }
      if (int8 && outcome.way() == Way.INT8) {
        exceptions.put(entry.getKey(), Way.INT8);
      } else if (int8 || outcome.way() != byRule) {
        String words =
            int8 && outcome.way() == byRule ? "in " + name(precision) : outcome.way().words();
        String fallback = layer.path() + " " + words;
        exceptions.put(entry.getKey(), outcome.way());
        fallbacks.add(fallback);
        failing = int8 ? Precision.INT8 : failing;
        if (int8 || !outcome.way().isWide(byRule)) { // which is hardly slower
          slower.add(fallback);
          worst = Math.max(worst, outcome.error());
        }
      }
    }
    List<String> warnings = new ArrayList<>();
    if (!slower.isEmpty()) {
      warnings.add(warning(slower, failing, worst));
    }
    file.save().ifPresent(warnings::add);
    return Arithmetic.of(byRule, exceptions, !slower.isEmpty(), fallbacks, warnings);
  }

  private static String warning(List<String> fallbacks, Precision failing, double worst) {
    int others = fallbacks.size() - 1;
    return String.format(
        Locale.ROOT,
        "LibTorch computes %s%s wrongly on this processor (%s, by up to %s): computed %s, which takes"
            + " longer; 'sadi doctor' says more",
        fallbacks.get(0).replaceFirst(" .*", ""),
        others == 0 ? "" : " and " + others + (others == 1 ? " other layer" : " other layers"),
        name(failing),
        percent(worst),
        fallbacks.get(0).replaceFirst("^\\S+ ", ""));
  }

  private static String name(Precision precision) {
    return precision.name().toLowerCase(Locale.ROOT);
  }

  private boolean inInt8(Object layer) {
    return layer instanceof Conv conv && quantization.computes(conv);
  }

  /**
   * The result for a form.
   *
   * @param way the way in which it is computed
   * @param right whether its results are right
   * @param error of the rule's way, relative
   */
  record Outcome(Way way, boolean right, double error) {
    /** The same of a form whose rule is int8, which had this error. */
    private Outcome after(double inInt8) {
      return new Outcome(way, right, inInt8);
    }
  }

  private void tryUnknown(Map<Object, Layer> layers, Way byRule) {
    Set<LayerForm> unknown = new LinkedHashSet<>();
    Set<LayerForm> unknownInInt8 = new LinkedHashSet<>();
    layers.forEach(
        (identity, layer) -> {
          boolean int8 = inInt8(identity);
          if (file.get(key(form(layer), int8)) == null) {
            (int8 ? unknownInInt8 : unknown).add(form(layer));
          }
        });
    try (PointerScope scope = new PointerScope()) {
      long values =
          Stream.of(unknown, unknownInInt8)
              .flatMap(Set::stream)
              .mapToLong(this::values)
              .max()
              .orElse(0);
      Tensor numbers = Trial.numbers(values, device);
      Tensor rounded = Trial.rounded(numbers);
      for (LayerForm form : unknown) {
        boolean reduced = precision == Precision.BF16 && !form.exact();
        file.put(key(form, false), tried(form, byRule, reduced, reduced ? rounded : numbers));
      }
      boolean reduced = precision == Precision.BF16;
      for (LayerForm form : unknownInInt8) {
        double error = errorInInt8(form);
        Outcome outcome =
            error <= QuantizedTrial.TOLERANCE
                ? new Outcome(Way.INT8, true, error)
                : tried(form, byRule, reduced, reduced ? rounded : numbers).after(error);
        file.put(key(form, true), outcome);
      }
    }
  }

  private double errorInInt8(LayerForm form) {
    if (file.rejects(form, Way.INT8)) {
      return Double.POSITIVE_INFINITY;
    }
    ScalarType rest = precision == Precision.BF16 ? ScalarType.BFloat16 : ScalarType.Float;
    return worst(run -> new QuantizedTrial(form, batch(form), rest).error());
  }

  private LayerForm form(Layer layer) {
    return training ? layer.form().trained() : layer.form().used();
  }

  private String key(LayerForm form, boolean int8) {
    return String.format(
        Locale.ROOT,
        "%s, batch %d, %s%s %s%s",
        form,
        batch(form),
        int8 ? "int8 or " : "",
        name(precision),
        training ? "training" : "use",
        oneThread ? ", one thread" : "");
  }

  private Outcome tried(LayerForm form, Way byRule, boolean reduced, Tensor numbers) {
    double first = Double.NaN;
    Way last = byRule;
    try (PointerScope scope = new PointerScope()) {
      Trial trial = new Trial(form, device, batch(form), reduced, training, numbers);
      for (Way way : Way.from(byRule, reduced)) {
        last = way;
        double error = file.rejects(form, way) ? Double.POSITIVE_INFINITY : error(trial, way);
        first = way == byRule ? error : first;
        if (error <= tolerance(reduced)) {
          return new Outcome(way, true, first);
        }
      }
    }
    return new Outcome(last, false, first);
  }

  /** Largest relative error: rounding to bf16 gives 0.002, sums in float32 a millionth. */
  private static double tolerance(boolean reduced) {
    return reduced ? 0.01 : 1e-5;
  }

  private int batch(LayerForm form) {
    return batch(form, batch, oneThread);
  }

  /**
   * The batch of a trial: as many as asked for, but no more than {@link #MACS} and {@link #VALUES}
   * allow, or as few as are computed by the same operator.
   *
   * @param asked crops at a time
   * @param oneThread whether LibTorch has one thread
   */
  static int batch(LayerForm form, int asked, boolean oneThread) {
    long values = (long) form.side() * form.side() * Math.max(form.in(), form.out());
    long most = Math.min(MACS / form.macs(), VALUES / values);
    boolean byBatch = oneThread && form.kernel() == 1 && !form.product();
    return (int) Math.min(asked, Math.max(byBatch ? ONEDNN_ALONE : FEWEST, most));
  }

  /** The number of values of the form's largest operand. */
  private long values(LayerForm form) {
    long side = form.side();
    long maps = batch(form) * side * side * Math.max(form.in(), form.out());
    long weights = (long) form.in() * form.out() * form.kernel() * form.kernel();
    return Math.max(maps, weights);
  }

  private double error(Trial trial, Way way) {
    return worst(
        run -> {
          if (run > 0) {
            trial.litter();
          }
          return training ? trial.error(trial.step(way)) : trial.error(trial.use(way));
        });
  }

  /**
   * The larger relative error of two runs. What is not computed at all is infinitely wrong: a
   * library may refuse an operator on some processor, and another way may do.
   *
   * @param trial the error of a run, 0 or 1
   */
  static double worst(IntToDoubleFunction trial) {
    double worst = 0;
    for (int run = 0; run < 2; run++) {
      try (PointerScope scope = new PointerScope()) {
        double error = trial.applyAsDouble(run);
        worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
      } catch (RuntimeException e) {
        if (OutOfMemory.isSaid(e)) {
          throw e;
        }
        return Double.POSITIVE_INFINITY;
      }
    }
    return worst;
  }

  static String percent(double error) {
    return error < 10 ? String.format(Locale.ROOT, "%.3g %%", 100 * error) : "any amount";
  }
}
