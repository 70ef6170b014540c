package io.sadi.show;

import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.data.Skeleton.Pair;
import io.sadi.eval.Prediction;
import io.sadi.geom.Affine;
import io.sadi.image.Canvas;

/**
 * Draws a person's joints and what connects them: the person's left orange, the right blue, the
 * middle green. What the network is not sure of is drawn as occluded joints are, dashed and hollow.
 */
public final class SkeletonDrawing {
  /** Chosen to be told apart by everybody (Okabe and Ito). */
  static final int LEFT = 0xFF9F1C;

  static final int RIGHT = 0x4FC3F7;
  static final int MIDDLE = 0x7CE38B;

  /** Joints with a lower score are drawn as occluded: a map's peak is 1 where it is sure. */
  static final double SURE = 0.3;

  private static final int OUTLINE = 0x161616;

  private final Skeleton skeleton;
  private final int[] colours;

  public SkeletonDrawing(Skeleton skeleton) {
    this.skeleton = skeleton;
    this.colours = new int[skeleton.size()];
    for (int k = 0; k < colours.length; k++) {
      colours[k] = skeleton.isLeft(k) ? LEFT : skeleton.isRight(k) ? RIGHT : MIDDLE;
    }
  }

  /** The colour of a joint, 0xRRGGBB. */
  int colour(int joint) {
    return colours[joint];
  }

  /** The colour of a limb, 0xRRGGBB: one that leads to one side has its colour. */
  int colour(Pair edge) {
    int a = colours[edge.a()];
    int b = colours[edge.b()];
    if (a == b || b == MIDDLE) {
      return a;
    }
    return a == MIDDLE ? b : MIDDLE;
  }

  /**
   * Draws a person.
   *
   * @param toCanvas from the pixels that the joints are in to those of the canvas
   * @param lineWidth in the canvas's pixels
   */
  public void draw(Canvas canvas, Prediction person, Affine toCanvas, double lineWidth) {
    int joints = skeleton.size();
    double[] x = new double[joints];
    double[] y = new double[joints];
    for (int k = 0; k < joints; k++) {
      x[k] = toCanvas.x(person.x()[k], person.y()[k]);
      y[k] = toCanvas.y(person.x()[k], person.y()[k]);
    }
    for (boolean outline : new boolean[] {true, false}) {
      for (Pair edge : skeleton.edges()) {
        boolean sure = sure(person, edge.a()) && sure(person, edge.b());
        limb(
            canvas,
            new double[] {x[edge.a()], y[edge.a()], x[edge.b()], y[edge.b()]},
            sure,
            outline ? lineWidth + 2 : lineWidth,
            lineWidth,
            outline ? OUTLINE : colour(edge));
      }
    }
    double radius = 1.4 * lineWidth;
    double ring = Math.max(1, Math.floor(0.6 * lineWidth));
    for (int k = 0; k < joints; k++) {
      canvas.disc(x[k], y[k], radius + 1.5, OUTLINE);
      if (sure(person, k)) {
        canvas.disc(x[k], y[k], radius, colours[k]);
      } else {
        canvas.circle(x[k], y[k], radius - ring / 2, ring, colours[k]);
      }
    }
  }

  /** Annotations as if they had been predicted: sure where visible, nowhere where unknown. */
  public static Prediction annotated(Person person) {
    int joints = person.x().length;
    Prediction truth = Prediction.empty(person.image(), person.person(), joints);
    for (int k = 0; k < joints; k++) {
      truth.x()[k] = person.annotated(k) ? person.x()[k] : Float.NaN;
      truth.y()[k] = person.annotated(k) ? person.y()[k] : Float.NaN;
      truth.score()[k] = person.visibility()[k] == Person.VISIBLE ? 1 : 0;
    }
    return truth;
  }

  static boolean sure(Prediction person, int joint) {
    return person.score()[joint] >= SURE;
  }

  /** A line, or dashes as long as three widths with gaps of two. */
  private static void limb(
      Canvas canvas, double[] ends, boolean whole, double width, double unit, int rgb) {
    double dx = ends[2] - ends[0];
    double dy = ends[3] - ends[1];
    double length = Math.hypot(dx, dy);
    if (whole || !(length > 5 * unit)) {
      canvas.line(ends[0], ends[1], ends[2], ends[3], width, rgb);
      return;
    }
    int dashes = (int) Math.max(2, Math.rint(length / (5 * unit)));
    for (int i = 0; i < dashes; i++) {
      double from = (i + 0.2) / dashes;
      double to = (i + 0.8) / dashes;
      canvas.line(
          ends[0] + from * dx,
          ends[1] + from * dy,
          ends[0] + to * dx,
          ends[1] + to * dy,
          width,
          rgb);
    }
  }
}
