package io.sadi.train;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A run's {@code metrics.csv} as TensorBoard reads it, {@code events.out.tfevents.*}: one event an
 * epoch, whose step is the epoch.
 *
 * <p>The file is a sequence of TFRecords, each an {@code Event} message between checksums. It is
 * written byte by byte, as a message has four fields. TensorFlow's own classes ({@code
 * org.tensorflow:proto}) would add 1,800 classes to the jar, are of 2019, and their runtime prints
 * warnings on newer Javas. The tests read the file with them.
 */
final class TensorBoardEvents {
  /** TensorBoard recognises its files by this prefix; the time of the start follows. */
  private static final String PREFIX = "events.out.tfevents.";

  private static final String SUFFIX = ".sadi";

  /** The format's version, in the first record. */
  private static final String VERSION = "brain.Event:2";

  /** Bytes before a record's message: its length and the length's checksum. */
  private static final int HEADER = Long.BYTES + Integer.BYTES;

  /** Keys of protocol buffers: the field's number times 8, plus how its value is written. */
  private static final int WALL_TIME = 1 << 3 | 1;

  private static final int STEP = 2 << 3;
  private static final int FILE_VERSION = 3 << 3 | 2;
  private static final int SUMMARY = 5 << 3 | 2;
  private static final int VALUE = 1 << 3 | 2;
  private static final int TAG = 1 << 3 | 2;
  private static final int SIMPLE_VALUE = 2 << 3 | 5;

  /** Of the first record, which has none. */
  private static final long NO_STEP = 0;

  private static final long NOT_WHOLE = -1;

  private TensorBoardEvents() {}

  /**
   * Makes the folder's file hold exactly these epochs. Records that it has already stay as they
   * are; incomplete records and those of other epochs are cut off first.
   *
   * @param columns of {@code metrics.csv}
   * @param rows of it
   */
  static void write(Path folder, List<String> columns, List<List<String>> rows) throws IOException {
    double now = System.currentTimeMillis() / 1000.0;
    try (FileChannel channel =
        FileChannel.open(
            find(folder).orElse(folder.resolve(PREFIX + (long) now + SUFFIX)),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      ByteBuffer there = ByteBuffer.allocate(Math.toIntExact(channel.size()));
      while (there.hasRemaining() && channel.read(there) >= 0) {}
      there.flip().order(ByteOrder.LITTLE_ENDIAN);
      boolean begun = nextStep(there) == NO_STEP;
      int kept = 0;
      int end = begun ? there.position() : 0;
      while (begun && kept < rows.size() && nextStep(there) == EpochResult.epoch(rows.get(kept))) {
        kept++;
        end = there.position();
      }
      ByteArrayOutputStream more = new ByteArrayOutputStream();
      if (!begun) {
        more.writeBytes(record(version(now)));
      }
      for (List<String> row : rows.subList(kept, rows.size())) {
        more.writeBytes(record(event(now, columns, row)));
      }
      channel.truncate(end);
      channel.position(end);
      ByteBuffer bytes = ByteBuffer.wrap(more.toByteArray());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  /** The file that a run folder has. */
  static Optional<Path> find(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> isOurs(file.getFileName().toString())).sorted().findFirst();
    }
  }

  private static boolean isOurs(String name) {
    return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
  }

  /** Reads the next record and returns its step; {@link #NOT_WHOLE} if it is incomplete. */
  private static long nextStep(ByteBuffer in) {
    if (in.remaining() < HEADER) {
      return NOT_WHOLE;
    }
    int at = in.position();
    long length = in.getLong(at);
    if (in.getInt(at + Long.BYTES) != checksum(in, at, Long.BYTES)
        || length < 1 + Double.BYTES + 1
        || length > in.remaining() - HEADER - Integer.BYTES) {
      return NOT_WHOLE;
    }
    int message = at + HEADER;
    int end = message + (int) length;
    if (in.getInt(end) != checksum(in, message, (int) length)) {
      return NOT_WHOLE;
    }
    in.position(end + Integer.BYTES);
    int step = message + 1 + Double.BYTES;
    return in.get(step) == STEP ? varint(in, step + 1) : NO_STEP;
  }

  private static long varint(ByteBuffer in, int at) {
    long value = 0;
    int i = at;
    int shift = 0;
    byte next;
    do {
      next = in.get(i++);
      value |= (long) (next & 0x7F) << shift;
      shift += 7;
    } while (next < 0);
    return value;
  }

  private static byte[] version(double now) {
    Message event = new Message();
    event.number(WALL_TIME, now);
    event.bytes(FILE_VERSION, VERSION.getBytes(StandardCharsets.UTF_8));
    return event.toBytes();
  }

  private static byte[] event(double now, List<String> columns, List<String> row) {
    Message summary = new Message();
    for (int i = 0; i < columns.size(); i++) {
      String tag = tag(columns.get(i));
      if (!tag.isEmpty() && !row.get(i).isEmpty()) {
        Message value = new Message();
        value.bytes(TAG, tag.getBytes(StandardCharsets.UTF_8));
        value.number(SIMPLE_VALUE, Float.parseFloat(row.get(i)));
        summary.bytes(VALUE, value.toBytes());
      }
    }
    Message event = new Message();
    event.number(WALL_TIME, now);
    event.number(STEP, (long) EpochResult.epoch(row));
    event.bytes(SUMMARY, summary.toBytes());
    return event.toBytes();
  }

  /** A column's name in TensorBoard, which groups panels by the part before the slash. */
  private static String tag(String column) {
    if (column.equals("epoch")) {
      return ""; // the step
    }
    if (column.equals("loss")) {
      return "loss/total";
    }
    for (String panel : List.of("loss", "val")) {
      if (column.startsWith(panel + "_")) {
        return panel + "/" + column.substring(panel.length() + 1);
      }
    }
    return "train/" + column;
  }

  private static byte[] record(byte[] message) {
    ByteBuffer out =
        ByteBuffer.allocate(HEADER + message.length + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(message.length);
    out.putInt(checksum(out, 0, Long.BYTES)).put(message);
    return out.putInt(checksum(out, HEADER, message.length)).array();
  }

  /** CRC-32C, masked as in TFRecords, whose content may hold checksums itself. */
  private static int checksum(ByteBuffer in, int at, int length) {
    CRC32C crc = new CRC32C();
    crc.update(in.duplicate().limit(at + length).position(at));
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  /** A protocol buffers message. */
  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    void number(int key, double value) {
      out.write(key);
      out.writeBytes(little(Double.BYTES).putDouble(value).array());
    }

    void number(int key, float value) {
      out.write(key);
      out.writeBytes(little(Float.BYTES).putFloat(value).array());
    }

    void number(int key, long value) {
      out.write(key);
      varint(value);
    }

    void bytes(int key, byte[] value) {
      out.write(key);
      varint(value.length);
      out.writeBytes(value);
    }

    private void varint(long value) {
      long rest = value;
      while (rest > 0x7F) {
        out.write((int) ((rest & 0x7F) | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }

    private static ByteBuffer little(int bytes) {
      return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    byte[] toBytes() {
      return out.toByteArray();
    }
  }
}
