package io.sadi.model;

import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Says where people are in a whole photo, and how large: an hourglass of RFM blocks, as {@link
 * SadiNet} has it, gives at every cell of 4 x 4 pixels how likely it is the middle of a person's
 * box, and, for that case, the box (Zhou et al., Objects as Points, 2019).
 *
 * <pre>
 * photo -> stem -> hourglass -> features -> centre, box
 * </pre>
 */
public final class DetectorNet implements AutoCloseable {
  /** What begins the names of all its tensors. */
  public static final String PREFIX = "detector";

  /** Numbers of a box: see {@link CellMaps#box}. */
  public static final int BOX = 4;

  /** How likely a cell is a centre before anything is learned; else the first steps teach that. */
  private static final double PRIOR = 0.01;

  /**
   * The network's output for a batch. A box's numbers are: how far its middle lies right of and
   * below the cell's, in cells; the logarithms of its width and height in quarters of the input.
   *
   * @param centre logit of the likelihood that a person's middle is in the cell, [B, 1, cells,
   *     cells]
   * @param box [B, 4, cells, cells]
   * @param <T> the tensor type of the {@link Operations}
   */
  public record CellMaps<T>(T centre, T box) {}

  private final DetectorConfig config;
  private final ComputeDevice device;
  private final Parameters parameters = new Parameters();
  private final ConvBn stemConv;
  private final Block stemBlock;
  private final Hourglass hourglass;
  private final ConvBn features;
  private final Conv centre;
  private final Conv box;
  private Arithmetic arithmetic = Arithmetic.byRule(Way.DIRECT);

  private DetectorNet(DetectorConfig config, ComputeDevice device) {
    this.config = config;
    this.device = device;
    Parameters.Scope root = parameters.root().at(PREFIX);
    int channels = config.channels().get(0);
    Parameters.Scope stem = root.at("stem");
    this.stemConv = ConvBn.ofImage(stem.at("conv"), config.stem());
    this.stemBlock = new Block(stem.at("block"), config.stem(), channels, 2, config.rfm());
    this.hourglass =
        new Hourglass(
            root.at("hourglass"),
            new Hourglass.Sizes(config.channels(), config.blocks(), config.rfm()),
            0);
    Parameters.Scope head = root.at("head");
    this.features = ConvBn.relu(head.at("features"), channels, config.features(), 3);
    this.centre =
        Conv.pointwise(
            head.at("centre"),
            config.features(),
            1,
            Initializer.normal(0.001),
            Initializer.constant(Math.log(PRIOR / (1 - PRIOR))));
    this.box = Conv.pointwise(head.at("box"), config.features(), BOX, Initializer.normal(0.001));
  }

  /** The network without memory for its parameters, for their number and shapes. */
  public static DetectorNet describe(DetectorConfig config) {
    return new DetectorNet(config, ComputeDevice.CPU);
  }

  /** A network with weights of 0, to be loaded. */
  public static DetectorNet empty(DetectorConfig config, ComputeDevice device) {
    DetectorNet net = new DetectorNet(config, device);
    net.parameters.allocateZeros(device);
    return net;
  }

  /**
   * A network with initial weights.
   *
   * @param trainable whether gradients will be computed
   * @param seed of the initial weights; each depends on the seed and its own name only
   */
  public static DetectorNet create(
      DetectorConfig config, ComputeDevice device, boolean trainable, long seed) {
    DetectorNet net = new DetectorNet(config, device);
    net.parameters.allocate(device, trainable, seed);
    return net;
  }

  DetectorConfig config() {
    return config;
  }

  ComputeDevice device() {
    return device;
  }

  public Parameters parameters() {
    return parameters;
  }

  /**
   * Photos as the network's input: {@link SadiNet#normalise}.
   *
   * @param rgb uint8 [B, H, W, 3], on any device
   */
  public Tensor normalise(Tensor rgb) {
    return normalise(device, rgb);
  }

  /** The same on a device. */
  public static Tensor normalise(ComputeDevice device, Tensor rgb) {
    return SadiNet.normalise(device, rgb);
  }

  /** The inverse, [B, H, W, 3], 0..255. */
  public byte[] pictures(Tensor image) {
    return SadiNet.pictures(device, image);
  }

  /** As {@link SadiNet#prove}. */
  public Arithmetic prove(Precision precision, int batch) {
    arithmetic = Proof.of(layers(), device, precision, batch, true);
    return arithmetic;
  }

  /** As {@link SadiNet#fewestToTrain}. */
  public int fewestToTrain(List<String> frozen) {
    return ShapeOperations.fewestToTrain(config.input(), this::forward, frozen);
  }

  /** As {@link ShapeOperations#layers} has them. */
  Map<Object, ShapeOperations.Layer> layers() {
    return ShapeOperations.layers(config.input(), this::forward);
  }

  /**
   * Runs the network.
   *
   * @param image float32 [B, 3, input, input], normalised
   * @param training whether batch norm uses the batch's own statistics
   */
  public CellMaps<Tensor> forward(Tensor image, boolean training) {
    return forward(new EagerOperations(device, arithmetic, training), image);
  }

  /**
   * The network, on any implementation of the operations. Shapes are those of
   * configs/detector.yaml.
   *
   * @param image [B, 3, input, input], normalised
   */
  <T> CellMaps<T> forward(Operations<T> ops, T image) {
    T x = ops.input(image); // [B, 3, 256, 256]
    x = stemConv.forward(ops, x); // [B, 16, 128, 128]
    x = stemBlock.forward(ops, x); // [B, 24, 64, 64]
    x = hourglass.forward(ops, x, new ArrayList<>()); // [B, 24, 64, 64]
    T f = features.forward(ops, x); // [B, 32, 64, 64]
    // In float32: bf16 has 8 bits for where a box ends.
    return new CellMaps<>(
        ops.inFloat32(f, exact -> centre.forward(ops, exact)), // [B, 1, 64, 64]
        ops.inFloat32(f, exact -> box.forward(ops, exact))); // [B, 4, 64, 64]
  }

  /** What each layer costs for one photo, in the order they run. */
  static List<LayerCost> costs(DetectorConfig config) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard();
        DetectorNet net = empty(config, ComputeDevice.CPU)) {
      net.parameters.meter().start();
      long side = config.input();
      net.forward(torch.zeros(new long[] {1, 3, side, side}, net.device.floats()), false);
      return net.parameters.meter().stop();
    }
  }

  @Override
  public void close() {
    parameters.close();
  }
}
