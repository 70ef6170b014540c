package io.sadi.api;

import io.sadi.data.PersonBox;
import io.sadi.image.Image;
import io.sadi.image.LazyImage;
import io.sadi.predict.engine.ImageTask;
import io.sadi.predict.engine.ImageTask.PixelSource;
import io.sadi.predict.engine.InputImage;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image to find people in, and where. An instance does not change, but for the image or the
 * bytes that it was made of, which must stay as they are while people are looked for.
 */
public final class Photo {
  private static final String UNNAMED = "image";

  private final String name;
  private final PixelSource pixels;
  private final @Nullable List<Box> boxes;

  private Photo(String name, PixelSource pixels, @Nullable List<Box> boxes) {
    this.name = name;
    this.pixels = pixels;
    this.boxes = boxes;
  }

  /**
   * A file: JPEG, PNG, WebP, BMP, TIFF or GIF, turned upright as its EXIF data says. It is read
   * when people are looked for, and called by its path.
   */
  public static Photo of(Path file) {
    ImageTask task = ImageTask.of(new InputImage(file.toString(), file), null);
    return new Photo(file.toString(), task.pixels(), null);
  }

  /** A file's bytes, such as came over the network; else as {@link #of(Path)}. */
  public static Photo ofFile(byte[] bytes) {
    return new Photo(UNNAMED, () -> LazyImage.of(bytes), null);
  }

  /** An image in memory, upright. What is transparent keeps its colour. */
  public static Photo of(BufferedImage image) {
    return new Photo(
        UNNAMED,
        () -> LazyImage.of(Image.of(rgb(image), image.getWidth(), image.getHeight())),
        null);
  }

  /**
   * Pixels.
   *
   * @param rgb [height, width, 3] bytes, row by row: red, green and blue of each pixel, 0 to 255
   * @param width in pixels, at least 1
   * @param height in pixels, at least 1
   * @throws PoseException if the bytes are not as many
   */
  public static Photo ofRgb(byte[] rgb, int width, int height) {
    if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
      throw new PoseException(
          "rgb: found "
              + rgb.length
              + " bytes for "
              + width
              + "x"
              + height
              + " pixels, expected width * height * 3, and at least 1x1",
          null);
    }
    return new Photo(UNNAMED, () -> LazyImage.of(Image.of(rgb, width, height)), null);
  }

  /** The same called otherwise, in results and messages. */
  public Photo named(String newName) {
    return new Photo(newName, pixels, boxes);
  }

  /**
   * The same with people in these boxes, one each; in none if there are none. Without this, one
   * person is looked for in the whole image.
   */
  public Photo in(List<Box> newBoxes) {
    return new Photo(name, pixels, List.copyOf(newBoxes));
  }

  /** As the engine takes it. */
  ImageTask task() {
    if (boxes == null) {
      return new ImageTask(name, pixels, null);
    }
    List<PersonBox> people = new ArrayList<>();
    for (Box box : boxes) {
      people.add(
          PersonBox.of(
              people.size(), new io.sadi.geom.Box(box.x(), box.y(), box.width(), box.height())));
    }
    return new ImageTask(name, pixels, people);
  }

  /** How many people are looked for. */
  int people() {
    return boxes == null ? 1 : boxes.size();
  }

  private static byte[] rgb(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    byte[] rgb = new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))];
    // Java takes grey to be linear and would make it brighter; files of grey photos mean sRGB's.
    boolean grey = image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    int[] row = new int[width];
    int at = 0;
    for (int y = 0; y < height; y++) {
      if (grey) {
        grey(image, y, row);
      } else {
        image.getRGB(0, y, width, 1, row, 0, width);
      }
      for (int pixel : row) {
        rgb[at++] = (byte) (grey ? pixel : pixel >> 16);
        rgb[at++] = (byte) (grey ? pixel : pixel >> 8);
        rgb[at++] = (byte) pixel;
      }
    }
    return rgb;
  }

  /** Reads a row of a grey image, 0 to 255, as the same image in a file is decoded. */
  private static void grey(BufferedImage image, int y, int[] row) {
    ColorModel model = image.getColorModel();
    Raster raster = image.getRaster();
    int type = model.getTransferType();
    if (type != DataBuffer.TYPE_BYTE
        && type != DataBuffer.TYPE_USHORT
        && type != DataBuffer.TYPE_INT) { // signed and real numbers
      for (int x = 0; x < row.length; x++) {
        Object pixel = raster.getDataElements(x, y, null);
        float value = model.getNormalizedComponents(pixel, null, 0)[0];
        row[x] = Math.round(255 * Math.max(0, Math.min(1, value)));
      }
      return;
    }
    raster.getSamples(0, y, row.length, 1, 0, row);
    int bits = model.getComponentSize(0);
    double most = (1L << bits) - 1;
    boolean multiplied = model.hasAlpha() && model.isAlphaPremultiplied();
    for (int x = 0; x < row.length; x++) {
      double value = Integer.toUnsignedLong(row[x]);
      if (multiplied) {
        double alpha = Integer.toUnsignedLong(raster.getSample(x, y, 1));
        value = alpha == 0 ? 0 : Math.min(most, Math.rint(value * most / alpha));
      }
      row[x] = (int) (bits < 8 ? value * 255 / most : value / (1L << (bits - 8)));
    }
  }
}
