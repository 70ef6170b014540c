package io.sadi.image;

import io.sadi.geom.Affine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The orientation in a photo's EXIF data. */
final class Exif {
  private static final int ORIENTATION = 274;
  private static final int LITTLE_ENDIAN_TIFF = 0x49492A00;
  private static final int BIG_ENDIAN_TIFF = 0x4D4D002A;

  private Exif() {}

  /**
   * Where the stored pixels are to be seen.
   *
   * @param orientation 1 to 8
   * @param width of the picture as it is stored, in pixels
   * @param height of the picture as it is stored
   * @return from stored pixels to those of the picture turned upright
   */
  static Affine upright(int orientation, int width, int height) {
    int right = width - 1;
    int bottom = height - 1;
    return switch (orientation) {
      case 2 -> new Affine(-1, 0, right, 0, 1, 0);
      case 3 -> new Affine(-1, 0, right, 0, -1, bottom);
      case 4 -> new Affine(1, 0, 0, 0, -1, bottom);
      case 5 -> new Affine(0, 1, 0, 1, 0, 0);
      case 6 -> new Affine(0, -1, bottom, 1, 0, 0);
      case 7 -> new Affine(0, -1, bottom, -1, 0, right);
      case 8 -> new Affine(0, 1, 0, -1, 0, right);
      default -> Affine.IDENTITY;
    };
  }

  /**
   * The orientation, 1 (upright) to 8.
   *
   * @param tiff the block behind "Exif\0\0", a TIFF file of its own
   * @return 1 where it does not say, or is damaged: it is no part of the picture
   */
  static int orientation(ByteBuffer tiff) {
    try {
      ByteBuffer in = tiff.slice().order(ByteOrder.BIG_ENDIAN);
      int magic = in.getInt(0);
      if (magic != LITTLE_ENDIAN_TIFF && magic != BIG_ENDIAN_TIFF) {
        return 1;
      }
      in.order(magic == BIG_ENDIAN_TIFF ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
      int directory = in.getInt(4);
      for (int i = 0, n = in.getShort(directory) & 0xFFFF; i < n; i++) {
        int entry = directory + 2 + 12 * i;
        if ((in.getShort(entry) & 0xFFFF) == ORIENTATION) {
          int value = in.getShort(entry + 8) & 0xFFFF;
          return value >= 1 && value <= 8 ? value : 1;
        }
      }
      return 1;
    } catch (IndexOutOfBoundsException damaged) {
      return 1;
    }
  }
}
