package io.sadi.io;

import io.sadi.io.Safetensors.Dtype;
import io.sadi.io.Safetensors.Entry;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes tensors as {@code torch.load} takes them, also with {@code weights_only}: an OrderedDict
 * of tensors by name, in the ZIP format of PyTorch 1.6 and later. The same tensors give the same
 * bytes.
 */
public final class TorchStateDict {
  private static final String FOLDER = "archive/";

  /** Tensors begin at multiples of this, so that they can be mapped. */
  private static final int ALIGNMENT = 64;

  /** What PyTorch calls the padding in a record's header. */
  private static final short PADDING = 0x4246;

  /**
   * Of every record. For ZIP's first moment, and what is before it, Java writes the time in another
   * field too, in the time zone of the machine and of a length that shifts the content.
   */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0, 2);

  private TorchStateDict() {}

  /** Writes the file, whole or not at all. */
  public static void write(Path file, Map<String, Entry> tensors) throws IOException {
    AtomicFile.write(file, out -> new Archive(out).write(tensors));
  }

  /** The ZIP archive, whose records are not compressed. */
  private static final class Archive {
    private final Counted counted;
    private final ZipOutputStream zip;

    Archive(OutputStream out) {
      counted = new Counted(out);
      zip = new ZipOutputStream(counted);
    }

    void write(Map<String, Entry> tensors) throws IOException {
      record("data.pkl", ByteBuffer.wrap(pickle(tensors)));
      record("byteorder", ByteBuffer.wrap("little".getBytes(StandardCharsets.US_ASCII)));
      int key = 0;
      for (Entry tensor : tensors.values()) {
        record("data/" + key++, tensor.data());
      }
      record("version", ByteBuffer.wrap("3\n".getBytes(StandardCharsets.US_ASCII)));
      zip.finish();
    }

    private void record(String name, ByteBuffer content) throws IOException {
      ZipEntry entry = new ZipEntry(FOLDER + name);
      CRC32 sum = new CRC32();
      sum.update(content.duplicate());
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(content.remaining());
      entry.setCrc(sum.getValue());
      entry.setTimeLocal(TIME);
      long start = counted.count + ZipEntry.LOCHDR + FOLDER.length() + name.length() + 4;
      short padding = (short) ((ALIGNMENT - start % ALIGNMENT) % ALIGNMENT);
      ByteBuffer extra = ByteBuffer.allocate(4 + padding).order(ByteOrder.LITTLE_ENDIAN);
      entry.setExtra(extra.putShort(PADDING).putShort(padding).array());
      zip.putNextEntry(entry);
      WritableByteChannel channel = Channels.newChannel(zip);
      while (content.hasRemaining()) {
        channel.write(content);
      }
      zip.closeEntry();
    }
  }

  /** Knows where in the file it is. */
  private static final class Counted extends FilterOutputStream {
    private long count;

    Counted(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      count++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      count += length;
    }
  }

  /** What torch.save pickles of a state_dict, in protocol 2. */
  private static byte[] pickle(Map<String, Entry> tensors) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x80, 2});
    emptyOrderedDict(out);
    out.write('(');
    int key = 0;
    for (Map.Entry<String, Entry> e : tensors.entrySet()) {
      text(out, e.getKey());
      tensor(out, String.valueOf(key++), e.getValue());
    }
    out.writeBytes(new byte[] {'u', '.'});
    return out.toByteArray();
  }

  private static void tensor(ByteArrayOutputStream out, String key, Entry tensor) {
    long[] shape = tensor.shape();
    long[] strides = new long[shape.length];
    long count = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = count;
      count *= shape[i];
    }
    global(out, "torch._utils", "_rebuild_tensor_v2");
    out.writeBytes(new byte[] {'(', '('});
    text(out, "storage");
    global(out, "torch", storage(tensor.dtype()));
    text(out, key);
    text(out, "cpu");
    integer(out, count);
    out.writeBytes(new byte[] {'t', 'Q'});
    integer(out, 0);
    integers(out, shape);
    integers(out, strides);
    out.write(0x89); // no gradient
    emptyOrderedDict(out); // no hooks
    out.writeBytes(new byte[] {'t', 'R'});
  }

  private static String storage(Dtype dtype) {
    return switch (dtype) {
      case F64 -> "DoubleStorage";
      case F32 -> "FloatStorage";
      case F16 -> "HalfStorage";
      case BF16 -> "BFloat16Storage";
      case I64 -> "LongStorage";
      case I32 -> "IntStorage";
      case I16 -> "ShortStorage";
      case I8 -> "CharStorage";
      case U8 -> "ByteStorage";
      case BOOL -> "BoolStorage";
    };
  }

  private static void emptyOrderedDict(ByteArrayOutputStream out) {
    global(out, "collections", "OrderedDict");
    out.writeBytes(new byte[] {')', 'R'});
  }

  private static void global(ByteArrayOutputStream out, String module, String name) {
    out.writeBytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  private static void text(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.write('X');
    out.writeBytes(little(4).putInt(bytes.length).array());
    out.writeBytes(bytes);
  }

  private static void integers(ByteArrayOutputStream out, long[] values) {
    out.write('(');
    for (long value : values) {
      integer(out, value);
    }
    out.write('t');
  }

  private static void integer(ByteArrayOutputStream out, long value) {
    out.writeBytes(new byte[] {(byte) 0x8a, 8}); // LONG1 of eight bytes
    out.writeBytes(little(8).putLong(value).array());
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
