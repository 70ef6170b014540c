package io.sadi.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.data.Person;
import io.sadi.eval.Prediction;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a network must be better than: wrong, it would let a run pass that has learned nothing. */
class MeanPoseTest {
  /** Two joints, the second of which not everybody has. */
  private static Person person(
      String image,
      double centerX,
      double centerY,
      double scale,
      float[] x,
      float[] y,
      int second) {
    byte[] visibility = {Person.VISIBLE, (byte) second};
    return new Person(
        image, 0, 0, 0, x, y, visibility, null, centerX, centerY, scale, Double.NaN, null);
  }

  @Test
  void isTheMeanRelativeToTheCrop() {
    // A quarter of the crop to the right of its centre; a tenth below it.
    Person large = person("a", 100, 100, 1, new float[] {150, 9}, new float[] {100, 9}, 0);
    Person small = person("b", 50, 60, 0.5, new float[] {50, 0}, new float[] {70, 60}, 1);
    MeanPose mean = MeanPose.of(List.of(large, small), 2);
    assertThat(mean.x()).containsExactly(new double[] {0.125, -0.5}, within(1e-9));
    assertThat(mean.y()).containsExactly(new double[] {0.05, 0}, within(1e-9));

    Person other = person("c", 10, 20, 2, new float[2], new float[2], 2);
    Prediction guess = mean.predict(List.of(other)).of(other);
    assertThat(guess).isNotNull();
    assertThat(guess.x()).containsExactly(new float[] {60, -190}, within(1e-4f));
    assertThat(guess.y()).containsExactly(new float[] {40, 20}, within(1e-4f));
  }

  @Test
  void jointsThatNobodyHasAreInTheMiddle() {
    Person one = person("a", 10, 20, 1, new float[] {10, 3}, new float[] {20, 3}, 0);
    Prediction guess = MeanPose.of(List.of(one), 2).predict(List.of(one)).of(one);
    assertThat(guess).isNotNull();
    assertThat(guess.x()).containsExactly(10, 10);
    assertThat(guess.y()).containsExactly(20, 20);
  }
}
