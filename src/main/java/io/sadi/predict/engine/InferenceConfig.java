package io.sadi.predict.engine;

import io.sadi.eval.TestProtocol;
import io.sadi.io.BadInputException;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import java.util.List;

/**
 * How a trained network is run.
 *
 * @param device {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param precision {@code auto}, {@code fp32}, {@code bf16} or {@code int8}
 * @param batch crops at a time, at least 1
 * @param threads of LibTorch's operators, and as many again that prepare crops; 0: one a core
 * @param flip whether every crop is also seen in a mirror, and the two answers averaged
 * @param refine how peaks are placed between pixels
 * @param scales in how many sizes every person is seen, as factors of the crop's side; the answers
 *     are averaged
 */
public record InferenceConfig(
    String device,
    String precision,
    int batch,
    int threads,
    boolean flip,
    Refine refine,
    List<Double> scales) {
  private static final int MAX_BATCH = 4096;
  private static final int MAX_THREADS = 1024;

  public InferenceConfig {
    ComputeDevice.checkName(device);
    Precision.checkInferenceName(precision);
    if (batch < 1 || batch > MAX_BATCH) {
      throw BadInputException.at("--batch", "" + batch, "1.." + MAX_BATCH, "");
    }
    if (threads < 0 || threads > MAX_THREADS) {
      throw BadInputException.at("--threads", "" + threads, "0.." + MAX_THREADS, "");
    }
    scales = new ImagePyramid(scales).scales(); // checked
  }

  /** With one crop a person. */
  public InferenceConfig(
      String device, String precision, int batch, int threads, boolean flip, Refine refine) {
    this(device, precision, batch, threads, flip, refine, List.of(1.0));
  }

  /** What of it numbers depend on, whatever computes them. */
  public TestProtocol protocol() {
    return new TestProtocol(flip, scales, refine.toString());
  }

  /** The scales, to be shown and averaged. */
  public ImagePyramid pyramid() {
    return new ImagePyramid(scales);
  }

  /** Threads that prepare crops. */
  public int workers() {
    return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
  }
}
