package io.sadi.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.geom.Affine;
import io.sadi.geom.PixelConvention;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** A half body that is not one teaches the network to look for joints in the wrong place. */
class HalfBodyTest {
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

  /** The halves are those of MMPose's dataset descriptions. */
  @Test
  void knownSkeletonsFallIntoTheHalvesThatEverybodyUses() {
    assertThat(halves(Skeleton.mpii16())).isEqualTo("llllllluuuuuuuuu");
    assertThat(halves(Skeleton.lsp14())).isEqualTo("lllllluuuuuuuu");
    assertThat(halves(Skeleton.named(COCO, List.of(), "coco"))).isEqualTo("uuuuuuuuuuullllll");
    assertThat(
            halves(Skeleton.named(List.of("LThumb2", "RBigToe", "l.sho", "tail"), List.of(), "")))
        .isEqualTo("ulu-");
  }

  @Test
  void namesThatTellNothingAreNoHalves() {
    List<String> names = List.of("p1", "p2", "p3", "p4", "p5", "left_knee");
    assertThat(new HalfBody(Skeleton.named(names, List.of(), "")).isKnown()).isFalse();
    assertThat(new HalfBody(Skeleton.lsp14()).isKnown()).isTrue();
  }

  /** The crop is about the joints of one half, whatever the person. */
  @RepeatedTest(50)
  void aHalfFillsItsCrop(RepetitionInfo repetition) {
    SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
    Skeleton skeleton = Skeleton.mpii16();
    HalfBody halves = new HalfBody(skeleton);
    Person person = person(skeleton.size(), random);
    Person part = halves.draw(person, 1, random);
    assertThat(part.centerX() == person.centerX() && part.scale() == person.scale()).isFalse();
    double upper = farthest(part, halves, true);
    double lower = farthest(part, halves, false);
    // The mean of points is at most their extent away from one, which is 2/3 of the side.
    assertThat(Math.min(upper, lower)).isLessThanOrEqualTo(2.0 / 3 + 1e-6);
    assertThat(part.x()).isEqualTo(person.x());
    assertThat(part.visibility()).isEqualTo(person.visibility());
  }

  /** The crop shows another part of the picture, and the joints still lie where they are in it. */
  @RepeatedTest(20)
  void jointsStayOnWhatTheyMark(RepetitionInfo repetition) {
    SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
    Skeleton skeleton = Skeleton.mpii16();
    Person person = person(skeleton.size(), random);
    Augmentation augmentation =
        new Augmentation(80, 0, 1, 0.5, 1.5, 0, 0, 0.1, 1, Appearance.PLAIN, false);
    Crop crop =
        augmentation
            .sample(
                person,
                List.of(person),
                skeleton,
                new HalfBody(skeleton),
                64,
                PixelConvention.CENTER,
                repetition.getCurrentRepetition())
            .crop();
    float[] joints = new float[2 * skeleton.size()];
    float[] mask = new float[skeleton.size()];
    crop.targets(person, skeleton.flipPermutation(), joints, mask, 0);
    Affine back = crop.imageToCrop().inverse();
    for (int k = 0; k < skeleton.size(); k++) {
      double u = (joints[2 * k] + 0.5) * 64 - 0.5;
      double v = (joints[2 * k + 1] + 0.5) * 64 - 0.5;
      assertThat(back.x(u, v)).isEqualTo(person.x()[k], within(1e-2));
      assertThat(back.y(u, v)).isEqualTo(person.y()[k], within(1e-2));
    }
  }

  @Test
  void upperBodiesAreTakenSevenTimesInTen() {
    Skeleton skeleton = Skeleton.lsp14();
    HalfBody halves = new HalfBody(skeleton);
    SplittableRandom random = new SplittableRandom(1);
    Person person = person(skeleton.size(), random);
    int whole = 0;
    int upper = 0;
    for (int i = 0; i < 4000; i++) {
      Person part = halves.draw(person, 0.5, random);
      if (part == person) {
        whole++;
      } else if (Math.abs(part.centerX() - mean(person.x(), halves)) < 1e-6) {
        upper++;
      }
    }
    assertThat(whole).isBetween(1850, 2150);
    assertThat(upper).isBetween(1300, 1500);
  }

  @Test
  void aHalfThatIsNotAnnotatedGivesWayToTheOther() {
    HalfBody halves = new HalfBody(Skeleton.lsp14());
    SplittableRandom random = new SplittableRandom(2);
    Person person = person(14, random);
    Arrays.fill(person.visibility(), 0, 4, Person.NOT_ANNOTATED); // two of the lower body are left
    for (int i = 0; i < 50; i++) {
      assertThat(halves.draw(person, 1, random).centerX())
          .isEqualTo(mean(person.x(), halves), within(1e-6));
    }
  }

  @Test
  void aPersonOfFewJointsStaysWhole() {
    HalfBody halves = new HalfBody(Skeleton.lsp14());
    SplittableRandom random = new SplittableRandom(3);
    Person person = person(14, random);
    Arrays.fill(person.visibility(), 0, 7, Person.NOT_ANNOTATED);
    assertThat(halves.draw(person, 1, random)).isSameAs(person);
    person.visibility()[0] = Person.OCCLUDED;
    assertThat(halves.draw(person, 1, random)).isNotSameAs(person);
  }

  /** Joints that all but meet would be enlarged to nothing but pixels. */
  @Test
  void theCropIsNeverTiny() {
    HalfBody halves = new HalfBody(Skeleton.lsp14());
    SplittableRandom random = new SplittableRandom(4);
    Person person = person(14, random);
    Arrays.fill(person.x(), 50);
    Arrays.fill(person.y(), 60);
    assertThat(halves.draw(person, 1, random).scale()).isEqualTo(person.scale() / 4);
  }

  private static String halves(Skeleton skeleton) {
    HalfBody halves = new HalfBody(skeleton);
    List<String> letters = new ArrayList<>();
    for (int k = 0; k < skeleton.size(); k++) {
      assertThat(halves.isUpper(k) && halves.isLower(k)).isFalse();
      letters.add(halves.isUpper(k) ? "u" : halves.isLower(k) ? "l" : "-");
    }
    return String.join("", letters);
  }

  /** The largest distance of a half's joint from the centre along an axis, in sides. */
  private static double farthest(Person part, HalfBody halves, boolean upper) {
    double farthest = 0;
    for (int k = 0; k < part.x().length; k++) {
      if (upper ? halves.isUpper(k) : halves.isLower(k)) {
        double side = part.scale() * Person.SCALE_UNIT;
        farthest = Math.max(farthest, Math.abs(part.x()[k] - part.centerX()) / side);
        farthest = Math.max(farthest, Math.abs(part.y()[k] - part.centerY()) / side);
      }
    }
    return farthest;
  }

  private static double mean(float[] values, HalfBody upper) {
    double sum = 0;
    int count = 0;
    for (int k = 0; k < values.length; k++) {
      if (upper.isUpper(k)) {
        sum += values[k];
        count++;
      }
    }
    return sum / count;
  }

  private static Person person(int joints, SplittableRandom random) {
    float[] x = new float[joints];
    float[] y = new float[joints];
    byte[] visibility = new byte[joints];
    for (int k = 0; k < joints; k++) {
      x[k] = (float) (200 * random.nextDouble());
      y[k] = (float) (300 * random.nextDouble());
      visibility[k] = (byte) (1 + random.nextInt(2));
    }
    return new Person("a.jpg", 0, 0, 0, x, y, visibility, null, 100, 150, 2, Double.NaN, null);
  }
}
