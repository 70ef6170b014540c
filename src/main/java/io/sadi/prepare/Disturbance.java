package io.sadi.prepare;

import io.sadi.config.Config;
import io.sadi.data.ColorJitter;
import io.sadi.data.Degradation;
import io.sadi.data.FrameCut;
import io.sadi.data.FrameCut.FrameSide;
import io.sadi.data.Neighbour;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.geom.Affine;
import io.sadi.image.Image;
import io.sadi.image.LazyImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with the photos of a stress set, one thing at a time, and always about as much.
 * Sizes are those of the person's crop, whatever the photo's.
 */
enum Disturbance {
  /** Nothing. */
  NONE,
  /** The person fills little of the crop, as where a box is loose. */
  SMALL,
  /** The photo ends where the person goes on. */
  CUT,
  /** Another person stands beside or before them. */
  OTHERS,
  /** Something covers a part of them. */
  OCCLUDER,
  LOW_RESOLUTION,
  JPEG,
  NOISE,
  DARK,
  COLOUR,
  GREY,
  BLUR;

  private static final double LOOSE = 1.6;
  private static final double CUT_SHARE = 0.35;
  private static final double OCCLUDER_SIDE = 0.25;
  private static final double FEW_PIXELS = 48;

  /** Of a crop's side, where a file is to be as poor whatever the photo's size. */
  private static final double PIXELS = 160;

  private static final int JPEG_QUALITY = 8;
  private static final double STRONG_NOISE = 25;
  private static final double SOME_NOISE = 6;
  private static final double DARKNESS = 0.3;
  private static final double BLUR_DEVIATION = 0.012;

  /** A photo and the person in it. */
  record Disturbed(Person person, Image photo) {}

  /** As a folder is called. */
  String folder() {
    return Config.name(this);
  }

  /**
   * Disturbs a photo, which is changed.
   *
   * @param people whom others are drawn from
   * @param photos where their photos are read
   * @return null where that is not possible with this person
   */
  @Nullable Disturbed of(
      Person person,
      Image photo,
      List<Person> people,
      Skeleton skeleton,
      PhotoSource photos,
      SplittableRandom random)
      throws IOException {
    double side = person.scale() * Person.SCALE_UNIT;
    switch (this) {
      case NONE -> {}
      case SMALL -> {
        double scale = person.scale() * LOOSE;
        return new Disturbed(
            person.withCrop(person.box(), person.centerX(), person.centerY(), scale), photo);
      }
      case CUT -> {
        return cut(person, photo, skeleton, random);
      }
      case OTHERS -> {
        Neighbour beside = Neighbour.draw(person, people, skeleton, random);
        if (beside == null) {
          return null;
        }
        try (LazyImage other = LazyImage.of(photos.read(beside.other()))) {
          beside.paste(photo, Affine.IDENTITY, other, skeleton);
        }
      }
      case OCCLUDER -> {
        return occluded(person, photo, side, random);
      }
      case LOW_RESOLUTION -> {
        return degraded(person, photo, new Degradation(FEW_PIXELS, 0, 0, 0), side);
      }
      case JPEG -> {
        return degraded(person, photo, new Degradation(PIXELS, 0, JPEG_QUALITY, 0), side);
      }
      case NOISE -> {
        return degraded(
            person, photo, new Degradation(PIXELS, STRONG_NOISE, 0, random.nextLong()), side);
      }
      case DARK -> {
        photo.recolour(new ColorJitter(DARKNESS, 1, 1, 0).matrix());
        return degraded(
            person, photo, new Degradation(PIXELS, SOME_NOISE, 0, random.nextLong()), side);
      }
      case COLOUR -> {
        double hue = Math.PI / 3 * (1 + random.nextDouble()) * (random.nextBoolean() ? 1 : -1);
        photo.recolour(new ColorJitter(1, 1, 1, hue).matrix());
      }
      case GREY -> photo.recolour(new ColorJitter(1, 1, 0, 0).matrix());
      case BLUR -> photo.blur(BLUR_DEVIATION * side);
    }
    return new Disturbed(person, photo);
  }

  private static Disturbed degraded(
      Person person, Image photo, Degradation degradation, double side) {
    try (photo) {
      return new Disturbed(person, degradation.of(photo, side));
    }
  }

  /** By the side that leaves what torsos are measured by, where there is one. */
  private static @Nullable Disturbed cut(
      Person person, Image photo, Skeleton skeleton, SplittableRandom random) {
    List<FrameSide> sides = new ArrayList<>(List.of(FrameSide.values()));
    FrameCut any = null;
    FrameCut measurable = null;
    while (!sides.isEmpty()) {
      FrameCut cut = FrameCut.of(person, sides.remove(random.nextInt(sides.size())), CUT_SHARE);
      any = any == null ? cut : any;
      if (measurable == null && cut != null && hasTorso(cut.apply(person), skeleton)) {
        measurable = cut;
      }
    }
    FrameCut chosen = measurable == null ? any : measurable;
    if (chosen == null) {
      return null;
    }
    boolean across = chosen.side() == FrameSide.LEFT || chosen.side() == FrameSide.RIGHT;
    int[] kept = chosen.kept(across ? photo.width() : photo.height());
    int length = kept[1] - kept[0] + 1;
    int left = across ? kept[0] : 0;
    int top = across ? 0 : kept[0];
    int width = across ? length : photo.width();
    int height = across ? photo.height() : length;
    try (photo) {
      return new Disturbed(
          chosen
              .apply(person)
              .under(new Affine(1, 0, -left, 0, 1, -top))
              .withImageSize(width, height),
          photo.cropped(left, top, width, height));
    }
  }

  private static boolean hasTorso(Person person, Skeleton skeleton) {
    int shoulder = skeleton.index("left_shoulder");
    int hip = skeleton.index("right_hip");
    return shoulder >= 0 && hip >= 0 && person.annotated(shoulder) && person.annotated(hip);
  }

  /** A coloured square about one of the joints; those behind it count as occluded. */
  private static @Nullable Disturbed occluded(
      Person person, Image photo, double side, SplittableRandom random) {
    List<Integer> joints = new ArrayList<>();
    for (int k = 0; k < person.x().length; k++) {
      if (person.annotated(k)) {
        joints.add(k);
      }
    }
    if (joints.isEmpty()) {
      return null;
    }
    int about = joints.get(random.nextInt(joints.size()));
    int size = (int) Math.max(1, Math.rint(OCCLUDER_SIDE * side));
    int left = (int) Math.rint(person.x()[about] - (size - 1) / 2.0);
    int top = (int) Math.rint(person.y()[about] - (size - 1) / 2.0);
    photo.fill(left, top, left + size, top + size, random.nextInt(0x1000000));
    byte[] visibility = person.visibility().clone();
    for (int k : joints) {
      double x = person.x()[k] - left;
      double y = person.y()[k] - top;
      if (x >= -0.5 && y >= -0.5 && x < size - 0.5 && y < size - 0.5) {
        visibility[k] = Person.OCCLUDED;
      }
    }
    return new Disturbed(
        person.withJoints(person.image(), person.x(), person.y(), visibility), photo);
  }

  /** Where photos of people are read. */
  @FunctionalInterface
  interface PhotoSource {
    Image read(Person person) throws IOException;
  }
}
