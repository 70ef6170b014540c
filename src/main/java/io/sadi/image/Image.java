package io.sadi.image;

import static org.bytedeco.opencv.global.opencv_core.CV_16U;
import static org.bytedeco.opencv.global.opencv_core.CV_64F;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC4;
import static org.bytedeco.opencv.global.opencv_core.divide;
import static org.bytedeco.opencv.global.opencv_core.extractChannel;
import static org.bytedeco.opencv.global.opencv_core.transform;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR_RGB;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_GRAYSCALE_2;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_GRAYSCALE_8;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_UNCHANGED;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_JPEG_QUALITY;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imdecode;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imencode;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_BGRA2RGB;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_GRAY2RGB;
import static org.bytedeco.opencv.global.opencv_imgproc.COLOR_RGB2BGR;
import static org.bytedeco.opencv.global.opencv_imgproc.GaussianBlur;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_LINEAR;
import static org.bytedeco.opencv.global.opencv_imgproc.cvtColor;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import io.sadi.geom.Affine;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;
import org.jspecify.annotations.Nullable;

/**
 * An 8-bit RGB picture in native memory. Whoever makes one closes it; an enclosing JavaCPP scope
 * does not. Instances are not safe for use by several threads at once.
 */
public final class Image implements AutoCloseable {
  /**
   * What lies outside an image: the ImageNet mean in 8-bit RGB, so that it is zero for the network.
   */
  public static final int OUTSIDE = 0x7C7468;

  /** Larger images are refused: 134 Mpx decode to 400 MB, and every phone's photo is smaller. */
  static final long MAX_PIXELS = 1L << 27;

  /** What messages call bytes that came from no file. */
  static final Path UNNAMED = Path.of("image");

  private static final long MAX_FILE_BYTES = 1L << 30;

  /** What decoding has removed from a picture. */
  public enum Trait {
    /** Its EXIF data says that it is to be turned or mirrored; it has been. */
    TURNED,
    /** It had one channel. */
    GREY,
    CMYK,
    /** It had more than 8 bits a channel. */
    DEEP,
    /** It could be transparent. */
    ALPHA
  }

  private final Mat mat;
  private final int width;
  private final int height;
  private final Set<Trait> traits;
  private final Affine fromStored;

  private Image(Mat mat) {
    this(mat, Set.of(), Affine.IDENTITY);
  }

  /** Takes over a continuous CV_8UC3 matrix. */
  private Image(Mat mat, Set<Trait> traits, Affine fromStored) {
    this.traits = traits;
    this.fromStored = fromStored;
    // A reference of our own: the picture outlives a PointerScope it happens to be made in.
    this.mat = mat.retainReference();
    this.width = mat.cols();
    this.height = mat.rows();
  }

  /**
   * Decodes a photo: JPEG, PNG, WebP, BMP, TIFF, BigTIFF or GIF (its first picture), turned upright
   * by its EXIF orientation; grey, CMYK, 16-bit and transparent pictures become 8-bit RGB. What is
   * transparent keeps its colour.
   *
   * @throws BadInputException where the file is missing, empty, cut off, damaged, no image, or has
   *     more than 134 million pixels
   */
  public static Image read(Path file) throws IOException {
    return decode(file, bytes(file));
  }

  /**
   * The same of a file's bytes.
   *
   * @throws BadInputException as {@link #read} does; the message names no file
   */
  public static Image decode(byte[] bytes) {
    return unnamed(() -> decode(UNNAMED, bytes));
  }

  /** Takes {@link #UNNAMED} from the start of a message. */
  static <T> T unnamed(Supplier<T> decoding) {
    try {
      return decoding.get();
    } catch (BadInputException e) {
      String message = String.valueOf(e.getMessage());
      throw new BadInputException(message.replaceFirst("^" + UNNAMED + ": ", ""), e);
    }
  }

  private static Image decode(Path file, byte[] bytes) {
    return decode(file, bytes, header(file, bytes), 1);
  }

  /**
   * The picture at a fraction of its size.
   *
   * @param reduction 1; for a {@linkplain ImageHeader#reducible reducible} one 2 or 8 as well
   */
  static Image decode(Path file, byte[] bytes, ImageHeader header, int reduction) {
    OpenCv.load();
    try (BytePointer data = new BytePointer(bytes);
        Mat encoded = new Mat(1, bytes.length, CV_8UC1, data)) {
      Mat decoded = header.multiplied() ? divided(encoded) : imdecode(encoded, mode(reduction));
      if (decoded.empty()) {
        decoded.close();
        throw undecodable(file, header, null);
      }
      return new Image(
          decoded,
          header.traits(),
          header
              .uprightToReduced(reduction)
              .after(Exif.upright(header.orientation(), header.width(), header.height())));
    } catch (RuntimeException e) {
      if (e instanceof BadInputException) {
        throw e;
      }
      throw undecodable(file, header, e);
    }
  }

  private static int mode(int reduction) {
    return switch (reduction) {
      case 2 -> IMREAD_COLOR_RGB | IMREAD_REDUCED_GRAYSCALE_2;
      case 8 -> IMREAD_COLOR_RGB | IMREAD_REDUCED_GRAYSCALE_8;
      default -> IMREAD_COLOR_RGB;
    };
  }

  /** The header of a file's bytes, of a size that can be decoded. */
  static ImageHeader header(Path file, byte[] bytes) {
    ImageHeader header = ImageHeader.of(file, bytes);
    if (header.width() <= 0 || header.height() <= 0) {
      throw BadInputException.at(
          file, "a size of " + header.width() + "x" + header.height(), "at least 1x1", "");
    }
    if ((long) header.width() * header.height() > MAX_PIXELS) {
      throw BadInputException.at(
          file,
          header.width() + "x" + header.height() + " pixels",
          "at most " + MAX_PIXELS / 1_000_000 + " million",
          "make it smaller");
    }
    return header;
  }

  private static BadInputException undecodable(
      Path file, ImageHeader header, @Nullable RuntimeException cause) {
    return header.unread().isEmpty()
        ? new BadInputException(file + ": the image does not decode; it is damaged", cause)
        : BadInputException.at(file, header.unread(), ImageHeader.KNOWN, ImageFormat.ADVICE);
  }

  /** A picture whose colours are multiplied by its alpha, as they were before. */
  private static Mat divided(Mat encoded) {
    Mat decoded = imdecode(encoded, IMREAD_UNCHANGED);
    if (decoded.empty() || decoded.channels() != 4) {
      decoded.close();
      return imdecode(encoded, IMREAD_COLOR_RGB);
    }
    try (decoded;
        Mat eight = new Mat();
        Mat colours = new Mat();
        Mat alpha = new Mat();
        Mat alphas = new Mat()) {
      decoded.convertTo(eight, CV_8UC4, decoded.depth() == CV_16U ? 1 / 257.0 : 1, 0);
      cvtColor(eight, colours, COLOR_BGRA2RGB);
      extractChannel(eight, alpha, 3);
      cvtColor(alpha, alphas, COLOR_GRAY2RGB);
      Mat result = new Mat();
      divide(colours, alphas, result, 255, -1); // by 0 is 0, as where nothing is seen
      return result;
    }
  }

  /** A whole file. */
  static byte[] bytes(Path file) throws IOException {
    try {
      if (Files.isDirectory(file)) {
        throw BadInputException.at(file, "a folder", ImageHeader.KNOWN, "");
      }
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw BadInputException.at(
            file, Files.size(file) + " bytes", "an image file of at most 1 GiB", "");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new BadInputException(file + ": no such file", e);
    }
  }

  /** A picture from H*W*3 bytes, interleaved RGB, row by row. */
  public static Image of(byte[] rgb, int width, int height) {
    if (width <= 0 || height <= 0 || rgb.length != 3L * width * height) {
      throw new IllegalArgumentException(rgb.length + " bytes for " + width + "x" + height);
    }
    OpenCv.load();
    Mat mat = new Mat(height, width, CV_8UC3);
    mat.data().put(rgb, 0, rgb.length);
    return new Image(mat);
  }

  /** A picture of one colour, 0xRRGGBB. */
  public static Image filled(int width, int height, int rgb) {
    OpenCv.load();
    try (Scalar colour = colour(rgb)) {
      return new Image(new Mat(height, width, CV_8UC3, colour));
    }
  }

  /** In pixels, after orientation. */
  public int width() {
    return width;
  }

  /** In pixels, after orientation. */
  public int height() {
    return height;
  }

  /** What the file had that the picture has no more; nothing where it comes from no file. */
  public Set<Trait> traits() {
    return Collections.unmodifiableSet(traits);
  }

  /**
   * From pixels as the file stores them to this picture's, which are others where its EXIF data
   * turned it; mirrors where that did.
   */
  public Affine fromStored() {
    return fromStored;
  }

  /** H*W*3 bytes, interleaved RGB, row by row. */
  public byte[] rgb() {
    byte[] rgb = new byte[3 * width * height];
    mat.data().get(rgb, 0, rgb.length);
    return rgb;
  }

  /** Puts H*W*3 bytes, interleaved RGB, at the buffer's position, and advances it. */
  public void copyTo(ByteBuffer rgb) {
    rgb.put(mat.data().capacity(3L * width * height).asByteBuffer());
  }

  /**
   * Puts a larger square's side*side*3 bytes at the buffer's position, and advances it: this
   * picture in the upper left corner, {@link #OUTSIDE} right of and below it.
   */
  public void copyTo(ByteBuffer rgb, int side) {
    byte[] outside = new byte[3 * side];
    for (int i = 0; i < outside.length; i++) {
      outside[i] = (byte) (OUTSIDE >> (16 - 8 * (i % 3)));
    }
    ByteBuffer own = mat.data().capacity(3L * width * height).asByteBuffer();
    for (int row = 0; row < side; row++) {
      int bytes = row < height ? 3 * width : 0;
      rgb.put(own.limit(own.position() + bytes)).put(outside, 0, outside.length - bytes);
    }
  }

  /**
   * The picture under an affine map: output pixel (u, v) shows what lies at {@code outputToInput(u,
   * v)}, interpolated bilinearly, {@link #OUTSIDE} beyond the edges. Where the map makes smaller by
   * more than 2, whole blocks are averaged first, so that nothing aliases. A map that mirrors gives
   * exactly the mirror image of what the map without mirroring gives.
   */
  public Image warp(Affine outputToInput, int outputWidth, int outputHeight) {
    return new Image(Warp.apply(mat, outputToInput, outputWidth, outputHeight));
  }

  /**
   * What {@link #warp} samples of a picture.
   *
   * @param pixels which whoever asked for them closes
   * @param imageToPixels from the picture's pixels to these
   */
  public record Source(Image pixels, Affine imageToPixels) implements AutoCloseable {
    @Override
    public void close() {
      pixels.close();
    }
  }

  /**
   * The first half of {@link #warp}: the part of the picture that the output shows, blocks averaged
   * where much is made small. Sampled bilinearly at {@code imageToPixels(outputToInput(u, v))},
   * with {@link #OUTSIDE} around, it is the output. Its sides are at most three times the output's,
   * and eight pixels.
   */
  public Source source(Affine outputToInput, int outputWidth, int outputHeight) {
    Warp.Shrunk shrunk = Warp.source(mat, outputToInput, outputWidth, outputHeight);
    try (Mat pixels = shrunk.pixels()) {
      return new Source(new Image(pixels.clone()), shrunk.imageToSource());
    }
  }

  /**
   * Changes every pixel's colour by one affine map, rounded and cut off at 0 and 255.
   *
   * @param matrix [3, 4] row by row: what a red, green and blue of 0..255 and 1 give each channel
   */
  public void recolour(double[] matrix) {
    if (matrix.length != 12) {
      throw new IllegalArgumentException(matrix.length + " coefficients of 12");
    }
    try (DoublePointer coefficients = new DoublePointer(matrix);
        Mat map = new Mat(3, 4, CV_64F, coefficients);
        Mat changed = new Mat()) {
      transform(mat, changed, map);
      changed.copyTo(mat);
    }
  }

  /**
   * Blurs by a Gaussian, with what lies beyond the edges mirrored at them.
   *
   * @param deviation in pixels, above 0
   */
  public void blur(double deviation) {
    int side = 2 * blurRadius(deviation) + 1;
    try (Size size = new Size(side, side);
        Mat blurred = new Mat()) {
      GaussianBlur(mat, blurred, size, deviation);
      blurred.copyTo(mat);
    }
  }

  /**
   * The picture at another size: areas averaged where it becomes smaller, interpolated where
   * larger.
   */
  public Image resized(int newWidth, int newHeight) {
    Mat result = new Mat();
    try (Size size = new Size(newWidth, newHeight)) {
      resize(mat, result, size, 0, 0, newWidth < width ? INTER_AREA : INTER_LINEAR);
    }
    return new Image(result);
  }

  /** A part of the picture, within it. */
  public Image cropped(int left, int top, int newWidth, int newHeight) {
    try (Rect area = new Rect(left, top, newWidth, newHeight);
        Mat part = new Mat(mat, area)) {
      return new Image(part.clone());
    }
  }

  /** Fills the columns and rows from (left, top) to before (right, bottom), as far as they are. */
  public void fill(int left, int top, int right, int bottom, int rgb) {
    int x0 = Math.max(0, left);
    int y0 = Math.max(0, top);
    int x1 = Math.min(width, right);
    int y1 = Math.min(height, bottom);
    if (x0 < x1 && y0 < y1) {
      try (Image filled = filled(x1 - x0, y1 - y0, rgb)) {
        canvas().picture(filled, x0, y0);
      }
    }
  }

  /**
   * Lays another picture of the same size over this one.
   *
   * @param mask of the same size, grey: how much of the other is seen, 0 to 255
   */
  public void blend(Image other, Image mask) {
    byte[] own = rgb();
    byte[] theirs = other.rgb();
    byte[] shares = mask.rgb();
    for (int i = 0; i < own.length; i++) {
      int share = shares[i] & 0xFF;
      if (share > 0) {
        int mixed = (own[i] & 0xFF) * (255 - share) + (theirs[i] & 0xFF) * share;
        own[i] = (byte) ((mixed + 127) / 255);
      }
    }
    mat.data().put(own, 0, own.length);
  }

  /**
   * Adds normal noise to every channel of every pixel, cut off at 0 and 255.
   *
   * @param deviation of 255
   */
  public void addNoise(double deviation, RandomGenerator random) {
    byte[] own = rgb();
    for (int i = 0; i < own.length; i++) {
      double noisy = (own[i] & 0xFF) + deviation * random.nextGaussian();
      own[i] = (byte) Math.max(0, Math.min(255, (int) Math.rint(noisy)));
    }
    mat.data().put(own, 0, own.length);
  }

  /** How far {@link #blur} looks, in pixels. */
  public static int blurRadius(double deviation) {
    return (int) Math.max(1, Math.ceil(3 * deviation));
  }

  /** To draw on this picture. */
  public Canvas canvas() {
    return new Canvas(mat);
  }

  /** The picture as a PNG file's bytes. */
  public byte[] png() {
    return encode(".png", new int[0]);
  }

  /**
   * The picture as a JPEG file's bytes.
   *
   * @param quality 1..100
   */
  public byte[] jpeg(int quality) {
    return encode(".jpg", new int[] {IMWRITE_JPEG_QUALITY, quality});
  }

  /** Writes a PNG file, whole or not at all. */
  public void writePng(Path file) throws IOException {
    byte[] bytes = png();
    AtomicFile.write(file, out -> out.write(bytes));
  }

  /**
   * Writes a JPEG file, whole or not at all.
   *
   * @param quality 1..100
   */
  public void writeJpeg(Path file, int quality) throws IOException {
    byte[] bytes = jpeg(quality);
    AtomicFile.write(file, out -> out.write(bytes));
  }

  private byte[] encode(String extension, int[] options) {
    try (Mat bgr = new Mat();
        BytePointer encoded = new BytePointer();
        IntPointer parameters = new IntPointer(options)) {
      cvtColor(mat, bgr, COLOR_RGB2BGR);
      if (!imencode(extension, bgr, encoded, parameters)) {
        throw new IllegalStateException("OpenCV does not encode " + extension);
      }
      byte[] bytes = new byte[Math.toIntExact(encoded.limit())];
      encoded.get(bytes);
      return bytes;
    }
  }

  /** A view of a part; the caller closes it. */
  Mat part(Rect area) {
    return new Mat(mat, area);
  }

  static Scalar colour(int rgb) {
    return new Scalar((rgb >> 16) & 0xFF, (rgb >> 8) & 0xFF, rgb & 0xFF, 0);
  }

  /** Frees the pixels; nothing else may be called afterwards. */
  @Override
  public void close() {
    mat.deallocate();
  }
}
