package io.sadi.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.geom.Affine;
import io.sadi.image.Image;
import io.sadi.image.LazyImage;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A joint that is not in the picture any more must not be learned there, and all others must. */
class EverydayTest {
  private static final Skeleton SKELETON = Skeleton.lsp14();
  private static final int SIZE = 200;

  /** Somebody who stands upright in the middle of 200 px, 130 px tall. */
  private static Person standing(String image) {
    float[] x = {90, 92, 93, 107, 108, 110, 70, 75, 85, 115, 125, 130, 100, 100};
    float[] y = {165, 135, 105, 105, 135, 165, 105, 85, 60, 60, 85, 105, 55, 35};
    byte[] visible = new byte[14];
    Arrays.fill(visible, Person.VISIBLE);
    return new Person(image, 0, SIZE, SIZE, x, y, visible, null, 100, 100, 0.8, Double.NaN, null);
  }

  private static int red(Image image, double x, double y) {
    return image.rgb()[3 * ((int) Math.rint(y) * image.width() + (int) Math.rint(x))] & 0xFF;
  }

  @Test
  void theFrameCutsJointsAndMovesTheCrop() {
    Person person = standing("a");
    FrameCut cut = FrameCut.of(person, FrameCut.FrameSide.BOTTOM, 0.4);
    assertThat(cut).isEqualTo(new FrameCut(FrameCut.FrameSide.BOTTOM, 113));
    Person left = cut.apply(person);
    for (int k = 0; k < 14; k++) {
      assertThat(left.annotated(k)).isEqualTo(person.y()[k] <= 113);
    }
    // 78 of 130 px are left, from 35 to 113; the margin around them goes along.
    assertThat(left.scale()).isEqualTo(0.8 * 78 / 130, within(1e-9));
    assertThat(left.centerY()).isEqualTo(100 + (74 - 100), within(1e-9));
    assertThat(left.centerX()).isEqualTo(100, within(1e-9));
    assertThat(cut.kept(SIZE)).containsExactly(0, 113);
    // Most of the person would be gone.
    assertThat(FrameCut.of(person, FrameCut.FrameSide.BOTTOM, 0.9)).isNull();
    assertThat(FrameCut.of(person, FrameCut.FrameSide.BOTTOM, 0)).isNull();
    try (Image white = Image.filled(SIZE, SIZE, 0xFFFFFF)) {
      cut.blank(white, Affine.IDENTITY);
      assertThat(red(white, 5, 113)).isEqualTo(255);
      assertThat(red(white, 5, 114)).isEqualTo(Image.OUTSIDE >> 16);
    }
  }

  @Test
  void everySideCutsWhatLiesBeyondIt() {
    Person person = standing("a");
    for (FrameCut.FrameSide side : FrameCut.FrameSide.values()) {
      FrameCut cut = FrameCut.of(person, side, 0.3);
      assertThat(cut).as(side.name()).isNotNull();
      Person left = cut.apply(person);
      try (Image white = Image.filled(SIZE, SIZE, 0xFFFFFF)) {
        cut.blank(white, Affine.IDENTITY);
        for (int k = 0; k < 14; k++) {
          assertThat(red(white, person.x()[k], person.y()[k]) == 255).isEqualTo(left.annotated(k));
        }
        int[] kept = cut.kept(SIZE);
        assertThat(kept[1] - kept[0]).isBetween(1, SIZE - 2);
      }
    }
  }

  /** White photo over black: what is white then comes from the other, and lies where they do. */
  @Test
  void anotherIsPastedBesideAndThePersonStays() {
    Person person = standing("a");
    Person other = standing("b");
    SplittableRandom random = new SplittableRandom(7);
    int behind = 0;
    for (int i = 0; i < 40; i++) {
      Neighbour beside = Neighbour.draw(person, List.of(person, other), SKELETON, random);
      if (beside == null) {
        continue; // the person was drawn five times
      }
      Affine otherToImage = beside.imageToOther().inverse();
      try (Image picture = Image.filled(SIZE, SIZE, 0);
          LazyImage photo = LazyImage.of(Image.filled(SIZE, SIZE, 0xFFFFFF))) {
        beside.paste(picture, Affine.IDENTITY, photo, SKELETON);
        int hidden = 0;
        int pasted = 0;
        for (int k = 0; k < 14; k++) {
          hidden += red(picture, person.x()[k], person.y()[k]) > 128 ? 1 : 0;
          double x = otherToImage.x(other.x()[k], other.y()[k]);
          double y = otherToImage.y(other.x()[k], other.y()[k]);
          if (x > 0 && y > 0 && x < SIZE - 1 && y < SIZE - 1) {
            pasted += red(picture, x, y) > 128 ? 1 : 0;
          }
        }
        assertThat(hidden).isLessThanOrEqualTo(beside.behind() ? 0 : 7);
        assertThat(pasted + hidden).isPositive();
        behind += beside.behind() ? 1 : 0;
        // Nothing far from the other's limbs.
        assertThat(red(picture, 100, 195)).isZero();
      }
    }
    assertThat(behind).isBetween(8, 32);
    assertThat(Neighbour.draw(person, List.of(person), SKELETON, random)).isNull();
  }

  @Test
  void fewPixelsStayFew() {
    byte[] rgb = new byte[3 * 64 * 64];
    new SplittableRandom(3).nextBytes(rgb);
    try (Image noise = Image.of(rgb, 64, 64);
        Image few = new Degradation(16, 0, 0, 0).of(noise, 64);
        Image compressed = new Degradation(0, 0, 10, 0).of(noise, 64);
        Image none = Degradation.NONE.of(noise, 64);
        Image all = new Degradation(100, 0, 0, 0).of(noise, 64)) {
      assertThat(none.rgb()).isEqualTo(rgb);
      assertThat(all.rgb()).isEqualTo(rgb); // no more pixels than there are
      assertThat(few.width()).isEqualTo(64);
      assertThat(roughness(few)).isLessThan(0.2 * roughness(noise));
      assertThat(roughness(compressed)).isLessThan(0.7 * roughness(noise));
    }
    try (Image grey = Image.filled(64, 64, 0x808080);
        Image once = new Degradation(0, 10, 0, 5).of(grey, 64);
        Image again = new Degradation(0, 10, 0, 5).of(grey, 64);
        Image other = new Degradation(0, 10, 0, 6).of(grey, 64)) {
      assertThat(again.rgb()).isEqualTo(once.rgb()).isNotEqualTo(other.rgb());
      double sum = 0;
      for (byte value : once.rgb()) {
        sum += Math.pow((value & 0xFF) - 128, 2);
      }
      assertThat(Math.sqrt(sum / once.rgb().length)).isEqualTo(10, within(0.5));
    }
  }

  /** The mean difference of neighbours in a row. */
  private static double roughness(Image image) {
    byte[] rgb = image.rgb();
    double sum = 0;
    for (int i = 3; i < rgb.length; i++) {
      sum += Math.abs((rgb[i] & 0xFF) - (rgb[i - 3] & 0xFF));
    }
    return sum / rgb.length;
  }

  @Test
  void sharesAreSharesAndPartsDoNotMoveEachOther() {
    Everyday all = new Everyday(0.5, 0.5, 0.5, 0.5, 0.5);
    Everyday jpeg = new Everyday(0, 0, 0, 0, 0.5);
    Person person = standing("a");
    List<Person> people = List.of(person, standing("b"));
    int compressed = 0;
    int cut = 0;
    for (int seed = 0; seed < 400; seed++) {
      Everyday.EverydayDraw draw = all.draw(person, people, SKELETON, new SplittableRandom(seed));
      assertThat(
              jpeg.draw(person, people, SKELETON, new SplittableRandom(seed)).degradation().jpeg())
          .isEqualTo(draw.degradation().jpeg());
      compressed += draw.degradation().jpeg() > 0 ? 1 : 0;
      cut += draw.cut() != null ? 1 : 0;
      assertThat(Everyday.NONE.draw(person, people, SKELETON, new SplittableRandom(seed)).isNone())
          .isTrue();
    }
    assertThat(compressed).isBetween(150, 250);
    assertThat(cut).isBetween(80, 250); // where enough is left
  }

  @Test
  void uprightPeopleComeAsOftenAsAskedAndNeverTwiceTheSame() {
    Person upright = standing("a");
    float[] under = new float[14];
    for (int k = 0; k < 14; k++) {
      under[k] = SIZE - upright.y()[k];
    }
    Person handstand = upright.withJoints("b", upright.x(), under, upright.visibility());
    List<Person> people = List.of(handstand, upright, handstand, handstand);
    TrainingSet plain = TrainingSet.of(people);
    assertThat(plain.withUpright(1, SKELETON)).isSameAs(plain);
    assertThat(plain.places(5)).containsExactly(0, 1, 2, 3);
    int[] often = new int[4];
    for (int seed = 0; seed < 600; seed++) {
      int[] places = plain.withUpright(3, SKELETON).places(seed);
      assertThat(places).hasSize(4).doesNotHaveDuplicates();
      for (int place : places) {
        often[place % 4]++;
      }
    }
    assertThat(often[1]).isBetween(1140, 1260); // half of 2400
    assertThat(often[0]).isBetween(360, 440);
  }
}
