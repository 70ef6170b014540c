package io.sadi.image;

import io.sadi.geom.Affine;
import io.sadi.io.BadInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * What must be known of an encoded image before a decoder sees it: its size, so that a small file
 * cannot ask for all the memory, and whether the file goes on to its end marker. Decoders make a
 * whole picture, grey from where the bytes end, of half a file.
 *
 * @param width before it is turned upright
 * @param height before it is turned upright
 * @param orientation how it is to be turned, as EXIF counts: 1 (upright) to 8
 * @param traits what else there is to know of it
 * @param unread what the decoder may not know of it, for a message; empty where it knows all
 * @param multiplied whether its colours are multiplied by its alpha
 * @param reducible whether its decoder can make it at a fraction of its size: a JPEG
 */
record ImageHeader(
    int width,
    int height,
    int orientation,
    Set<Image.Trait> traits,
    String unread,
    boolean multiplied,
    boolean reducible) {
  static final String KNOWN = "a JPEG, PNG, WebP, BMP, TIFF or GIF image, 8 or 16 bits a channel";

  private ImageHeader(int width, int height, Set<Image.Trait> traits) {
    this(width, height, 1, traits, "", false, false);
  }

  private static final long PNG_SIGNATURE = 0x89504E470D0A1A0AL;
  private static final int PNG_IHDR = 0x49484452;
  private static final int PNG_IEND = 0x49454E44;
  private static final int PNG_TRNS = 0x74524E53;
  private static final int PNG_EXIF = 0x65584966;

  /** "EXIF", read from the last letter on. */
  private static final int WEBP_EXIF = 0x46495845;

  /** "Exif", as a JPEG's segment with camera data starts. */
  private static final int EXIF = 0x45786966;

  /**
   * The header of a whole image file; a {@link BadInputException} says what is wrong with it.
   *
   * @param bytes in which what would mislead the decoder is put right
   */
  static ImageHeader of(Path file, byte[] bytes) {
    if (bytes.length == 0) {
      throw BadInputException.at(file, "an empty file", KNOWN, "");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      return parse(in);
    } catch (IndexOutOfBoundsException e) {
      throw new BadInputException(file + ": the image is cut off; fetch the file again", e);
    } catch (UnsupportedOperationException e) {
      throw BadInputException.at(file, String.valueOf(e.getMessage()), KNOWN, ImageFormat.ADVICE);
    } catch (IllegalArgumentException e) {
      String found = ImageFormat.describe(bytes);
      throw found == null
          ? BadInputException.at(file, String.valueOf(e.getMessage()), KNOWN, "")
          : BadInputException.at(file, found, KNOWN, ImageFormat.advice(found));
    }
  }

  /** Throws IndexOutOfBounds where the bytes end early, IllegalArgument where they are no image. */
  private static ImageHeader parse(ByteBuffer in) {
    if (u8(in, 0) == 0xFF && u8(in, 1) == 0xD8) {
      return jpeg(in);
    }
    int magic = in.getInt(0);
    if (magic == (int) (PNG_SIGNATURE >> 32)) {
      return png(in);
    }
    if (magic == 0x52494646 && in.getInt(8) == 0x57454250) {
      return webp(in.order(ByteOrder.LITTLE_ENDIAN));
    }
    if (magic >>> 16 == 0x424D) {
      return bmp(in.order(ByteOrder.LITTLE_ENDIAN));
    }
    if (TiffHeader.isOne(magic)) {
      return tiff(in);
    }
    if (magic == 0x47494638) {
      return gif(in.order(ByteOrder.LITTLE_ENDIAN));
    }
    throw new IllegalArgumentException(
        String.format("bytes that start with %08x", Integer.toUnsignedLong(magic)));
  }

  /** Walks the segments from SOI to EOI, as thumbnails inside them have markers of their own. */
  private static ImageHeader jpeg(ByteBuffer in) {
    ImageHeader size = null;
    int orientation = 1;
    int at = 2;
    while (true) {
      if (u8(in, at) != 0xFF) {
        at++; // padding and entropy-coded bytes
        continue;
      }
      int marker = u8(in, at + 1);
      boolean restart = marker >= 0xD0 && marker <= 0xD7;
      if (marker == 0xFF) {
        at++;
      } else if (marker == 0x00 || marker == 0x01 || restart) {
        at += 2;
      } else if (marker == 0xD9) {
        if (size == null) {
          throw new IllegalArgumentException("a JPEG without a picture");
        }
        return new ImageHeader(size.width, size.height, 1, size.traits, "", false, true)
            .turned(orientation);
      } else {
        boolean frame =
            marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (frame && size == null) {
          size =
              new ImageHeader(
                  u16(in, at + 7), u16(in, at + 5), traits(u8(in, at + 9), u8(in, at + 4)));
        }
        if (marker == 0xE1 && u16(in, at + 2) > 16 && in.getInt(at + 4) == EXIF) {
          orientation = Exif.orientation(in.slice(at + 10, u16(in, at + 2) - 8));
        }
        at += 2 + Math.max(2, u16(in, at + 2));
      }
    }
  }

  private static Set<Image.Trait> traits(int colours, int bits) {
    Set<Image.Trait> traits = EnumSet.noneOf(Image.Trait.class);
    if (colours == 1) {
      traits.add(Image.Trait.GREY);
    }
    if (colours == 4) {
      traits.add(Image.Trait.CMYK);
    }
    if (bits > 8) {
      traits.add(Image.Trait.DEEP);
    }
    return traits;
  }

  /** How large the picture is when it has been turned upright. */
  ImageSize upright() {
    return orientation > 4 ? new ImageSize(height, width) : new ImageSize(width, height);
  }

  /**
   * From the pixels of the upright picture to those of one that was decoded at a fraction of its
   * size. The decoder rounds sizes up, so that at an edge where the stored picture ends there may
   * be less than a pixel.
   */
  Affine uprightToReduced(int reduction) {
    int smallWidth = (width + reduction - 1) / reduction;
    int smallHeight = (height + reduction - 1) / reduction;
    return Exif.upright(orientation, smallWidth, smallHeight)
        .after(Affine.resize(1.0 / reduction, 1.0 / reduction))
        .after(Exif.upright(orientation, width, height).inverse());
  }

  private ImageHeader with(Image.Trait trait, boolean has) {
    if (has) {
      traits.add(trait);
    }
    return this;
  }

  private ImageHeader turned(int exif) {
    return new ImageHeader(width, height, exif, traits, unread, multiplied, reducible)
        .with(Image.Trait.TURNED, exif != 1);
  }

  /** Walks the chunks to IEND, their checksums too: libpng would complain on the console. */
  private static ImageHeader png(ByteBuffer in) {
    if (in.getLong(0) != PNG_SIGNATURE || in.getInt(12) != PNG_IHDR) {
      throw new IllegalArgumentException("a PNG with a damaged start");
    }
    int colour = u8(in, 25);
    boolean transparent = colour == 4 || colour == 6;
    int orientation = 1;
    CRC32 crc = new CRC32();
    int at = 8;
    while (true) {
      int length = in.getInt(at);
      int type = in.getInt(at + 4);
      if (length < 0 || length > in.capacity() - at - 12) {
        throw new IndexOutOfBoundsException("chunk at " + at);
      }
      crc.reset();
      crc.update(in.slice(at + 4, length + 4));
      if ((int) crc.getValue() != in.getInt(at + 8 + length)) {
        throw new IllegalArgumentException("a PNG with a damaged chunk at byte " + at);
      }
      if (type == PNG_IEND) {
        int channels = colour == 0 || colour == 4 ? 1 : 3;
        return new ImageHeader(in.getInt(16), in.getInt(20), traits(channels, u8(in, 24)))
            .with(Image.Trait.ALPHA, transparent)
            .turned(orientation);
      }
      transparent |= type == PNG_TRNS;
      if (type == PNG_EXIF) {
        orientation = Exif.orientation(in.slice(at + 8, length));
      }
      at += 12 + length;
    }
  }

  private static ImageHeader webp(ByteBuffer in) {
    if (Integer.toUnsignedLong(in.getInt(4)) + 8 > in.capacity()) {
      throw new IndexOutOfBoundsException("RIFF size");
    }
    return switch (in.getInt(12)) {
      case 0x20385056 -> // "VP8 "
          new ImageHeader(in.getShort(26) & 0x3FFF, in.getShort(28) & 0x3FFF, traits(3, 8));
      case 0x4C385056 -> { // "VP8L"
        int bits = in.getInt(21);
        yield new ImageHeader((bits & 0x3FFF) + 1, ((bits >>> 14) & 0x3FFF) + 1, traits(3, 8))
            .with(Image.Trait.ALPHA, (bits >>> 28 & 1) == 1);
      }
      case 0x58385056 -> // "VP8X"
          new ImageHeader((in.getInt(24) & 0xFFFFFF) + 1, (in.getInt(26) >>> 8) + 1, traits(3, 8))
              .with(Image.Trait.ALPHA, (u8(in, 20) & 0x10) != 0)
              .turned(webpOrientation(in));
      default -> throw new IllegalArgumentException("a WebP file of an unknown kind");
    };
  }

  private static ImageHeader bmp(ByteBuffer in) {
    int width = in.getInt(18);
    int height = Math.abs(in.getInt(22));
    boolean uncompressed = in.getInt(30) == 0;
    long rowBytes = ((long) width * u16(in, 28) + 31) / 32 * 4;
    if (uncompressed && Integer.toUnsignedLong(in.getInt(10)) + rowBytes * height > in.capacity()) {
      throw new IndexOutOfBoundsException("pixels");
    }
    return new ImageHeader(width, height, traits(3, 8));
  }

  /** Of an extended file: its chunk of camera data stands behind the picture. */
  private static int webpOrientation(ByteBuffer in) {
    int at = 12;
    while (at <= in.capacity() - 8) {
      int type = in.getInt(at);
      int length = in.getInt(at + 4);
      if (length < 0 || length > in.capacity() - at - 8) {
        throw new IndexOutOfBoundsException("chunk at " + at);
      }
      if (type == WEBP_EXIF) {
        return Exif.orientation(in.slice(at + 8, length));
      }
      at += 8 + length + (length & 1);
    }
    return 1;
  }

  private static ImageHeader tiff(ByteBuffer in) {
    TiffHeader tiff = TiffHeader.of(in);
    int colours = tiff.photometric < 2 ? 1 : tiff.photometric == 5 ? 4 : 3;
    String packed = TiffHeader.unusualCompression(tiff.compression);
    return new ImageHeader(
            tiff.width,
            tiff.height,
            1,
            traits(colours, tiff.bits),
            packed.isEmpty() ? "" : "a TIFF packed with " + packed,
            tiff.multiplied,
            false)
        .with(Image.Trait.ALPHA, tiff.alpha)
        .turned(tiff.orientation);
  }

  /** Walks the blocks to the trailer. */
  private static ImageHeader gif(ByteBuffer in) {
    int flags = u8(in, 10);
    int colours = (flags & 0x80) == 0 ? 0 : 2 << (flags & 7);
    if (colours > 0 && u8(in, 11) >= colours) {
      in.put(11, (byte) 0); // the background, which OpenCV insists on and nobody looks at
    }
    boolean transparent = false;
    boolean picture = false;
    int at = 13 + 3 * colours;
    while (u8(in, at) != 0x3B) {
      switch (u8(in, at)) {
        case 0x2C -> {
          picture = true;
          int own = u8(in, at + 9);
          at += 11 + ((own & 0x80) == 0 ? 0 : 3 * (2 << (own & 7)));
        }
        case 0x21 -> {
          transparent |= !picture && u8(in, at + 1) == 0xF9 && (u8(in, at + 3) & 1) != 0;
          at += 2;
        }
        default -> throw new IllegalArgumentException("a GIF with a damaged block at byte " + at);
      }
      while (u8(in, at) != 0) {
        at += 1 + u8(in, at);
      }
      at++;
    }
    if (!picture) {
      throw new IllegalArgumentException("a GIF without a picture");
    }
    return new ImageHeader(u16(in, 6), u16(in, 8), traits(3, 8))
        .with(Image.Trait.ALPHA, transparent);
  }

  private static int u8(ByteBuffer in, int at) {
    return in.get(at) & 0xFF;
  }

  private static int u16(ByteBuffer in, int at) {
    return in.getShort(at) & 0xFFFF;
  }
}
