package io.sadi.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch's files as torch.save writes them, in both formats, and some that it would not write.
 * Values are null, Boolean, Integer, Long, Double, String, Map, List, and the records here.
 */
public final class TorchWriter {
  /** A function or class. */
  public record Global(String module, String name) {}

  /** A tuple. */
  public record Tuple(List<?> items) {}

  /** A call, as an object of any class is pickled. */
  public record Call(Global function, List<?> arguments) {}

  /** A view of a storage. */
  @SuppressWarnings("ArrayRecordComponent")
  public record Tensor(String storage, long offset, long[] shape, long[] strides) {}

  /** A reference to something outside of the pickle. */
  public record Persistent(List<?> id) {}

  private record Storage(String type, long count, byte[] bytes) {}

  /** OrderedDict, as a state_dict is. */
  public static final Call ORDERED = new Call(new Global("collections", "OrderedDict"), List.of());

  private static final byte[] MAGIC = {
    (byte) 0x80,
    2,
    (byte) 0x8a,
    10,
    0x6c,
    (byte) 0xfc,
    (byte) 0x9c,
    0x46,
    (byte) 0xf9,
    0x20,
    0x6a,
    (byte) 0xa8,
    0x50,
    0x19,
    '.'
  };

  private final Map<String, Storage> storages = new LinkedHashMap<>();
  private final Map<String, byte[]> records = new LinkedHashMap<>();
  private final Set<String> used = new LinkedHashSet<>();
  private boolean legacy;

  /** A storage of any type; returns its key. */
  public String storage(String type, int width, byte[] bytes) {
    String key = String.valueOf(storages.size());
    storages.put(key, new Storage(type, bytes.length / width, bytes));
    return key;
  }

  /** A float32 tensor with a storage of its own. */
  public Tensor floats(long[] shape, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return new Tensor(storage("FloatStorage", 4, bytes.array()), 0, shape, strides(shape));
  }

  /** Those of elements that lie one behind the other. */
  public static long[] strides(long[] shape) {
    long[] strides = new long[shape.length];
    long step = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = step;
      step *= shape[i];
    }
    return strides;
  }

  /** A further record of a ZIP archive, such as {@code code/a.py}. */
  public TorchWriter record(String name, byte[] content) {
    records.put(name, content);
    return this;
  }

  /** The format since 1.6. */
  public Path zip(Path file, @Nullable Object root) throws IOException {
    legacy = false;
    Map<String, byte[]> all = new LinkedHashMap<>();
    all.put("data.pkl", pickle(root));
    storages.forEach((key, storage) -> all.put("data/" + key, storage.bytes()));
    all.put("version", "3\n".getBytes(StandardCharsets.US_ASCII));
    all.putAll(records);
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> e : all.entrySet()) {
        ZipEntry entry = new ZipEntry("archive/" + e.getKey());
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(e.getValue().length);
        CRC32 sum = new CRC32();
        sum.update(e.getValue());
        entry.setCrc(sum.getValue());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(e.getValue());
      }
    }
    return file;
  }

  /** The format before 1.6. */
  public Path legacy(Path file, @Nullable Object root) throws IOException {
    legacy = true;
    used.clear();
    byte[] values = pickle(root);
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(MAGIC);
      out.write(pickle(1001));
      out.write(pickle(Map.of("little_endian", true)));
      out.write(values);
      out.write(pickle(new ArrayList<>(used)));
      for (String key : used) {
        Storage storage = storages.get(key);
        ByteBuffer count = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        out.write(count.putLong(storage.count()).array());
        out.write(storage.bytes());
      }
    }
    return file;
  }

  /** A value as a pickle of protocol 2. */
  public byte[] pickle(@Nullable Object value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0x80, 2});
    write(out, value);
    out.write('.');
    return out.toByteArray();
  }

  private void write(ByteArrayOutputStream out, @Nullable Object value) {
    if (value == null) {
      out.write('N');
    } else if (value instanceof Boolean flag) {
      out.write(flag ? 0x88 : 0x89);
    } else if (value instanceof Integer || value instanceof Long) {
      out.write(0x8a);
      out.write(8);
      out.writeBytes(little(8).putLong(((Number) value).longValue()).array());
    } else if (value instanceof Double number) {
      out.write('G');
      out.writeBytes(ByteBuffer.allocate(8).putDouble(number).array());
    } else if (value instanceof String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      out.write('X');
      out.writeBytes(little(4).putInt(bytes.length).array());
      out.writeBytes(bytes);
    } else if (value instanceof Map<?, ?> map) {
      out.write('}');
      items(out, map);
    } else if (value instanceof List<?> list) {
      out.writeBytes(new byte[] {']', '('});
      list.forEach(item -> write(out, item));
      out.write('e');
    } else if (value instanceof Tuple tuple) {
      tuple(out, tuple.items());
    } else if (value instanceof Global global) {
      out.writeBytes(
          ("c" + global.module() + "\n" + global.name() + "\n").getBytes(StandardCharsets.UTF_8));
    } else if (value instanceof Call call) {
      write(out, call.function());
      tuple(out, call.arguments());
      out.write('R');
    } else if (value instanceof Persistent persistent) {
      tuple(out, persistent.id());
      out.write('Q');
    } else if (value instanceof Tensor tensor) {
      write(out, call(tensor));
    } else {
      throw new IllegalArgumentException(value.toString());
    }
  }

  private Call call(Tensor tensor) {
    Storage storage = storages.get(tensor.storage());
    if (storage == null) {
      throw new IllegalArgumentException("no storage " + tensor.storage());
    }
    used.add(tensor.storage());
    List<@Nullable Object> id = new ArrayList<>();
    id.addAll(
        List.of(
            "storage",
            new Global("torch", storage.type()),
            tensor.storage(),
            "cpu",
            storage.count()));
    if (legacy) {
      id.add(null);
    }
    return new Call(
        new Global("torch._utils", "_rebuild_tensor_v2"),
        List.of(
            new Persistent(id),
            tensor.offset(),
            new Tuple(Arrays.stream(tensor.shape()).boxed().toList()),
            new Tuple(Arrays.stream(tensor.strides()).boxed().toList()),
            false,
            ORDERED));
  }

  private void tuple(ByteArrayOutputStream out, List<?> items) {
    out.write('(');
    items.forEach(item -> write(out, item));
    out.write('t');
  }

  private void items(ByteArrayOutputStream out, Map<?, ?> map) {
    out.write('(');
    map.forEach(
        (key, item) -> {
          write(out, key);
          write(out, item);
        });
    out.write('u');
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
