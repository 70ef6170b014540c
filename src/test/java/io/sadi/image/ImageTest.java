package io.sadi.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sadi.geom.Affine;
import io.sadi.io.BadInputException;
import io.sadi.testing.Fuzz;
import io.sadi.testing.Photos;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageTest {
  private final Path folder;

  ImageTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void readsWhatItWrote() throws IOException {
    byte[] rgb = noise(13, 7, 1);
    Path png = folder.resolve("bild ä 図.png");
    Path jpeg = folder.resolve("flat.jpg");
    try (Image image = Image.of(rgb, 13, 7);
        Image flat = Image.filled(20, 10, 0x2040C0)) {
      image.writePng(png);
      flat.writeJpeg(jpeg, 95);
    }
    try (Image image = Image.read(png);
        Image flat = Image.read(jpeg)) {
      assertThat(image.width()).isEqualTo(13);
      assertThat(image.height()).isEqualTo(7);
      assertThat(image.rgb()).isEqualTo(rgb);
      assertThat(flat.rgb()[0] & 0xFF).isCloseTo(0x20, within(3));
      assertThat(flat.rgb()[2] & 0xFF).isCloseTo(0xC0, within(3));
    }
  }

  @Test
  void turnsPhotosUpright() throws IOException {
    byte[] rgb = new byte[3 * 16 * 8];
    Arrays.fill(rgb, 0, 3 * 8 * 8, (byte) 255); // white above ...
    byte[] jpeg;
    try (Image image = Image.of(rgb, 8, 16)) { // ... black below, 8 wide, 16 high
      jpeg = image.jpeg(100);
    }
    Path file = folder.resolve("turned.jpg");
    Files.write(file, Photos.withOrientation(jpeg, 6)); // to be turned clockwise: white comes right
    try (Image image = Image.read(file)) {
      assertThat(image.width()).isEqualTo(16);
      assertThat(image.height()).isEqualTo(8);
      assertThat(image.rgb()[3 * 14] & 0xFF).isGreaterThan(250);
      assertThat(image.rgb()[3]).isBetween((byte) 0, (byte) 5);
      assertThat(image.traits()).containsExactly(Image.Trait.TURNED);
    }
    Files.write(file, Photos.withOrientation(jpeg, 1));
    try (Image image = Image.read(file)) {
      assertThat(image.width()).isEqualTo(8);
      assertThat(image.traits()).isEmpty();
    }
  }

  @Test
  void makesEveryKindOfPictureEightBitRgb() throws IOException {
    int[] types = {
      BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY, BufferedImage.TYPE_4BYTE_ABGR
    };
    for (int type : types) {
      BufferedImage picture = new BufferedImage(5, 4, type);
      for (int x = 0; x < 5; x++) {
        picture.setRGB(x, 2, 0xFFC8C8C8);
      }
      for (String format : new String[] {"png", "tiff"}) {
        Path file = folder.resolve(type + "." + format);
        assertThat(ImageIO.write(picture, format, file.toFile())).isTrue();
        int[] expected = {picture.getRaster().getSample(0, 2, 0)};
        if (type == BufferedImage.TYPE_USHORT_GRAY) {
          expected[0] >>= 8;
        }
        try (Image image = Image.read(file)) {
          assertThat(image.traits())
              .as(file.toString())
              .isEqualTo(
                  switch (type) {
                    case BufferedImage.TYPE_BYTE_GRAY -> Set.of(Image.Trait.GREY);
                    case BufferedImage.TYPE_USHORT_GRAY ->
                        Set.of(Image.Trait.GREY, Image.Trait.DEEP);
                    default -> Set.of(Image.Trait.ALPHA);
                  });
          byte[] rgb = image.rgb();
          assertThat(rgb).hasSize(60);
          assertThat(rgb[0]).isZero();
          assertThat(rgb[30] & 0xFF).isCloseTo(expected[0], within(1));
          assertThat(rgb[30]).isEqualTo(rgb[31]).isEqualTo(rgb[32]);
        }
      }
    }
    Path bmp = folder.resolve("a.bmp");
    BufferedImage picture = new BufferedImage(5, 4, BufferedImage.TYPE_INT_RGB);
    picture.setRGB(0, 0, 0x102030);
    ImageIO.write(picture, "bmp", bmp.toFile());
    try (Image image = Image.read(bmp)) {
      assertThat(image.rgb()).startsWith(0x10, 0x20, 0x30);
      assertThat(image.traits()).isEmpty();
    }
  }

  /** Every way a camera may be held, in every kind of file that tells it. */
  @ParameterizedTest
  @ValueSource(strings = {"jpg", "png", "webp", "tif", "big.tif"})
  void everyOrientationIsTurnedAndToldWhereStoredPixelsCame(String kind) throws IOException {
    int w = 24;
    int h = 16;
    byte[] rgb = new byte[3 * w * h]; // a bright block of 8x8 where no turn leaves it
    for (int y = 8; y < 16; y++) {
      Arrays.fill(rgb, 3 * (y * w + 16), 3 * (y * w + 24), (byte) 255);
    }
    for (int orientation = 1; orientation <= 8; orientation++) {
      byte[] stored;
      try (Image image = Image.of(rgb, w, h)) {
        stored =
            switch (kind) {
              case "jpg" -> Photos.withOrientation(image.jpeg(100), orientation);
              case "png" -> Photos.pngWithOrientation(image.png(), orientation);
              case "webp" -> Photos.webpWithOrientation(lossless(rgb, w, h), orientation);
              default ->
                  Photos.tiff(
                      kind.startsWith("big"),
                      orientation % 2 == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN,
                      new int[] {w, h},
                      3,
                      8,
                      1,
                      0,
                      orientation,
                      rgb);
            };
      }
      Path file = Files.write(folder.resolve(orientation + "." + kind), stored);
      try (Image image = Image.read(file)) {
        String as = kind + " " + orientation;
        assertThat(image.width()).as(as).isEqualTo(orientation > 4 ? h : w);
        assertThat(image.traits().contains(Image.Trait.TURNED)).as(as).isEqualTo(orientation > 1);
        int x = (int) image.fromStored().x(20, 12);
        int y = (int) image.fromStored().y(20, 12);
        assertThat(pixel(image, x, y) & 0xFF).as(as + ": block at %s, %s", x, y).isGreaterThan(240);
        int darkX = (int) image.fromStored().x(3, 3);
        assertThat(pixel(image, darkX, (int) image.fromStored().y(3, 3)) & 0xFF).isLessThan(15);
      }
    }
  }

  private static byte[] lossless(byte[] rgb, int w, int h) {
    try (Mat mat = new Mat(h, w, opencv_core.CV_8UC3);
        BytePointer encoded = new BytePointer();
        IntPointer options = new IntPointer(opencv_imgcodecs.IMWRITE_WEBP_QUALITY, 101)) {
      mat.data().put(rgb, 0, rgb.length);
      opencv_imgcodecs.imencode(".webp", mat, encoded, options);
      byte[] webp = new byte[(int) encoded.limit()];
      encoded.get(webp);
      return webp;
    }
  }

  /** What is transparent keeps its colour, as in a PNG: libtiff would darken it. */
  @ParameterizedTest
  @CsvSource({"1, 8", "2, 8", "1, 16", "2, 16"})
  void anAlphaDoesNotDarkenATiff(int kind, int bits) throws IOException {
    int[] rgba = {200, 100, 40, 128};
    ByteBuffer pixels = ByteBuffer.allocate(6 * 5 * 4 * bits / 8).order(ByteOrder.LITTLE_ENDIAN);
    while (pixels.hasRemaining()) {
      for (int i = 0; i < 4; i++) {
        int value = kind == 1 && i < 3 ? rgba[i] * rgba[3] / 255 : rgba[i];
        if (bits == 8) {
          pixels.put((byte) value);
        } else {
          pixels.putShort((short) (value * 257));
        }
      }
    }
    for (boolean big : new boolean[] {false, true}) {
      Path file = folder.resolve(big + ".tif");
      Files.write(
          file,
          Photos.tiff(
              big, ByteOrder.LITTLE_ENDIAN, new int[] {6, 5}, 4, bits, 1, kind, 6, pixels.array()));
      try (Image image = Image.read(file)) {
        assertThat(image.traits()).contains(Image.Trait.ALPHA, Image.Trait.TURNED);
        assertThat(image.width()).isEqualTo(5);
        for (int i = 0; i < 3; i++) {
          assertThat(image.rgb()[i] & 0xFF).as("channel %s", i).isCloseTo(rgba[i], within(2));
        }
      }
    }
  }

  /** A float picture is whole: calling it damaged sends people to fetch it again. */
  @ParameterizedTest
  @CsvSource({
    "32, 3, 32-bit floats",
    "16, 3, 16-bit floats",
    "64, 3, 64-bit floats",
    "32, 1, 32-bit integers",
    "16, 2, 16-bit signed integers"
  })
  void saysWhatATiffHolds(int bits, int format, String words) throws IOException {
    Path file = folder.resolve("a.tif");
    byte[] pixels = new byte[4 * 4 * bits / 8];
    Files.write(
        file,
        Photos.tiff(false, ByteOrder.BIG_ENDIAN, new int[] {4, 4}, 1, bits, format, 0, 1, pixels));
    assertThatThrownBy(() -> Image.read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(file + ": found a TIFF of " + words)
        .hasMessageContaining("convert to JPEG or PNG");
  }

  /** The first picture, also of files whose background OpenCV does not find in the colours. */
  @Test
  void readsAGifsFirstPicture() throws IOException {
    Path file = folder.resolve("a.gif");
    BufferedImage picture = new BufferedImage(9, 7, BufferedImage.TYPE_BYTE_INDEXED);
    picture.setRGB(2, 3, 0xFFFF0000);
    assertThat(ImageIO.write(picture, "gif", file.toFile())).isTrue();
    byte[] gif = Files.readAllBytes(file);
    int colours = 2 << (gif[10] & 7);
    if (colours < 256) {
      gif[11] = (byte) 255;
    }
    Files.write(file, gif);
    try (Image image = Image.read(file)) {
      assertThat(image.width()).isEqualTo(9);
      assertThat(image.height()).isEqualTo(7);
      assertThat(pixel(image, 2, 3) >> 16).isGreaterThan(240);
      assertThat(pixel(image, 0, 0)).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
      00000018 66747970 68656963 00000000 | a HEIC image
      0000001c 66747970 61766966 00000000 | an AVIF image
      00000018 66747970 6d703432 00000000 | a film (MP4 or the like)
      0000000c 6a502020 0d0a870a 00000014 | a JPEG 2000 image
      25504446 2d312e37 0a25e2e3 cfd30a00 | a PDF document
      4d41544c 41422035 2e30204d 41542d66 | a MATLAB file
      """)
  void callsOtherFilesByTheirName(String hex, String name) throws IOException {
    Path file = folder.resolve("photo.jpg");
    Files.write(file, HexFormat.of().parseHex(hex.replace(" ", "")));
    assertThatThrownBy(() -> Image.read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(file + ": found " + name + ", expected a JPEG");
  }

  @Test
  void survivesDamagedGifsAndTiffs() throws IOException {
    Path gif = folder.resolve("a.gif");
    BufferedImage picture = new BufferedImage(9, 7, BufferedImage.TYPE_BYTE_INDEXED);
    picture.setRGB(2, 3, 0xFFFF0000);
    ImageIO.write(picture, "gif", gif.toFile());
    Path tiff = folder.resolve("a.tif");
    Files.write(
        tiff,
        Photos.tiff(
            false, ByteOrder.LITTLE_ENDIAN, new int[] {4, 3}, 4, 8, 1, 1, 6, noise(4, 4, 9)));
    Path big = folder.resolve("big.tif");
    Files.write(
        big,
        Photos.tiff(true, ByteOrder.BIG_ENDIAN, new int[] {4, 3}, 3, 8, 1, 0, 1, noise(4, 3, 10)));
    for (Path file : List.of(gif, tiff, big)) {
      Fuzz fuzz = new Fuzz(file, damaged -> sizeOf(damaged));
      assertThat(fuzz.prefixes()).as("prefixes of %s", file).isGreaterThan(40);
      assertThat(fuzz.flips(10_000, 1)).isPositive();
    }
  }

  private static int sizeOf(Path file) throws IOException {
    try (Image image = Image.read(file)) {
      return image.width() * image.height();
    }
  }

  /** Printers' colours, inverted as Adobe writes them: all full is white. */
  @Test
  void readsFourInks() throws IOException {
    WritableRaster inks = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 9, 5, 4, null);
    inks.setPixels(0, 0, 9, 5, IntStream.generate(() -> 255).limit(9 * 5 * 4).toArray());
    Path file = folder.resolve("inks.jpg");
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
      writer.setOutput(out);
      writer.write(new IIOImage(inks, null, null));
    } finally {
      writer.dispose();
    }
    try (Image image = Image.read(file)) {
      assertThat(image.width()).isEqualTo(9);
      assertThat(image.rgb()).hasSize(9 * 5 * 3).containsOnly(255);
      assertThat(image.traits()).containsExactly(Image.Trait.CMYK);
    }
  }

  @Test
  void readsWebP() throws IOException {
    Path file = folder.resolve("a.webp");
    for (int quality : new int[] {60, 101}) { // lossy and lossless are different formats inside
      byte[] webp;
      try (Mat mat = new Mat(37, 53, opencv_core.CV_8UC3, new Scalar(30, 200, 10, 0));
          BytePointer encoded = new BytePointer();
          IntPointer options = new IntPointer(opencv_imgcodecs.IMWRITE_WEBP_QUALITY, quality)) {
        opencv_imgcodecs.imencode(".webp", mat, encoded, options);
        webp = new byte[(int) encoded.limit()];
        encoded.get(webp);
      }
      Files.write(file, webp);
      try (Image image = Image.read(file)) {
        assertThat(image.width()).isEqualTo(53);
        assertThat(image.height()).isEqualTo(37);
        assertThat(image.rgb()[1] & 0xFF).isCloseTo(200, within(8));
        assertThat(image.traits()).isEmpty();
      }
      for (int n = 0; n < webp.length; n++) {
        Files.write(file, Arrays.copyOf(webp, n));
        assertThatThrownBy(() -> Image.read(file)).isInstanceOf(BadInputException.class);
      }
    }
  }

  @Test
  void refusesEveryPrefixOfAPhoto() throws IOException {
    byte[] jpeg;
    byte[] png;
    try (Image image = Image.of(noise(9, 9, 2), 9, 9)) {
      jpeg = image.jpeg(60);
      png = image.png();
    }
    for (byte[] whole : new byte[][] {jpeg, png}) {
      Path file = folder.resolve("cut");
      for (int n = 0; n < whole.length; n++) {
        Files.write(file, Arrays.copyOf(whole, n));
        assertThatThrownBy(() -> Image.read(file))
            .isInstanceOf(BadInputException.class)
            .hasMessageStartingWith(file.toString())
            .hasMessageNotContaining("\n");
      }
    }
  }

  @Test
  void refusesWhatIsNoPicture() throws IOException {
    Path file = folder.resolve("x.jpg");
    assertThatThrownBy(() -> Image.read(file)).hasMessage(file + ": no such file");
    Files.writeString(file, "<html>not found</html>");
    assertThatThrownBy(() -> Image.read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("3c68746d");
    assertThatThrownBy(() -> Image.read(folder))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("a folder");
    byte[] rubbish = new byte[3000];
    Random random = new Random(3);
    for (int i = 0; i < 200; i++) {
      random.nextBytes(rubbish);
      rubbish[0] = (byte) 0xFF;
      rubbish[1] = (byte) 0xD8;
      Files.write(file, rubbish);
      assertThatThrownBy(() -> Image.read(file)).isInstanceOf(BadInputException.class);
    }
  }

  /** 60,000 x 60,000 pixels of nothing are a few kilobytes in a file and 10 GB in memory. */
  @Test
  void refusesDecompressionBombs() throws IOException {
    Path file = folder.resolve("bomb.png");
    byte[] png;
    try (Image image = Image.filled(1, 1, 0)) {
      png = image.png();
    }
    Files.write(file, Photos.claiming(png, 60_000, 60_000));
    assertThatThrownBy(() -> Image.read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("60000x60000");
  }

  @Test
  void identityIsExact() {
    byte[] rgb = noise(31, 17, 4);
    try (Image image = Image.of(rgb, 31, 17);
        Image same = image.warp(Affine.IDENTITY, 31, 17);
        Image moved = image.warp(new Affine(1, 0, 3, 0, 1, 2), 10, 10)) {
      assertThat(same.rgb()).isEqualTo(rgb);
      assertThat(Arrays.copyOf(moved.rgb(), 30))
          .isEqualTo(Arrays.copyOfRange(rgb, 3 * (2 * 31 + 3), 3 * (2 * 31 + 13)));
    }
  }

  @Test
  void outsideIsTheMeanOfImageNet() {
    try (Image image = Image.filled(10, 10, 0xFFFFFF);
        Image beside = image.warp(new Affine(1, 0, 50, 0, 1, 0), 4, 4);
        Image farAndSmall = image.warp(new Affine(7, 0, -900, 0, 7, 3), 4, 4)) {
      for (Image outside : new Image[] {beside, farAndSmall}) {
        byte[] rgb = outside.rgb();
        for (int i = 0; i < rgb.length; i += 3) {
          assertThat(rgb[i]).isEqualTo((byte) 124);
          assertThat(rgb[i + 1]).isEqualTo((byte) 116);
          assertThat(rgb[i + 2]).isEqualTo((byte) 104);
        }
      }
    }
  }

  /** The flip test averages with a mirrored crop: anything but the exact mirror costs accuracy. */
  @Test
  void aMirroredCropIsTheMirrorOfTheCrop() {
    int w = 64;
    int h = 48;
    try (Image image = Image.of(noise(157, 105, 5), 157, 105)) {
      for (double scale : new double[] {0.37, 1, 1.7, 2.6, 5.3}) {
        double cos = scale * Math.cos(0.7);
        double sin = scale * Math.sin(0.7);
        Affine map = new Affine(cos, -sin, 80 - 20 * scale, sin, cos, 40 - 23.3 * scale);
        Affine mirror = new Affine(-1, 0, w - 1, 0, 1, 0);
        try (Image plain = image.warp(map, w, h);
            Image mirrored = image.warp(map.after(mirror), w, h)) {
          assertThat(mirrored.rgb()).isEqualTo(mirrorOf(plain.rgb(), w, h));
        }
      }
    }
  }

  @Test
  void makingSmallerAveragesAreas() {
    int w = 48;
    int h = 32;
    byte[] rgb = noise(w, h, 6);
    try (Image image = Image.of(rgb, w, h)) {
      for (int n : new int[] {2, 4, 8}) {
        try (Image small = image.warp(Affine.resize(n, n), w / n, h / n)) {
          byte[] result = small.rgb();
          for (int y = 0; y < h / n; y++) {
            for (int x = 0; x < w / n; x++) {
              double sum = 0;
              for (int i = 0; i < n * n; i++) {
                sum += rgb[3 * ((y * n + i / n) * w + x * n + i % n)] & 0xFF;
              }
              assertThat(result[3 * (y * w / n + x)] & 0xFF)
                  .isCloseTo((int) Math.round(sum / (n * n)), within(1));
            }
          }
        }
      }
    }
  }

  /** Stripes finer than the output's pixels must become grey, wherever the crop lies. */
  @Test
  void nothingAliases() {
    byte[] rgb = new byte[3 * 400 * 400];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) ((i / 3) % 400 % 2 == 0 ? 255 : 0);
    }
    try (Image image = Image.of(rgb, 400, 400);
        Image small = image.warp(new Affine(6.4, 0, 13.7, 0, 6.4, 9.1), 40, 40)) {
      for (byte value : small.rgb()) {
        assertThat(value & 0xFF).isCloseTo(127, within(24));
      }
    }
  }

  /** A joint's place in the crop is computed, its picture warped: both must agree. */
  @Test
  void aBlobLandsWhereTheMapSaysItDoes() {
    double cx = 101.3;
    double cy = 74.6;
    int size = 200;
    byte[] rgb = new byte[3 * size * size];
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        double d2 = (x - cx) * (x - cx) + (y - cy) * (y - cy);
        byte value = (byte) Math.round(255 * Math.exp(-d2 / (2 * 12 * 12)));
        Arrays.fill(rgb, 3 * (y * size + x), 3 * (y * size + x) + 3, value);
      }
    }
    try (Image image = Image.of(rgb, size, size)) {
      for (double scale : new double[] {0.5, 1, 1.6, 2.4, 4.7}) {
        for (double angle : new double[] {0, 0.5, 2.2}) {
          double cos = scale * Math.cos(angle);
          double sin = scale * Math.sin(angle);
          Affine map =
              new Affine(
                  cos,
                  -sin,
                  cx - 66.25 * cos + 57.5 * sin,
                  sin,
                  cos,
                  cy - 66.25 * sin - 57.5 * cos);
          try (Image crop = image.warp(map, 128, 128)) {
            double[] found = centroid(crop.rgb(), 128);
            assertThat(found[0]).as("x at %s, %s", scale, angle).isCloseTo(66.25, within(0.06));
            assertThat(found[1]).as("y at %s, %s", scale, angle).isCloseTo(57.5, within(0.06));
          }
        }
      }
    }
  }

  @Test
  void copiesIntoABatchBuffer() {
    byte[] rgb = noise(4, 3, 7);
    ByteBuffer batch = ByteBuffer.allocateDirect(2 * rgb.length);
    try (Image image = Image.of(rgb, 4, 3)) {
      image.copyTo(batch);
      assertThat(batch.position()).isEqualTo(rgb.length);
      image.copyTo(batch);
    }
    byte[] second = new byte[rgb.length];
    batch.get(rgb.length, second);
    assertThat(second).isEqualTo(rgb);
  }

  @Test
  void outlivesAPointerScope() {
    byte[] rgb = noise(50, 50, 8);
    Image image;
    try (PointerScope scope = new PointerScope()) {
      scope.attach(new BytePointer(1));
      image = Image.of(rgb, 50, 50);
    }
    try (image) {
      assertThat(image.rgb()).isEqualTo(rgb);
    }
  }

  @Test
  void drawsWhereItIsTold() {
    try (Image image = Image.filled(60, 40, 0xFFFFFF);
        Image stamp = Image.filled(10, 10, 0x00FF00)) {
      Canvas canvas = image.canvas();
      canvas.capsule(10, 10, 4, 40, 30, 2, 0xFF0000);
      canvas.disc(50, 8, 3, 0x0000FF);
      canvas.line(0, 39, 20, 39, 3, 0x010101);
      canvas.text("é", 40, 15, 8, 0x000000);
      canvas.picture(stamp, 55, 35);
      canvas.line(Double.NaN, 0, 5, 5, 1, 0);
      canvas.disc(1e9, 1e9, 4, 0);
      assertThat(pixel(image, 10, 10)).isEqualTo(0xFF0000);
      assertThat(pixel(image, 25, 20)).isEqualTo(0xFF0000);
      assertThat(pixel(image, 50, 8)).isEqualTo(0x0000FF);
      assertThat(pixel(image, 10, 39)).isEqualTo(0x010101);
      assertThat(pixel(image, 57, 37)).isEqualTo(0x00FF00);
      assertThat(pixel(image, 3, 3)).isEqualTo(0xFFFFFF);
      assertThat(Canvas.textWidth("sadi", 8)).isBetween(15, 50);
    }
  }

  private static int pixel(Image image, int x, int y) {
    byte[] rgb = image.rgb();
    int at = 3 * (y * image.width() + x);
    return (rgb[at] & 0xFF) << 16 | (rgb[at + 1] & 0xFF) << 8 | (rgb[at + 2] & 0xFF);
  }

  private static double[] centroid(byte[] rgb, int size) {
    double sum = 0;
    double x = 0;
    double y = 0;
    for (int i = 0; i < size * size; i++) {
      double value = (rgb[3 * i] & 0xFF) - 125; // above the border's colour
      if (value > 0) {
        sum += value;
        x += value * (i % size);
        y += value * Math.floorDiv(i, size);
      }
    }
    return new double[] {x / sum, y / sum};
  }

  private static byte[] mirrorOf(byte[] rgb, int w, int h) {
    byte[] mirrored = new byte[rgb.length];
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        System.arraycopy(rgb, 3 * (y * w + x), mirrored, 3 * (y * w + w - 1 - x), 3);
      }
    }
    return mirrored;
  }

  private static byte[] noise(int w, int h, long seed) {
    byte[] rgb = new byte[3 * w * h];
    new Random(seed).nextBytes(rgb);
    return rgb;
  }
}
