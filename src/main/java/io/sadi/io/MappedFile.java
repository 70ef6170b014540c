package io.sadi.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A memory-mapped file. Parts of it stay valid after it is closed. */
final class MappedFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final long size;

  /** All of a file below 2 GiB, which is as much as a buffer holds. */
  private final @Nullable ByteBuffer whole;

  MappedFile(Path path) throws IOException {
    this.path = path;
    this.channel = FileChannel.open(path);
    try {
      this.size = channel.size();
      this.whole = size <= Integer.MAX_VALUE ? channel.map(MapMode.READ_ONLY, 0, size) : null;
    } catch (IOException | RuntimeException | Error e) {
      channel.close();
      throw e;
    }
  }

  Path path() {
    return path;
  }

  long size() {
    return size;
  }

  /**
   * A part, little-endian.
   *
   * @return null where it is not in the file, or has 2 GiB or more
   */
  @Nullable ByteBuffer part(long begin, long length) throws IOException {
    if (begin < 0
        || length < 0
        || length > Integer.MAX_VALUE
        || begin > size
        || length > size - begin) {
      return null;
    }
    ByteBuffer part =
        whole == null
            ? channel.map(MapMode.READ_ONLY, begin, length)
            : whole.slice((int) begin, (int) length);
    return part.order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
