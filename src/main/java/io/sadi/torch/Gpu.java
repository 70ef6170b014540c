package io.sadi.torch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.pytorch.CUDAHooksInterface;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A GPU, as nvidia-smi reports it.
 *
 * @param capability its compute capability, such as {@code 9.0}
 */
public record Gpu(String name, String capability, String memory) {
  private static final Path DRIVER = Path.of("/proc/driver/nvidia/version");

  /** The machine's GPUs; none without a driver or without its nvidia-smi. */
  public static List<Gpu> here() {
    return parse(ask("--query-gpu=name,compute_cap,memory.total", "--format=csv,noheader"));
  }

  /** Memory in use on a GPU, in MB; null if unknown. LibTorch does not give memory back. */
  public static @Nullable Long usedMb(int index) {
    String said =
        ask("--query-gpu=memory.used", "--format=csv,noheader,nounits", "--id=" + index).strip();
    return said.matches("\\d+") ? Long.valueOf(Long.parseLong(said) * (1 << 20) / 1_000_000) : null;
  }

  /**
   * What CUDA's libraries choose their kernels by: the machine's GPUs, its driver, and the versions
   * of CUDA and cuDNN that are loaded. For a machine that has CUDA.
   */
  static String identity() {
    CUDAHooksInterface cuda = torch.getCUDAHooks();
    return ask("--query-gpu=index,name,compute_cap,driver_version", "--format=csv,noheader")
        + driver()
        + "\nCUDA "
        + cuda.versionCUDART()
        + "\ncuDNN "
        + (cuda.hasCuDNN() ? cuda.versionRuntimeCuDNN() : "none");
  }

  /** What the kernel says of the driver, as a container may lack nvidia-smi; empty if nothing. */
  private static String driver() {
    try {
      return Files.readString(DRIVER, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  /** The output of nvidia-smi; empty if it fails. */
  private static String ask(String... arguments) {
    try {
      List<String> command = new ArrayList<>(List.of("nvidia-smi"));
      command.addAll(List.of(arguments));
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      if (!process.waitFor(20, TimeUnit.SECONDS)) { // a few lines fit the pipe
        process.destroyForcibly();
        return "";
      }
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.exitValue() == 0 ? said : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  public static List<Gpu> parse(String lines) {
    List<Gpu> gpus = new ArrayList<>();
    for (String line : lines.split("\n", -1)) {
      String[] values = line.strip().split(" *, *", -1);
      if (values.length == 3 && values[1].matches("\\d+\\.\\d+")) {
        gpus.add(new Gpu(values[0], values[1], values[2]));
      }
    }
    return gpus;
  }

  /**
   * Whether the native libraries have code for it: sm_75, 80, 90, 100 and 120, each of which also
   * runs on later minor versions of its generation.
   */
  public boolean supported() {
    int dot = capability.indexOf('.');
    int major = Integer.parseInt(capability.substring(0, dot));
    int minor = Integer.parseInt(capability.substring(dot + 1));
    return switch (major) {
      case 7 -> minor >= 5;
      case 8, 9, 10, 12 -> true;
      default -> false;
    };
  }

  @Override
  public String toString() {
    return name + " (compute capability " + capability + ", " + memory + ")";
  }
}
