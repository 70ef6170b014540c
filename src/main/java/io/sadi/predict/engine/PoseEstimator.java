package io.sadi.predict.engine;

import io.sadi.checkpoint.Decode;
import io.sadi.checkpoint.Readout;
import io.sadi.data.Batch;
import io.sadi.data.Crop;
import io.sadi.eval.Prediction;
import io.sadi.geom.Affine;
import io.sadi.geom.PixelConvention;
import io.sadi.model.Arithmetic;
import io.sadi.model.HeatmapRenderer;
import io.sadi.model.InferenceNet;
import io.sadi.model.Quantization;
import io.sadi.model.SadiNet;
import io.sadi.model.SadiNet.Output;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Tensors;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Runs a network on crops and reads people from what it says. */
public class PoseEstimator implements AutoCloseable {
  private final InferenceNet net;
  private final int[] flipPermutation;
  private final boolean flip;
  private final PeakFinder peaks;
  private final @Nullable HeatmapRenderer renderer;

  /**
   * @param net with the weights to use, which stay as they are at the first batch
   * @param flipPermutation for every joint the one that it is in a mirrored image, [K]
   * @param flip whether every crop is also seen in a mirror, and the two answers averaged
   * @param refine how peaks are placed between pixels, other than by {@link Refine#DARK}
   */
  public PoseEstimator(
      SadiNet net, int[] flipPermutation, boolean flip, Refine refine, Precision precision) {
    this(
        InferenceNet.of(net, precision),
        renderer(net),
        flipPermutation,
        flip,
        PeakFinder.of(net.config().heatmap(), refine));
  }

  /**
   * The same in the place of a network: its weights' memory is given back when it is not needed.
   *
   * @param targetSigma deviation of the target that its first heatmap has learned, in map pixels
   * @param quantization what is computed in int8, with {@link Precision#INT8}
   */
  public static PoseEstimator inPlaceOf(
      SadiNet net,
      int[] flipPermutation,
      boolean flip,
      Refine refine,
      double targetSigma,
      Precision precision,
      Quantization quantization) {
    HeatmapRenderer renderer = renderer(net);
    int size = net.config().heatmap();
    return new PoseEstimator(
        precision == Precision.INT8
            ? InferenceNet.quantizedInPlaceOf(net, quantization)
            : InferenceNet.inPlaceOf(net, precision),
        renderer,
        flipPermutation,
        flip,
        new PeakFinder(size, size, refine, targetSigma));
  }

  private PoseEstimator(
      InferenceNet net,
      @Nullable HeatmapRenderer renderer,
      int[] flipPermutation,
      boolean flip,
      PeakFinder peaks) {
    this.net = net;
    this.flipPermutation = flipPermutation.clone();
    this.flip = flip;
    this.peaks = peaks;
    this.renderer = renderer != null && flip ? renderer.symmetric() : renderer;
  }

  private static @Nullable HeatmapRenderer renderer(SadiNet net) {
    return net.hasSfm() ? net.renderer() : null;
  }

  ComputeDevice device() {
    return net.device();
  }

  /**
   * Proves that the network comes out right on this machine; without it the first batch does.
   *
   * @param batch crops at a time
   * @return how the layers are computed
   * @throws io.sadi.io.FailedException if a layer comes out wrong whatever way it is computed
   */
  public Arithmetic prove(int batch) {
    return net.prove(batch);
  }

  /** Side of the network's input, in pixels. */
  int input() {
    return net.config().input();
  }

  /** Where the network has the middle of crops and maps. */
  public PixelConvention pixels() {
    return net.config().pixels();
  }

  /** Runs the network on a batch. */
  public Maps run(Batch batch) {
    return run(batch.rgb(), batch.size());
  }

  /**
   * Runs the network on crops.
   *
   * @param rgb direct, [B, H, W, 3] from position 0
   * @param size B
   */
  public Maps run(ByteBuffer rgb, int size) {
    int crop = input();
    try (PointerScope scope = new PointerScope();
        InferenceMode inference = new InferenceMode()) {
      Tensor image = SadiNet.normalise(net.device(), Tensors.borrow(rgb, size, crop, crop, 3));
      Output<Tensor> output = net.forward(image);
      Tensor h1 = output.h1();
      Tensor mu = output.mu();
      Tensor sigma = output.sigma();
      if (flip) {
        Output<Tensor> mirrored = net.forward(image.flip(3));
        h1 = average(h1, shifted(swapped(mirrored.h1()).flip(3)));
        Tensor mirroredMu = mirrored.mu();
        Tensor mirroredSigma = mirrored.sigma();
        if (mu != null && sigma != null && mirroredMu != null && mirroredSigma != null) {
          Tensor sign = Tensors.of(new float[] {-1, 1}, net.device(), 2);
          // The mirror leaves the middle of the pixels' extent where it is.
          float shift = (float) (-2 * pixels().offset() / crop);
          Tensor back = Tensors.of(new float[] {shift, 0}, net.device(), 2);
          mu = average(mu, swapped(mirroredMu).mul(sign).add(back));
          sigma = average(sigma, swapped(mirroredSigma));
        }
      }
      int side = net.config().heatmap();
      if (mu == null || sigma == null || renderer == null) {
        return new Maps(net.joints(), side, Tensors.floats(h1), null, null, null);
      }
      return new Maps(
          net.joints(),
          side,
          Tensors.floats(h1),
          Tensors.floats(renderer.render(drawn(mu, side), sigma, side)),
          Tensors.floats(mu),
          Tensors.floats(sigma));
    }
  }

  /**
   * Reads one person.
   *
   * @param maps of the batch
   * @param b the person's place in it
   * @param crop how the crop lies in the image
   * @param readout how
   * @param image the image's name, for the result
   * @param person its number in the image, for the result
   */
  public Prediction read(Maps maps, int b, Crop crop, Readout readout, String image, int person) {
    int k = maps.joints();
    Prediction result = Prediction.empty(image, person, k);
    Affine toImage = crop.imageToCrop().inverse();
    double pixelsPerUnit = crop.size() * Math.sqrt(Math.abs(toImage.determinant()));
    float[] h2 = maps.h2();
    float[] mu = maps.mu();
    float[] sigma = maps.sigma();
    // Without the SFM there is one heatmap, whatever is asked for.
    Decode from = h2 == null || mu == null || sigma == null ? Decode.H1 : readout.decode();
    int area = maps.size() * maps.size();
    float[] fused = new float[area];
    for (int j = 0; j < k; j++) {
      int joint = b * k + j;
      double x; // in crop pixels
      double y;
      double score;
      if (mu != null && sigma != null && (from == Decode.MU || from == Decode.H2)) {
        float[] mode = from == Decode.H2 && renderer != null ? renderer.mode() : new float[2];
        double ux = mu[2 * joint] + sigma[2 * joint] * mode[0];
        double uy = mu[2 * joint + 1] + sigma[2 * joint + 1] * mode[1];
        x = crop.pixels().pixel(ux, crop.size());
        y = crop.pixels().pixel(uy, crop.size());
        // H2's peak is 1 whatever the joint, so it says nothing; sigma does (as in RLE).
        score = 1 - (sigma[2 * joint] + sigma[2 * joint + 1]) / 2;
      } else {
        PeakFinder.Peak peak;
        if (from == Decode.H1 || h2 == null || sigma == null) {
          peak = peaks.find(maps.h1(), joint * area);
        } else {
          double w =
              from == Decode.FUSED_PAPER
                  ? (sigma[2 * joint] + sigma[2 * joint + 1]) / 2
                  : readout.fusionWeight();
          for (int i = 0; i < area; i++) {
            int at = joint * area + i;
            fused[i] = (float) ((1 - w) * maps.h1()[at] + w * h2[at]);
          }
          peak = peaks.find(fused, 0);
        }
        PixelConvention pixels = crop.pixels();
        x = pixels.pixel(pixels.unit(peak.x(), maps.size()), crop.size());
        y = pixels.pixel(pixels.unit(peak.y(), maps.size()), crop.size());
        score = peak.value();
      }
      result.x()[j] = (float) toImage.x(x, y);
      result.y()[j] = (float) toImage.y(x, y);
      result.score()[j] = (float) Math.max(0, Math.min(1, score));
      if (sigma != null) {
        double scale = pixelsPerUnit * readout.temperature(j);
        result.sigmaX()[j] = (float) (sigma[2 * joint] * scale);
        result.sigmaY()[j] = (float) (sigma[2 * joint + 1] * scale);
      }
    }
    return result;
  }

  /** Mirrored maps, mirrored back, where they belong: the first column is then seen twice. */
  private Tensor shifted(Tensor maps) {
    int shift = pixels().mirrorShift();
    if (shift == 0) {
      return maps;
    }
    Tensor first = maps.narrow(3, 0, shift);
    Tensor rest = maps.narrow(3, 0, maps.size(3) - shift);
    TensorVector both = new TensorVector();
    both.push_back(first);
    both.push_back(rest);
    return torch.cat(both, 3);
  }

  /** Where a renderer, which has the middle of a map's pixels' extent at 0, is to draw mu. */
  private Tensor drawn(Tensor mu, int side) {
    double offset = pixels().offset() / side;
    return offset == 0 ? mu : mu.add(Tensors.scalar(offset));
  }

  private static Tensor average(Tensor a, Tensor b) {
    return a.add(b).mul(Tensors.scalar(0.5));
  }

  /** Left and right joints exchanged along the second axis. */
  private Tensor swapped(Tensor perJoint) {
    long[] order = new long[flipPermutation.length];
    for (int j = 0; j < order.length; j++) {
      order[j] = flipPermutation[j];
    }
    Tensor index = Tensors.of(order, net.device());
    return torch.index_select(perJoint, 1, index);
  }

  @Override
  public void close() {
    net.close();
  }
}
