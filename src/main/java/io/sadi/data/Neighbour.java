package io.sadi.data;

import io.sadi.geom.Affine;
import io.sadi.geom.Box;
import io.sadi.image.Canvas;
import io.sadi.image.Image;
import io.sadi.image.LazyImage;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Another person of the dataset, pasted beside somebody. The one in the middle of the crop counts,
 * and learns to be told from others. Cut out is what lies around the other's limbs.
 *
 * @param person beside whom
 * @param other who is pasted
 * @param imageToOther from the photo's pixels to those of the other's photo
 * @param behind whether the person hides the other
 */
public record Neighbour(Person person, Person other, Affine imageToOther, boolean behind) {
  private static final double NEAREST = 0.3;
  private static final double FARTHEST = 0.75;
  private static final double HIGHER = 0.15;
  private static final double SMALLEST = 0.7;
  private static final double LARGEST = 1.3;
  private static final int TRIES = 5;

  /** Of the torso: half a limb's width, and half a head's. */
  private static final double LIMB = 0.19;

  private static final double HEAD = 0.3;
  private static final double FEATHER = 0.05;

  /** Of the larger side of the joints' extent, where the torso is not annotated. */
  private static final double TORSO = 0.3;

  private static final Set<String> HEADS = Set.of("head_top", "head", "nose");

  /**
   * Draws somebody of these people to stand beside a person.
   *
   * @return null where none of those drawn can be cut out
   */
  public static @Nullable Neighbour draw(
      Person person, List<Person> people, Skeleton skeleton, RandomGenerator random) {
    Person other = null;
    for (int i = 0; i < TRIES; i++) {
      Person drawn = people.get(random.nextInt(people.size()));
      if (other == null && canBeCutOut(drawn) && !drawn.image().equals(person.image())) {
        other = drawn;
      }
    }
    double size = SMALLEST + random.nextDouble() * (LARGEST - SMALLEST);
    double away = NEAREST + random.nextDouble() * (FARTHEST - NEAREST);
    double right = random.nextBoolean() ? away : -away;
    double down = HIGHER * (2 * random.nextDouble() - 1);
    boolean mirrored = random.nextBoolean();
    boolean behind = random.nextBoolean();
    if (other == null) {
      return null;
    }
    double side = person.scale() * Person.SCALE_UNIT;
    double zoom = other.scale() * Person.SCALE_UNIT / (side * size);
    double zoomX = mirrored ? -zoom : zoom;
    double x = person.centerX() + right * side;
    double y = person.centerY() + down * side;
    Affine imageToOther =
        new Affine(zoomX, 0, other.centerX() - zoomX * x, 0, zoom, other.centerY() - zoom * y);
    Neighbour front = new Neighbour(person, other, imageToOther, behind);
    return behind || !front.hides(skeleton)
        ? front
        : new Neighbour(person, other, imageToOther, true);
  }

  /** Most of the joints are annotated, and they have an extent. */
  private static boolean canBeCutOut(Person person) {
    int annotated = 0;
    for (int k = 0; k < person.x().length; k++) {
      annotated += person.annotated(k) ? 1 : 0;
    }
    return 3 * annotated >= 2 * person.x().length
        && annotated > 2
        && Math.max(person.extent().width(), person.extent().height()) > 0
        && person.scale() > 0;
  }

  /** Whether half of the person's joints would lie behind the other's. */
  private boolean hides(Skeleton skeleton) {
    double reach = LIMB * torso(other, skeleton);
    int hidden = 0;
    int annotated = 0;
    for (int k = 0; k < person.x().length; k++) {
      if (person.annotated(k)) {
        annotated++;
        double x = imageToOther.x(person.x()[k], person.y()[k]);
        double y = imageToOther.y(person.x()[k], person.y()[k]);
        hidden += isOn(x, y, reach, skeleton) ? 1 : 0;
      }
    }
    return 2 * hidden >= annotated;
  }

  private boolean isOn(double x, double y, double reach, Skeleton skeleton) {
    for (Skeleton.Pair edge : skeleton.edges()) {
      if (other.annotated(edge.a()) && other.annotated(edge.b())) {
        double x0 = other.x()[edge.a()];
        double y0 = other.y()[edge.a()];
        double dx = other.x()[edge.b()] - x0;
        double dy = other.y()[edge.b()] - y0;
        double length = dx * dx + dy * dy;
        double t = length == 0 ? 0 : ((x - x0) * dx + (y - y0) * dy) / length;
        double at = Math.max(0, Math.min(1, t));
        if (Math.hypot(x - x0 - at * dx, y - y0 - at * dy) <= reach) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Pastes the other.
   *
   * @param picture of the person's photo, or a part of it
   * @param imageToPicture which moves and enlarges
   * @param photo the other's
   */
  public void paste(Image picture, Affine imageToPicture, LazyImage photo, Skeleton skeleton) {
    int w = picture.width();
    int h = picture.height();
    Affine pictureToOther = imageToOther.after(imageToPicture.inverse());
    try (Image cut = photo.warp(pictureToOther, w, h);
        Image mask = silhouette(other, pictureToOther.inverse(), w, h, skeleton)) {
      if (behind) {
        try (Image own = silhouette(person, imageToPicture, w, h, skeleton);
            Image nothing = Image.filled(w, h, 0)) {
          mask.blend(nothing, own);
        }
      }
      blankOutside(mask, photo, pictureToOther.inverse());
      picture.blend(cut, mask);
    }
  }

  /** Nothing is pasted of what lies outside the other's photo. */
  private static void blankOutside(Image mask, LazyImage photo, Affine otherToPicture) {
    double x0 = otherToPicture.x(0, 0);
    double x1 = otherToPicture.x(photo.width() - 1, 0);
    double y0 = otherToPicture.y(0, 0);
    double y1 = otherToPicture.y(0, photo.height() - 1);
    int left = (int) Math.ceil(Math.min(x0, x1));
    int right = (int) Math.floor(Math.max(x0, x1));
    int top = (int) Math.ceil(y0);
    int bottom = (int) Math.floor(y1);
    mask.fill(0, 0, left, mask.height(), 0);
    mask.fill(right + 1, 0, mask.width(), mask.height(), 0);
    mask.fill(0, 0, mask.width(), top, 0);
    mask.fill(0, bottom + 1, mask.width(), mask.height(), 0);
  }

  /** White where a person is, as far as joints tell. */
  private static Image silhouette(
      Person person, Affine imageToPicture, int w, int h, Skeleton skeleton) {
    double scale = Math.sqrt(Math.abs(imageToPicture.determinant()));
    double torso = torso(person, skeleton) * scale;
    Image mask = Image.filled(w, h, 0);
    Canvas canvas = mask.canvas();
    double[] x = new double[person.x().length];
    double[] y = new double[x.length];
    for (int k = 0; k < x.length; k++) {
      x[k] = imageToPicture.x(person.x()[k], person.y()[k]);
      y[k] = imageToPicture.y(person.x()[k], person.y()[k]);
      if (person.annotated(k)) {
        boolean head = HEADS.contains(JointName.of(skeleton.joints().get(k)).part());
        canvas.disc(x[k], y[k], (head ? HEAD : LIMB) * torso, 0xFFFFFF);
      }
    }
    for (Skeleton.Pair edge : skeleton.edges()) {
      if (person.annotated(edge.a()) && person.annotated(edge.b())) {
        double radius = LIMB * torso;
        canvas.capsule(
            x[edge.a()], y[edge.a()], radius, x[edge.b()], y[edge.b()], radius, 0xFFFFFF);
      }
    }
    fillTorso(canvas, person, x, y, skeleton);
    mask.blur(Math.max(0.5, FEATHER * torso));
    return mask;
  }

  private static void fillTorso(
      Canvas canvas, Person person, double[] x, double[] y, Skeleton skeleton) {
    int[] around = new int[4];
    double[] cornersX = new double[4];
    double[] cornersY = new double[4];
    String[] names = {"left_shoulder", "right_shoulder", "right_hip", "left_hip"};
    for (int i = 0; i < 4; i++) {
      around[i] = skeleton.index(names[i]);
      if (around[i] < 0 || !person.annotated(around[i])) {
        return;
      }
      cornersX[i] = x[around[i]];
      cornersY[i] = y[around[i]];
    }
    canvas.polygon(cornersX, cornersY, 0xFFFFFF);
  }

  /** From shoulders to hips, in image pixels, as far as is known. */
  private static double torso(Person person, Skeleton skeleton) {
    Torso torso = Torso.of(person, skeleton);
    Box extent = person.extent();
    double guess = TORSO * Math.max(extent.width(), extent.height());
    // Seen from above a torso is short, and the limbs are as thick as ever.
    return torso == null ? guess : Math.max(torso.length(), guess / 2);
  }
}
