package io.sadi.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was found right with other instructions says nothing of these. */
class CpuFeaturesTest {

  private static String identity(Map<String, String> environment) {
    return CpuFeatures.identity(environment);
  }

  /** Each of them makes oneDNN, LibTorch, OpenBLAS or CUDA compute otherwise. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ONEDNN_DEFAULT_FPMATH_MODE",
        "DNNL_DEFAULT_FPMATH_MODE",
        "ONEDNN_MAX_CPU_ISA",
        "DNNL_MAX_CPU_ISA",
        "ATEN_CPU_CAPABILITY",
        "OPENBLAS_CORETYPE",
        "LD_PRELOAD",
        "NVIDIA_TF32_OVERRIDE"
      })
  void aVariableThatChangesResultsCounts(String variable) {
    assertThat(identity(Map.of(variable, "one")))
        .isNotEqualTo(identity(Map.of()))
        .isNotEqualTo(identity(Map.of(variable, "other")))
        .isEqualTo(identity(Map.of(variable, "one", "HOME", "/root")));
  }

  /** Somebody who has oneDNN say what it does must see what it does otherwise. */
  @ParameterizedTest
  @ValueSource(strings = {"ONEDNN_VERBOSE", "DNNL_VERBOSE", "ONEDNN_VERBOSE_TIMESTAMP", "PATH"})
  void aVariableThatChangesNoResultDoesNot(String variable) {
    assertThat(identity(Map.of(variable, "1"))).isEqualTo(identity(Map.of()));
  }

  @Test
  void theOrderOfTheEnvironmentDoesNot() {
    assertThat(identity(Map.of("ONEDNN_A", "1", "DNNL_B", "2")))
        .isEqualTo(identity(Map.of("DNNL_B", "2", "ONEDNN_A", "1")))
        .endsWith("\nDNNL_B=2\nONEDNN_A=1");
  }
}
