package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With other sigmas than COCO's, an AP cannot be compared with a published one. */
class OksSigmasTest {
  private static final List<String> COCO =
      List.of(
          "nose",
          "left_eye",
          "right_eye",
          "left_ear",
          "right_ear",
          "left_shoulder",
          "right_shoulder",
          "left_elbow",
          "right_elbow",
          "left_wrist",
          "right_wrist",
          "left_hip",
          "right_hip",
          "left_knee",
          "right_knee",
          "left_ankle",
          "right_ankle");

  @Test
  void cocosJointsHaveCocosSigmas() {
    OksSigmas sigmas = OksSigmas.of(Skeleton.named(COCO, List.of(), "test"));
    assertThat(sigmas.values())
        .containsExactly(
            0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107,
            0.107, 0.087, 0.087, 0.089, 0.089);
    assertThat(sigmas.note()).isEmpty();
  }

  @Test
  void otherJointsHaveAGuessAndThatIsSaid() {
    OksSigmas sigmas = OksSigmas.of(Skeleton.lsp14());
    assertThat(sigmas.values())
        .containsExactly(
            0.089, 0.087, 0.107, 0.107, 0.087, 0.089, 0.062, 0.072, 0.079, 0.079, 0.072, 0.062,
            0.079, 0.079);
    assertThat(sigmas.note()).contains("a guess", "0.079 for neck, head_top", "--oks-sigmas");
  }

  @Test
  void givenSigmasAreTaken() {
    Skeleton two = Skeleton.named(List.of("a", "b"), List.of(), "test");
    OksSigmas sigmas = OksSigmas.parse(List.of("0.05", " 1e-1"), two, "--oks-sigmas");
    assertThat(sigmas).isEqualTo(new OksSigmas(List.of(0.05, 0.1), ""));
    assertThatThrownBy(() -> OksSigmas.parse(List.of("0.05"), two, "--oks-sigmas"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "--oks-sigmas: found 1 numbers, expected 2, one for each joint of the dataset in its"
                + " order; the joints are a, b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-0.1", "11", "x", "", "1f", "NaN", "1e400"})
  void whatIsNoSigmaIsRefused(String text) {
    Skeleton one = Skeleton.named(List.of("a"), List.of(), "test");
    assertThatThrownBy(() -> OksSigmas.parse(List.of(text), one, "--oks-sigmas"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("'" + text + "', expected a number above 0 and up to 10");
  }
}
