package io.sadi.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.geom.Affine;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Half a pixel lost here is half a pixel lost in every result. */
class CropTest {
  private static final int SIZE = 64;

  @Test
  void theCentreAndTheCornersOfTheSquareLieWhereTheyShould() {
    Affine map = Crop.of(100, 50, 128, SIZE, Augmentation.CropDraw.NONE).imageToCrop();
    // The centre of 64 pixels lies between the 32nd and the 33rd.
    assertThat(map.x(100, 50)).isEqualTo(31.5, within(1e-9));
    assertThat(map.y(100, 50)).isEqualTo(31.5, within(1e-9));
    // The square's left edge is the left edge of the first pixel, half a pixel left of its centre.
    assertThat(map.x(100 - 64, 50)).isEqualTo(-0.5, within(1e-9));
    assertThat(map.y(100, 50 + 64)).isEqualTo(63.5, within(1e-9));
  }

  @Test
  void theInverseLeadsBack() {
    Random random = new Random(1);
    for (int i = 0; i < 100; i++) {
      Augmentation.CropDraw draw =
          new Augmentation.CropDraw(
              random.nextGaussian(), 0.5 + random.nextDouble(), random.nextBoolean(), 0, 0);
      Affine map = Crop.of(40, 60, 90, SIZE, draw).imageToCrop();
      Affine back = map.inverse();
      double x = 100 * random.nextDouble();
      double y = 100 * random.nextDouble();
      assertThat(back.x(map.x(x, y), map.y(x, y))).isEqualTo(x, within(1e-9));
      assertThat(back.y(map.x(x, y), map.y(x, y))).isEqualTo(y, within(1e-9));
    }
  }

  @Test
  void rotationTurnsAboutTheCentre() {
    Affine map =
        Crop.of(40, 60, 64, SIZE, new Augmentation.CropDraw(Math.PI / 2, 1, false, 0, 0))
            .imageToCrop();
    assertThat(map.x(40, 60)).isEqualTo(31.5, within(1e-9));
    assertThat(map.y(40, 60)).isEqualTo(31.5, within(1e-9));
    assertThat(Math.hypot(map.x(50, 60) - 31.5, map.y(50, 60) - 31.5)).isEqualTo(10, within(1e-9));
    assertThat(map.determinant()).isPositive();
  }

  @Test
  void aMirroredCropMirrorsTheJointsExactlyAndSwapsThem() {
    Skeleton skeleton = Skeleton.lsp14();
    Person person = person(skeleton.size());
    Crop crop = Crop.of(person, SIZE);
    int k = skeleton.size();
    float[] joints = new float[2 * k];
    float[] mask = new float[k];
    float[] mirroredJoints = new float[2 * k];
    float[] mirroredMask = new float[k];
    int[] flip = skeleton.flipPermutation();
    crop.targets(person, flip, joints, mask, 0);
    crop.mirror().targets(person, flip, mirroredJoints, mirroredMask, 0);
    for (int j = 0; j < k; j++) {
      assertThat(mirroredJoints[2 * flip[j]]).isEqualTo(-joints[2 * j], within(1e-6f));
      assertThat(mirroredJoints[2 * flip[j] + 1]).isEqualTo(joints[2 * j + 1], within(1e-6f));
      assertThat(mirroredMask[flip[j]]).isEqualTo(mask[j]);
    }
    Crop twice = crop.mirror().mirror();
    assertThat(twice.mirrored()).isFalse();
    assertThat(twice.imageToCrop().x(3, 4)).isEqualTo(crop.imageToCrop().x(3, 4), within(1e-9));
  }

  @Test
  void jointsThatAreNotAnnotatedOrOutsideDoNotCount() {
    Person person = person(14);
    person.visibility()[3] = Person.NOT_ANNOTATED;
    person.x()[4] = 1e4f;
    float[] joints = new float[28];
    float[] mask = new float[14];
    Crop.of(person, SIZE).targets(person, Skeleton.lsp14().flipPermutation(), joints, mask, 0);
    assertThat(mask[3]).isZero();
    assertThat(joints[6]).isZero();
    assertThat(mask[4]).isZero();
    assertThat(mask[5]).isEqualTo(1);
  }

  @Test
  void theScaleIsTheSideInTwoHundredsOfPixels() {
    Affine map = Crop.of(person(14), SIZE).imageToCrop();
    assertThat(map.x(1, 0) - map.x(0, 0)).isEqualTo(SIZE / (0.5 * 200), within(1e-9));
  }

  private static Person person(int k) {
    float[] x = new float[k];
    float[] y = new float[k];
    byte[] visibility = new byte[k];
    for (int j = 0; j < k; j++) {
      x[j] = 30 + 3 * j;
      y[j] = 80 - 4 * j;
      visibility[j] = Person.VISIBLE;
    }
    return new Person("a.jpg", 0, 100, 100, x, y, visibility, null, 50, 50, 0.5, Double.NaN, null);
  }
}
