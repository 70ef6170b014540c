package io.sadi.torch;

import org.bytedeco.pytorch.global.torch;

/** The arithmetic of convolutions. */
public enum Precision {
  FP32,
  /** bfloat16 by autocast: same exponents as float32, so losses need no scaling. */
  BF16;

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
