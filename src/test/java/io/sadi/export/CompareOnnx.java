package io.sadi.export;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.Result;
import ai.onnxruntime.OrtSession.SessionOptions;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.checkpoint.Checkpoint;
import io.sadi.config.Config;
import io.sadi.data.Metric;
import io.sadi.data.Skeleton;
import io.sadi.io.Json;
import io.sadi.io.ProcessMemory;
import io.sadi.io.Progress;
import io.sadi.model.InferenceNet;
import io.sadi.model.LayerCost;
import io.sadi.model.ModelConfig;
import io.sadi.model.Quantization;
import io.sadi.model.Quantizer;
import io.sadi.model.Quantizer.CropBatch;
import io.sadi.model.SadiNet;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.QuantizedConvolution;
import io.sadi.torch.Tensors;
import io.sadi.torch.Torch;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The network here against the same network exported and run by ONNX Runtime, for {@code
 * src/test/bench/compare-onnx}: in turn, round after round, and then the medians. A round takes the
 * smallest time of its repetitions, since whatever else a machine does only ever adds.
 *
 * <p>Arguments: variant, batch, threads, rounds, repetitions; {@code cpu} as a sixth measures the
 * calling thread's processor time instead of the clock's, which means something with one thread on
 * a busy machine.
 */
final class CompareOnnx {
  private static final int JOINTS = 16;

  private final boolean cpuTime;
  private final int batch;
  private final Map<String, Runnable> contestants = new LinkedHashMap<>();

  private CompareOnnx(int batch, boolean cpuTime) {
    this.batch = batch;
    this.cpuTime = cpuTime;
  }

  /** Measures and prints. */
  public static void main(String[] arguments) throws IOException, OrtException {
    String variant = arguments[0];
    int batch = Integer.parseInt(arguments[1]);
    int threads = Integer.parseInt(arguments[2]);
    int rounds = Integer.parseInt(arguments[3]);
    int repetitions = Integer.parseInt(arguments[4]);
    CompareOnnx compare = new CompareOnnx(batch, arguments.length > 5);
    Torch.load();
    Torch.threads(threads);
    Config config = Config.parse("model: {variant: " + variant + "}", "arguments");
    ModelConfig model = ModelConfig.from(config);
    double gflop =
        2e-9 * batch * SadiNet.costs(model, JOINTS).stream().mapToLong(LayerCost::macs).sum();
    byte[] noise = new byte[batch * 3 * model.input() * model.input()];
    new Random(1).nextBytes(noise);
    ByteBuffer crops = ByteBuffer.allocateDirect(noise.length);
    crops.put(noise);
    float[] image = normalised(crops, batch, model.input());
    long[] shape = {batch, 3, model.input(), model.input()};
    Path file = Files.createTempFile("compare", ".onnx");
    Path int8File = Files.createTempFile("compare-int8", ".onnx");
    boolean hasInt8 = QuantizedConvolution.available(ComputeDevice.CPU);
    try (SadiNet net = SadiNet.create(model, JOINTS, ComputeDevice.CPU, false, 1);
        InferenceNet fp32 = InferenceNet.of(net, Precision.FP32);
        InferenceNet bf16 = InferenceNet.of(net, Precision.BF16);
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        SessionOptions options = new SessionOptions()) {
      Quantization quantization =
          hasInt8
              ? new Quantizer(net, List.of(new CropBatch(crops, batch)), Progress.NONE)
                  .run(Double.MAX_VALUE)
                  .quantization()
              : Quantization.NONE;
      export(config, net, Quantization.NONE, file);
      export(config, net, quantization, int8File);
      // Its best settings: all optimisations, which is the default, in as many threads.
      options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      try (OrtSession session = environment.createSession(file.toString(), options);
          OrtSession int8Session = environment.createSession(int8File.toString(), options);
          InferenceNet int8 = InferenceNet.quantized(net, quantization);
          OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(image), shape);
          PointerScope scope = new PointerScope()) {
        Tensor same = Tensors.of(image, ComputeDevice.CPU, shape);
        compare.contestants.put("onnxruntime-forward fp32", () -> run(session, input));
        compare.contestants.put("forward fp32", () -> run(fp32, same));
        if (Precision.auto(ComputeDevice.CPU) == Precision.BF16) {
          compare.contestants.put("forward bf16", () -> run(bf16, same));
        }
        if (hasInt8) {
          compare.contestants.put("onnxruntime-forward int8", () -> run(int8Session, input));
          compare.contestants.put("forward int8", () -> run(int8, same));
          System.err.printf(
              Locale.ROOT,
              "int8: heatmaps differ from ONNX Runtime's by %.2f %% of the peak at most%n",
              100 * distance(run(int8, same), run(int8Session, input)));
        }
        compare.print(compare.measure(rounds, repetitions), gflop, threads);
      }
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(int8File);
    }
  }

  private static float[] normalised(ByteBuffer crops, int batch, int side) {
    try (PointerScope scope = new PointerScope()) {
      Tensor rgb = Tensors.borrow(crops, batch, side, side, 3);
      return Tensors.floats(SadiNet.normalise(ComputeDevice.CPU, rgb));
    }
  }

  /** The largest difference as a share of the largest value. */
  private static double distance(float[] a, float[] b) {
    double largest = 0;
    double peak = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i] - b[i]));
      peak = Math.max(peak, Math.abs(b[i]));
    }
    return largest / peak;
  }

  private static void export(Config config, SadiNet net, Quantization quantization, Path file)
      throws IOException {
    Checkpoint checkpoint =
        new Checkpoint(
            config.toYaml(),
            net.config(),
            Skeleton.mpii16(),
            Metric.PCKH_05,
            0,
            0.5,
            Map.of(),
            net.parameters().toEntries());
    new Onnx(checkpoint, file, quantization).write(file);
  }

  private static float[] run(OrtSession session, OnnxTensor input) {
    try (Result result = session.run(Map.of("image", input))) {
      FloatBuffer h1 = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[h1.remaining()];
      h1.get(values);
      return values;
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  private static float[] run(InferenceNet net, Tensor image) {
    try (PointerScope scope = new PointerScope()) {
      return Tensors.floats(net.forward(image).h1());
    }
  }

  /** Seconds a batch: the median of the rounds, after one that nobody counts. */
  private Map<String, Double> measure(int rounds, int repetitions) {
    Map<String, List<Double>> times = new LinkedHashMap<>();
    for (int round = -1; round < rounds; round++) {
      for (Map.Entry<String, Runnable> contestant : contestants.entrySet()) {
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < repetitions; i++) {
          long start = now();
          contestant.getValue().run();
          best = Math.min(best, (now() - start) * 1e-9);
        }
        if (round >= 0) {
          times.computeIfAbsent(contestant.getKey(), name -> new ArrayList<>()).add(best);
        }
      }
    }
    Map<String, Double> medians = new LinkedHashMap<>();
    times.forEach(
        (name, list) -> {
          double[] sorted = list.stream().mapToDouble(t -> t).sorted().toArray();
          System.err.printf(Locale.ROOT, "%-26s %s s%n", name, Arrays.toString(sorted));
          medians.put(name, sorted[sorted.length / 2]);
        });
    return medians;
  }

  private long now() {
    return cpuTime
        ? ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime()
        : System.nanoTime();
  }

  private void print(Map<String, Double> seconds, double gflop, int threads) {
    JsonObject json = new JsonObject();
    json.addProperty(Json.SCHEMA_VERSION, 1);
    json.addProperty("device", "cpu");
    json.addProperty("threads", threads);
    JsonArray rows = new JsonArray();
    double reference = seconds.values().iterator().next();
    seconds.forEach(
        (name, time) -> {
          String[] parts = name.split(" ", 2);
          JsonObject row = new JsonObject();
          row.addProperty("what", parts[0]);
          row.addProperty("precision", parts[1]);
          row.addProperty("batch", batch);
          row.add("img_per_s", Json.number(batch / time, 2));
          row.add("gflop_per_s", Json.number(gflop / time, 1));
          row.addProperty("peak_rss_mb", ProcessMemory.peakMb());
          rows.add(row);
          System.err.printf(
              Locale.ROOT, "%-26s %.3f of ONNX Runtime's time%n", name, time / reference);
        });
    json.add("rows", rows);
    System.out.println(Json.compact(json));
  }
}
