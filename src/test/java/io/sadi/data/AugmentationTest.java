package io.sadi.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sadi.config.Config;
import io.sadi.data.Augmentation.CropDraw;
import io.sadi.geom.PixelConvention;
import io.sadi.io.BadInputException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Runs that differ in one switch differ in nothing else, and runs of last year still resume. */
class AugmentationTest {
  private static final Appearance EVERYTHING = new Appearance(0.4, 0.5, 0.5);

  /** Numbers that the first version drew: with others a run would not go on as it began. */
  @Test
  void drawsAreThoseOfEarlierVersions() {
    Augmentation normal =
        new Augmentation(80, 30, 0.6, 0.5, 1.5, 0.25, 0.5, 0.1, 0, Appearance.PLAIN, false);
    SplittableRandom random = new SplittableRandom(7);
    same(
        normal.draw(random),
        new CropDraw(
            -0.3434099405834717,
            1.1974834982262064,
            true,
            -0.006409399155425311,
            -0.03438465216949942));
    same(
        normal.draw(random),
        new CropDraw(
            0.07436027386077113,
            0.9224077851219896,
            false,
            0.07280153245871977,
            0.009657483319992012));
    Augmentation uniform =
        new Augmentation(80, 0, 1, 0.5, 1.5, 0, 0.5, 0, 0, Appearance.PLAIN, false);
    same(
        uniform.draw(new SplittableRandom(7)),
        new CropDraw(-1.349381639145724, 1.082930293028078, true, 0, 0));
  }

  @RepeatedTest(20)
  void switchingOnePartOffLeavesTheOthersDraws(RepetitionInfo repetition) {
    long seed = repetition.getCurrentRepetition();
    Person person = person();
    Augmentation.Sample plain = sample(0, Appearance.PLAIN, person, seed);
    Augmentation.Sample all = sample(1, EVERYTHING, person, seed);
    assertThat(sample(0, EVERYTHING, person, seed).crop()).isEqualTo(plain.crop());
    assertThat(sample(0, EVERYTHING, person, seed).look()).isEqualTo(all.look());
    assertThat(sample(1, Appearance.PLAIN, person, seed).crop()).isEqualTo(all.crop());
    assertThat(all.crop()).isNotEqualTo(plain.crop());
    assertThat(all.crop().mirrored()).isEqualTo(plain.crop().mirrored());
  }

  @Test
  void thePapersThreeAreTheDefault() {
    Augmentation augmentation = Augmentation.from(Config.empty());
    assertThat(augmentation)
        .isEqualTo(new Augmentation(80, 0, 1, 0.5, 1.5, 0, 0.5, 0, 0, Appearance.PLAIN, false));
  }

  @Test
  void halfBodiesOfJointsWithoutHalvesAreRefused() {
    Skeleton tail = Skeleton.named(List.of("tip", "left_fin", "right_fin"), List.of(), "");
    Augmentation half =
        new Augmentation(80, 0, 1, 0.5, 1.5, 0, 0.5, 0, 0.3, Appearance.PLAIN, false);
    assertThatThrownBy(() -> half.check(tail, "data"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("tip, left_fin, right_fin")
        .hasMessageContaining("augment.half_body");
    half.check(Skeleton.lsp14(), "data");
    Augmentation.from(Config.empty()).check(tail, "data");
  }

  private static Augmentation.Sample sample(
      double halfBody, Appearance appearance, Person person, long seed) {
    Augmentation augmentation =
        new Augmentation(60, 0, 1, 0.6, 1.4, 0, 0.5, 0.1, halfBody, appearance, false);
    return augmentation.sample(
        person,
        List.of(person),
        Skeleton.lsp14(),
        new HalfBody(Skeleton.lsp14()),
        64,
        PixelConvention.CENTER,
        seed);
  }

  private static void same(CropDraw actual, CropDraw expected) {
    assertThat(actual.rotation()).isEqualTo(expected.rotation(), within(1e-12));
    assertThat(actual.scale()).isEqualTo(expected.scale(), within(1e-12));
    assertThat(actual.flip()).isEqualTo(expected.flip());
    assertThat(actual.shiftX()).isEqualTo(expected.shiftX(), within(1e-12));
    assertThat(actual.shiftY()).isEqualTo(expected.shiftY(), within(1e-12));
  }

  private static Person person() {
    float[] x = new float[14];
    float[] y = new float[14];
    byte[] visibility = new byte[14];
    Arrays.fill(visibility, Person.VISIBLE);
    for (int k = 0; k < 14; k++) {
      x[k] = 20 + 3 * k;
      y[k] = 150 - 9 * k;
    }
    return new Person("a.jpg", 0, 0, 0, x, y, visibility, null, 50, 80, 1, Double.NaN, null);
  }
}
