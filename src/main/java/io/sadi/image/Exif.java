package io.sadi.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The one thing that matters here of a photo's EXIF data: how the camera was held. */
final class Exif {
  private static final int ORIENTATION = 274;
  private static final int LITTLE_ENDIAN_TIFF = 0x49492A00;
  private static final int BIG_ENDIAN_TIFF = 0x4D4D002A;

  private Exif() {}

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
