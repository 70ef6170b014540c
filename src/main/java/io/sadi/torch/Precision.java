package io.sadi.torch;

import io.sadi.io.BadInputException;
import org.bytedeco.pytorch.global.torch;

/** The arithmetic of convolutions. */
public enum Precision {
  FP32,
  /** bfloat16 by autocast: same exponents as float32, so losses need no scaling. */
  BF16;

  /** The name of whichever is the faster one that the hardware has. */
  public static final String AUTO = "auto";

  /**
   * The precision that {@code auto}, {@code fp32} or {@code bf16} names on a device.
   *
   * @throws BadInputException if the text is none of these
   */
  public static Precision of(String text, ComputeDevice device) {
    checkName(text);
    return switch (text) {
      case "fp32" -> FP32;
      case "bf16" -> BF16;
      default -> auto(device);
    };
  }

  /** Refuses what {@link #of} would, before a native library is loaded. */
  public static void checkName(String text) {
    if (!text.matches("auto|fp32|bf16")) {
      throw BadInputException.at("--precision", "'" + text + "'", "auto, fp32 or bf16", "");
    }
  }

  /** What {@code --precision auto} means: bf16 where the hardware computes it, else fp32. */
  public static Precision auto(ComputeDevice device) {
    Torch.load();
    if (device.cuda()) {
      return BF16;
    }
    String capability = torch.get_cpu_capability().getString();
    boolean hardware = capability.contains("AVX512") && CpuFeatures.hasBf16();
    return hardware ? BF16 : FP32;
  }
}
