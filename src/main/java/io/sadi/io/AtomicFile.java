package io.sadi.io;

import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Files that appear whole: what is written goes to {@code NAME.part}, which then becomes NAME. */
public final class AtomicFile {
  private AtomicFile() {}

  /** Writes a file's content to the stream it is given. */
  @FunctionalInterface
  public interface FileContent {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Writes a file's content to the channel it is given, which saves a copy of what is large. */
  @FunctionalInterface
  interface LargeContent {
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Writes {@code file} whole or not at all, replacing what was there. On any failure the part is
   * removed and the old file stays.
   */
  public static void write(Path file, FileContent content) throws IOException {
    write(file, part(file), content);
  }

  /**
   * Writes the file as {@link #write(Path, FileContent)} does, through a part of another name: for
   * where {@code NAME.part} is in use.
   *
   * @param part where the file grows instead, in the same folder
   */
  public static void write(Path file, Path part, FileContent content) throws IOException {
    writeLarge(
        file,
        part,
        channel -> {
          OutputStream out = Channels.newOutputStream(channel);
          content.writeTo(out);
          out.flush();
        });
  }

  /** As {@link #write(Path, FileContent)}. */
  static void writeLarge(Path file, LargeContent content) throws IOException {
    writeLarge(file, part(file), content);
  }

  private static void writeLarge(Path file, Path part, LargeContent content) throws IOException {
    try (Growing growing = begin(file, part)) {
      try {
        content.writeTo(growing.channel);
        growing.finish();
      } catch (IOException e) {
        throw named(file, e);
      }
    }
  }

  /**
   * Begins a file that is written little by little.
   *
   * @param part where it grows, in the same folder
   */
  public static Growing begin(Path file, Path part) throws IOException {
    checkPlace(file);
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    FileChannel channel = claim(file, part);
    try {
      channel.truncate(0); // a process that was killed may have left something
    } catch (IOException e) {
      channel.close();
      throw named(file, e);
    }
    return new Growing(file, part, channel);
  }

  /** A file that is not whole yet, of this process alone. */
  public static final class Growing implements Closeable {
    private final Path file;
    private final Path part;
    private final FileChannel channel;
    private boolean finished;

    private Growing(Path file, Path part, FileChannel channel) {
      this.file = file;
      this.part = part;
      this.channel = channel;
    }

    /** Its name once it is whole. */
    public Path file() {
      return file;
    }

    /** Appends to it; closing that is not needed. */
    public OutputStream out() {
      return new FilterOutputStream(Channels.newOutputStream(channel)) {
        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
          try {
            out.write(bytes, from, length);
          } catch (IOException e) {
            throw named(file, e);
          }
        }
      };
    }

    /** Gives the file its name. */
    public void finish() throws IOException {
      // On disk before it gets its name: a power cut must not leave an empty NAME.
      channel.force(true);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      finished = true;
    }

    /** Removes what is not whole. */
    @Override
    public void close() throws IOException {
      try (channel) {
        if (!finished && channel.isOpen()) {
          Files.deleteIfExists(part);
        }
      }
    }
  }

  /**
   * Refuses what is no file, such as /dev/null: the finished file would take its place, for
   * everybody.
   */
  public static void checkPlace(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
      throw BadInputException.at(
          file, "a device or a pipe", "a file to write", "write to a file, or to stdout");
    }
  }

  /** How the unfinished runs begin that lie in {@code NAME.part} and can be gone on with. */
  private static final Pattern UNFINISHED_RUN =
      Pattern.compile("\\{\"schema_version\":[0-9]{1,9},\"settings\":\\{.*", Pattern.DOTALL);

  private static final int BEGINNING = 64;

  /**
   * Refuses a file whose {@code NAME.part} is an unfinished run, which writing NAME would destroy.
   *
   * @throws BadInputException if it is
   */
  public static void checkPart(Path file) throws IOException {
    Path part = part(file);
    if (Files.isRegularFile(part)) {
      try (FileChannel channel = FileChannel.open(part, StandardOpenOption.READ)) {
        refuseRun(file, part, channel);
      } catch (NoSuchFileException e) {
        // another process has just renamed or removed it
      }
    }
  }

  private static void refuseRun(Path file, Path part, FileChannel channel) throws IOException {
    ByteBuffer beginning = ByteBuffer.allocate(BEGINNING);
    while (beginning.hasRemaining() && channel.read(beginning, beginning.position()) > 0) {
      // a read may give less than there is
    }
    String text = new String(beginning.array(), 0, beginning.position(), StandardCharsets.UTF_8);
    if (UNFINISHED_RUN.matcher(text).matches()) {
      throw BadInputException.at(
          part,
          "a run of 'sadi predict' that is not finished, or whose failures can be tried again",
          "nothing that writing " + file + " would destroy",
          "go on with it by 'sadi predict --resume', delete it, or name another file");
    }
  }

  /**
   * Opens and locks the part. Without the lock, the first of two processes that write the same file
   * would rename what the other has half written.
   */
  private static FileChannel claim(Path file, Path part) throws IOException {
    while (true) {
      try {
        Files.createFile(part);
      } catch (FileAlreadyExistsException e) {
        // another process's, or what is left of one
      }
      try {
        Object key = key(part);
        FileChannel channel =
            FileChannel.open(part, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
          lock(file, channel);
          if (Objects.equals(key, key(part))) {
            refuseRun(file, part, channel);
            return channel;
          }
        } catch (IOException | RuntimeException e) {
          channel.close();
          throw e;
        }
        channel.close(); // another process has just renamed it to NAME
      } catch (NoSuchFileException e) {
        // another process has just renamed or removed it
      }
    }
  }

  private static @Nullable Object key(Path part) throws IOException {
    return Files.readAttributes(part, BasicFileAttributes.class).fileKey();
  }

  private static void lock(Path file, FileChannel channel) {
    try {
      if (channel.tryLock() != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      // another thread of ours
    } catch (IOException e) {
      return; // a file system that keeps no locks
    }
    throw BadInputException.at(
        file,
        "another process that writes it",
        "one at a time",
        "wait for it, or name another file");
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
