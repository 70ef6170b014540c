package io.sadi.io;

import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/**
 * The C library's stream of standard error, stdio's {@code stderr} and so C++'s {@code cerr}, which
 * is what native libraries write to. Here alone io touches native memory, once a library is about
 * to be loaded anyway.
 */
final class StdioStderr {
  /** What a stream of the GNU C library begins with. */
  private static final int MAGIC = 0xFBAD0000;

  /**
   * Which 32-bit word holds the number of its file: the library's binary interface has it fixed.
   */
  private static final int FILE = 28;

  private StdioStderr() {}

  /**
   * Takes the file away from the stream, so that what is written to it is lost. Descriptor 2 stays
   * as it is, for Java's words and for the last ones of a crash. Does nothing with another C
   * library than the GNU one for 64 bits.
   */
  static void disconnect() {
    try {
      Loader.load(Loader.class);
      Pointer stream = Loader.addressof("_IO_2_1_stderr_");
      if (stream == null || stream.isNull() || Loader.sizeof(Pointer.class) != Long.BYTES) {
        return;
      }
      IntPointer words = new IntPointer(stream);
      final int descriptor = 2;
      if ((words.get(0) & 0xFFFF0000) == MAGIC && words.get(FILE) == descriptor) {
        words.put(FILE, -1);
      }
    } catch (LinkageError | RuntimeException e) {
      // Whoever loads a library next says why none can be loaded.
    }
  }
}
