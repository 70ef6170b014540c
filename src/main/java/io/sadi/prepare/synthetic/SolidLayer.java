package io.sadi.prepare.synthetic;

import java.util.Arrays;

/**
 * Solid shapes under one light, drawn at twice the picture's resolution with a depth buffer, so
 * that they hide each other as they should and have smooth edges when halved. Coordinates are those
 * of this layer's pixels; depth is in pixels too, larger is nearer.
 */
final class SolidLayer {
  /** Pixels of this layer to one of the picture, along each axis. */
  static final int OVERSAMPLING = 2;

  final int width;
  final int height;
  private final float[] depth;
  private final int[] colour;
  private final Vector light;
  private final double ambient;

  /**
   * An empty layer.
   *
   * @param light the direction that light comes from, a unit vector
   * @param ambient the brightness of what the light does not reach; 1 in full light
   */
  SolidLayer(int width, int height, Vector light, double ambient) {
    this.width = width;
    this.height = height;
    this.light = light;
    this.ambient = ambient;
    depth = new float[width * height];
    colour = new int[width * height];
    Arrays.fill(depth, Float.NEGATIVE_INFINITY);
  }

  boolean covered(int x, int y) {
    return depth[y * width + x] > Float.NEGATIVE_INFINITY;
  }

  /** The nearest depth at a pixel; negative infinity where nothing is, or outside. */
  double depth(double x, double y) {
    int px = (int) Math.rint(x);
    int py = (int) Math.rint(y);
    return px < 0 || py < 0 || px >= width || py >= height
        ? Double.NEGATIVE_INFINITY
        : depth[py * width + px];
  }

  int colour(int x, int y) {
    return colour[y * width + x];
  }

  /** A limb: a ball rolling from one point to another, its radius changing on the way. */
  void limb(Vector from, double radius0, Vector to, double radius1, Paint paint) {
    double reach = Math.max(radius0, radius1);
    double dx = to.x() - from.x();
    double dy = to.y() - from.y();
    double lengthSquared = Math.max(dx * dx + dy * dy, 1e-9);
    double length = Math.sqrt(lengthSquared);
    int top = first(Math.min(from.y(), to.y()) - reach);
    int bottom = last(Math.max(from.y(), to.y()) + reach, height);
    int left = first(Math.min(from.x(), to.x()) - reach);
    int right = last(Math.max(from.x(), to.x()) + reach, width);
    for (int py = top; py <= bottom; py++) {
      for (int px = left; px <= right; px++) {
        double along = ((px - from.x()) * dx + (py - from.y()) * dy) / lengthSquared;
        double t = Math.max(0, Math.min(1, along));
        double radius = radius0 + t * (radius1 - radius0);
        double ex = px - from.x() - t * dx;
        double ey = py - from.y() - t * dy;
        double inside = 1 - (ex * ex + ey * ey) / (radius * radius);
        if (inside > 0) {
          double nz = Math.sqrt(inside);
          double z = from.z() + t * (to.z() - from.z()) + radius * nz;
          int at = py * width + px;
          if (z > depth[at]) {
            double across = (dx * ey - dy * ex) / (length * radius);
            put(at, z, paint.at(along, across, 1), ex / radius, ey / radius, nz);
          }
        }
      }
    }
  }

  /**
   * A trunk: an elliptic tube with rounded ends, its widths given at the beginning, the middle and
   * the end.
   *
   * @param frame which way it faces
   * @param halfWidths from side to side, 3 values
   * @param halfDepths from front to back, 3 values
   */
  void trunk(
      Vector from, Vector to, Frame frame, double[] halfWidths, double[] halfDepths, Paint paint) {
    double dx = to.x() - from.x();
    double dy = to.y() - from.y();
    double length = Math.max(Math.hypot(dx, dy), 1e-6);
    double ax = dx / length;
    double ay = dy / length;
    // Across the axis in the picture, and how much of it left and front are.
    double leftAcross = frame.left().y() * ax - frame.left().x() * ay;
    double frontAcross = frame.front().y() * ax - frame.front().x() * ay;
    double reach = Math.max(max(halfWidths), max(halfDepths));
    int top = first(Math.min(from.y(), to.y()) - reach);
    int bottom = last(Math.max(from.y(), to.y()) + reach, height);
    int left = first(Math.min(from.x(), to.x()) - reach);
    int right = last(Math.max(from.x(), to.x()) + reach, width);
    for (int py = top; py <= bottom; py++) {
      for (int px = left; px <= right; px++) {
        double qx = px - from.x();
        double qy = py - from.y();
        double along = (qx * ax + qy * ay) / length;
        double t = Math.max(0, Math.min(1, along));
        double a = profile(halfWidths, t);
        double b = profile(halfDepths, t);
        double over = (along - t) * length / b;
        double rest = 1 - over * over;
        if (rest <= 0) {
          continue;
        }
        double shrink = Math.sqrt(rest); // the ends close like an ellipsoid
        double across = qy * ax - qx * ay;
        double reachA = a * leftAcross * shrink;
        double reachB = b * frontAcross * shrink;
        double reachAB = Math.sqrt(reachA * reachA + reachB * reachB);
        double w = across / reachAB;
        if (w <= -1 || w >= 1) {
          continue;
        }
        // Two points of the ellipse project here, at angles of cosine w from where it reaches
        // farthest; the nearer one is seen.
        double v = Math.sqrt(1 - w * w) / reachAB;
        double u = w / reachAB;
        double aLeft = a * frame.left().z();
        double bFront = b * frame.front().z();
        double side = aLeft * -reachB + bFront * reachA >= 0 ? v : -v;
        double cos = reachA * u - reachB * side;
        double sin = reachB * u + reachA * side;
        double z = from.z() + t * (to.z() - from.z()) + shrink * (aLeft * cos + bFront * sin);
        int at = py * width + px;
        if (z > depth[at]) {
          Vector normal =
              frame
                  .left()
                  .times(shrink * cos / a)
                  .plus(shrink * sin / b, frame.front())
                  .plus(over / b, frame.down())
                  .unit();
          put(at, z, paint.at(along, cos, sin), normal.x(), normal.y(), normal.z());
        }
      }
    }
  }

  private static double profile(double[] values, double t) {
    return t < 0.5
        ? values[0] + 2 * t * (values[1] - values[0])
        : values[1] + (2 * t - 1) * (values[2] - values[1]);
  }

  /** Colours an ellipsoid by its own directions. */
  @FunctionalInterface
  interface Globe {
    /** The colour where the surface is so far towards left, down and front (-1..1 each). */
    int at(double left, double down, double front);
  }

  /**
   * An ellipsoid.
   *
   * @param radii towards its left, down and front
   */
  void ellipsoid(Vector centre, Frame frame, Vector radii, Globe globe) {
    Vector l = frame.left().times(1 / radii.x());
    Vector d = frame.down().times(1 / radii.y());
    Vector f = frame.front().times(1 / radii.z());
    // The surface: (p.l)^2 + (p.d)^2 + (p.f)^2 = 1, quadratic in z.
    double zz = l.z() * l.z() + d.z() * d.z() + f.z() * f.z();
    double xz = l.x() * l.z() + d.x() * d.z() + f.x() * f.z();
    double yz = l.y() * l.z() + d.y() * d.z() + f.y() * f.z();
    double xx = l.x() * l.x() + d.x() * d.x() + f.x() * f.x();
    double xy = l.x() * l.y() + d.x() * d.y() + f.x() * f.y();
    double yy = l.y() * l.y() + d.y() * d.y() + f.y() * f.y();
    double reachX = extent(frame.left().x(), frame.down().x(), frame.front().x(), radii);
    double reachY = extent(frame.left().y(), frame.down().y(), frame.front().y(), radii);
    for (int py = first(centre.y() - reachY); py <= last(centre.y() + reachY, height); py++) {
      for (int px = first(centre.x() - reachX); px <= last(centre.x() + reachX, width); px++) {
        double x = px - centre.x();
        double y = py - centre.y();
        double half = xz * x + yz * y;
        double discriminant = half * half - zz * (xx * x * x + 2 * xy * x * y + yy * y * y - 1);
        if (discriminant > 0) {
          double z = (-half + Math.sqrt(discriminant)) / zz;
          int at = py * width + px;
          if (centre.z() + z > depth[at]) {
            Vector p = new Vector(x, y, z);
            double left = p.dot(l);
            double down = p.dot(d);
            double front = p.dot(f);
            Vector normal = l.times(left).plus(down, d).plus(front, f).unit();
            put(
                at,
                centre.z() + z,
                globe.at(left, down, front),
                normal.x(),
                normal.y(),
                normal.z());
          }
        }
      }
    }
  }

  /** Half the extent of an ellipsoid along an axis on which its directions have these shares. */
  static double extent(double left, double down, double front, Vector radii) {
    return new Vector(left * radii.x(), down * radii.y(), front * radii.z()).length();
  }

  private void put(int at, double z, int rgb, double nx, double ny, double nz) {
    double lit = Math.max(0, nx * light.x() + ny * light.y() + nz * light.z());
    // Surfaces seen at a slant are a little darker: it tells limbs in front of a body from it.
    double brightness = (ambient + (1.15 - ambient) * lit) * (0.72 + 0.28 * nz);
    depth[at] = (float) z;
    colour[at] = Paint.shade(rgb, brightness);
  }

  private static int first(double value) {
    return (int) Math.max(0, Math.ceil(value));
  }

  private static int last(double value, int size) {
    return (int) Math.min(size - 1, Math.floor(value));
  }

  private static double max(double[] values) {
    return Math.max(values[0], Math.max(values[1], values[2]));
  }
}
