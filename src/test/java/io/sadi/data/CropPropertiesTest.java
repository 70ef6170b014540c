package io.sadi.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.geom.Affine;
import io.sadi.image.Image;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** What holds for every crop of everybody, tried on random ones; the seed is the repetition. */
class CropPropertiesTest {
  private static final Skeleton SKELETON = Skeleton.mpii16();
  private static final int K = SKELETON.size();

  private final Random random;
  private final int size;
  private final Person person;
  private final Augmentation.CropDraw draw;
  private final Crop crop;

  CropPropertiesTest(RepetitionInfo repetition) {
    random = new Random(repetition.getCurrentRepetition());
    size = 16 + random.nextInt(120);
    person = person();
    draw =
        new Augmentation.CropDraw(
            (2 * random.nextDouble() - 1) * Math.PI,
            0.5 + random.nextDouble(),
            random.nextBoolean(),
            random.nextDouble() - 0.5,
            random.nextDouble() - 0.5);
    crop = Crop.of(person, size, draw);
  }

  private Person person() {
    float[] x = new float[K];
    float[] y = new float[K];
    byte[] visibility = new byte[K];
    for (int k = 0; k < K; k++) {
      x[k] = (float) (300 * random.nextDouble() - 50);
      y[k] = (float) (300 * random.nextDouble() - 50);
      visibility[k] = (byte) random.nextInt(3);
    }
    double scale = 0.05 + 2 * random.nextDouble();
    return new Person(
        "a.jpg",
        0,
        0,
        0,
        x,
        y,
        visibility,
        null,
        200 * random.nextDouble(),
        200 * random.nextDouble(),
        scale,
        Double.NaN,
        null);
  }

  @RepeatedTest(100)
  void cropAndInverseIsWhereItWas() {
    Affine there = crop.imageToCrop();
    Affine back = there.inverse();
    for (int k = 0; k < K; k++) {
      double u = there.x(person.x()[k], person.y()[k]);
      double v = there.y(person.x()[k], person.y()[k]);
      assertThat(back.x(u, v)).isEqualTo(person.x()[k], within(1e-9));
      assertThat(back.y(u, v)).isEqualTo(person.y()[k], within(1e-9));
    }
  }

  /** Lengths grow by one factor, angles turn by one angle, and the centre stays in the middle. */
  @RepeatedTest(100)
  void theCropTurnsAndGrowsAboutItsCentre() {
    Affine map = crop.imageToCrop();
    double side = person.scale() * Person.SCALE_UNIT;
    double centerX = person.centerX() + draw.shiftX() * side;
    double centerY = person.centerY() + draw.shiftY() * side;
    double middle = (size - 1) / 2.0;
    assertThat(map.x(centerX, centerY)).isEqualTo(middle, within(1e-9));
    assertThat(map.y(centerX, centerY)).isEqualTo(middle, within(1e-9));
    double factor = size / (side * draw.scale());
    double radius = 7;
    for (int i = 0; i < 8; i++) {
      double angle = i * Math.PI / 4;
      double x = centerX + radius * Math.cos(angle);
      double y = centerY + radius * Math.sin(angle);
      double u = map.x(x, y) - middle;
      double v = map.y(x, y) - middle;
      assertThat(Math.hypot(u, v)).isEqualTo(radius * factor, within(1e-9));
      double turned = angle + draw.rotation();
      double mirror = draw.flip() ? -1 : 1;
      assertThat(u).isEqualTo(mirror * radius * factor * Math.cos(turned), within(1e-9));
      assertThat(v).isEqualTo(radius * factor * Math.sin(turned), within(1e-9));
    }
  }

  @RepeatedTest(100)
  void aMirroredCropMirrorsJointsAndMirroredTwiceIsItself() {
    int[] flip = SKELETON.flipPermutation();
    float[] joints = new float[2 * K];
    float[] mask = new float[K];
    crop.targets(person, flip, joints, mask, 0);
    float[] mirroredJoints = new float[2 * K];
    float[] mirroredMask = new float[K];
    crop.mirror().targets(person, flip, mirroredJoints, mirroredMask, 0);
    float[] again = new float[2 * K];
    float[] maskAgain = new float[K];
    crop.mirror().mirror().targets(person, flip, again, maskAgain, 0);
    for (int k = 0; k < K; k++) {
      boolean atTheEdge = Math.abs(Math.abs(joints[2 * k]) - 0.5) < 1e-6;
      if (!atTheEdge) {
        assertThat(mirroredMask[flip[k]]).isEqualTo(mask[k]);
        assertThat(maskAgain[k]).isEqualTo(mask[k]);
      }
      assertThat(mirroredJoints[2 * flip[k]]).isEqualTo(-joints[2 * k], within(1e-5f));
      assertThat(mirroredJoints[2 * flip[k] + 1]).isEqualTo(joints[2 * k + 1], within(1e-5f));
      assertThat(again[2 * k]).isEqualTo(joints[2 * k], within(1e-5f));
      assertThat(again[2 * k + 1]).isEqualTo(joints[2 * k + 1], within(1e-5f));
    }
    assertThat(crop.mirror().mirrored()).isNotEqualTo(crop.mirrored());
  }

  /** To the last bit: what is learnt of an image and of its mirror image is the same. */
  @RepeatedTest(40)
  void aMirroredCropMirrorsPixelsExactly() {
    int width = 20 + random.nextInt(200);
    int height = 20 + random.nextInt(200);
    byte[] rgb = new byte[3 * width * height];
    random.nextBytes(rgb);
    try (Image image = Image.of(rgb, width, height);
        Image cut = image.warp(crop.imageToCrop().inverse(), size, size);
        Image mirrored = image.warp(crop.mirror().imageToCrop().inverse(), size, size)) {
      byte[] expected = cut.rgb();
      byte[] actual = mirrored.rgb();
      for (int v = 0; v < size; v++) {
        for (int u = 0; u < size; u++) {
          for (int c = 0; c < 3; c++) {
            assertThat(actual[3 * (v * size + size - 1 - u) + c])
                .isEqualTo(expected[3 * (v * size + u) + c]);
          }
        }
      }
    }
  }

  /** A pixel centre of the image is the pixel centre of a crop that neither turns nor grows. */
  @RepeatedTest(40)
  void pixelCentresMeet() {
    int width = size + 20 + random.nextInt(50);
    byte[] rgb = new byte[3 * width * width];
    random.nextBytes(rgb);
    int left = random.nextInt(20);
    int top = random.nextInt(20);
    double middle = (size - 1) / 2.0;
    Crop plain = Crop.of(left + middle, top + middle, size, size, Augmentation.CropDraw.NONE);
    try (Image image = Image.of(rgb, width, width);
        Image cut = image.warp(plain.imageToCrop().inverse(), size, size)) {
      byte[] pixels = cut.rgb();
      for (int i = 0; i < pixels.length; i++) {
        int u = i / 3 % size;
        int v = i / 3 / size;
        assertThat(pixels[i]).isEqualTo(rgb[3 * ((v + top) * width + u + left) + i % 3]);
      }
    }
  }
}
