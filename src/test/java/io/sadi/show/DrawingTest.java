package io.sadi.show;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.data.Person;
import io.sadi.data.PersonBox;
import io.sadi.data.Skeleton;
import io.sadi.eval.Prediction;
import io.sadi.geom.PixelConvention;
import io.sadi.image.Image;
import io.sadi.model.Attention;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.Maps;
import io.sadi.show.HeatmapPicture.Row;
import io.sadi.show.HeatmapPicture.Source;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pictures show where joints are, whose side they are on, and how sure the network is. */
class DrawingTest {
  private static final int GREY = 0x808080;
  private static final Skeleton SKELETON =
      Skeleton.named(
          List.of("left_wrist", "left_elbow", "right_wrist", "neck"),
          List.of(new Skeleton.Pair(0, 1), new Skeleton.Pair(2, 3)),
          "test");

  /** Joints on a photo of 100 x 50: left wrist and elbow above, the other two below. */
  private static FoundPerson person(float score, @Nullable Maps maps) {
    Prediction joints = Prediction.empty("a.jpg", 0, 4);
    float[] x = {20, 80, 20, 80};
    float[] y = {12, 12, 37, 37};
    for (int k = 0; k < 4; k++) {
      joints.x()[k] = x[k];
      joints.y()[k] = y[k];
      joints.score()[k] = score;
    }
    return new FoundPerson(PersonBox.wholeImage(100, 50), joints, maps);
  }

  private static int pixel(Image image, double x, double y) {
    byte[] rgb = image.rgb();
    int at = 3 * ((int) Math.rint(y) * image.width() + (int) Math.rint(x));
    return (rgb[at] & 0xFF) << 16 | (rgb[at + 1] & 0xFF) << 8 | rgb[at + 2] & 0xFF;
  }

  private static Image overlay(float score) {
    try (Image photo = Image.filled(100, 50, GREY)) {
      return new OverlayPicture(SKELETON).draw(photo, List.of(person(score, null)));
    }
  }

  /** Where a photo's pixel lies in its picture. */
  private static double enlarged(Image picture, double at) {
    return (at + 0.5) * picture.width() / 100 - 0.5;
  }

  private static int at(Image picture, double x, double y) {
    return pixel(picture, enlarged(picture, x), enlarged(picture, y));
  }

  @Test
  void sidesHaveTheirColours() {
    try (Image picture = overlay(1)) {
      assertThat(picture.width()).as("small photos are enlarged").isEqualTo(600);
      assertThat(at(picture, 20, 12)).isEqualTo(SkeletonDrawing.LEFT);
      assertThat(at(picture, 50, 12)).as("limb").isEqualTo(SkeletonDrawing.LEFT);
      assertThat(at(picture, 20, 37)).isEqualTo(SkeletonDrawing.RIGHT);
      assertThat(at(picture, 50, 37)).as("limb to the side").isEqualTo(SkeletonDrawing.RIGHT);
      assertThat(at(picture, 80, 37)).isEqualTo(SkeletonDrawing.MIDDLE);
      assertThat(at(picture, 50, 25)).as("the photo between").isEqualTo(GREY);
    }
  }

  @Test
  void whatIsUnsureIsHollowAndDashed() {
    try (Image picture = overlay(0.1f)) {
      assertThat(at(picture, 20, 12)).isNotEqualTo(SkeletonDrawing.LEFT);
      int painted = 0;
      int steps = 200;
      for (int i = 0; i < steps; i++) {
        painted += at(picture, 25 + 50.0 * i / steps, 12) == SkeletonDrawing.LEFT ? 1 : 0;
      }
      assertThat(painted).isBetween(steps / 3, steps * 4 / 5);
    }
  }

  @Test
  void largePhotosKeepTheirSize() {
    try (Image photo = Image.filled(900, 1200, GREY);
        Image picture = new OverlayPicture(SKELETON).draw(photo, List.of())) {
      assertThat(picture.width()).isEqualTo(900);
      assertThat(picture.rgb()).isEqualTo(photo.rgb());
    }
  }

  /** Maps of 4 x 4 whose only heat is the left wrist's, in the upper left quarter. */
  private static float[] heat(float value) {
    float[] maps = new float[4 * 16];
    maps[4 + 1] = value;
    return maps;
  }

  private static Maps maps(float @Nullable [] h2) {
    float @Nullable [] theta = h2 == null ? null : new float[8];
    return new Maps(4, 4, heat(1), h2, theta, theta);
  }

  @Test
  void heatmapsLieBesideTheCropInTheColourOfTheirJoint() {
    try (Image photo = Image.filled(100, 50, GREY);
        Image picture =
            picture(1, null).draw(photo, List.of(row(maps(heat(0))), row(maps(heat(0)))))) {
      int panel = picture.width() / 4;
      assertThat(picture.height()).as("a row a person").isGreaterThan(2 * (panel - 8));
      // The middle of map pixel (1, 1) is at 3/8 of the panel.
      int y = picture.height() - panel + panel * 3 / 8;
      int peak = pixel(picture, panel + panel * 3 / 8.0, y);
      assertThat(distance(peak, SkeletonDrawing.LEFT)).as("H1").isLessThan(30);
      int cold = pixel(picture, panel + panel * 7 / 8.0, y);
      assertThat(distance(cold, 0x3A3A3A)).as("dimmed photo").isLessThan(12);
      assertThat(distance(pixel(picture, 2 * panel + panel * 3 / 8.0, y), cold))
          .as("H2 is empty")
          .isLessThan(4);
      assertThat(distance(pixel(picture, 3 * panel + panel * 3 / 8.0, y), cold))
          .as("fused with w = 1 is H2")
          .isLessThan(4);
    }
  }

  private static HeatmapPicture picture(double fusionWeight, @Nullable Source against) {
    Source network = new Source(against == null ? "" : "a", PixelConvention.CENTER, fusionWeight);
    return new HeatmapPicture(SKELETON, 1, network, against);
  }

  private static Row row(Maps maps) {
    return new Row(person(1, maps), null, null);
  }

  /** Two networks side by side are compared by eye: neither may stand in the other's place. */
  @Test
  void anotherNetworkAndTheTruthStandBesideTheFirst() {
    Source other = new Source("b", PixelConvention.CENTER, 0);
    byte[] visible = new byte[4];
    visible[1] = Person.VISIBLE; // at the middle of map pixel (2, 2)
    float[] x = new float[4];
    float[] y = new float[4];
    FoundPerson found = person(1, maps(null));
    x[1] = (float) found.place().crop(4).cropToImage().x(2, 2);
    y[1] = (float) found.place().crop(4).cropToImage().y(2, 2);
    Person truth =
        new Person("a.png", 0, 100, 50, x, y, visible, null, 50, 25, 0.5, Double.NaN, null);
    try (Image photo = Image.filled(100, 50, GREY);
        Image picture =
            picture(0, other)
                .draw(
                    photo,
                    List.of(new Row(found, new Maps(4, 4, heat(0), null, null, null), truth)))) {
      int panel = picture.width() / 4; // crop, annotated, a: H1, b: H1
      int y0 = picture.height() - panel;
      int truthHeat = pixel(picture, panel + panel * 5 / 8.0, y0 + panel * 5 / 8);
      assertThat(distance(truthHeat, SkeletonDrawing.LEFT)).as("annotated").isLessThan(40);
      int own = pixel(picture, 2 * panel + panel * 3 / 8.0, y0 + panel * 3 / 8);
      assertThat(distance(own, SkeletonDrawing.LEFT)).as("a: H1").isLessThan(40);
      int theirs = pixel(picture, 3 * panel + panel * 3 / 8.0, y0 + panel * 3 / 8);
      assertThat(distance(theirs, 0x3A3A3A)).as("b: H1 is empty").isLessThan(12);
    }
  }

  @Test
  void attentionIsBrightWhereTheNetworkLooks() {
    Attention.Weights left = new Attention.Weights(2, new float[] {1, 0, 1, 0});
    Attention.Weights even = new Attention.Weights(2, new float[] {1, 1, 1, 1});
    Attention attention = new Attention(List.of(left, even), List.of(even));
    try (Image photo = Image.filled(100, 50, GREY);
        Image picture =
            AttentionPicture.draw(
                photo,
                List.of(new AttentionPicture.Looked(PersonBox.wholeImage(100, 50), attention)))) {
      int panel = picture.width() / 4;
      int y = picture.height() - panel / 2;
      assertThat(pixel(picture, panel + panel / 4.0, y)).isEqualTo(0xFFFFFF);
      assertThat(pixel(picture, panel + panel * 3 / 4.0, y)).isZero();
      assertThat(distance(pixel(picture, 3 * panel + panel / 4.0, y), 0x808080)).isLessThan(4);
    }
  }

  @Test
  void aNetworkWithoutSfmHasOneHeatmapToShow() {
    try (Image photo = Image.filled(100, 50, GREY);
        Image two = picture(0, null).draw(photo, List.of(row(maps(null))));
        Image four = picture(0, null).draw(photo, List.of(row(maps(heat(1)))))) {
      assertThat(two.width()).isLessThan(four.width() * 6 / 10);
    }
  }

  /** Map pixel 1 of 4 lies about 3/8 of the crop, or, of a network of the other kind, at 1/4. */
  @ParameterizedTest
  @CsvSource({"CENTER, 0.375", "CORNER, 0.25"})
  void heatLiesOverWhatItIsOf(PixelConvention pixels, double place) {
    int side = 320;
    HeatDrawing drawing = new HeatDrawing(new SkeletonDrawing(SKELETON), 4, pixels);
    double weight = 0;
    double x = 0;
    double y = 0;
    try (Image plain = Image.filled(side, side, GREY);
        Image picture = drawing.draw(plain, heat(1), 4)) {
      byte[] rgb = picture.rgb();
      int cold = rgb[rgb.length - 1] & 0xFF;
      for (int i = 0; i < side * side; i++) {
        double heat = Math.abs((rgb[3 * i + 2] & 0xFF) - cold);
        weight += heat;
        x += heat * (i % side);
        y += heat * (i / side);
      }
    }
    double middle = place * side - 0.5;
    assertThat(x / weight).isCloseTo(middle, within(0.5));
    assertThat(y / weight).isCloseTo(middle, within(0.5));
  }

  private static int distance(int a, int b) {
    int sum = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
      sum += Math.abs((a >> shift & 0xFF) - (b >> shift & 0xFF));
    }
    return sum;
  }
}
