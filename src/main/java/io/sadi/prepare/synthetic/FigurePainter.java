package io.sadi.prepare.synthetic;

/** Draws a body in its clothes, and knows afterwards which of its joints are seen. */
final class FigurePainter {
  /** How far the camera is, in body heights: what is nearer looks larger. */
  private static final double CAMERA = 4.5;

  private static final double CHEST = 0.098;
  private static final double CHEST_DEPTH = 0.062;
  private static final double UPPER_ARM = 0.037;
  private static final double ELBOW = 0.029;
  private static final double WRIST = 0.021;
  private static final double THIGH = 0.058;
  private static final double KNEE = 0.042;
  private static final double ANKLE = 0.027;

  /** What a surface may lie before a joint without hiding it, besides the limb around it. */
  private static final double MARGIN = 0.03;

  private final Body body;
  private final double originX;
  private final double originY;
  private final double scale;

  /**
   * A body at a place in the picture.
   *
   * @param originX where the pelvis is, in the picture's pixels
   * @param originY where the pelvis is, in the picture's pixels
   * @param scale pixels to a body height
   */
  FigurePainter(Body body, double originX, double originY, double scale) {
    this.body = body;
    this.originX = originX;
    this.originY = originY;
    this.scale = scale;
  }

  /** Where a point of the body appears, in the picture's pixels; z keeps its size in them. */
  Vector project(Vector point) {
    double nearness = nearness(point);
    return new Vector(
        originX + scale * nearness * point.x(),
        originY + scale * nearness * point.y(),
        scale * point.z());
  }

  private static double nearness(Vector point) {
    return CAMERA / (CAMERA - point.z());
  }

  /** The head's box in the picture: x1, y1, x2, y2. */
  double[] headBox() {
    Vector centre = project(headCentre());
    Vector radii = headRadii().times(scale * nearness(headCentre()));
    Frame frame = body.head();
    double x = SolidLayer.extent(frame.left().x(), frame.down().x(), frame.front().x(), radii);
    double y = SolidLayer.extent(frame.left().y(), frame.down().y(), frame.front().y(), radii);
    return new double[] {centre.x() - x, centre.y() - y, centre.x() + x, centre.y() + y};
  }

  private Vector headCentre() {
    return body.neck().towards(body.headTop(), 0.5).plus(0.008, body.head().front());
  }

  private Vector headRadii() {
    double height = 0.5 * body.headTop().plus(-1, body.neck()).length();
    return new Vector(0.7 * height, height, 0.82 * height);
  }

  void paint(SolidLayer layer, Look look) {
    for (int side = 0; side < 2; side++) {
      limb(layer, body.shoulder()[side], UPPER_ARM, body.elbow()[side], ELBOW, look.arm(side, 0));
      limb(layer, body.elbow()[side], ELBOW, body.wrist()[side], WRIST, look.arm(side, 1));
      limb(layer, body.wrist()[side], 0.022, body.hand()[side], 0.024, look.hand());
      limb(layer, body.hip()[side], THIGH, body.knee()[side], KNEE, look.leg(side, 0));
      limb(layer, body.knee()[side], KNEE, body.ankle()[side], ANKLE, look.leg(side, 1));
      limb(layer, body.ankle()[side], 0.03, body.toe()[side], 0.021, look.shoe(side));
    }
    double g = body.girth();
    Vector waist = body.pelvis().plus(-0.035, body.torso().down());
    trunk(
        layer,
        body.thorax().plus(0.012, body.torso().down()),
        waist,
        new double[] {CHEST, 0.088 * g, 0.085 * g},
        new double[] {0.05, CHEST_DEPTH * g, 0.058 * g},
        look.trunk());
    limb(layer, body.hip()[0], 0.064, body.hip()[1], 0.064, look.hips());
    limb(layer, body.thorax(), 0.034, body.neck().towards(body.headTop(), 0.2), 0.03, look.hand());
    head(layer, look);
  }

  private void head(SolidLayer layer, Look look) {
    Vector radii = headRadii().times(pixels(headCentre()));
    Vector centre = layerPoint(headCentre());
    layer.ellipsoid(centre, body.head(), radii, look.head());
    if (look.longHair) {
      Vector behind =
          headCentre().plus(-0.035, body.head().front()).plus(0.022, body.head().down());
      layer.ellipsoid(
          layerPoint(behind),
          body.head(),
          new Vector(1.06 * radii.x(), 1.1 * radii.y(), 0.7 * radii.z()),
          (left, down, front) -> Paint.shade(look.hair, 0.9));
    }
  }

  private void limb(
      SolidLayer layer, Vector from, double radius0, Vector to, double radius1, Paint paint) {
    double girth = 0.5 + 0.5 * body.girth();
    layer.limb(
        layerPoint(from),
        radius0 * girth * pixels(from),
        layerPoint(to),
        radius1 * girth * pixels(to),
        paint);
  }

  private void trunk(
      SolidLayer layer, Vector from, Vector to, double[] widths, double[] depths, Paint paint) {
    double pixels = pixels(from.towards(to, 0.5));
    for (int i = 0; i < 3; i++) {
      widths[i] *= pixels;
      depths[i] *= pixels;
    }
    layer.trunk(layerPoint(from), layerPoint(to), body.torso(), widths, depths, paint);
  }

  private double pixels(Vector point) {
    return SolidLayer.OVERSAMPLING * scale * nearness(point);
  }

  /** The centres of the picture's pixels lie between those of the layer's. */
  private Vector layerPoint(Vector point) {
    Vector p = project(point);
    return new Vector(
        (p.x() + 0.5) * SolidLayer.OVERSAMPLING - 0.5,
        (p.y() + 0.5) * SolidLayer.OVERSAMPLING - 0.5,
        p.z() * SolidLayer.OVERSAMPLING);
  }

  /** Which of the joints no other part of the body hides. */
  boolean[] seen(SolidLayer layer) {
    Vector[] joints = body.joints();
    double[] cover = {
      ANKLE, KNEE, 0.07, 0.07, KNEE, ANKLE, 0.08, 0.08, 0.07, 0.07, WRIST, ELBOW, 0.05, 0.05, ELBOW,
      WRIST
    };
    boolean[] seen = new boolean[joints.length];
    for (int k = 0; k < joints.length; k++) {
      Vector p = layerPoint(joints[k]);
      double nearest = layer.depth(p.x(), p.y());
      seen[k] = nearest - p.z() < (cover[k] * body.girth() + MARGIN) * pixels(joints[k]);
    }
    return seen;
  }
}
