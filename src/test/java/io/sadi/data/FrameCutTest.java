package io.sadi.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.data.FrameCut.FrameSide;
import io.sadi.geom.Box;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A detector learns and is measured by the box that is left. */
class FrameCutTest {
  @ParameterizedTest
  @EnumSource
  void aBoxAroundTheWholePhotoIsOneAroundWhatIsLeft(FrameSide side) {
    int width = 60;
    int height = 40;
    byte[] visible = new byte[4];
    Arrays.fill(visible, Person.VISIBLE);
    Person person =
        new Person(
            "a.jpg",
            0,
            width,
            height,
            new float[] {5, 20, 30, 55},
            new float[] {4, 18, 25, 36},
            visible,
            new Box(0, 0, width, height),
            30,
            20,
            0.3,
            Double.NaN,
            null);
    FrameCut cut = FrameCut.of(person, side, 0.4);
    assertThat(cut).isNotNull();
    int[] kept = cut.kept(side.horizontal() ? width : height);
    Box left =
        side.horizontal()
            ? new Box(kept[0], 0, kept[1] - kept[0] + 1, height)
            : new Box(0, kept[0], width, kept[1] - kept[0] + 1);
    assertThat(cut.apply(person).box()).isEqualTo(left);
  }
}
