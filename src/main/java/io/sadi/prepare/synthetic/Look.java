package io.sadi.prepare.synthetic;

import java.util.SplittableRandom;

/**
 * What a figure wears and how it is coloured. Left and right can be told apart: the right side's
 * bands and shoes are warm, the left side's are cold, as if everybody wore the same club's; and a
 * face, a front and a back say which way somebody looks.
 */
final class Look {
  private static final int[] SKIN = {
    0xF6D7BE, 0xEAC0A0, 0xD9A57E, 0xC58C62, 0xA8704A, 0x85552F, 0x633D24, 0x4A2C1B
  };
  private static final int[] HAIR = {
    0x1C1512, 0x2E2019, 0x4B3322, 0x6E4A2B, 0xA57B45, 0xD2B06C, 0x8A8580, 0xC9C5C0, 0x7A3018
  };

  final int skin;
  final int hair;
  final boolean longHair;
  private final int shirt;
  private final int shirtMark;
  private final int pattern;
  private final int trousers;
  private final double sleeve;
  private final double trouserLeg;
  private final boolean bands;
  private final int[] side = new int[2];

  private Look(SplittableRandom random) {
    skin = Paint.shade(SKIN[random.nextInt(SKIN.length)], 0.92 + 0.16 * random.nextDouble());
    hair = Paint.shade(HAIR[random.nextInt(HAIR.length)], 0.85 + 0.3 * random.nextDouble());
    longHair = random.nextInt(5) < 2;
    shirt = cloth(random);
    shirtMark = contrast(shirt, random);
    pattern = random.nextInt(4);
    trousers = cloth(random);
    // Sleeveless, short, long: in shares of the arm and leg.
    sleeve = new double[] {0.04, 0.3, 0.38, 0.97}[random.nextInt(4)];
    trouserLeg = new double[] {0.2, 0.32, 0.45, 0.96, 0.96, 0.96}[random.nextInt(6)];
    bands = random.nextInt(8) > 0;
    side[0] = Paint.hsv(0.42 + 0.25 * random.nextDouble(), vivid(random), vivid(random));
    side[1] = Paint.hsv(-0.06 + 0.2 * random.nextDouble(), vivid(random), vivid(random));
  }

  static Look draw(SplittableRandom random) {
    return new Look(random);
  }

  private static double vivid(SplittableRandom random) {
    return 0.72 + 0.28 * random.nextDouble();
  }

  private static int cloth(SplittableRandom random) {
    return switch (random.nextInt(5)) {
      case 0 -> Paint.hsv(0, 0, 0.85 + 0.13 * random.nextDouble()); // white
      case 1 -> Paint.hsv(random.nextDouble(), 0.15, 0.12 + 0.2 * random.nextDouble()); // dark
      case 2 -> Paint.hsv(0.58 + 0.08 * random.nextDouble(), 0.5, 0.3 + 0.3 * random.nextDouble());
      default ->
          Paint.hsv(
              random.nextDouble(),
              0.3 + 0.6 * random.nextDouble(),
              0.4 + 0.5 * random.nextDouble());
    };
  }

  private static int contrast(int rgb, SplittableRandom random) {
    int brightness = ((rgb >> 16) & 0xFF) + ((rgb >> 8) & 0xFF) + (rgb & 0xFF);
    return brightness > 380
        ? Paint.hsv(random.nextDouble(), 0.5, 0.3)
        : Paint.hsv(random.nextDouble(), 0.25, 0.95);
  }

  /** The trunk from the shoulders down to the hips: patterned shirt, collar and zip in front. */
  Paint trunk() {
    return (along, across, front) -> {
      if (front > 0.25 && along < 0.06 - 0.5 * (Math.abs(across) - 0.22)) {
        return along < 0.03 ? skin : shirtMark; // the collar
      }
      if (along > 0.93) {
        return trousers;
      }
      if (front > 0 && Math.abs(across) < 0.06 && pattern != 3) {
        return Paint.mix(shirt, shirtMark, 0.7); // a zip
      }
      if (front < -0.3 && Math.abs(across) < 0.55 && along > 0.22 && along < 0.5) {
        return shirtMark; // a panel on the back
      }
      return switch (pattern) {
        case 1 -> Math.floorMod((int) Math.floor(along * 9), 2) == 0 ? shirt : shirtMark;
        case 2 -> along > 0.3 && along < 0.45 ? shirtMark : shirt;
        case 3 -> Math.floorMod((int) Math.floor(across * 4 + 8), 2) == 0 ? shirt : shirtMark;
        default -> shirt;
      };
    };
  }

  Paint hips() {
    return Paint.plain(trousers);
  }

  /** The upper arm; {@code part} 0, or the forearm, 1. */
  Paint arm(int leftOrRight, int part) {
    return (along, across, front) -> {
      double t = 0.5 * (part + Math.max(0, Math.min(1, along)));
      if (bands && (t > 0.44 && t < 0.55)) {
        return side[leftOrRight]; // an elbow pad
      }
      if (bands && t > 0.9) {
        return side[leftOrRight]; // a wristband
      }
      return t < sleeve ? Paint.shade(shirt, 0.96) : skin;
    };
  }

  Paint hand() {
    return Paint.plain(skin);
  }

  /** The thigh; {@code part} 0, or the shin, 1. */
  Paint leg(int leftOrRight, int part) {
    return (along, across, front) -> {
      double t = 0.5 * (part + Math.max(0, Math.min(1, along)));
      if (bands && t > 0.455 && t < 0.55) {
        return side[leftOrRight]; // a knee pad
      }
      if (t < trouserLeg) {
        return trousers;
      }
      return t > 0.86 ? side[leftOrRight] : skin; // socks
    };
  }

  Paint shoe(int leftOrRight) {
    return Paint.plain(Paint.shade(side[leftOrRight], 0.9));
  }

  /** Face in front, hair above and behind. */
  SolidLayer.Globe head() {
    return (left, down, front) -> {
      boolean face = front > 0.12 && down > -0.5 - 0.1 * front + 0.25 * Math.abs(left);
      if (!face) {
        boolean nape = down > 0.55 && !longHair;
        boolean ear = Math.abs(left) > 0.88 && down > -0.15 && down < 0.4;
        return nape || ear ? skin : hair;
      }
      double eyeX = Math.abs(left) - 0.36;
      double eyeY = down + 0.08;
      if (front > 0.3 && eyeX * eyeX + 1.4 * eyeY * eyeY < 0.024) {
        return 0x1E1714;
      }
      double browY = down + 0.33;
      if (front > 0.3 && Math.abs(eyeX) < 0.2 && browY * browY < 0.003) {
        return Paint.mix(hair, skin, 0.2);
      }
      if (front > 0.3 && Math.abs(left) < 0.3 && down > 0.5 && down < 0.62) {
        return Paint.mix(0x8E2F2B, skin, 0.25);
      }
      if (front > 0.5 && Math.abs(left) < 0.09 && down > -0.05 && down < 0.32) {
        return Paint.shade(skin, 0.86); // the nose
      }
      return skin;
    };
  }
}
