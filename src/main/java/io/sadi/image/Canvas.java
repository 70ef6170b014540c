package io.sadi.image;

import static org.bytedeco.opencv.global.opencv_core.CV_32SC2;
import static org.bytedeco.opencv.global.opencv_imgproc.FONT_HERSHEY_SIMPLEX;
import static org.bytedeco.opencv.global.opencv_imgproc.LINE_AA;

import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Anti-aliased shapes on an {@link Image}, valid until that is closed. Coordinates are pixel
 * centres and may be fractions, sizes are pixels, colours 0xRRGGBB. Whatever lies outside the
 * picture or is not finite is not drawn.
 */
public final class Canvas {
  /** Fractional bits of OpenCV's drawing coordinates. */
  private static final int SHIFT = 4;

  /** Keeps fixed-point coordinates from overflowing. */
  private static final double FARTHEST = 1 << 20;

  /** The height of FONT_HERSHEY_SIMPLEX's capitals at scale 1. */
  private static final double CAPITAL_HEIGHT = 22;

  private final Mat mat;

  Canvas(Mat mat) {
    this.mat = mat;
  }

  /**
   * A straight line.
   *
   * @param lineWidth at least 1, rounded to whole pixels
   */
  public void line(double x0, double y0, double x1, double y1, double lineWidth, int rgb) {
    if (!drawable(x0, y0, x1, y1)) {
      return;
    }
    try (Point from = point(x0, y0);
        Point to = point(x1, y1);
        Scalar colour = Image.colour(rgb)) {
      opencv_imgproc.line(mat, from, to, colour, thickness(lineWidth), LINE_AA, SHIFT);
    }
  }

  /** A filled disc. */
  public void disc(double x, double y, double radius, int rgb) {
    circle(x, y, radius, opencv_imgproc.FILLED, rgb);
  }

  /** A circle's outline. */
  public void circle(double x, double y, double radius, double lineWidth, int rgb) {
    circle(x, y, radius, thickness(lineWidth), rgb);
  }

  private void circle(double x, double y, double radius, int thickness, int rgb) {
    if (!drawable(x, y, radius) || radius < 0) {
      return;
    }
    try (Point centre = point(x, y);
        Scalar colour = Image.colour(rgb)) {
      opencv_imgproc.circle(mat, centre, fixed(radius), colour, thickness, LINE_AA, SHIFT);
    }
  }

  /** A filled polygon. */
  public void polygon(double[] x, double[] y, int rgb) {
    if (!drawable(x) || !drawable(y) || x.length < 3) {
      return;
    }
    int[] corners = new int[2 * x.length];
    for (int i = 0; i < x.length; i++) {
      corners[2 * i] = fixed(x[i]);
      corners[2 * i + 1] = fixed(y[i]);
    }
    try (IntPointer data = new IntPointer(corners);
        Mat points = new Mat(x.length, 1, CV_32SC2, data);
        MatVector polygons = new MatVector(points);
        Point origin = new Point(0, 0);
        Scalar colour = Image.colour(rgb)) {
      opencv_imgproc.fillPoly(mat, polygons, colour, LINE_AA, SHIFT, origin);
    }
  }

  /** A filled limb: two discs and the tangents between them. */
  public void capsule(
      double x0, double y0, double radius0, double x1, double y1, double radius1, int rgb) {
    disc(x0, y0, radius0, rgb);
    disc(x1, y1, radius1, rgb);
    double length = Math.hypot(x1 - x0, y1 - y0);
    if (!(length > Math.abs(radius1 - radius0))) {
      return; // one disc holds the other
    }
    double axis = Math.atan2(y1 - y0, x1 - x0);
    double tilt = Math.acos((radius0 - radius1) / length);
    double cos0 = Math.cos(axis + tilt);
    double sin0 = Math.sin(axis + tilt);
    double cos1 = Math.cos(axis - tilt);
    double sin1 = Math.sin(axis - tilt);
    polygon(
        new double[] {
          x0 + radius0 * cos0, x1 + radius1 * cos0, x1 + radius1 * cos1, x0 + radius0 * cos1
        },
        new double[] {
          y0 + radius0 * sin0, y1 + radius1 * sin0, y1 + radius1 * sin1, y0 + radius0 * sin1
        },
        rgb);
  }

  /**
   * A line of text. OpenCV's font has ASCII only; other characters become question marks.
   *
   * @param x the text's left end
   * @param y its base line
   * @param capitalHeight in pixels
   */
  public void text(String text, double x, double y, double capitalHeight, int rgb) {
    if (!drawable(x, y, capitalHeight)) {
      return;
    }
    try (Point origin = new Point((int) Math.rint(x), (int) Math.rint(y));
        Scalar colour = Image.colour(rgb)) {
      opencv_imgproc.putText(
          mat,
          ascii(text),
          origin,
          FONT_HERSHEY_SIMPLEX,
          capitalHeight / CAPITAL_HEIGHT,
          colour,
          thickness(capitalHeight / 10),
          LINE_AA,
          false);
    }
  }

  /** How wide {@link #text} would be, in pixels. */
  public static int textWidth(String text, double capitalHeight) {
    OpenCv.load();
    try (IntPointer baseLine = new IntPointer(1);
        Size size =
            opencv_imgproc.getTextSize(
                ascii(text),
                FONT_HERSHEY_SIMPLEX,
                capitalHeight / CAPITAL_HEIGHT,
                thickness(capitalHeight / 10),
                baseLine)) {
      return size.width();
    }
  }

  /** Another picture over this one, its upper left pixel at (x, y), cut at the edges. */
  public void picture(Image other, int x, int y) {
    int left = Math.max(0, x);
    int top = Math.max(0, y);
    int right = (int) Math.min(mat.cols(), (long) x + other.width());
    int bottom = (int) Math.min(mat.rows(), (long) y + other.height());
    if (left >= right || top >= bottom) {
      return;
    }
    try (Rect to = new Rect(left, top, right - left, bottom - top);
        Rect from = new Rect(left - x, top - y, right - left, bottom - top);
        Mat target = new Mat(mat, to);
        Mat source = other.part(from)) {
      source.copyTo(target);
    }
  }

  private static String ascii(String text) {
    return new String(text.getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII);
  }

  private static boolean drawable(double... values) {
    for (double value : values) {
      if (!(Math.abs(value) < FARTHEST)) {
        return false;
      }
    }
    return true;
  }

  private static Point point(double x, double y) {
    return new Point(fixed(x), fixed(y));
  }

  private static int fixed(double value) {
    return (int) Math.rint(value * (1 << SHIFT));
  }

  private static int thickness(double lineWidth) {
    return (int) Math.max(1, Math.min(Math.rint(lineWidth), 255));
  }
}
