package io.sadi.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What a job was computed with is kept word for word, so that mixtures can be named. */
class NumericsTest {
  private static final Numerics CPU = new Numerics("fp32", "", "cpu", 4, "2.10 linux");

  @Test
  void whatIsWrittenIsReadAgain() {
    assertThat(Numerics.of(CPU.json())).isEqualTo(CPU);
    Numerics now = Numerics.of(Precision.BF16, List.of(), new ComputeDevice(true, 3), 16);
    assertThat(now.precision()).isEqualTo("bf16");
    assertThat(now.device()).isEqualTo("cuda"); // which of several does not matter
    assertThat(Numerics.of(now.json())).isEqualTo(now);
  }

  @Test
  void differencesAreNamed() {
    Numerics gpu = new Numerics("bf16", "stem", "cuda", 4, "2.10 linux");
    assertThat(CPU.where(CPU)).isEmpty();
    assertThat(CPU.where(gpu)).isEqualTo("precision fp32, fallbacks none, device cpu");
    assertThat(gpu.where(CPU)).isEqualTo("precision bf16, fallbacks stem, device cuda");
  }
}
