package io.sadi.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A lock that one process holds among those of all machines that share a folder. It belongs to the
 * process and not to the file: the operating system releases it when the process ends, however it
 * ends, and a network file system when the machine is gone. The file stays and says who held it
 * last.
 */
public final class ProcessLock implements AutoCloseable {
  /**
   * The files that this process holds: opening and closing one of them again would release its
   * lock.
   */
  private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;
  private final @Nullable Object key;

  private ProcessLock(Path file, FileChannel channel, @Nullable Object key) {
    this.file = file;
    this.channel = channel;
    this.key = key;
  }

  /** Takes the lock if nobody holds it, else null. */
  public static @Nullable ProcessLock tryTake(Path file) throws IOException {
    return take(file, false);
  }

  /** Waits for the lock. */
  public static ProcessLock take(Path file) throws IOException {
    ProcessLock lock = take(file, true);
    if (lock == null) {
      throw new IllegalStateException(file + ": this process has it already");
    }
    return lock;
  }

  private static @Nullable ProcessLock take(Path file, boolean wait) throws IOException {
    Path place = file.toAbsolutePath().normalize();
    Path folder = place.getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    if (!OURS.add(place)) {
      return null;
    }
    FileChannel channel = null;
    try {
      create(place);
      Object key = key(place);
      channel = FileChannel.open(place, StandardOpenOption.READ, StandardOpenOption.WRITE);
      FileLock taken = lock(file, channel, wait);
      if (taken != null) {
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(owner().getBytes(StandardCharsets.UTF_8)));
        return new ProcessLock(place, channel, key);
      }
    } catch (IOException | RuntimeException e) {
      release(place, channel);
      throw e;
    }
    release(place, channel);
    return null;
  }

  private static void create(Path file) throws IOException {
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      // of another process, or of one that is gone
    }
  }

  private static @Nullable FileLock lock(Path file, FileChannel channel, boolean wait) {
    try {
      return wait ? channel.lock() : channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // this process holds it already
    } catch (IOException e) {
      throw new FailedException(
          file
              + ": this file system keeps no locks ("
              + e.getMessage()
              + "), which keep processes from doing the same work; use a folder elsewhere",
          e);
    }
  }

  private static void release(Path place, @Nullable FileChannel channel) throws IOException {
    if (channel != null) {
      channel.close();
    }
    OURS.remove(place);
  }

  private static String owner() {
    String host = "";
    try {
      host = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      // Not Linux: the process's number has to do.
    }
    return "process "
        + ProcessHandle.current().pid()
        + (host.isEmpty() ? "" : " on " + host)
        + "\n";
  }

  /**
   * Whether the file is still there: the holder before may have just removed it. It is not opened
   * for that, as closing it would release the lock.
   */
  boolean holds() throws IOException {
    try {
      return Objects.equals(key, key(file));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static @Nullable Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  @Override
  public void close() throws IOException {
    release(file, channel);
  }
}
