package io.sadi.prepare;

import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
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
    Array array;
    try (Source source = Sources.wrap(Files.readAllBytes(file))) {
      us.hebi.matlab.mat.types.MatFile content =
          Mat5.newReader(source).setBufferAllocator(new Limited()).readMat();
      array = content.getArray(name);
    } catch (IOException | RuntimeException e) {
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
