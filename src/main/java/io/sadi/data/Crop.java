package io.sadi.data;

import io.sadi.geom.Affine;
import io.sadi.geom.PixelConvention;
import org.jspecify.annotations.Nullable;

/**
 * The square around a person that the network sees, and how it lies in the image.
 *
 * @param imageToCrop image pixels to crop pixels, pixel centres both
 * @param size side of the crop in crop pixels
 * @param mirrored whether left and right are exchanged
 * @param pixels where its middle is
 */
public record Crop(Affine imageToCrop, int size, boolean mirrored, PixelConvention pixels) {

  /** The crop of a person as annotated: upright, its side 200 x scale image pixels. */
  public static Crop of(Person person, int size) {
    return of(person, size, Augmentation.CropDraw.NONE);
  }

  /** The same as a network of another convention wants it. */
  public static Crop of(Person person, int size, PixelConvention pixels) {
    return of(person, size, Augmentation.CropDraw.NONE, pixels);
  }

  /** The crop of a person, varied for training. */
  public static Crop of(Person person, int size, Augmentation.CropDraw draw) {
    return of(person, size, draw, PixelConvention.CENTER);
  }

  /** The same as a network of another convention wants it. */
  static Crop of(Person person, int size, Augmentation.CropDraw draw, PixelConvention pixels) {
    double side = person.scale() * Person.SCALE_UNIT;
    return of(
        person.centerX() + draw.shiftX() * side,
        person.centerY() + draw.shiftY() * side,
        side,
        size,
        draw,
        pixels);
  }

  /** The crop around a point, its pixels' centres about its middle. */
  static Crop of(
      double centerX, double centerY, double side, int size, Augmentation.CropDraw draw) {
    return of(centerX, centerY, side, size, draw, PixelConvention.CENTER);
  }

  /**
   * The crop around a point.
   *
   * @param centerX in image pixels
   * @param centerY in image pixels
   * @param side of the square in image pixels
   * @param size of the crop in crop pixels
   * @param draw how the crop is enlarged, turned and mirrored about its centre
   * @param pixels where in the crop that centre comes to lie
   */
  static Crop of(
      double centerX,
      double centerY,
      double side,
      int size,
      Augmentation.CropDraw draw,
      PixelConvention pixels) {
    double zoom = size / (side * draw.scale());
    double cos = Math.cos(draw.rotation()) * zoom;
    double sin = Math.sin(draw.rotation()) * zoom;
    double mirror = draw.flip() ? -1 : 1;
    double middle = pixels.middle(size);
    Affine turned =
        new Affine(
            mirror * cos,
            mirror * -sin,
            middle - mirror * (cos * centerX - sin * centerY),
            sin,
            cos,
            middle - (sin * centerX + cos * centerY));
    return new Crop(turned, size, draw.flip(), pixels);
  }

  /** Crop pixels to image pixels. */
  public Affine cropToImage() {
    return imageToCrop.inverse();
  }

  /** The same crop seen in a mirror. */
  public Crop mirror() {
    Affine flip = new Affine(-1, 0, size - 1, 0, 1, 0);
    return new Crop(flip.after(imageToCrop), size, !mirrored, pixels);
  }

  /**
   * Where the joints lie in the crop, in the units of the network's mu: -0.5 at the left or upper
   * edge, 0.5 at the right or lower one. Left and right are exchanged where the crop is mirrored.
   *
   * @param joints receives x and y of every joint from {@code offset}, [K, 2]; 0 where not
   *     annotated
   * @param mask receives 1 where a joint is annotated and inside, else 0, from {@code offset / 2}
   */
  public void targets(
      Person person, int[] flipPermutation, float[] joints, float[] mask, int offset) {
    targets(person, null, flipPermutation, joints, mask, offset);
  }

  /**
   * The same of joints that count more or less than others.
   *
   * @param weights [K], which the mask receives instead of 1; null for 1
   */
  void targets(
      Person person,
      float @Nullable [] weights,
      int[] flipPermutation,
      float[] joints,
      float[] mask,
      int offset) {
    for (int k = 0; k < flipPermutation.length; k++) {
      int source = mirrored ? flipPermutation[k] : k;
      double x = 0;
      double y = 0;
      boolean counts = false;
      if (person.annotated(source)) {
        double px = person.x()[source];
        double py = person.y()[source];
        x = pixels.unit(imageToCrop.x(px, py), size);
        y = pixels.unit(imageToCrop.y(px, py), size);
        counts = Math.abs(x) <= 0.5 && Math.abs(y) <= 0.5;
      }
      joints[offset + 2 * k] = (float) x;
      joints[offset + 2 * k + 1] = (float) y;
      mask[offset / 2 + k] = counts ? weights == null ? 1 : weights[source] : 0;
    }
  }
}
