package io.sadi.predict.output;

import com.google.gson.JsonObject;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file of JSON objects, one a line, that is read at any place and grows at its end. Each line
 * ends in a checksum of itself, so that a damaged number is not taken for one that was found. Not
 * for use by several threads at once.
 */
final class JsonLines implements Closeable {
  private static final int BLOCK = 1 << 16;

  /** The last member of every line; what comes before it is summed. */
  private static final String SUM = ",\"crc32c\":\"%08x\"}";

  private static final int SUM_LENGTH = String.format(Locale.ROOT, SUM, 0).length();

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
    byte[] bytes = line(object);
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

  /** An object's line, with its checksum and the character that ends it. */
  static byte[] line(JsonObject object) {
    String text = Json.compact(object);
    String open = text.substring(0, text.length() - 1); // without the last brace
    return (open + sum(open) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static String sum(String open) {
    CRC32C sum = new CRC32C();
    sum.update(open.getBytes(StandardCharsets.UTF_8));
    return String.format(Locale.ROOT, SUM, sum.getValue());
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
    return Byte.toUnsignedInt(block.get((int) (place - blockAt)));
  }

  /** A line's object; a {@link BadInputException} where it is none, or damaged. */
  JsonObject read(Line line) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(line.length());
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, line.at() + bytes.position()) < 0) {
        throw new EOFException(file + ": became shorter while it was read");
      }
    }
    String text = new String(bytes.array(), StandardCharsets.UTF_8);
    JsonObject object = Json.object(Json.parse(text, file), file);
    int open = text.length() - SUM_LENGTH;
    if (open < 0 || !text.substring(open).equals(sum(text.substring(0, open)))) {
      throw BadInputException.at(file, "a damaged line", "the one that was written", "");
    }
    return object;
  }

  /** Writes all lines to a stream, as they are. */
  void copyTo(OutputStream out) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(BLOCK);
    for (long at = 0; channel.read(bytes, at) >= 0; bytes.clear()) {
      out.write(bytes.array(), 0, bytes.position());
      at += bytes.position();
    }
  }

  /** In bytes. */
  long size() throws IOException {
    return channel.size();
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
