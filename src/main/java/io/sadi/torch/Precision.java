package io.sadi.torch;

import io.sadi.io.BadInputException;
import org.bytedeco.pytorch.global.torch;

/** The arithmetic of convolutions. */
public enum Precision {
  FP32,
  /** bfloat16 by autocast: same exponents as float32, so losses need no scaling. */
  BF16,
  /**
   * Convolutions of eight-bit maps and weights where a checkpoint has ranges for them; the rest as
   * {@link #auto} has it. For inference.
   */
  INT8;

  /** The name of whichever is the faster one that the hardware has. */
  public static final String AUTO = "auto";

  /**
   * The precision that {@code auto}, {@code fp32} or {@code bf16} names on a device.
   *
   * @throws BadInputException if the text is none of these
   * @throws DeviceUnavailableException for bf16 on a processor that has no instructions for it:
   *     LibTorch would compute it by float32, slower than float32 itself
   */
  public static Precision of(String text, ComputeDevice device) {
    checkName(text);
    return switch (text) {
      case "fp32" -> FP32;
      case "bf16" -> bf16(device);
      default -> auto(device);
    };
  }

  private static Precision bf16(ComputeDevice device) {
    if (!device.cuda() && !CpuFeatures.hasBf16()) {
      throw new DeviceUnavailableException(
          "--precision bf16: this processor lists neither avx512_bf16 nor amx_bf16, which it takes;"
              + " take auto or fp32 (in a config train.precision)");
    }
    return BF16;
  }

  /**
   * The same for inference, where {@code int8} is one more.
   *
   * @throws DeviceUnavailableException for int8 on a GPU, or on a processor that has no
   *     instructions for it
   */
  public static Precision ofInference(String text, ComputeDevice device) {
    checkInferenceName(text);
    if (!text.equals("int8")) {
      return of(text, device);
    }
    if (device.cuda()) {
      throw new DeviceUnavailableException(
          "--precision int8: is for the CPU, not for " + device + "; add --device cpu");
    }
    if (!CpuFeatures.hasInt8()) {
      throw new DeviceUnavailableException(
          "--precision int8: this processor lists neither avx512_vnni nor avx_vnni, which it takes;"
              + " leave the option out");
    }
    return INT8;
  }

  /** Refuses what {@link #ofInference} would, before a native library is loaded. */
  public static void checkInferenceName(String text) {
    if (!text.matches("auto|fp32|bf16|int8")) {
      throw BadInputException.at("--precision", "'" + text + "'", "auto, fp32, bf16 or int8", "");
    }
  }

  /** Refuses what {@link #of} would, before a native library is loaded. */
  private static void checkName(String text) {
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
