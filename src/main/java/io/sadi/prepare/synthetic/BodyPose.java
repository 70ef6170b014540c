package io.sadi.prepare.synthetic;

import java.util.SplittableRandom;

/**
 * The angles of a figure's joints, in degrees, within what people do.
 *
 * @param turn 0 facing the camera, 90 facing the right of the picture, 180 turned away
 * @param roll in the picture's plane, clockwise; 180 upside down
 * @param bend of the torso, forward
 * @param tilt of the torso, to its left
 * @param twist of the torso on the pelvis
 * @param nod of the head, forward
 * @param look of the head, to its left
 */
record BodyPose(
    double turn,
    double roll,
    double bend,
    double tilt,
    double twist,
    double nod,
    double look,
    Arm left,
    Arm right,
    Leg leftLeg,
    Leg rightLeg) {

  /**
   * An arm.
   *
   * @param raise from hanging down (0) to straight up (180)
   * @param outward where it is raised to: 0 forward, 90 sideways, negative across the body
   * @param elbow bend: 0 straight
   * @param inward how much the forearm turns in rather than forward and up: 0..1
   */
  record Arm(double raise, double outward, double elbow, double inward) {}

  /**
   * A leg.
   *
   * @param raise of the thigh, forward; negative is backward
   * @param outward of the thigh, sideways
   * @param knee bend: 0 straight
   */
  record Leg(double raise, double outward, double knee) {}

  private enum Activity {
    STAND,
    WALK,
    SIT,
    REACH,
    SQUAT,
    KICK,
    JUMP
  }

  /** Draws a pose: standing, walking, sitting, reaching, sports; some tumbling. */
  static BodyPose draw(SplittableRandom random) {
    Activity[] all = {
      Activity.STAND,
      Activity.STAND,
      Activity.WALK,
      Activity.WALK,
      Activity.SIT,
      Activity.REACH,
      Activity.REACH,
      Activity.SQUAT,
      Activity.KICK,
      Activity.JUMP
    };
    Activity activity = all[random.nextInt(all.length)];
    double turn = turn(random);
    double roll = 12 * random.nextGaussian();
    if (random.nextInt(12) == 0) {
      roll = uniform(random, -180, 180); // cartwheels, falls, somebody lying down
    }
    Leg[] legs = legs(activity, random);
    Arm left = arm(activity, random);
    Arm right = random.nextInt(4) == 0 ? left : arm(activity, random);
    double bend =
        switch (activity) {
          case WALK -> uniform(random, 0, 22);
          case SIT -> uniform(random, -12, 25);
          case SQUAT -> uniform(random, 10, 50);
          case KICK, JUMP -> uniform(random, -15, 20);
          default -> uniform(random, -8, 14);
        };
    double sway = activity == Activity.REACH ? 12 : 5;
    return new BodyPose(
        turn,
        roll,
        bend,
        sway * random.nextGaussian(),
        9 * random.nextGaussian(),
        uniform(random, -18, 25),
        clamp(25 * random.nextGaussian(), 60),
        left,
        right,
        legs[0],
        legs[1]);
  }

  /** Mostly towards the camera, as people in photos are. */
  private static double turn(SplittableRandom random) {
    int draw = random.nextInt(10);
    if (draw < 6) {
      return clamp(35 * random.nextGaussian(), 80);
    }
    return draw < 8
        ? 180 + clamp(30 * random.nextGaussian(), 60)
        : (random.nextBoolean() ? 90 : -90) + 15 * random.nextGaussian();
  }

  private static Leg[] legs(Activity activity, SplittableRandom random) {
    Leg one;
    Leg other;
    switch (activity) {
      case WALK -> {
        double stride = uniform(random, 8, 55);
        one = new Leg(stride, uniform(random, 0, 6), uniform(random, 2, 10 + stride));
        other =
            new Leg(-0.5 * stride, uniform(random, 0, 6), uniform(random, 5, 15 + 1.3 * stride));
      }
      case SIT -> {
        one = new Leg(uniform(random, 70, 100), uniform(random, 0, 28), uniform(random, 55, 105));
        other =
            random.nextInt(3) == 0
                ? new Leg(uniform(random, 70, 100), uniform(random, 0, 28), uniform(random, 5, 60))
                : new Leg(one.raise + uniform(random, -8, 8), one.outward, one.knee);
      }
      case SQUAT -> {
        one = new Leg(uniform(random, 50, 115), uniform(random, 2, 35), uniform(random, 70, 130));
        other =
            random.nextBoolean()
                ? new Leg(one.raise, one.outward, one.knee)
                : new Leg(uniform(random, -30, 5), uniform(random, 0, 10), uniform(random, 20, 95));
      }
      case KICK -> {
        one = new Leg(uniform(random, 35, 105), uniform(random, 0, 45), uniform(random, 0, 50));
        other = new Leg(uniform(random, -12, 10), uniform(random, 0, 10), uniform(random, 0, 22));
      }
      case JUMP -> {
        double spread = uniform(random, 3, 45);
        one = new Leg(uniform(random, -20, 50), spread, uniform(random, 0, 90));
        other = new Leg(uniform(random, -20, 50), spread, uniform(random, 0, 90));
      }
      default -> {
        double apart = uniform(random, 1, 14);
        one = new Leg(uniform(random, -8, 14), apart, uniform(random, 0, 14));
        other = new Leg(uniform(random, -8, 14), apart, uniform(random, 0, 14));
      }
    }
    return random.nextBoolean() ? new Leg[] {one, other} : new Leg[] {other, one};
  }

  private static Arm arm(Activity activity, SplittableRandom random) {
    double inward = random.nextDouble();
    boolean high =
        switch (activity) {
          case REACH -> random.nextInt(10) < 8;
          case JUMP, KICK -> random.nextInt(10) < 6;
          default -> random.nextInt(10) < 2;
        };
    if (high) {
      return new Arm(
          uniform(random, 65, 175),
          uniform(random, 0, 100),
          random.nextBoolean() ? uniform(random, 0, 25) : uniform(random, 20, 110),
          0.5 * inward);
    }
    return switch (activity) {
      case WALK ->
          new Arm(
              uniform(random, 5, 55),
              random.nextBoolean() ? uniform(random, 0, 40) : uniform(random, 150, 180),
              uniform(random, 15, 110),
              0.6 * inward);
      case SIT, SQUAT ->
          new Arm(uniform(random, 10, 70), uniform(random, 0, 60), uniform(random, 10, 95), inward);
      default ->
          switch (random.nextInt(3)) {
            case 0 ->
                new Arm(uniform(random, 3, 20), 90, uniform(random, 0, 30), inward); // hanging
            case 1 ->
                new Arm(
                    uniform(random, 28, 50),
                    uniform(random, 75, 120),
                    uniform(random, 75, 115),
                    1); // on the hip
            default ->
                new Arm(
                    uniform(random, 10, 70),
                    uniform(random, 0, 90),
                    uniform(random, 5, 130),
                    inward);
          };
    };
  }

  private static double uniform(SplittableRandom random, double from, double to) {
    return from + (to - from) * random.nextDouble();
  }

  private static double clamp(double value, double limit) {
    return Math.max(-limit, Math.min(limit, value));
  }
}
