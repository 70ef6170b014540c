package io.sadi.predict;

import com.google.gson.JsonObject;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file of JSON objects, one a line, that is read at any place and grows at its end. Not for use
 * by several threads at once.
 */
final class JsonLines implements Closeable {
  private static final int BLOCK = 1 << 16;

  /** Where a line is, without the character that ends it. */
  record Line(long at, int length) {
    long end() {
      return at + length + 1;
    }
  }

  private final Path file;
  private final FileChannel channel;
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK).limit(0);
  private long blockAt;

  /**
   * @param channel to the file; closed with this
   */
  JsonLines(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Adds a line; what could be written of it when that fails is taken away again. */
  Line append(JsonObject object) throws IOException {
    byte[] bytes = (Json.compact(object) + "\n").getBytes(StandardCharsets.UTF_8);
    long end = channel.size();
    try {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer, end + buffer.position());
      }
    } catch (IOException e) {
      try {
        channel.truncate(end);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      FileSystemException named =
          new FileSystemException(file.toString(), null, String.valueOf(e.getMessage()));
      named.initCause(e);
      throw named;
    }
    return new Line(end, bytes.length - 1);
  }

  /** The whole line that begins at a place; null where the file ends before it does. */
  @Nullable Line line(long at) throws IOException {
    for (long place = at; ; place++) {
      int value = byteAt(place);
      if (value < 0) {
        return null;
      }
      if (value == '\n') {
        return new Line(at, Math.toIntExact(place - at));
      }
    }
  }

  private int byteAt(long place) throws IOException {
    if (place < blockAt || place >= blockAt + block.limit()) {
      block.clear();
      int read = channel.read(block, place);
      block.limit(Math.max(0, read));
      blockAt = place;
      if (read <= 0) {
        return -1;
      }
    }
    return block.get((int) (place - blockAt));
  }

  /** A line's object; a {@link BadInputException} where it is none. */
  JsonObject read(Line line) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(line.length());
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, line.at() + bytes.position()) < 0) {
        throw new EOFException(file + ": became shorter while it was read");
      }
    }
    String text = new String(bytes.array(), StandardCharsets.UTF_8);
    return Json.object(Json.parse(text, file), file);
  }

  /** Takes away everything from a place on. */
  void truncate(long at) throws IOException {
    channel.truncate(at);
    block.limit(0);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
