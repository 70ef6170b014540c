package io.sadi.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import io.sadi.io.BadInputException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;

/**
 * What damage does to a file that a person names: its reader must come to a result or to a {@link
 * BadInputException} of one line that names the file, or another of its folder, soon, and without
 * asking for the memory that a damaged number says.
 */
public final class Fuzz {
  /** Reads a file; what it returns is not looked at. */
  @FunctionalInterface
  public interface Reading {
    Object read(Path file) throws IOException;
  }

  private static final long MAX_ALLOCATED = 64 << 20;
  private static final long MAX_NANOS = 2_000_000_000L;

  private final Path file;
  private final byte[] whole;
  private final Reading reading;
  private final ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /**
   * To damage a file in place.
   *
   * @param file that reads without an error
   */
  public Fuzz(Path file, Reading reading) throws IOException {
    this.file = file;
    this.whole = Files.readAllBytes(file);
    this.reading = reading;
    reading.read(file);
  }

  /** Cuts the file off everywhere; returns how many of the parts were refused. */
  public int prefixes() throws IOException {
    int refused = 0;
    for (int n = 0; n < whole.length; n++) {
      refused += refuses(Arrays.copyOf(whole, n), "the first " + n + " bytes") ? 1 : 0;
    }
    return refused;
  }

  /** Changes one to four bytes in each of {@code times}; returns how many were refused. */
  public int flips(int times, long seed) throws IOException {
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < times; i++) {
      byte[] damaged = whole.clone();
      for (int k = random.nextInt(4); k >= 0; k--) {
        damaged[random.nextInt(whole.length)] = (byte) random.nextInt(256);
      }
      refused += refuses(damaged, "flip " + i) ? 1 : 0;
    }
    return refused;
  }

  /** Reads the file with any bytes; whether it was refused. */
  public boolean refuses(byte[] damaged, String what) throws IOException {
    write(damaged);
    long allocated = memory.getCurrentThreadAllocatedBytes();
    long start = System.nanoTime();
    boolean refused = false;
    try {
      reading.read(file);
    } catch (BadInputException e) {
      refused = true;
      assertThat(e.getMessage()).as(what).contains(String.valueOf(file.getParent()));
      assertThat(e.getMessage().lines()).as(what).hasSize(1);
    } catch (RuntimeException | Error e) {
      fail(what + " of " + file + ": " + e, e);
    }
    assertThat(System.nanoTime() - start).as(what + ": time").isLessThan(MAX_NANOS);
    assertThat(memory.getCurrentThreadAllocatedBytes() - allocated)
        .as(what + ": memory")
        .isLessThan(MAX_ALLOCATED);
    return refused;
  }

  /** In place: making a file anew takes longer than reading it. */
  private void write(byte[] bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), 0);
      if (channel.size() > bytes.length) {
        channel.truncate(bytes.length);
      }
    }
  }
}
