package io.sadi.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.data.Skeleton;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One person in two boxes is one person; two people beside each other are two. */
class SamePoseTest {
  private static final OksSigmas SIGMAS = OksSigmas.of(Skeleton.lsp14());

  private static Prediction pose(double dx, double score) {
    Prediction pose = Prediction.empty("a.jpg", 0, 14);
    for (int k = 0; k < 14; k++) {
      pose.x()[k] = (float) (10 * (k % 4) + dx);
      pose.y()[k] = 20f * (k / 4);
    }
    Arrays.fill(pose.score(), (float) score);
    return pose;
  }

  @Test
  void theSurerOfTwoThatAreTheSameStays() {
    assertThat(SamePose.distinct(List.of(pose(0, 0.5), pose(0.5, 0.9), pose(60, 0.1)), SIGMAS))
        .containsExactly(1, 2);
    assertThat(SamePose.distinct(List.of(pose(0, 0.9), pose(20, 0.9)), SIGMAS))
        .containsExactly(0, 1);
    assertThat(SamePose.distinct(List.of(), SIGMAS)).isEmpty();
  }
}
