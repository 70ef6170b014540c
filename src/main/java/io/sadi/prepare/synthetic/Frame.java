package io.sadi.prepare.synthetic;

/**
 * How a part of a body is turned: the directions of its own left, of down (towards its feet) and of
 * its front, as unit vectors in the camera's frame. Angles are in radians.
 */
record Frame(Vector left, Vector down, Vector front) {
  /** Upright, facing the camera: its left is on the right of the picture. */
  static final Frame FACING =
      new Frame(new Vector(1, 0, 0), new Vector(0, 1, 0), new Vector(0, 0, 1));

  /** Turned about its own long axis, towards its left. */
  Frame turned(double angle) {
    double c = Math.cos(angle);
    double s = Math.sin(angle);
    return new Frame(left.times(c).plus(-s, front), down, front.times(c).plus(s, left));
  }

  /** Leaning forward. */
  Frame bent(double angle) {
    double c = Math.cos(angle);
    double s = Math.sin(angle);
    return new Frame(left, down.times(c).plus(-s, front), front.times(c).plus(s, down));
  }

  /** Leaning to its left. */
  Frame tilted(double angle) {
    double c = Math.cos(angle);
    double s = Math.sin(angle);
    return new Frame(left.times(c).plus(s, down), down.times(c).plus(-s, left), front);
  }

  /** A direction given by its share of left, down and front. */
  Vector direction(double toLeft, double toDown, double toFront) {
    return left.times(toLeft).plus(toDown, down).plus(toFront, front).unit();
  }
}
