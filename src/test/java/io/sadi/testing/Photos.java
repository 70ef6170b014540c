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
