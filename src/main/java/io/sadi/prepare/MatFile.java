package io.sadi.prepare;

import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import us.hebi.matlab.mat.format.BufferAllocator;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Source;
import us.hebi.matlab.mat.types.Sources;

/** MATLAB's files, version 5 (what {@code save} writes but for {@code -v7.3}). */
final class MatFile {
  /** The largest official annotation file has 12 MB, and unpacked less than 200. */
  private static final int MAX_BYTES = 1 << 28;

  private static final int HEADER_BYTES = 128;
  private static final int ENDIAN_INDICATOR = 126;
  private static final int COMPRESSED = 15;

  private MatFile() {}

  /**
   * A numeric variable of a file. Whatever is wrong with the file is a {@link BadInputException}.
   */
  static Matrix matrix(Path file, String name) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new BadInputException(
          file + ": " + (Files.exists(file) ? "not a file" : "no such file"));
    }
    if (Files.size(file) > MAX_BYTES) {
      throw BadInputException.at(file, Files.size(file) + " bytes", "at most " + MAX_BYTES, "");
    }
    byte[] bytes = Files.readAllBytes(file);
    Array array;
    try (Source source = Sources.wrap(bytes)) {
      checkElements(ByteBuffer.wrap(bytes));
      us.hebi.matlab.mat.types.MatFile content =
          Mat5.newReader(source).setBufferAllocator(new Limited()).readMat();
      array = content.getArray(name);
    } catch (IOException | RuntimeException | DataFormatException e) {
      // The parser trusts its input: damage shows as all kinds of runtime exceptions.
      throw new BadInputException(
          file
              + ": not a readable MATLAB 5 file with a variable '"
              + name
              + "'; take the dataset's original file",
          e);
    }
    if (!(array instanceof Matrix matrix)) {
      throw BadInputException.at(
          file + ": " + name, String.valueOf(array.getType()), "a matrix of numbers", "");
    }
    return matrix;
  }

  /**
   * Walks the file's elements before the parser does, which would take their sizes on trust and
   * complain on the console: each must end inside the file, and unpack whole, to its checksum.
   */
  private static void checkElements(ByteBuffer bytes) throws DataFormatException {
    boolean littleEndian = bytes.get(ENDIAN_INDICATOR) == 'I';
    bytes.order(littleEndian ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    long unpacked = 0;
    int at = HEADER_BYTES;
    while (at < bytes.capacity()) {
      int type = bytes.getInt(at);
      int size = bytes.getInt(at + 4);
      ByteBuffer element = bytes.slice(at + 8, size);
      if (type == COMPRESSED) {
        Inflater inflater = new Inflater();
        try {
          inflater.setInput(element);
          byte[] chunk = new byte[1 << 16];
          while (!inflater.finished()) {
            int n = inflater.inflate(chunk);
            unpacked += n;
            if ((n == 0 && !inflater.finished()) || unpacked > MAX_BYTES) {
              throw new DataFormatException("cut off, or too large");
            }
          }
        } finally {
          inflater.end();
        }
      }
      at += 8 + size + (type == COMPRESSED ? 0 : -size & 7); // the others are padded
    }
  }

  /** Refuses what a small compressed file must not ask for. */
  private static final class Limited implements BufferAllocator {
    private long left = MAX_BYTES;

    @Override
    public ByteBuffer allocate(int bytes) {
      left -= bytes;
      if (bytes < 0 || left < 0) {
        throw new IllegalArgumentException("more than " + MAX_BYTES + " bytes unpacked");
      }
      return ByteBuffer.allocate(bytes);
    }

    @Override
    public void release(ByteBuffer buffer) {
      left += buffer.capacity();
    }
  }
}
