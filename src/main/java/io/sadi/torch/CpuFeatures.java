package io.sadi.torch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the processor can do, as the kernel lists it. */
public final class CpuFeatures {
  /** For tests: a file in the place of the kernel's list. */
  static final String CPUINFO = "sadi.cpuinfo";

  /**
   * Variables that change results: oneDNN's (its mode of float32 may be bf16, its instructions may
   * be limited), LibTorch's, OpenBLAS' and CUDA's. Which of oneDNN's matter depends on its version,
   * so all count except those that only have it say more.
   */
  private static final Pattern CHOOSING =
      Pattern.compile(
          "(ONEDNN|DNNL)_(?!.*VERBOSE).*|ATEN_.*|OPENBLAS_CORETYPE|LD_PRELOAD"
              + "|(CUDNN|CUBLAS|CUBLASLT)_(?!.*LOG).*|CUDA_VISIBLE_DEVICES"
              + "|NVIDIA_TF32_OVERRIDE|TORCH_ALLOW_TF32_CUBLAS_OVERRIDE");

  private CpuFeatures() {}

  /**
   * Whether bf16 convolutions run in hardware (AVX512-BF16 or AMX). Without it LibTorch computes
   * them through float32, slower than float32 itself. False where the kernel keeps no list.
   */
  public static boolean hasBf16() {
    return hasOneOf("avx512_bf16", "amx_bf16");
  }

  /**
   * Whether int8 convolutions run in hardware (AVX512-VNNI or AVX-VNNI). Without it sums of two
   * products saturate at 16 bits. False where the kernel keeps no list.
   */
  static boolean hasInt8() {
    return hasOneOf("avx512_vnni", "avx_vnni");
  }

  private static boolean hasOneOf(String... features) {
    try {
      String text = Files.readString(cpuinfo(), StandardCharsets.ISO_8859_1);
      return Stream.of(features).anyMatch(text::contains);
    } catch (IOException e) {
      return false;
    }
  }

  private static Path cpuinfo() {
    return Path.of(System.getProperty(CPUINFO, "/proc/cpuinfo"));
  }

  /**
   * What LibTorch chooses its kernels by, for whatever holds on one processor alone: its model, its
   * instructions, whether it lists its caches, and the environment variables that libraries choose
   * kernels or precisions by.
   */
  static String identity() {
    return identity(System.getenv());
  }

  /** The same in another environment. */
  static String identity(Map<String, String> environment) {
    StringBuilder identity = new StringBuilder(System.getProperty("os.arch"));
    try (Stream<String> lines = Files.lines(cpuinfo(), StandardCharsets.ISO_8859_1)) {
      lines
          .takeWhile(line -> !line.isBlank()) // the first processor
          .filter(line -> line.matches("(vendor_id|cpu family|model|stepping|flags|Features).*"))
          .forEach(line -> identity.append('\n').append(line));
    } catch (IOException | UncheckedIOException e) {
      identity.append("\nunknown");
    }
    identity.append("\ncaches listed: ").append(listsCaches());
    new TreeMap<>(environment)
        .forEach(
            (variable, value) -> {
              if (CHOOSING.matcher(variable).matches()) {
                identity.append('\n').append(variable).append('=').append(value);
              }
            });
    return identity.toString();
  }

  /** Whether the kernel knows what caches the processor has; many virtual machines do not tell. */
  public static boolean listsCaches() {
    return Files.exists(Path.of("/sys/devices/system/cpu/cpu0/cache/index0"));
  }
}
