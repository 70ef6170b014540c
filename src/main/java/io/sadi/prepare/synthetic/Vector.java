package io.sadi.prepare.synthetic;

/**
 * A point or direction in the camera's frame: x to the right, y down, z towards the camera. Lengths
 * are in body heights or in pixels, as the owner says.
 */
record Vector(double x, double y, double z) {
  static final Vector ZERO = new Vector(0, 0, 0);

  Vector plus(Vector other) {
    return new Vector(x + other.x, y + other.y, z + other.z);
  }

  /** This and {@code length} times another. */
  Vector plus(double length, Vector direction) {
    return new Vector(x + length * direction.x, y + length * direction.y, z + length * direction.z);
  }

  Vector times(double factor) {
    return new Vector(x * factor, y * factor, z * factor);
  }

  double dot(Vector other) {
    return x * other.x + y * other.y + z * other.z;
  }

  double length() {
    return Math.sqrt(dot(this));
  }

  Vector unit() {
    return times(1 / Math.max(length(), 1e-12));
  }

  /** The part of this at a right angle to a unit vector, of length 1. */
  Vector acrossFrom(Vector axis) {
    return plus(-dot(axis), axis).unit();
  }

  /** The point a share {@code t} of the way to another. */
  Vector towards(Vector other, double t) {
    return new Vector(x + t * (other.x - x), y + t * (other.y - y), z + t * (other.z - z));
  }
}
