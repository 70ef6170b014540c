package io.sadi.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A pair that is not seen to be one teaches the network that left is right in every other crop. */
class SkeletonTest {
  @ParameterizedTest
  @CsvSource({
    "left_shoulder, right_shoulder",
    "leftShoulder, rightShoulder",
    "LShoulder, RShoulder",
    "L.Shoulder, R.Shoulder",
    "Left Shoulder, Right Shoulder",
    "shoulder_l, shoulder_r",
    "lsho, rsho",
    "LEFT_SHOULDER, RIGHT_SHOULDER",
  })
  void leftAndRightAreKnownInEveryWayOfWriting(String left, String right) {
    Skeleton skeleton = Skeleton.named(List.of("nose", right, left), List.of(), "test");
    assertThat(skeleton.flipPermutation()).containsExactly(0, 2, 1);
    assertThat(skeleton.index("left_shoulder")).isEqualTo(2);
    assertThat(skeleton.index("right_shoulder")).isEqualTo(1);
    assertThat(skeleton.isLeft(2)).isTrue();
    assertThat(skeleton.isRight(1)).isTrue();
    assertThat(skeleton.isLeft(0)).isFalse();
  }

  @Test
  void whatOnlyLooksLikeAPairIsNone() {
    Skeleton skeleton =
        Skeleton.named(
            List.of("lip", "rip", "left_eye", "lean", "mouth_left", "right_ear"),
            List.of(),
            "test");
    assertThat(skeleton.flipPairs()).isEmpty();
    assertThat(skeleton.index("left_ear")).isEqualTo(-1);
  }

  /** The names' suggestion for known bodies is what their authors draw. */
  @Test
  void limbsAreGuessedFromNames() {
    Skeleton shuffled =
        Skeleton.named(
            List.of(
                "head_top",
                "neck",
                "r_sho",
                "r_elb",
                "r_wri",
                "l_sho",
                "l_elb",
                "l_wri",
                "r_hip",
                "r_kne",
                "r_ank",
                "l_hip",
                "l_kne",
                "l_ank"),
            List.of(),
            "test");
    assertThat(edges(shuffled).split(" "))
        .containsExactlyInAnyOrder(
            "head_top-neck",
            "neck-r_sho",
            "r_sho-r_elb",
            "r_elb-r_wri",
            "neck-l_sho",
            "l_sho-l_elb",
            "l_elb-l_wri",
            "r_hip-r_kne",
            "r_kne-r_ank",
            "l_hip-l_kne",
            "l_kne-l_ank",
            "r_hip-l_hip",
            "r_sho-r_hip",
            "l_sho-l_hip");
  }

  @Test
  void aHandIsChains() {
    Skeleton hand =
        Skeleton.named(
            List.of("palm", "thumb1", "thumb2", "thumb3", "left_x", "index10", "index11"),
            List.of(),
            "test");
    assertThat(edges(hand)).isEqualTo("index10-index11 thumb1-thumb2 thumb2-thumb3");
  }

  @Test
  void givenEdgesStay() {
    Skeleton skeleton =
        Skeleton.named(
            List.of("left_knee", "left_ankle", "nose"), List.of(new Skeleton.Pair(0, 2)), "test");
    assertThat(edges(skeleton)).isEqualTo("left_knee-nose");
    assertThat(Skeleton.named(Skeleton.mpii16().joints(), List.of(), "x").edges())
        .isEqualTo(Skeleton.mpii16().edges());
  }

  private static String edges(Skeleton skeleton) {
    return skeleton.edges().stream()
        .map(e -> skeleton.joints().get(e.a()) + "-" + skeleton.joints().get(e.b()))
        .sorted()
        .collect(Collectors.joining(" "));
  }
}
