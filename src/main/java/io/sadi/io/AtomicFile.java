package io.sadi.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Files that appear whole: what is written goes to {@code NAME.part}, which then becomes NAME. */
public final class AtomicFile {
  private AtomicFile() {}

  /** Writes a file's content to the stream it is given. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes {@code file} whole or not at all, replacing what was there. On any failure the part is
   * removed and the old file stays.
   */
  public static void write(Path file, Content content) throws IOException {
    write(file, part(file), content);
  }

  /**
   * The same where {@code NAME.part} is in use.
   *
   * @param part where the file grows instead, in the same folder
   */
  public static void write(Path file, Path part, Content content) throws IOException {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      try (OutputStream out = Files.newOutputStream(part)) {
        content.writeTo(out);
      }
      // On disk before it gets its name: a power cut must not leave an empty NAME.
      try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException | Error e) {
      try {
        Files.deleteIfExists(part);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      if (e instanceof IOException io) {
        throw named(file, io);
      }
      throw e;
    }
  }

  /** A failed write says "No space left on device" and not where; the line a person reads must. */
  private static IOException named(Path file, IOException e) {
    if (e instanceof FileSystemException || e.getClass() != IOException.class) {
      return e;
    }
    FileSystemException named = new FileSystemException(file.toString(), null, e.getMessage());
    named.initCause(e);
    return named;
  }

  public static void writeString(Path file, String text) throws IOException {
    write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Where {@code file} grows until it is complete. */
  public static Path part(Path file) {
    return file.resolveSibling(file.getFileName() + ".part");
  }
}
