package io.sadi.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.sadi.io.FileKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Kinds of files that people keep among their photos: those that {@link Image} reads, and others
 * that are called by their names, so that a person knows what to convert.
 */
public enum ImageFormat {
  JPEG("JPEG", true, "jpg", "jpeg", "jpe", "jfif"),
  PNG("PNG", true, "png"),
  WEBP("WebP", true, "webp"),
  BMP("BMP", true, "bmp"),
  TIFF("TIFF", true, "tif", "tiff"),
  /** The first of its pictures. */
  GIF("GIF", true, "gif"),
  HEIC("HEIC", false, "heic", "heif", "hif"),
  AVIF("AVIF", false, "avif"),
  JPEG_2000("JPEG 2000", false, "jp2", "j2k", "jpf", "jpx"),
  JPEG_XL("JPEG XL", false, "jxl"),
  RAW("camera raw", false, "dng", "cr2", "cr3", "nef", "arw", "raf", "orf", "rw2");

  /** What the messages about one that cannot be read advise. */
  public static final String ADVICE = "convert to JPEG or PNG, such as with ImageMagick's 'magick'";

  /** The major brands of ISO's container that are pictures in HEVC. */
  private static final List<String> HEIC_BRANDS =
      List.of("heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1");

  private final String label;
  private final boolean readable;
  private final String extensions;

  ImageFormat(String label, boolean readable, String... extensions) {
    this.label = label;
    this.readable = readable;
    this.extensions = String.join(" ", extensions);
  }

  /** As messages call it. */
  public String label() {
    return label;
  }

  /** Whether {@link Image#read} reads such files. */
  public boolean readable() {
    return readable;
  }

  private List<String> extensions() {
    return List.of(extensions.split(" "));
  }

  /** What a file's name ends in says; null where it is none of these. */
  public static @Nullable ImageFormat ofName(Path file) {
    String name = String.valueOf(file.getFileName());
    String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    for (ImageFormat format : values()) {
      if (format.extensions().contains(extension)) {
        return format;
      }
    }
    return null;
  }

  /** What the names of readable files end in, in alphabetical order, without the dot. */
  public static List<String> readableExtensions() {
    List<String> all = new ArrayList<>();
    for (ImageFormat format : values()) {
      if (format.readable) {
        all.addAll(format.extensions());
      }
    }
    all.sort(null);
    return all;
  }

  /** What to do about a file that {@link #describe} calls so. */
  static String advice(String found) {
    return found.startsWith("a film")
        ? "take pictures out of it, such as with 'ffmpeg -i FILM %05d.jpg'"
        : found.contains(" image") ? ADVICE : "";
  }

  /** What a file is that is no readable image, by its first bytes; null where they say nothing. */
  static @Nullable String describe(byte[] bytes) {
    String start = new String(bytes, 0, Math.min(bytes.length, 64), ISO_8859_1);
    String box = start.length() < 12 ? "" : start.substring(4, 8);
    if (box.equals("ftyp")) {
      String brand = start.substring(8, 12);
      return HEIC_BRANDS.contains(brand)
          ? "a HEIC image"
          : brand.equals("avif") || brand.equals("avis")
              ? "an AVIF image"
              : brand.equals("crx ") ? "a camera's raw image" : FileKind.of(bytes);
    }
    if (start.startsWith("\0\0\0\fjP  ") || start.startsWith("\u00FFO\u00FFQ")) {
      return "a JPEG 2000 image";
    }
    if (start.startsWith("\u00FF\n") || start.startsWith("\0\0\0\fJXL ")) {
      return "a JPEG XL image";
    }
    if (start.startsWith("II*\0") && start.startsWith("CR", 8)) {
      return "a camera's raw image";
    }
    return FileKind.of(bytes);
  }
}
