package io.sadi.prepare.synthetic;

import java.util.SplittableRandom;

/**
 * A posed figure: where its joints are, in body heights from the middle of the pelvis, in the
 * camera's frame. Index 0 is its left, 1 its right.
 *
 * @param hand the middle of the hands
 * @param toe the tips of the feet
 * @param girth of the limbs, 1 on average
 */
@SuppressWarnings("ArrayRecordComponent") // pairs, never compared
record Body(
    Vector pelvis,
    Vector thorax,
    Vector neck,
    Vector headTop,
    Vector[] hip,
    Vector[] knee,
    Vector[] ankle,
    Vector[] toe,
    Vector[] shoulder,
    Vector[] elbow,
    Vector[] wrist,
    Vector[] hand,
    Frame torso,
    Frame head,
    double girth) {

  private static final double THIGH = 0.245;
  private static final double SHIN = 0.245;
  private static final double FOOT = 0.105;
  private static final double HIP_WIDTH = 0.062;
  private static final double SPINE = 0.275;
  private static final double SHOULDER_WIDTH = 0.108;
  private static final double NECK = 0.06;
  private static final double HEAD = 0.15;
  private static final double UPPER_ARM = 0.165;
  private static final double FOREARM = 0.15;
  private static final double HAND = 0.045;

  /** A figure in a pose, seen from about its own height or a little above. */
  static Body of(BodyPose pose, SplittableRandom random) {
    double above = Math.toRadians(-5 + 18 * random.nextDouble());
    Frame pelvisFrame =
        Frame.FACING
            .tilted(Math.toRadians(pose.roll()))
            .bent(above)
            .turned(Math.toRadians(pose.turn()));
    Frame torso =
        pelvisFrame
            .bent(Math.toRadians(pose.bend()))
            .tilted(Math.toRadians(pose.tilt()))
            .turned(Math.toRadians(pose.twist()));
    Frame head = torso.bent(Math.toRadians(pose.nod())).turned(Math.toRadians(pose.look()));
    double arms = proportion(random);
    double legs = proportion(random);
    double width = proportion(random);

    Vector thorax = Vector.ZERO.plus(-SPINE * proportion(random), torso.down());
    Vector neck = thorax.plus(-NECK, torso.down());
    Vector headTop = neck.plus(-HEAD * proportion(random), head.down());
    Body body =
        new Body(
            Vector.ZERO,
            thorax,
            neck,
            headTop,
            new Vector[2],
            new Vector[2],
            new Vector[2],
            new Vector[2],
            new Vector[2],
            new Vector[2],
            new Vector[2],
            new Vector[2],
            torso,
            head,
            0.85 + 0.4 * random.nextDouble());
    body.place(0, pose.leftLeg(), pelvisFrame, legs, width);
    body.place(1, pose.rightLeg(), pelvisFrame, legs, width);
    body.place(0, pose.left(), arms, width);
    body.place(1, pose.right(), arms, width);
    return body;
  }

  private static double proportion(SplittableRandom random) {
    return 1 + 0.1 * (random.nextDouble() - 0.5);
  }

  private void place(int side, BodyPose.Leg leg, Frame pelvisFrame, double size, double width) {
    double outwards = side == 0 ? 1 : -1;
    double raise = Math.toRadians(leg.raise());
    double outward = Math.toRadians(leg.outward());
    Vector thigh =
        pelvisFrame.direction(
            outwards * Math.sin(outward),
            Math.cos(outward) * Math.cos(raise),
            Math.cos(outward) * Math.sin(raise));
    // The shin folds backwards.
    Vector back =
        pelvisFrame.direction(0.1 * outwards, -0.4 * Math.sin(raise), -1).acrossFrom(thigh);
    Vector shin = fold(thigh, back, Math.toRadians(leg.knee()));
    hip[side] = pelvis.plus(outwards * HIP_WIDTH * width, pelvisFrame.left());
    knee[side] = hip[side].plus(THIGH * size, thigh);
    ankle[side] = knee[side].plus(SHIN * size, shin);
    Vector forward = pelvisFrame.direction(0.25 * outwards, 0.1, 1).acrossFrom(shin);
    toe[side] = ankle[side].plus(FOOT, forward.times(0.85).plus(0.5, shin).unit());
  }

  private void place(int side, BodyPose.Arm arm, double size, double width) {
    double outwards = side == 0 ? 1 : -1;
    double raise = Math.toRadians(arm.raise());
    double outward = Math.toRadians(arm.outward());
    Vector upper =
        torso.direction(
            outwards * (Math.sin(raise) * Math.sin(outward) + 0.06),
            Math.cos(raise),
            Math.sin(raise) * Math.cos(outward));
    // The forearm folds forward and up, or across the body.
    Vector fold =
        torso
            .direction(-outwards * 1.2 * arm.inward(), -0.35 + 0.3 * arm.inward(), 0.75)
            .acrossFrom(upper);
    Vector lower = fold(upper, fold, Math.toRadians(arm.elbow()));
    shoulder[side] = thorax.plus(outwards * SHOULDER_WIDTH * width, torso.left());
    elbow[side] = shoulder[side].plus(UPPER_ARM * size, upper);
    wrist[side] = elbow[side].plus(FOREARM * size, lower);
    hand[side] = wrist[side].plus(HAND, lower);
  }

  private static Vector fold(Vector straight, Vector across, double angle) {
    return straight.times(Math.cos(angle)).plus(Math.sin(angle), across);
  }

  /** The 16 joints of MPII, in its order. */
  Vector[] joints() {
    return new Vector[] {
      ankle[1],
      knee[1],
      hip[1],
      hip[0],
      knee[0],
      ankle[0],
      pelvis,
      thorax,
      neck,
      headTop,
      wrist[1],
      elbow[1],
      shoulder[1],
      shoulder[0],
      elbow[0],
      wrist[0]
    };
  }
}
