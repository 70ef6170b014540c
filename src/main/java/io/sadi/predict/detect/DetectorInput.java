package io.sadi.predict.detect;

import io.sadi.geom.Affine;
import io.sadi.image.Image;
import io.sadi.image.LazyImage;
import io.sadi.io.BadInputException;
import java.nio.FloatBuffer;
import java.util.Locale;

/**
 * What a detector wants to see of a photo.
 *
 * @param width of its input in pixels
 * @param height of its input in pixels
 * @param blueFirst whether a pixel is blue, green, red
 * @param range of the values
 * @param fit how a photo of another shape is brought in
 */
record DetectorInput(int width, int height, boolean blueFirst, ValueRange range, Fit fit) {
  /** Grey beside the photo, as YOLO's trainers have it. */
  private static final int PAD = 114;

  private static final int LARGEST = 4096;

  /** Of a colour's value. */
  enum ValueRange {
    /** 0 to 1. */
    UNIT,
    /** 0 to 255. */
    BYTES,
    /** Less ImageNet's mean, over its deviation. */
    IMAGENET
  }

  /** How a photo is brought into a rectangle of another shape. */
  enum Fit {
    /** In the middle, grey beside it. */
    LETTERBOX,
    /** In the upper left corner, grey beside it. */
    CORNER,
    /** Over all of it, stretched. */
    STRETCH
  }

  private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
  private static final float[] DEVIATION = {0.229f, 0.224f, 0.225f};

  DetectorInput {
    if (width < 16 || height < 16 || width > LARGEST || height > LARGEST) {
      throw BadInputException.at(
          "--detector-input", width + "x" + height, "16 to " + LARGEST + " pixels a side", "");
    }
  }

  /**
   * The same with what a person says otherwise.
   *
   * @param words separated by commas: {@code 640} or {@code 640x480}; {@code rgb} or {@code bgr};
   *     {@code unit}, {@code bytes} or {@code imagenet}; {@code letterbox}, {@code corner} or
   *     {@code stretch}
   */
  DetectorInput with(String words) {
    DetectorInput changed = this;
    for (String word : words.split(",", -1)) {
      changed = changed.withWord(word.trim().toLowerCase(Locale.ROOT));
    }
    return changed;
  }

  private DetectorInput withWord(String word) {
    if (word.matches("\\d{1,5}(x\\d{1,5})?")) {
      String[] sides = word.split("x", -1);
      int first = Integer.parseInt(sides[0]);
      int second = sides.length > 1 ? Integer.parseInt(sides[1]) : first;
      return new DetectorInput(first, second, blueFirst, range, fit);
    }
    return switch (word) {
      case "rgb" -> new DetectorInput(width, height, false, range, fit);
      case "bgr" -> new DetectorInput(width, height, true, range, fit);
      case "unit" -> new DetectorInput(width, height, blueFirst, ValueRange.UNIT, fit);
      case "bytes" -> new DetectorInput(width, height, blueFirst, ValueRange.BYTES, fit);
      case "imagenet" -> new DetectorInput(width, height, blueFirst, ValueRange.IMAGENET, fit);
      case "letterbox" -> new DetectorInput(width, height, blueFirst, range, Fit.LETTERBOX);
      case "corner" -> new DetectorInput(width, height, blueFirst, range, Fit.CORNER);
      case "stretch" -> new DetectorInput(width, height, blueFirst, range, Fit.STRETCH);
      default ->
          throw BadInputException.at(
              "--detector-input",
              "'" + word + "'",
              "a size (640 or 640x480), rgb or bgr, unit, bytes or imagenet, letterbox, corner or"
                  + " stretch",
              "");
    };
  }

  /** From the edges of a photo's pixels to those of the input's. */
  Affine photoToInput(int photoWidth, int photoHeight) {
    if (fit == Fit.STRETCH) {
      return new Affine((double) width / photoWidth, 0, 0, 0, (double) height / photoHeight, 0);
    }
    double scale = Math.min((double) width / photoWidth, (double) height / photoHeight);
    boolean middle = fit == Fit.LETTERBOX;
    double left = middle ? Math.floor((width - Math.rint(scale * photoWidth)) / 2) : 0;
    double top = middle ? Math.floor((height - Math.rint(scale * photoHeight)) / 2) : 0;
    return new Affine(scale, 0, left, 0, scale, top);
  }

  /**
   * A photo as the detector wants it.
   *
   * @param values [3, height, width] or [height, width, 3]
   * @param colourLast which of them
   */
  void write(LazyImage photo, boolean colourLast, FloatBuffer values) {
    Affine edges = photoToInput(photo.width(), photo.height());
    // Image has pixel centres at whole numbers.
    Affine half = new Affine(1, 0, 0.5, 0, 1, 0.5);
    Affine centres = half.inverse().after(edges).after(half);
    byte[] rgb;
    try (Image seen = photo.warp(centres.inverse(), width, height)) {
      rgb = seen.rgb();
    }
    double left = edges.x(0, 0);
    double top = edges.y(0, 0);
    double right = edges.x(photo.width(), photo.height());
    double bottom = edges.y(photo.width(), photo.height());
    int area = width * height;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        boolean outside = x + 0.5 < left || y + 0.5 < top || x + 0.5 > right || y + 0.5 > bottom;
        for (int c = 0; c < 3; c++) {
          int colour = blueFirst ? 2 - c : c;
          int value = outside ? PAD : rgb[3 * (y * width + x) + colour] & 0xFF;
          int at = y * width + x;
          values.put(colourLast ? 3 * at + c : c * area + at, scaled(value, colour));
        }
      }
    }
  }

  private float scaled(int value, int colour) {
    return switch (range) {
      case UNIT -> value / 255f;
      case BYTES -> value;
      case IMAGENET -> (value / 255f - MEAN[colour]) / DEVIATION[colour];
    };
  }
}
