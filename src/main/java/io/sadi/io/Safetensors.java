package io.sadi.io;

import static io.sadi.io.SafetensorsHeader.bad;

import io.sadi.io.SafetensorsHeader.Placed;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/**
 * A safetensors file: named tensors and a few strings, no code. Eight bytes of little-endian header
 * length, a JSON header, then the tensors' bytes without gaps.
 *
 * @param metadata the header's {@code __metadata__}
 * @param tensors in the order of the header
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public record Safetensors(Map<String, String> metadata, Map<String, Entry> tensors) {
  /** As in the reference implementation, so that a wrong length cannot ask for all the memory. */
  static final int MAX_HEADER = 100_000_000;

  /** The largest array that Java makes. */
  private static final int LARGEST = Integer.MAX_VALUE - 8;

  private static final int PIECE = 1 << 20;

  /** Metadata with the checksum of the tensors. */
  private static final String SUM = "crc32c";

  /** Metadata with the checksum of all other metadata. */
  private static final String METADATA_SUM = "crc32c_metadata";

  private static final Entry EMPTY = new Entry(Dtype.U8, new long[] {0}, ByteBuffer.allocate(0));

  public Safetensors {
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /**
   * The CRC-32C of tensors' names and bytes, whatever their order, as eight hexadecimal digits: a
   * flipped bit in a weight is otherwise a weight like any other.
   */
  public static String sum(Map<String, Entry> tensors) {
    CRC32C sum = new CRC32C();
    new TreeMap<>(tensors)
        .forEach(
            (name, entry) -> {
              sum.update(name.getBytes(StandardCharsets.UTF_8));
              sum.update(entry.data());
            });
    return HexFormat.of().toHexDigits((int) sum.getValue());
  }

  /** The same with checksums of tensors and metadata, which {@link #checkSums} compares. */
  public Safetensors withSums() {
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.put(SUM, sum(tensors));
    return new Safetensors(all, tensors).withMetadataSum();
  }

  /**
   * The same where a file {@link #withSums} has got other metadata; other files stay as they are.
   */
  public Safetensors withMetadataSum() {
    if (!metadata.containsKey(SUM)) {
      return this;
    }
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.put(METADATA_SUM, metadataSum(all));
    return new Safetensors(all, tensors);
  }

  /** The CRC-32C of metadata's names and texts in the names' order, without its own. */
  private static String metadataSum(Map<String, String> metadata) {
    CRC32C sum = new CRC32C();
    new TreeMap<>(metadata)
        .forEach(
            (name, text) -> {
              if (!name.equals(METADATA_SUM)) {
                sum.update(name.getBytes(StandardCharsets.UTF_8));
                sum.update(text.getBytes(StandardCharsets.UTF_8));
              }
            });
    return HexFormat.of().toHexDigits((int) sum.getValue());
  }

  /**
   * Compares metadata and tensors with their checksums, as far as the file has them: files that are
   * no state of a run have none, and those of older versions none of the metadata.
   *
   * @param file named in messages
   * @throws BadInputException if they differ
   */
  public void checkSums(Object file) {
    checkMetadataSum(file);
    check(SUM, metadata.getOrDefault(SUM, ""), () -> sum(tensors), file, "tensors are");
  }

  /** The same of the metadata alone, which takes no time. */
  public void checkMetadataSum(Object file) {
    String expected = metadata.getOrDefault(METADATA_SUM, "");
    check(METADATA_SUM, expected, () -> metadataSum(metadata), file, "metadata is");
  }

  private static void check(
      String name, String expected, Supplier<String> found, Object file, String what) {
    if (!expected.isEmpty() && !expected.equals(found.get())) {
      throw new BadInputException(
          file + ": damaged: its " + what + " not what was written (" + name + ")");
    }
  }

  /** Element types, under the names that the header gives them. */
  public enum Dtype {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    I64(8),
    I32(4),
    I16(2),
    I8(1),
    U8(1),
    BOOL(1);

    private final int bytes;

    Dtype(int bytes) {
      this.bytes = bytes;
    }

    /** Size of one element. */
    public int bytes() {
      return bytes;
    }

    /** Whether the elements are floating-point numbers, not integers or booleans. */
    public boolean isFloating() {
      return this == F64 || this == F32 || this == F16 || this == BF16;
    }
  }

  /**
   * One tensor.
   *
   * @param dtype type of the elements
   * @param shape row-major; empty for a scalar
   * @param elements little-endian, from position 0 to the limit; those of a file are read from it
   *     each time that somebody asks, as mapped ones would count as memory of the process
   */
  @SuppressWarnings("ArrayRecordComponent") // a shape is long[] wherever tensors are made
  public record Entry(Dtype dtype, long[] shape, Supplier<ByteBuffer> elements) {
    public Entry {
      shape = shape.clone();
    }

    /** A tensor in memory, which is not copied. */
    public Entry(Dtype dtype, long[] shape, ByteBuffer data) {
      this(dtype, shape, data.slice()::duplicate);
      if (data.remaining() != bytes()) {
        throw new IllegalArgumentException(
            data.remaining() + " bytes for " + dtype + Arrays.toString(shape));
      }
    }

    /** Size of the elements. */
    public long bytes() {
      return Safetensors.bytes(dtype, shape);
    }

    /** A float32 tensor with a copy of {@code values}. */
    public static Entry ofFloats(long[] shape, float[] values) {
      ByteBuffer data = ByteBuffer.allocate(Math.multiplyExact(values.length, 4));
      data.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
      return new Entry(Dtype.F32, shape, data);
    }

    /**
     * The elements, with a position of their own.
     *
     * @throws BadInputException if they are in a file that was cut off since it was opened
     */
    public ByteBuffer data() {
      return elements.get().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public long[] shape() {
      return shape.clone();
    }

    /**
     * The elements of a floating-point tensor, F64 rounded to float.
     *
     * @throws IllegalStateException for integers and booleans
     */
    public float[] floats() {
      ByteBuffer bytes = data();
      float[] values = new float[bytes.remaining() / dtype.bytes()];
      switch (dtype) {
        case F32 -> bytes.asFloatBuffer().get(values);
        case F64 -> {
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) bytes.getDouble();
          }
        }
        case F16 -> {
          for (int i = 0; i < values.length; i++) {
            values[i] = halfToFloat(bytes.getShort());
          }
        }
        case BF16 -> {
          for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(bytes.getShort() << 16);
          }
        }
        default -> throw new IllegalStateException(dtype + " is no floating-point type");
      }
      return values;
    }

    @Override
    public String toString() {
      return dtype + Arrays.toString(shape);
    }

    /**
     * The same in half the bytes: float16, rounded to the nearest and, between two, to the even
     * one. For networks that are used, no longer trained.
     *
     * @throws IllegalArgumentException for a number that float16 cannot hold
     */
    public Entry toHalf() {
      float[] values = floats();
      ByteBuffer halves = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      for (float value : values) {
        halves.putShort(floatToHalf(value));
      }
      return new Entry(Dtype.F16, shape, halves.flip());
    }

    /** As Float.floatToFloat16 does from Java 20 on. */
    private static short floatToHalf(float value) {
      float magnitude = Math.abs(value);
      if (!(magnitude <= 65504)) {
        throw new IllegalArgumentException(value + " is no float16");
      }
      // The distance of two neighbours: 2^-24 below the smallest normal number, 2^-14.
      int exponent = Math.max(Math.getExponent(magnitude), -14);
      int steps = (int) Math.rint(Math.scalb((double) magnitude, 10 - exponent));
      // What rounds up to the next power of two carries into the exponent by itself.
      int bits = steps + ((exponent + 14) << 10);
      return (short) (bits | (Float.floatToRawIntBits(value) < 0 ? 0x8000 : 0));
    }

    /** IEEE 754 binary16, as Float.float16ToFloat does from Java 20 on. */
    private static float halfToFloat(short half) {
      int sign = (half & 0x8000) << 16;
      int exponent = (half >> 10) & 0x1f;
      int fraction = half & 0x3ff;
      if (exponent == 0) { // zero and subnormals: fraction x 2^-24
        float magnitude = fraction * 0x1p-24f;
        return sign == 0 ? magnitude : -magnitude;
      }
      int bits = exponent == 0x1f ? 0x7f800000 : (exponent + 127 - 15) << 23;
      return Float.intBitsToFloat(sign | bits | (fraction << 13));
    }
  }

  /** Bytes that can be had in parts. */
  private interface ByteSource {
    long size();

    ByteBuffer part(long begin, long size);
  }

  /** A file that stays open, whatever takes its name, until nothing refers to its tensors. */
  private static final class OpenFile implements ByteSource {
    private final Path path;
    private final RandomAccessFile file;
    private final long size;

    OpenFile(Path path) throws IOException {
      this.path = path;
      file = new RandomAccessFile(path.toFile(), "r");
      size = file.length();
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public synchronized ByteBuffer part(long begin, long size) {
      byte[] bytes = new byte[(int) size];
      try {
        file.seek(begin);
        // In pieces, as Java takes memory of the same size for a moment.
        for (int at = 0; at < bytes.length; ) {
          int read = file.read(bytes, at, Math.min(PIECE, bytes.length - at));
          if (read < 0) {
            throw bad(path, "its end at byte " + (begin + at), this.size + " bytes, as it began");
          }
          at += read;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(new IOException(path + ": " + e.getMessage(), e));
      }
      return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }
  }

  /**
   * Opens a file. Its tensors are read when they are needed, so opening costs no more than the
   * header.
   *
   * @throws BadInputException naming the file and the tensor, for anything that is not exactly a
   *     safetensors file
   */
  public static Safetensors read(Path file) throws IOException {
    InputFile.require(file);
    return parse(new OpenFile(file), file);
  }

  /**
   * The content of a file in memory.
   *
   * @param origin what it is called in messages
   * @throws BadInputException as {@link #read}
   */
  public static Safetensors of(byte[] bytes, Object origin) {
    ByteBuffer all = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    return parse(
        new ByteSource() {
          @Override
          public long size() {
            return all.capacity();
          }

          @Override
          public ByteBuffer part(long begin, long size) {
            return all.slice((int) begin, (int) size);
          }
        },
        origin);
  }

  private static Safetensors parse(ByteSource source, Object origin) {
    long size = source.size();
    if (size < 8) {
      throw bad(origin, size + " bytes", "at least 8, the header's length");
    }
    long headerLength = source.part(0, 8).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (headerLength < 2 || headerLength > Math.min(size - 8, MAX_HEADER)) {
      throw bad(
          origin,
          "a header of " + Long.toUnsignedString(headerLength) + " bytes",
          "2 to " + Math.min(size - 8, MAX_HEADER));
    }
    byte[] text = new byte[(int) headerLength];
    source.part(8, headerLength).get(text);
    if (text[0] != '{') {
      throw bad(origin, "a header that does not start with '{'", "a JSON object");
    }
    SafetensorsHeader header = SafetensorsHeader.parse(text, origin);
    return new Safetensors(header.metadata(), slice(source, 8 + headerLength, header, origin));
  }

  /**
   * Writes the file, whole or not at all. The same tensors in the same order give the same bytes.
   */
  public void write(Path file) throws IOException {
    AtomicFile.writeLarge(file, this::writeTo);
  }

  private void writeTo(FileChannel channel) throws IOException {
    byte[] header = SafetensorsHeader.write(metadata, tensors).getBytes(StandardCharsets.UTF_8);
    // Padded so that the tensors' bytes start on a multiple of 8.
    byte[] padded = Arrays.copyOf(header, (header.length + 7) / 8 * 8);
    Arrays.fill(padded, header.length, padded.length, (byte) ' ');
    ByteBuffer start = ByteBuffer.allocate(8 + padded.length).order(ByteOrder.LITTLE_ENDIAN);
    write(channel, start.putLong(padded.length).put(padded).flip());
    for (Entry entry : tensors.values()) {
      write(channel, entry.data());
    }
  }

  /** In pieces, as Java keeps a copy of a piece that is not mapped. */
  private static void write(FileChannel channel, ByteBuffer data) throws IOException {
    for (int at = 0; at < data.limit(); ) {
      at += channel.write(data.slice(at, Math.min(PIECE, data.limit() - at)));
    }
  }

  /** Checks that the tensors cover the data exactly, and takes their parts of it. */
  private static Map<String, Entry> slice(
      ByteSource source, long dataStart, SafetensorsHeader header, Object origin) {
    long dataSize = source.size() - dataStart;
    List<Placed> inOrder = new ArrayList<>(header.tensors());
    inOrder.sort(Comparator.comparingLong(Placed::begin).thenComparingLong(Placed::end));
    long covered = 0;
    for (Placed p : inOrder) {
      String where = origin + ": tensor '" + p.name() + "'";
      if (p.begin() != covered) {
        throw bad(where, "its begin at " + p.begin(), covered + ", where the one before it ends");
      }
      if (p.end() > dataSize) {
        throw bad(where, "its end at " + p.end(), "at most " + dataSize + ", the data's size");
      }
      if (p.end() - p.begin() > LARGEST) {
        throw bad(where, p.end() - p.begin() + " bytes", "less than 2 GiB");
      }
      covered = p.end();
    }
    if (covered != dataSize) {
      throw bad(origin, dataSize - covered + " bytes behind the last tensor", "none");
    }
    Map<String, Entry> tensors = new LinkedHashMap<>();
    header.tensors().forEach(p -> tensors.put(p.name(), EMPTY)); // for the header's order
    for (Placed p : inOrder) {
      tensors.put(
          p.name(),
          new Entry(
              p.dtype(), p.shape(), () -> source.part(dataStart + p.begin(), p.end() - p.begin())));
    }
    return tensors;
  }

  /** Size of a tensor; an ArithmeticException from 2^63 on. */
  static long bytes(Dtype dtype, long[] shape) {
    long bytes = dtype.bytes;
    for (long side : shape) {
      bytes = Math.multiplyExact(bytes, side);
    }
    return bytes;
  }
}
