package io.sadi.io;

import io.sadi.io.Pickle.Global;
import io.sadi.io.Safetensors.Dtype;
import io.sadi.io.TorchTensor.Storage;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The two formats of {@code torch.save}: a pickle, and where the elements of its tensors are. */
final class TorchReader {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long LEGACY_VERSION = 1001;

  /** As many as PyTorch computes with. */
  private static final int MAX_AXES = 64;

  private TorchReader() {}

  /**
   * What was saved.
   *
   * @param root the value, as {@link Pickle} has it, its tensors {@link TorchTensor}s
   */
  record Saved(TorchFile.Format format, Object root) {}

  static Saved zip(MappedFile file) throws IOException {
    TorchZip zip = TorchZip.open(file);
    if (zip.entries().keySet().stream().anyMatch(TorchReader::isScript)) {
      throw code(
          file.path(),
          "a TorchScript archive",
          "torch.save(torch.jit.load(FILE).state_dict(), 'weights.pth')");
    }
    String folder = "";
    boolean found = false;
    for (String name : zip.entries().keySet()) {
      if (name.endsWith("data.pkl") && (name.length() == 8 || name.endsWith("/data.pkl"))) {
        folder = name.substring(0, name.length() - 8);
        found = true;
        break;
      }
    }
    String prefix = folder;
    TorchZip.ZipMember pickle = zip.entry(prefix + "data.pkl");
    if (!found || pickle == null) {
      throw BadInputException.at(
          file.path(),
          "a ZIP archive without data.pkl",
          "one that torch.save wrote",
          "unpack it if it holds the checkpoint");
    }
    TorchZip.ZipMember order = zip.entry(prefix + "byteorder");
    if (order != null
        && !StandardCharsets.US_ASCII.decode(zip.read(order)).toString().strip().equals("little")) {
      throw bigEndian(file.path());
    }
    Map<String, Storage> storages = new LinkedHashMap<>();
    Object root =
        Pickle.read(zip.read(pickle), file.path(), new TensorObjects(file.path(), storages));
    for (Map.Entry<String, Storage> e : storages.entrySet()) {
      TorchZip.ZipMember record = zip.entry(prefix + "data/" + e.getKey());
      Dtype dtype = e.getValue().dtype();
      if (dtype == null) {
        continue;
      }
      if (record == null || record.size() / dtype.bytes() < e.getValue().count()) {
        throw damaged(
            file.path(),
            record == null
                ? "record 'data/" + e.getKey() + "' is missing"
                : "record '" + record.name() + "' is too short");
      }
      e.getValue().locate(zip.place(record));
    }
    return new Saved(TorchFile.Format.ZIP, root);
  }

  /** Whether a record is one that torch.jit.save alone writes; model.json before PyTorch 1.4. */
  private static boolean isScript(String record) {
    String name = record.substring(record.indexOf('/') + 1);
    return name.equals("constants.pkl") || name.equals("model.json") || name.startsWith("code/");
  }

  /** Five pickles and then the storages' elements. */
  static Saved legacy(MappedFile file) throws IOException {
    ByteBuffer bytes = file.part(0, Math.min(file.size(), Integer.MAX_VALUE));
    if (bytes == null) {
      throw new IllegalStateException("a part of the file that is not in it");
    }
    Map<String, Storage> storages = new LinkedHashMap<>();
    TensorObjects objects = new TensorObjects(file.path(), storages);
    if (!MAGIC.equals(Pickle.read(bytes, file.path(), objects))) {
      throw BadInputException.at(
          file.path(), "a Python pickle", "a file that torch.save wrote", "save it with that");
    }
    if (!Long.valueOf(LEGACY_VERSION).equals(Pickle.read(bytes, file.path(), objects))) {
      throw damaged(file.path(), "another version of the format than " + LEGACY_VERSION);
    }
    if (Pickle.read(bytes, file.path(), objects) instanceof Map<?, ?> system
        && Boolean.FALSE.equals(system.get("little_endian"))) {
      throw bigEndian(file.path());
    }
    Object root = Pickle.read(bytes, file.path(), objects);
    Object keys = Pickle.read(bytes, file.path(), objects);
    if (!(keys instanceof List<?> list)) {
      throw damaged(file.path(), "no list of storages");
    }
    long at = bytes.position();
    for (Object key : list) {
      Storage storage = key instanceof String name ? storages.get(name) : null;
      ByteBuffer count = file.part(at, Long.BYTES);
      if (storage == null || count == null || count.getLong(0) != storage.count()) {
        throw damaged(file.path(), "storages that are not those of its tensors");
      }
      if (storage.width() == 0) { // so that nobody knows where the next one begins
        throw BadInputException.at(
            file.path(), "elements of type " + storage.type(), "numbers of a known size", "");
      }
      long length = storage.count() * storage.width();
      ByteBuffer elements = file.part(at + Long.BYTES, length);
      if (elements == null) {
        throw damaged(file.path(), "it is cut off");
      }
      storage.locate(() -> elements);
      at += Long.BYTES + length;
    }
    for (Storage storage : storages.values()) {
      if (!storage.located()) {
        throw damaged(file.path(), "a storage that is missing");
      }
    }
    return new Saved(TorchFile.Format.LEGACY, root);
  }

  /** What PyTorch keeps in its pickles. */
  private record TensorObjects(Path path, Map<String, Storage> storages)
      implements Pickle.ObjectMaker {
    @Override
    public Object persistent(Object id) {
      if (!(id instanceof List<?> parts) || parts.isEmpty()) {
        throw damaged(path, "a reference to nothing");
      }
      if (parts.get(0).equals("module")) {
        throw code(path, "a whole pickled module", "torch.save(model.state_dict(), FILE)");
      }
      if (parts.size() < 5
          || !parts.get(0).equals("storage")
          || !(parts.get(4) instanceof Long count)
          || count < 0
          || count > Long.MAX_VALUE / 16) {
        throw damaged(path, "a reference to no storage");
      }
      String type = parts.get(1) instanceof Global global ? global.name() : "an unknown storage";
      String key = String.valueOf(parts.get(2) instanceof String text ? text : "");
      Storage storage = storages.computeIfAbsent(key, unused -> Storage.of(type, count));
      // The format before 1.6 has views of storages: key, place, size.
      if (parts.size() > 5 && parts.get(5) instanceof List<?> view && view.size() == 3) {
        return view.get(1) instanceof Long offset ? new View(storage, offset) : storage;
      }
      return storage;
    }

    @Override
    public @Nullable Object call(Global function, List<Object> arguments) {
      if (function.is("torch._tensor", "_rebuild_from_type_v2")
          && arguments.size() > 2
          && arguments.get(0) instanceof Global rebuild
          && rebuild
              .module()
              .equals("torch._utils") // not the same function, which would recurse for ever
          && arguments.get(2) instanceof List<?> those) {
        return call(rebuild, Collections.unmodifiableList(those));
      }
      if (!function.module().equals("torch._utils") || arguments.isEmpty()) {
        return null;
      }
      return switch (function.name()) {
        case "_rebuild_tensor", "_rebuild_tensor_v2" -> tensor(arguments);
        case "_rebuild_parameter", "_rebuild_parameter_with_state" -> arguments.get(0);
        case "_rebuild_qtensor" -> TorchTensor.unreadable("a quantised tensor");
        case "_rebuild_sparse_tensor", "_rebuild_sparse_csr_tensor" ->
            TorchTensor.unreadable("a sparse tensor");
        case "_rebuild_meta_tensor_no_storage" ->
            TorchTensor.unreadable("a tensor without elements (device 'meta')");
        case "_rebuild_tensor_v3" -> TorchTensor.unreadable("a tensor of a type since PyTorch 2.1");
        case "_rebuild_nested_tensor" -> TorchTensor.unreadable("a nested tensor");
        default -> null;
      };
    }

    private TorchTensor tensor(List<Object> arguments) {
      Object first = arguments.get(0);
      Storage storage =
          first instanceof Storage whole ? whole : first instanceof View view ? view.of() : null;
      long skip = first instanceof View view ? view.offset() : 0;
      if (storage == null
          || arguments.size() < 4
          || !(arguments.get(1) instanceof Long offset)
          || !(arguments.get(2) instanceof List<?> shape)
          || !(arguments.get(3) instanceof List<?> strides)) {
        throw damaged(path, "a tensor without storage, shape and strides");
      }
      long start = offset < 0 || skip < 0 ? -1 : offset + skip;
      return new TorchTensor(storage, start, longs(shape), longs(strides), null);
    }

    private long[] longs(List<?> values) {
      if (values.size() > MAX_AXES) {
        throw damaged(path, "a tensor of " + values.size() + " axes");
      }
      long[] longs = new long[values.size()];
      for (int i = 0; i < longs.length; i++) {
        if (!(values.get(i) instanceof Long value)) {
          throw damaged(path, "a shape that is not made of integers");
        }
        longs[i] = value;
      }
      return longs;
    }
  }

  /** A part of a storage. */
  private record View(Storage of, long offset) {}

  static BadInputException code(Path path, String found, String remedy) {
    return BadInputException.at(
        path,
        found,
        "tensors by name (a state_dict)",
        "it is code, which is not run here: write its weights with PyTorch, " + remedy);
  }

  private static BadInputException bigEndian(Path path) {
    return BadInputException.at(
        path,
        "tensors of a big-endian machine",
        "little-endian ones",
        "save it on another machine");
  }

  private static BadInputException damaged(Path path, String what) {
    return new BadInputException(
        path + ": a damaged PyTorch file: " + what + "; download it again");
  }
}
