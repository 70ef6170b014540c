package io.sadi.torch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the processor can do, as the kernel lists it. */
public final class CpuFeatures {
  private CpuFeatures() {}

  /**
   * Whether bf16 convolutions run in hardware (AVX512-BF16 or AMX). Without it LibTorch computes
   * them through float32, slower than float32 itself. False where the kernel keeps no list.
   */
  public static boolean hasBf16() {
    try {
      String text = Files.readString(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1);
      return text.contains("avx512_bf16") || text.contains("amx_bf16");
    } catch (IOException e) {
      return false;
    }
  }
}
