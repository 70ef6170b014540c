package io.sadi.geom;

/**
 * A map of the plane, {@code (x, y) -> (a x + b y + c, d x + e y + f)}.
 *
 * <p>Pixel convention, everywhere in SADI: integer coordinates are pixel <em>centres</em>, so an
 * image of width w covers [-0.5, w - 0.5], and resizing by s maps x to (x + 0.5) s - 0.5.
 */
public record Affine(double a, double b, double c, double d, double e, double f) {
  public static final Affine IDENTITY = new Affine(1, 0, 0, 0, 1, 0);

  /** Resizing by (sx, sy) with pixel centres kept: x -> (x + 0.5) sx - 0.5. */
  public static Affine resize(double sx, double sy) {
    return new Affine(sx, 0, sx / 2 - 0.5, 0, sy, sy / 2 - 0.5);
  }

  public double x(double x, double y) {
    return a * x + b * y + c;
  }

  public double y(double x, double y) {
    return d * x + e * y + f;
  }

  /** This map after {@code first}. */
  public Affine after(Affine first) {
    return new Affine(
        a * first.a + b * first.d,
        a * first.b + b * first.e,
        a * first.c + b * first.f + c,
        d * first.a + e * first.d,
        d * first.b + e * first.e,
        d * first.c + e * first.f + f);
  }

  /** The map back; the determinant must not be 0. */
  public Affine inverse() {
    double det = determinant();
    if (det == 0 || Double.isNaN(det)) {
      throw new ArithmeticException("an affine map of determinant " + det + " has no inverse");
    }
    double ia = e / det;
    double ib = -b / det;
    double id = -d / det;
    double ie = a / det;
    return new Affine(ia, ib, -(ia * c + ib * f), id, ie, -(id * c + ie * f));
  }

  /** Signed change of area; negative for a map that mirrors. */
  public double determinant() {
    return a * e - b * d;
  }
}
