package io.sadi.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The first directory of a TIFF or BigTIFF file: what the picture is, and where its bytes lie. They
 * differ in how wide counts and offsets are. Throws IndexOutOfBounds where the bytes end early,
 * IllegalArgument where they are damaged, UnsupportedOperation where no decoder here reads them.
 */
final class TiffHeader {
  private static final int CLASSIC = 42;
  private static final int BIG = 43;
  private static final int MAX_ENTRIES = 4096;

  /** Colours that are multiplied by the alpha already. */
  private static final int ASSOCIATED = 1;

  private static final int UNASSOCIATED = 2;

  private final ByteBuffer in;
  private final boolean big;

  int width;
  int height;
  int bits = 8;
  int photometric = 2;
  int orientation = 1;
  int compression = 1;
  boolean alpha;

  /** Whether the colours are multiplied by the alpha in the file. */
  boolean multiplied;

  private int sampleFormat = 1;
  private Tag offsets = Tag.NONE;
  private Tag lengths = Tag.NONE;

  /**
   * A field's values.
   *
   * @param at where the first of them lies
   */
  private record Tag(int type, long count, long at) {
    static final Tag NONE = new Tag(3, 0, 0);
  }

  private TiffHeader(ByteBuffer in, boolean big) {
    this.in = in;
    this.big = big;
  }

  static boolean isOne(int magic) {
    return magic == 0x49492A00 || magic == 0x4D4D002A || magic == 0x49492B00 || magic == 0x4D4D002B;
  }

  /**
   * Reads the first directory. What would mislead the decoder is put right in the bytes: libtiff
   * multiplies colours by an alpha that is marked as not multiplied, which darkens the picture.
   */
  static TiffHeader of(ByteBuffer bytes) {
    ByteOrder order = bytes.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    ByteBuffer in = bytes.order(order);
    TiffHeader header = new TiffHeader(in, in.getShort(2) == BIG);
    header.read();
    return header;
  }

  private void read() {
    if (!big && in.getShort(2) != CLASSIC) {
      throw new IllegalArgumentException("a TIFF with a damaged start");
    }
    long directory = big ? in.getLong(8) : Integer.toUnsignedLong(in.getInt(4));
    int at = at(directory);
    long entries = big ? in.getLong(at) : u16(at);
    if (entries < 0 || entries > MAX_ENTRIES) {
      throw new IllegalArgumentException("a TIFF with a damaged directory");
    }
    int first = at + (big ? 8 : 2);
    for (int i = 0; i < entries; i++) {
      entry(first + (big ? 20 : 12) * i);
    }
    boolean integers = sampleFormat == 1 || sampleFormat == 4; // 4: it does not matter
    if (!integers || bits > 16) {
      throw new UnsupportedOperationException(
          "a TIFF of "
              + bits
              + "-bit "
              + (sampleFormat == 3
                  ? "floats"
                  : sampleFormat == 2
                      ? "signed integers"
                      : sampleFormat == 1 ? "integers" : "values"));
    }
    checkPixels();
  }

  private void entry(int at) {
    int type = u16(at + 2);
    long count = big ? in.getLong(at + 4) : Integer.toUnsignedLong(in.getInt(at + 4));
    int value = at + (big ? 12 : 8);
    if (count < 0 || count > in.capacity()) {
      throw new IllegalArgumentException("a TIFF with a damaged directory");
    }
    long bytes = count * width(type);
    long place =
        bytes <= (big ? 8 : 4)
            ? value
            : big ? in.getLong(value) : Integer.toUnsignedLong(in.getInt(value));
    Tag entry = new Tag(type, count, place);
    switch (u16(at)) {
      case 256 -> width = first(entry);
      case 257 -> height = first(entry);
      case 258 -> bits = first(entry);
      case 259 -> compression = first(entry);
      case 262 -> photometric = first(entry);
      case 274 -> orientation = Math.max(1, Math.min(8, first(entry)));
      case 338 -> extraSamples(entry);
      case 339 -> sampleFormat = first(entry);
      case 273, 324 -> offsets = entry;
      case 279, 325 -> lengths = entry;
      default -> {}
    }
  }

  private void extraSamples(Tag entry) {
    int kind = first(entry);
    alpha = kind == ASSOCIATED || kind == UNASSOCIATED;
    multiplied = kind == ASSOCIATED;
    if (kind == UNASSOCIATED && entry.type == 3) {
      in.putShort(at(entry.at), (short) ASSOCIATED);
    }
  }

  /** Decoders make a whole picture, black from where the bytes end, of half a file. */
  private void checkPixels() {
    if (offsets.count != lengths.count) {
      return; // lengths may be left out where there is one strip
    }
    for (int i = 0; i < offsets.count; i++) {
      long end = value(offsets, i) + value(lengths, i);
      if (end < 0 || end > in.capacity()) {
        throw new IndexOutOfBoundsException("pixels");
      }
    }
  }

  private int first(Tag entry) {
    long value = entry.count == 0 ? 0 : value(entry, 0);
    return (int) Math.max(0, Math.min(Integer.MAX_VALUE, value));
  }

  private long value(Tag entry, int i) {
    int size = width(entry.type);
    int at = at(entry.at + (long) i * size);
    return switch (size) {
      case 1 -> in.get(at) & 0xFF;
      case 2 -> u16(at);
      case 4 -> Integer.toUnsignedLong(in.getInt(at));
      default -> in.getLong(at);
    };
  }

  /** Bytes of a value of a type. */
  private static int width(int type) {
    return switch (type) {
      case 1, 2, 6, 7 -> 1;
      case 3, 8 -> 2;
      case 4, 9, 11, 13 -> 4;
      default -> 8;
    };
  }

  private int at(long place) {
    if (place < 0 || place >= in.capacity()) {
      throw new IndexOutOfBoundsException("at " + place);
    }
    return (int) place;
  }

  private int u16(int at) {
    return in.getShort(at) & 0xFFFF;
  }

  /** What a picture is compressed with that no decoder here unpacks; empty for the others. */
  static String unusualCompression(int compression) {
    return switch (compression) {
      case 1, 2, 3, 4, 5, 7, 8, 32773, 32946 -> "";
      case 6 -> "old JPEG";
      case 33003, 33004, 33005, 34712 -> "JPEG 2000";
      case 34887 -> "LERC";
      case 34925 -> "LZMA";
      case 50000 -> "Zstandard";
      case 50001 -> "WebP";
      default -> "method " + compression;
    };
  }
}
