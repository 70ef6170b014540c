package io.sadi.ablate;

import io.sadi.io.FailedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The right of one process, of all machines that share a folder, to do something. It belongs to the
 * process and not to the file: the operating system takes it back from a process that ends, however
 * it ends, and a network file system from a machine that is gone. The file stays and says who was
 * the last.
 */
final class CellLock implements AutoCloseable {
  /** Closing a file a second time would give up this process's right to it. */
  private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final FileChannel channel;

  private CellLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Takes the right if nobody has it, else null. */
  static @Nullable CellLock tryTake(Path file) throws IOException {
    return take(file, false);
  }

  /** Waits for the right. */
  static CellLock take(Path file) throws IOException {
    CellLock lock = take(file, true);
    if (lock == null) {
      throw new IllegalStateException(file + ": this process has it already");
    }
    return lock;
  }

  private static @Nullable CellLock take(Path file, boolean wait) throws IOException {
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
      channel =
          FileChannel.open(
              place, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      FileLock taken = lock(file, channel, wait);
      if (taken != null) {
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(owner().getBytes(StandardCharsets.UTF_8)));
        return new CellLock(place, channel);
      }
    } catch (IOException | RuntimeException e) {
      release(place, channel);
      throw e;
    }
    release(place, channel);
    return null;
  }

  private static @Nullable FileLock lock(Path file, FileChannel channel, boolean wait) {
    try {
      return wait ? channel.lock() : channel.tryLock();
    } catch (IOException e) {
      throw new FailedException(
          file
              + ": this file system keeps no locks ("
              + e.getMessage()
              + "), so that processes would do the same work; put the study elsewhere",
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

  @Override
  public void close() throws IOException {
    release(file, channel);
  }
}
