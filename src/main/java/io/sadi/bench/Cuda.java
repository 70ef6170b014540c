package io.sadi.bench;

import io.sadi.bench.DoctorFinding.Level;
import io.sadi.torch.Gpu;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks the requirements of computing on a GPU, without loading any library. */
final class Cuda {
  /** The first driver with CUDA 13. */
  private static final int DRIVER = 580;

  /** A library that LibTorch's CUDA part is linked with, and its package. */
  private record Library(String name, String file, String brought) {}

  private static final List<Library> LIBRARIES =
      List.of(
          new Library("CUDA runtime", "libcudart.so.13", "cuda-cudart-13-1"),
          new Library("cuBLAS", "libcublas.so.13", "libcublas-13-1"),
          new Library("cuBLASLt", "libcublasLt.so.13", "libcublas-13-1"),
          new Library("cuSPARSE", "libcusparse.so.12", "libcusparse-13-1"),
          new Library("cuSOLVER", "libcusolver.so.12", "libcusolver-13-1"),
          new Library("cuFFT", "libcufft.so.12", "libcufft-13-1"),
          new Library("cuRAND", "libcurand.so.10", "libcurand-13-1"),
          new Library("cuFile", "libcufile.so.0", "libcufile-13-1"),
          new Library("cuDNN", "libcudnn.so.9", "libcudnn9-cuda-13"),
          new Library("NCCL", "libnccl.so.2", "libnccl2"));

  private final SystemFiles host;
  private final List<Gpu> gpus;
  private final String platform;
  private final boolean wanted;

  /**
   * A checkup.
   *
   * @param platform the platform of the jar's native libraries
   * @param wanted whether a GPU is asked for, so that missing parts are failures
   */
  Cuda(SystemFiles host, List<Gpu> gpus, String platform, boolean wanted) {
    this.host = host;
    this.gpus = gpus;
    this.platform = platform;
    this.wanted = wanted;
  }

  List<DoctorFinding> findings() {
    return platform.endsWith("-gpu") ? withNatives() : withoutNatives();
  }

  private List<DoctorFinding> withoutNatives() {
    String driver = driver();
    if (driver.isEmpty() && gpus.isEmpty()) {
      String found = "none: this jar computes on the CPU, and there is no NVIDIA driver here";
      return List.of(
          wanted
              ? DoctorFinding.fail("CUDA", found, "leave --device out, or go where a GPU is")
              : DoctorFinding.ok("CUDA", found));
    }
    return List.of(
        bad(
            "CUDA",
            (gpus.isEmpty() ? "driver " + driver : gpus.get(0).toString())
                + ", but this jar has no CUDA natives: it computes on the CPU",
            "build one that has them: mvn package -Pgpu"));
  }

  private List<DoctorFinding> withNatives() {
    List<DoctorFinding> findings = new ArrayList<>();
    findings.add(driverFinding());
    for (Gpu gpu : gpus) {
      findings.add(
          gpu.supported()
              ? DoctorFinding.ok("GPU", gpu.toString())
              : bad(
                  "GPU",
                  gpu + ": the natives hold no code for it, but for 7.5, 8, 9, 10 and 12",
                  "take another GPU, or --device cpu"));
    }
    List<String> found = new ArrayList<>();
    for (Library library : LIBRARIES) {
      if (isThere(library.file)) {
        found.add(library.name);
      } else {
        findings.add(
            bad(
                library.name,
                library.file + " is neither in the jar nor where the linker looks",
                "install "
                    + library.brought
                    + " from NVIDIA's repository, or name its folder in"
                    + " LD_LIBRARY_PATH"));
      }
    }
    findings.add(
        DoctorFinding.ok("CUDA libraries", found.isEmpty() ? "none" : String.join(", ", found)));
    return findings;
  }

  private DoctorFinding driverFinding() {
    String driver = driver();
    if (driver.isEmpty()) {
      return bad(
          "NVIDIA driver",
          "none is loaded",
          "install " + DRIVER + " or newer (package cuda-drivers); a container needs --gpus all");
    }
    if (Integer.parseInt(driver.substring(0, driver.indexOf('.'))) < DRIVER) {
      return bad(
          "NVIDIA driver",
          driver + ", which does not speak CUDA 13",
          "install " + DRIVER + " or newer (package cuda-drivers)");
    }
    return DoctorFinding.ok("NVIDIA driver", driver);
  }

  /** The kernel module's version, such as {@code 580.65.06}; empty if none is loaded. */
  private String driver() {
    Matcher version =
        Pattern.compile("\\b(\\d{3}\\.\\d+(\\.\\d+)?)\\b")
            .matcher(host.text("proc/driver/nvidia/version"));
    return version.find() ? version.group(1) : "";
  }

  private boolean isThere(String file) {
    String inJar = "/org/bytedeco/cuda/" + platform.replace("-gpu", "") + "/" + file;
    if (Cuda.class.getResource(inJar) != null) {
      return true;
    }
    for (Path folder : host.libraryFolders()) {
      if (Files.exists(folder.resolve(file))) {
        return true;
      }
    }
    return false;
  }

  private DoctorFinding bad(String what, String found, String advice) {
    return new DoctorFinding(wanted ? Level.FAIL : Level.WARN, what, found, advice);
  }
}
