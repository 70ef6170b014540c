package io.sadi.model;

import io.sadi.io.Safetensors;
import io.sadi.model.SpatialFusionModule.Regression;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * SADI-Net (Fig. 2): an hourglass of RFM blocks gives a first heatmap H1 for every joint; the SFM
 * fuses the hourglass's scales into a position mu and a deviation sigma; the DLM draws from them a
 * second heatmap H2 whose shape is learned.
 *
 * <pre>
 * image -> stem -> hourglass -> head -> H1
 *                      |
 *                      +-> SFM -> mu, sigma -> DLM -> H2
 * </pre>
 */
public final class SadiNet implements AutoCloseable {
  /** ImageNet's mean and deviation of red, green and blue, 0 to 255. */
  private static final float[] MEAN = {123.675f, 116.28f, 103.53f};

  private static final float[] DEVIATION = {58.395f, 57.12f, 57.375f};

  /**
   * The network's output for a batch.
   *
   * @param heatmaps H1 of every stack, [B, K, input / 4, input / 4]; the last one is used
   * @param mu [B, K, 2] in image units, -0.5 to 0.5 across the crop; null without the SFM
   * @param sigma [B, K, 2] in the same units; null without the SFM
   * @param <T> the tensor type of the {@link Operations}
   */
  public record Output<T>(List<T> heatmaps, @Nullable T mu, @Nullable T sigma) {
    /** H1 of the last stack. */
    public T h1() {
      return heatmaps.get(heatmaps.size() - 1);
    }
  }

  private final ModelConfig config;
  private final int joints;
  private final ComputeDevice device;
  private final Parameters parameters = new Parameters();
  private final ConvBn stemConv;
  private final Block stemBlock;
  private final List<Hourglass> hourglasses = new ArrayList<>();
  private final List<ConvBn> features = new ArrayList<>();
  private final List<Conv> heatmaps = new ArrayList<>();
  private final List<Conv> mergeFeatures = new ArrayList<>();
  private final List<Conv> mergeHeatmaps = new ArrayList<>();
  private final @Nullable SpatialFusionModule sfm;
  private final @Nullable DistributionLearningModule dlm;
  private Arithmetic arithmetic = Arithmetic.byRule(Way.DIRECT);

  private SadiNet(ModelConfig config, int joints, ComputeDevice device) {
    this.config = config;
    this.joints = joints;
    this.device = device;
    Parameters.Scope root = parameters.root();
    int channels = config.channels().get(0);
    Parameters.Scope stem = root.at("stem");
    this.stemConv = ConvBn.ofImage(stem.at("conv"), config.stem());
    this.stemBlock = new Block(stem.at("block"), config.stem(), channels, 2, config.rfm());
    Hourglass.Sizes sizes = new Hourglass.Sizes(config.channels(), config.blocks(), config.rfm());
    for (int s = 0; s < config.stacks(); s++) {
      hourglasses.add(new Hourglass(root.at("hourglass").at(s), sizes, 0));
      Parameters.Scope head = root.at("head").at(s);
      features.add(ConvBn.relu(head.at("features"), channels, config.features(), 3));
      heatmaps.add(
          Conv.pointwise(head.at("heatmap"), config.features(), joints, Initializer.normal(0.001)));
      if (s + 1 < config.stacks()) {
        Parameters.Scope merge = root.at("merge").at(s);
        mergeFeatures.add(
            Conv.pointwise(merge.at("features"), config.features(), channels, Initializer.KAIMING));
        mergeHeatmaps.add(
            Conv.pointwise(merge.at("heatmap"), joints, channels, Initializer.KAIMING));
      }
    }
    boolean withSfm = config.sfm().enabled();
    this.sfm = withSfm ? new SpatialFusionModule(root.at("sfm"), config, joints) : null;
    this.dlm =
        withSfm ? new DistributionLearningModule(root.at("dlm"), config.dlm(), device) : null;
  }

  /** The network without memory for its parameters, for their number and shapes. */
  public static SadiNet describe(ModelConfig config, int joints) {
    return new SadiNet(config, joints, ComputeDevice.CPU);
  }

  /** A network with weights of 0, to be loaded. */
  public static SadiNet empty(ModelConfig config, int joints, ComputeDevice device) {
    SadiNet net = new SadiNet(config, joints, device);
    net.parameters.allocateZeros(device);
    return net;
  }

  /**
   * A network with a file's weights, of which it holds as few as it can: for {@link
   * InferenceNet#inPlaceOf}, which lays each of them out once.
   *
   * @param entries the file's tensors
   * @param origin the file, for messages
   * @throws io.sadi.io.BadInputException if they are not those of this network
   */
  public static SadiNet toLayOut(
      ModelConfig config,
      int joints,
      ComputeDevice device,
      Map<String, Safetensors.Entry> entries,
      Object origin) {
    SadiNet net = new SadiNet(config, joints, device);
    try {
      net.parameters.allocateAllButKernels(entries, device, origin);
      return net;
    } catch (RuntimeException e) {
      net.close();
      throw e;
    }
  }

  /**
   * A network with initial weights.
   *
   * @param joints K
   * @param trainable whether gradients will be computed
   * @param seed of the initial weights; each depends on the seed and its own name only
   */
  public static SadiNet create(
      ModelConfig config, int joints, ComputeDevice device, boolean trainable, long seed) {
    SadiNet net = new SadiNet(config, joints, device);
    net.parameters.allocate(device, trainable, seed);
    return net;
  }

  public ModelConfig config() {
    return config;
  }

  /** The mean that {@link #normalise} subtracts from red, green and blue, of 0 to 255. */
  public static float[] mean() {
    return MEAN.clone();
  }

  /** The deviation that it divides by. */
  public static float[] deviation() {
    return DEVIATION.clone();
  }

  /** K, the number of joints. */
  public int joints() {
    return joints;
  }

  public ComputeDevice device() {
    return device;
  }

  /**
   * The fewest crops of a training batch: 2 where a batch norm sees maps of a single pixel, else 1.
   *
   * @param frozen parts of names of parameters that are not trained
   */
  public int fewestToTrain(List<String> frozen) {
    return ShapeOperations.fewestToTrain(config.input(), this::forward, frozen);
  }

  public Parameters parameters() {
    return parameters;
  }

  /** Whether the network has mu, sigma and H2. */
  public boolean hasSfm() {
    return sfm != null;
  }

  /**
   * Normalises a batch for the network.
   *
   * @param rgb [B, H, W, 3] 0..255, on any device; uint8, or float32, which is then overwritten
   * @return float32 [B, 3, H, W], channels-last, ImageNet's mean and deviation removed
   */
  public Tensor normalise(Tensor rgb) {
    return normalise(device, rgb);
  }

  /** The same on a device. */
  public static Tensor normalise(ComputeDevice device, Tensor rgb) {
    // Converted on the device: float32 would be four times as many bytes to copy.
    Tensor x = Tensors.upload(rgb, device).to(ScalarType.Float);
    Tensor mean = Tensors.of(MEAN, device, 3);
    Tensor deviation = Tensors.of(DEVIATION, device, 3);
    return x.sub_(mean).div_(deviation).permute(0, 3, 1, 2);
  }

  /**
   * The inverse of {@link #normalise}, for pictures.
   *
   * @param image float32 [B, 3, H, W], normalised
   * @return [B, H, W, 3], 0..255
   */
  public byte[] pictures(Tensor image) {
    return pictures(device, image);
  }

  /** The same on a device. */
  static byte[] pictures(ComputeDevice device, Tensor image) {
    Tensor mean = Tensors.of(MEAN, device, 3);
    Tensor deviation = Tensors.of(DEVIATION, device, 3);
    float[] values = Tensors.floats(image.permute(0, 2, 3, 1).mul(deviation).add(mean));
    byte[] rgb = new byte[values.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) Math.max(0, Math.min(255, Math.rint(values[i])));
    }
    return rgb;
  }

  /**
   * Checks forward and backward of each layer on this machine, before the network is trained.
   * Layers whose results are wrong are computed another way from now on.
   *
   * @param batch crops at a time
   * @return how the layers are computed
   * @throws io.sadi.io.FailedException if every way gives wrong results for a layer
   */
  public Arithmetic prove(Precision precision, int batch) {
    arithmetic = Proof.of(this, precision, batch, true);
    return arithmetic;
  }

  /**
   * Runs the network.
   *
   * @param image float32 [B, 3, input, input], normalised
   * @param training whether batch norm uses the batch's own statistics
   */
  public Output<Tensor> forward(Tensor image, boolean training) {
    return forward(new EagerOperations(device, arithmetic, training), image);
  }

  /**
   * The network, on any implementation of the operations.
   *
   * <p>Shapes are those of paper-mpii.yaml: input 256, 16 joints, a level's map half as large as
   * the one before.
   *
   * @param image [B, 3, input, input], normalised
   */
  public <T> Output<T> forward(Operations<T> ops, T image) {
    return forward(ops, image, Attention.Watcher.nobody());
  }

  /** As it is used, while somebody watches where its SFM looks. */
  Output<Tensor> forward(Tensor image, Attention.Watcher<Tensor> watcher) {
    return forward(new EagerOperations(device, arithmetic, false), image, watcher);
  }

  private <T> Output<T> forward(Operations<T> ops, T image, Attention.Watcher<? super T> watcher) {
    T x = ops.part(() -> stem(ops, image)); // [B, 256, 64, 64]
    List<T> h1 = new ArrayList<>();
    List<T> levels = new ArrayList<>();
    for (int s = 0; s < hourglasses.size(); s++) {
      levels.clear();
      // levels: [B, 256, 64, 64], [B, 256, 32, 32], [B, 384, 16, 16], [B, 384, 8, 8], ...
      T y = hourglasses.get(s).forward(ops, x, levels); // [B, 256, 64, 64]
      T f = features.get(s).forward(ops, y); // [B, 256, 64, 64]
      Conv last = heatmaps.get(s);
      // In float32: bf16 has 8 bits for a peak's height.
      T h = ops.inFloat32(f, exact -> last.forward(ops, exact)); // [B, 16, 64, 64]
      h1.add(h);
      if (s + 1 < hourglasses.size()) {
        x = ops.add(x, mergeFeatures.get(s).forward(ops, f));
        x = ops.add(x, mergeHeatmaps.get(s).forward(ops, ops.like(h, x)));
      }
    }
    if (sfm == null) {
      return new Output<>(h1, null, null);
    }
    Regression<T> theta = sfm.forward(ops, levels, watcher); // mu and sigma: [B, 16, 2]
    return new Output<>(h1, theta.mu(), theta.sigma());
  }

  private <T> T stem(Operations<T> ops, T image) {
    T x = ops.input(image); // [B, 3, 256, 256]
    x = stemConv.forward(ops, x); // [B, 128, 128, 128]
    return stemBlock.forward(ops, x); // [B, 256, 64, 64]
  }

  /**
   * The output for use, whose H1 has peaks of about 1.
   *
   * @param output of {@link #forward}
   */
  public <T> Output<T> readable(Operations<T> ops, Output<T> output) {
    if (config.h1Peak() == 0) {
      return output;
    }
    int size = config.heatmap();
    T flat = ops.reshape(output.h1(), joints, (long) size * size); // [B, 16, 4096]
    T places = ops.reshape(ops.softmax(flat, 2), joints, size, size); // [B, 16, 64, 64]
    T h1 = ops.multiply(places, config.h1Peak());
    return new Output<>(List.of(h1), output.mu(), output.sigma());
  }

  /** The DLM; only networks with an SFM have one. */
  DistributionLearningModule dlm() {
    if (dlm == null) {
      throw new IllegalStateException("a network without SFM has no second heatmap");
    }
    return dlm;
  }

  /** A renderer of second heatmaps with the DLM's present P. */
  public HeatmapRenderer renderer() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      return new HeatmapRenderer(dlm(), dlm().lattice(config.dlm().lattice()), device);
    }
  }

  /** What each layer costs for one image of the configured size, in the order they run. */
  public static List<LayerCost> costs(ModelConfig config, int joints) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard();
        SadiNet net = new SadiNet(config, joints, ComputeDevice.CPU)) {
      net.parameters.allocateZeros(ComputeDevice.CPU);
      net.parameters.meter().start();
      net.forward(
          torch.zeros(new long[] {1, 3, config.input(), config.input()}, net.device.floats()),
          false);
      return net.parameters.meter().stop();
    }
  }

  @Override
  public void close() {
    parameters.close();
  }
}
