package io.sadi.data;

import io.sadi.geom.Affine;
import io.sadi.geom.Box;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One annotated person in one image. Coordinates are image pixels, 0-based pixel centres.
 *
 * @param image the file's name relative to the dataset's image root, '/' between folders
 * @param person 0-based index of the person in the image; -1 for a crowd
 * @param imageWidth in pixels; 0 where unknown
 * @param imageHeight in pixels; 0 where unknown
 * @param x joints, [K]
 * @param y joints, [K]
 * @param visibility [K]: 0 not annotated, 1 annotated but occluded, 2 visible
 * @param box the person's box, or null where the file gives none
 * @param centerX the crop's centre
 * @param centerY the crop's centre
 * @param scale the crop's side / 200, padding included
 * @param headSize 0.6 x the head box's diagonal in pixels; NaN where unknown
 * @param headBox the head box, or null where unknown
 * @param source what else the COCO file says that the person comes from; null for other files
 * @param origin where the image was cut out of a photo; null where it is the photo
 */
// Arrays are the natural form here: they go straight into batches and metrics.
@SuppressWarnings("ArrayRecordComponent")
public record Person(
    String image,
    int person,
    int imageWidth,
    int imageHeight,
    float[] x,
    float[] y,
    byte[] visibility,
    @Nullable Box box,
    double centerX,
    double centerY,
    double scale,
    double headSize,
    @Nullable Box headBox,
    @Nullable CocoSource source,
    @Nullable CropOrigin origin) {

  /** MPII's unit of scale, in pixels. */
  public static final double SCALE_UNIT = 200;

  public static final byte NOT_ANNOTATED = 0;
  public static final byte OCCLUDED = 1;
  public static final byte VISIBLE = 2;

  /** Absolute, through "..", with control characters, or empty. */
  private static final Pattern NO_IMAGE_NAME =
      Pattern.compile("([/\\\\]|[A-Za-z]:).*|(.*[/\\\\])?\\.\\.([/\\\\].*)?|.*\\p{Cntrl}.*|");

  /** A person in a photo who comes from no COCO file. */
  public Person(
      String image,
      int person,
      int imageWidth,
      int imageHeight,
      float[] x,
      float[] y,
      byte[] visibility,
      @Nullable Box box,
      double centerX,
      double centerY,
      double scale,
      double headSize,
      @Nullable Box headBox) {
    this(
        image,
        person,
        imageWidth,
        imageHeight,
        x,
        y,
        visibility,
        box,
        centerX,
        centerY,
        scale,
        headSize,
        headBox,
        null,
        null);
  }

  /** Whether a text can be an image's name: a relative path that stays in the image root. */
  public static boolean isImageName(String name) {
    return !NO_IMAGE_NAME.matcher(name).matches();
  }

  /** MPII's head size: 0.6 x the head box's diagonal, in pixels. */
  public static double headSize(Box headBox) {
    return 0.6 * Math.hypot(headBox.width(), headBox.height());
  }

  /** Whether a box says nothing: of no size, of less, or not of numbers. */
  static boolean isEmpty(Box box) {
    return Double.isNaN(box.x() + box.y())
        || !(box.width() >= 0 && box.height() >= 0 && Math.max(box.width(), box.height()) > 0);
  }

  /** Whether joint k is annotated, occluded or not. */
  public boolean annotated(int k) {
    return visibility[k] != NOT_ANNOTATED;
  }

  /** Whether any joint is annotated. */
  public boolean annotated() {
    for (int k = 0; k < visibility.length; k++) {
      if (annotated(k)) {
        return true;
      }
    }
    return false;
  }

  /** Whether this is a crowd and not one person. */
  public boolean crowd() {
    return source != null && source.crowd();
  }

  /**
   * Whether this is kept from a COCO file though nothing is learned from it and no joint is
   * measured: a crowd, or somebody without any annotated joint. Average precision neither asks for
   * them nor counts what is found there.
   */
  public boolean ignored() {
    return source != null && (source.crowd() || !annotated());
  }

  /** The same person with what a COCO file says, or without. */
  public Person withSource(@Nullable CocoSource newSource) {
    return new Person(
        image,
        person,
        imageWidth,
        imageHeight,
        x,
        y,
        visibility,
        box,
        centerX,
        centerY,
        scale,
        headSize,
        headBox,
        newSource,
        origin);
  }

  /** The same person with another box, crop centre and scale. */
  public Person withCrop(
      @Nullable Box newBox, double newCenterX, double newCenterY, double newScale) {
    return new Person(
        image,
        person,
        imageWidth,
        imageHeight,
        x,
        y,
        visibility,
        newBox,
        newCenterX,
        newCenterY,
        newScale,
        headSize,
        headBox,
        source,
        origin);
  }

  /**
   * The same person with the crop that a box gives, padded by {@link CocoFile#BOX_PADDING}.
   *
   * @param newBox the person's; null, or {@link #isEmpty}, for the extent of the joints. The scale
   *     is 0 where that has no size either
   */
  public Person inBox(@Nullable Box newBox) {
    boolean empty = newBox == null || isEmpty(newBox);
    Box around = newBox == null || empty ? extent() : newBox;
    double side = Math.max(around.width(), around.height());
    return withCrop(
        newBox == null ? around : newBox,
        around.centerX(),
        around.centerY(),
        side * CocoFile.BOX_PADDING / SCALE_UNIT);
  }

  /** The same person with other joints, in an image of another name. */
  public Person withJoints(String newImage, float[] newX, float[] newY, byte[] newVisibility) {
    return new Person(
        newImage,
        person,
        imageWidth,
        imageHeight,
        newX,
        newY,
        newVisibility,
        box,
        centerX,
        centerY,
        scale,
        headSize,
        headBox,
        source,
        origin);
  }

  /** The same person with another number in the image. */
  public Person numbered(int number) {
    return new Person(
        image,
        number,
        imageWidth,
        imageHeight,
        x,
        y,
        visibility,
        box,
        centerX,
        centerY,
        scale,
        headSize,
        headBox,
        source,
        origin);
  }

  /** The same person in an image that was cut out of a photo, or in none such. */
  public Person withOrigin(@Nullable CropOrigin newOrigin) {
    return new Person(
        image,
        person,
        imageWidth,
        imageHeight,
        x,
        y,
        visibility,
        box,
        centerX,
        centerY,
        scale,
        headSize,
        headBox,
        source,
        newOrigin);
  }

  /**
   * The same person where a map takes the picture: joints, boxes, crop, head and area. The image's
   * size and origin are not known then, and where the map mirrors joints keep their names.
   *
   * @param map between pixel centres, which enlarges both ways alike
   */
  public Person under(Affine map) {
    float[] newX = new float[x.length];
    float[] newY = new float[y.length];
    for (int k = 0; k < x.length; k++) {
      if (annotated(k)) {
        newX[k] = (float) map.x(x[k], y[k]);
        newY[k] = (float) map.y(x[k], y[k]);
      }
    }
    double factor = Math.sqrt(Math.abs(map.determinant()));
    return new Person(
        image,
        person,
        0,
        0,
        newX,
        newY,
        visibility,
        under(box, map),
        map.x(centerX, centerY),
        map.y(centerX, centerY),
        scale * factor,
        headSize * factor,
        under(headBox, map),
        source == null ? null : source.enlarged(factor),
        null);
  }

  private static @Nullable Box under(@Nullable Box box, Affine map) {
    return box == null || isEmpty(box) ? box : box.under(map);
  }

  /** The same person in an image of another name. */
  public Person inImage(String newImage) {
    return withJoints(newImage, x, y, visibility);
  }

  /** The same person in an image of known size. */
  public Person withImageSize(int width, int height) {
    return new Person(
        image,
        person,
        width,
        height,
        x,
        y,
        visibility,
        box,
        centerX,
        centerY,
        scale,
        headSize,
        headBox,
        source,
        origin);
  }

  /** The smallest box around the annotated joints; of no size at (0, 0) where there are none. */
  public Box extent() {
    double left = Double.POSITIVE_INFINITY;
    double top = Double.POSITIVE_INFINITY;
    double right = Double.NEGATIVE_INFINITY;
    double bottom = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < x.length; k++) {
      if (annotated(k)) {
        left = Math.min(left, x[k]);
        top = Math.min(top, y[k]);
        right = Math.max(right, x[k]);
        bottom = Math.max(bottom, y[k]);
      }
    }
    return right >= left ? new Box(left, top, right - left, bottom - top) : new Box(0, 0, 0, 0);
  }
}
