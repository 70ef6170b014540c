package io.sadi.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.sadi.image.Image;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Image files of every kind that cameras, scanners and printers make, and some that nobody does.
 */
public final class Photos {
  private static final int WIDTH = 24;
  private static final int HEIGHT = 16;

  private Photos() {}

  /** Small noisy pictures, 24 wide and 16 high as seen, in all formats and pixel types. */
  public static List<Path> ofEveryKind(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    int[] types = {
      BufferedImage.TYPE_3BYTE_BGR,
      BufferedImage.TYPE_4BYTE_ABGR,
      BufferedImage.TYPE_BYTE_GRAY,
      BufferedImage.TYPE_USHORT_GRAY
    };
    for (int type : types) {
      BufferedImage picture = new BufferedImage(WIDTH, HEIGHT, type);
      Random random = new Random(type);
      for (int i = 0; i < WIDTH * HEIGHT; i++) {
        picture.setRGB(i % WIDTH, i / WIDTH, random.nextInt());
      }
      for (String format : new String[] {"png", "tiff", "bmp"}) {
        Path file = folder.resolve(format + "-" + type + "." + format);
        if (ImageIO.write(picture, format, file.toFile())) { // BMP knows no alpha
          files.add(file);
        }
      }
    }
    for (int orientation = 1; orientation <= 8; orientation++) {
      boolean aside = orientation > 4;
      byte[] rgb = new byte[WIDTH * HEIGHT * 3];
      new Random(orientation).nextBytes(rgb);
      try (Image stored = Image.of(rgb, aside ? HEIGHT : WIDTH, aside ? WIDTH : HEIGHT)) {
        Path file = folder.resolve("exif-" + orientation + ".jpg");
        files.add(Files.write(file, withOrientation(stored.jpeg(95), orientation)));
      }
    }
    int[] deep = {opencv_core.CV_16UC3, opencv_core.CV_16UC4};
    for (int i = 0; i < deep.length; i++) {
      files.add(encoded(folder.resolve("deep-" + i + ".png"), deep[i], 2 * (i + 3)));
      files.add(encoded(folder.resolve("deep-" + i + ".tiff"), deep[i], 2 * (i + 3)));
    }
    files.add(encoded(folder.resolve("grey.jpg"), opencv_core.CV_8UC1, 1));
    files.add(encoded(folder.resolve("grey.webp"), opencv_core.CV_8UC1, 1));
    files.add(encoded(folder.resolve("alpha.webp"), opencv_core.CV_8UC4, 4));
    files.add(encoded(folder.resolve("lzw.tiff"), opencv_core.CV_8UC3, 3));
    files.add(fourInks(folder.resolve("inks.jpg")));
    files.add(Files.write(folder.resolve("lossy.webp"), webp(80)));
    files.add(Files.write(folder.resolve("lossless.webp"), webp(101)));
    return files;
  }

  private static Path fourInks(Path file) throws IOException {
    WritableRaster inks =
        Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, WIDTH, HEIGHT, 4, null);
    inks.setPixels(0, 0, WIDTH, HEIGHT, new Random(4).ints(4L * WIDTH * HEIGHT, 0, 256).toArray());
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
      writer.setOutput(out);
      writer.write(new IIOImage(inks, null, null));
    } finally {
      writer.dispose();
    }
    return file;
  }

  /** Noise in whatever the name ends in. */
  private static Path encoded(Path file, int type, int bytesPerPixel) throws IOException {
    byte[] pixels = new byte[WIDTH * HEIGHT * bytesPerPixel];
    new Random(type).nextBytes(pixels);
    String name = file.toString();
    try (Mat mat = new Mat(HEIGHT, WIDTH, type);
        BytePointer encoded = new BytePointer()) {
      mat.data().put(pixels, 0, (int) (mat.total() * mat.elemSize()));
      if (!opencv_imgcodecs.imencode(name.substring(name.lastIndexOf('.')), mat, encoded)) {
        throw new IllegalStateException("OpenCV does not write " + file);
      }
      byte[] bytes = new byte[(int) encoded.limit()];
      encoded.get(bytes);
      return Files.write(file, bytes);
    }
  }

  private static byte[] webp(int quality) {
    byte[] pixels = new byte[WIDTH * HEIGHT * 3];
    new Random(quality).nextBytes(pixels);
    try (Mat mat = new Mat(HEIGHT, WIDTH, opencv_core.CV_8UC3);
        BytePointer encoded = new BytePointer();
        IntPointer options = new IntPointer(opencv_imgcodecs.IMWRITE_WEBP_QUALITY, quality)) {
      mat.data().put(pixels, 0, pixels.length);
      opencv_imgcodecs.imencode(".webp", mat, encoded, options);
      byte[] webp = new byte[(int) encoded.limit()];
      encoded.get(webp);
      return webp;
    }
  }

  /** A JPEG that says how it is to be turned to be seen upright. */
  public static byte[] withOrientation(byte[] jpeg, int orientation) {
    ByteBuffer exif = ByteBuffer.allocate(36);
    exif.putShort((short) 0xFFE1).putShort((short) 34).put("Exif\0\0".getBytes(US_ASCII));
    exif.putInt(0x4D4D002A).putInt(8); // a big-endian TIFF whose directory follows
    exif.putShort((short) 1).putShort((short) 0x0112).putShort((short) 3).putInt(1);
    exif.putShort((short) orientation).putShort((short) 0).putInt(0);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(jpeg, 0, 2);
    out.write(exif.array(), 0, exif.position());
    out.write(jpeg, 2, jpeg.length - 2);
    return out.toByteArray();
  }

  /**
   * An uncompressed TIFF of one strip.
   *
   * @param big whether it is a BigTIFF
   * @param order of its bytes
   * @param samples a pixel: 1, 3 or 4
   * @param bits a sample
   * @param format of the samples: 1 unsigned, 2 signed, 3 floats
   * @param extra what the fourth sample is: 1 an alpha that colours are multiplied by, 2 one that
   *     they are not
   */
  public static byte[] tiff(
      boolean big,
      ByteOrder order,
      int[] size,
      int samples,
      int bits,
      int format,
      int extra,
      int orientation,
      byte[] pixels) {
    int[][] entries = {
      {256, size[0]},
      {257, size[1]},
      {258, bits},
      {259, 1},
      {262, samples == 1 ? 1 : 2},
      {273, 0},
      {274, orientation},
      {277, samples},
      {278, size[1]},
      {279, pixels.length},
      {338, extra},
      {339, format}
    };
    int head = big ? 16 : 8;
    int directory = (big ? 8 : 2) + entries.length * (big ? 20 : 12) + (big ? 8 : 4);
    int perSample = head + directory; // of 258 and 339, where there are several samples
    int strip = perSample + 16;
    ByteBuffer out = ByteBuffer.allocate(strip + pixels.length).order(order);
    out.put((order == ByteOrder.LITTLE_ENDIAN ? "II" : "MM").getBytes(US_ASCII));
    out.putShort((short) (big ? 43 : 42));
    if (big) {
      out.putShort((short) 8).putShort((short) 0).putLong(head).putLong(entries.length);
    } else {
      out.putInt(head).putShort((short) entries.length);
    }
    for (int[] entry : entries) {
      boolean each = samples > 1 && (entry[0] == 258 || entry[0] == 339);
      boolean wide = entry[0] == 273 || entry[0] == 279;
      int count = each ? samples : entry[0] == 338 && samples < 4 ? 0 : 1;
      out.putShort((short) entry[0]).putShort((short) (wide ? 4 : 3));
      int end = out.position() + (big ? 16 : 8);
      if (big) {
        out.putLong(count);
      } else {
        out.putInt(count);
      }
      boolean inside = !each || (big && 2 * samples <= 8);
      if (each && inside) {
        for (int i = 0; i < samples; i++) {
          out.putShort((short) entry[1]);
        }
      } else if (each) {
        int at = perSample + (entry[0] == 258 ? 0 : 8);
        out.putInt(at);
        for (int i = 0; i < samples; i++) {
          out.putShort(at + 2 * i, (short) entry[1]);
        }
      } else if (wide) {
        out.putInt(entry[0] == 273 ? strip : entry[1]);
      } else {
        out.putShort((short) entry[1]);
      }
      out.position(end);
    }
    return out.put(strip, pixels).array();
  }

  /** A file of chunks: a lossless WebP with camera data behind the picture. */
  public static byte[] webpWithOrientation(byte[] webp, int orientation) {
    ByteBuffer stored = ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN);
    int bits = stored.getInt(21); // of VP8L
    int width = bits & 0x3FFF;
    int height = (bits >>> 14) & 0x3FFF;
    byte[] exif = exif(orientation);
    ByteBuffer out = ByteBuffer.allocate(webp.length + 18 + 8 + exif.length);
    out.order(ByteOrder.LITTLE_ENDIAN).put("RIFF".getBytes(US_ASCII)).putInt(out.capacity() - 8);
    out.put("WEBPVP8X".getBytes(US_ASCII)).putInt(10).putInt(8);
    out.put((byte) width).putShort((short) (width >> 8));
    out.put((byte) height).putShort((short) (height >> 8));
    out.put(webp, 12, webp.length - 12);
    out.put("EXIF".getBytes(US_ASCII)).putInt(exif.length).put(exif);
    return out.array();
  }

  /** A PNG with camera data before the picture. */
  public static byte[] pngWithOrientation(byte[] png, int orientation) {
    byte[] exif = exif(orientation);
    ByteBuffer out = ByteBuffer.allocate(png.length + 12 + exif.length);
    out.put(png, 0, 33).putInt(exif.length);
    byte[] chunk = ByteBuffer.allocate(4 + exif.length).putInt(0x65584966).put(exif).array();
    CRC32 crc = new CRC32();
    crc.update(chunk);
    return out.put(chunk).putInt((int) crc.getValue()).put(png, 33, png.length - 33).array();
  }

  /** A big-endian TIFF of nothing but an orientation. */
  private static byte[] exif(int orientation) {
    ByteBuffer exif = ByteBuffer.allocate(26).putInt(0x4D4D002A).putInt(8);
    exif.putShort((short) 1).putShort((short) 0x0112).putShort((short) 3).putInt(1);
    return exif.putShort((short) orientation).array();
  }

  /** A PNG whose header claims another size. */
  public static byte[] claiming(byte[] png, int width, int height) {
    byte[] claiming = png.clone();
    ByteBuffer header = ByteBuffer.wrap(claiming).putInt(16, width).putInt(20, height);
    CRC32 crc = new CRC32();
    crc.update(claiming, 12, 17);
    header.putInt(29, (int) crc.getValue());
    return claiming;
  }
}
