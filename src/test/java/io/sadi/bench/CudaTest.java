package io.sadi.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.bench.DoctorFinding.Level;
import io.sadi.torch.Gpu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * On a machine with a GPU, what is missing between it and LibTorch is what a user needs to hear.
 */
class CudaTest {
  private static final Gpu H200 = new Gpu("NVIDIA H200", "9.0", "143771 MiB");
  private static final List<String> LIBRARIES =
      List.of(
          "libcudart.so.13",
          "libcublas.so.13",
          "libcublasLt.so.13",
          "libcusparse.so.12",
          "libcusolver.so.12",
          "libcufft.so.12",
          "libcurand.so.10",
          "libcufile.so.0",
          "libcudnn.so.9",
          "libnccl.so.2");

  @TempDir private Path root;

  private List<DoctorFinding> findings(String platform, boolean wanted, Gpu... gpus) {
    SystemFiles host = new SystemFiles(root, Map.of("LD_LIBRARY_PATH", "/cuda"));
    return new Cuda(host, List.of(gpus), platform, wanted).findings();
  }

  private void driver(String version) throws IOException {
    Path file = root.resolve("proc/driver/nvidia/version");
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  "
            + version
            + "  Release Build\nGCC version:  gcc version 12.2.0 (Debian)\n");
  }

  private void libraries(List<String> files) throws IOException {
    Files.createDirectories(root.resolve("cuda"));
    for (String file : files) {
      Files.createFile(root.resolve("cuda").resolve(file));
    }
  }

  @Test
  void withoutAGpuNothingIsWrongUnlessOneIsAskedFor() {
    assertThat(findings("linux-x86_64", false))
        .extracting(DoctorFinding::level)
        .containsExactly(Level.OK);
    assertThat(findings("linux-x86_64", true))
        .extracting(DoctorFinding::level)
        .containsExactly(Level.FAIL);
  }

  @Test
  void gpuThatTheJarCannotUseIsNamed() throws IOException {
    driver("580.65.06");
    DoctorFinding finding = findings("linux-x86_64", false, H200).get(0);
    assertThat(finding.level()).isEqualTo(Level.WARN);
    assertThat(finding.found()).contains("H200", "no CUDA natives");
    assertThat(finding.advice()).contains("-Pgpu");
    assertThat(findings("linux-x86_64", false).get(0).found()).contains("driver 580.65.06");
    assertThat(findings("linux-x86_64", true, H200).get(0).level()).isEqualTo(Level.FAIL);
  }

  @Test
  void everythingInPlaceIsOk() throws IOException {
    driver("580.65.06");
    libraries(LIBRARIES);
    List<DoctorFinding> findings = findings("linux-x86_64-gpu", true, H200);
    assertThat(findings).extracting(DoctorFinding::level).containsOnly(Level.OK);
    assertThat(findings)
        .extracting(DoctorFinding::what)
        .containsExactly("NVIDIA driver", "GPU", "CUDA libraries");
    assertThat(findings.get(2).found()).contains("cuDNN", "NCCL", "cuBLAS");
  }

  @Test
  void whatIsMissingIsNamedWithItsPackage() throws IOException {
    driver("580.65.06");
    libraries(LIBRARIES.subList(0, 8));
    List<DoctorFinding> findings = findings("linux-x86_64-gpu", true, H200);
    assertThat(findings)
        .filteredOn(finding -> finding.level() == Level.FAIL)
        .extracting(finding -> finding.what() + ": " + finding.advice())
        .satisfiesExactly(
            cudnn -> assertThat(cudnn).startsWith("cuDNN").contains("libcudnn9-cuda-13"),
            nccl -> assertThat(nccl).startsWith("NCCL").contains("libnccl2"));
    assertThat(findings("linux-x86_64-gpu", false, H200))
        .extracting(DoctorFinding::level)
        .doesNotContain(Level.FAIL)
        .contains(Level.WARN);
  }

  @Test
  void driverThatIsMissingOrTooOldIsSaid() throws IOException {
    libraries(LIBRARIES);
    DoctorFinding none = findings("linux-x86_64-gpu", true).get(0);
    assertThat(none.level()).isEqualTo(Level.FAIL);
    assertThat(none.advice()).contains("580", "--gpus all");
    driver("550.163.01");
    DoctorFinding old = findings("linux-x86_64-gpu", true, H200).get(0);
    assertThat(old.level()).isEqualTo(Level.FAIL);
    assertThat(old.found()).contains("550.163.01", "CUDA 13");
  }

  @ParameterizedTest
  @CsvSource({
    "7.0,false",
    "7.5,true",
    "8.6,true",
    "9.0,true",
    "10.3,true",
    "11.0,false",
    "12.0,true"
  })
  void architectureMustBeInTheBuild(String capability, boolean supported) throws IOException {
    driver("580.65.06");
    Gpu gpu = new Gpu("a GPU", capability, "8 GiB");
    assertThat(gpu.supported()).isEqualTo(supported);
    assertThat(findings("linux-x86_64-gpu", true, gpu).get(1).level())
        .isEqualTo(supported ? Level.OK : Level.FAIL);
  }

  @Test
  void readsWhatNvidiaSmiPrints() {
    assertThat(Gpu.parse("NVIDIA H200, 9.0, 143771 MiB\nNVIDIA L4, 8.9, 23034 MiB\n"))
        .containsExactly(H200, new Gpu("NVIDIA L4", "8.9", "23034 MiB"));
    assertThat(Gpu.parse("No devices were found\n")).isEmpty();
    assertThat(Gpu.parse("")).isEmpty();
  }
}
