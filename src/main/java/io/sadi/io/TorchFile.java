package io.sadi.io;

import io.sadi.io.Pickle.Global;
import io.sadi.io.Pickle.Opaque;
import io.sadi.io.Safetensors.Dtype;
import io.sadi.io.Safetensors.Entry;
import io.sadi.io.TorchTensor.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code torch.save} wrote, {@code .pth} or {@code .pt}, read without Python and without
 * running any of its code: the ZIP archives of PyTorch 1.6 and later, and the format before.
 *
 * <p>Tensors stay mapped to the file, as in {@link Safetensors}; those whose elements do not lie in
 * the usual order are copied when they are asked for.
 */
public final class TorchFile {
  /** Where checkpoints keep the weights, the first that is there. */
  private static final List<String> PLACES =
      List.of("state_dict", "model_state_dict", "model", "ema", "net", "network");

  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long LEGACY_VERSION = 1001;

  /** Of the parts of a name that say how a network was trained, not what it is. */
  private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.");

  private static final long MAX_COPIED = 16 << 20;

  /** Which of the two formats. */
  public enum Format {
    ZIP("PyTorch 1.6 or later"),
    LEGACY("PyTorch before 1.6");

    private final String writer;

    Format(String writer) {
      this.writer = writer;
    }

    /** What wrote such files. */
    public String writer() {
      return writer;
    }
  }

  private final Path path;
  private final long size;
  private final Format format;
  private final Object root;
  private final String place;
  private final Map<String, TorchTensor> weights;

  private TorchFile(Path path, long size, Format format, Object root) {
    this.path = path;
    this.size = size;
    this.format = format;
    this.root = root;
    this.place = place(root);
    Object weighted = items(root).get(place);
    this.weights = tensors(weighted == null ? root : weighted);
  }

  /** Whether the bytes that a file starts with may be a PyTorch file's. */
  public static boolean startsLikeOne(byte[] start) {
    return start.length > 3
        && ((start[0] == 'P' && start[1] == 'K' && start[2] == 3 && start[3] == 4)
            || ((start[0] & 0xFF) == 0x80 && start[1] >= 2 && start[1] <= 5));
  }

  /** Whether a file is one, or is called so and something else. */
  public static boolean isOne(Path path) throws IOException {
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(path)) {
      return name.endsWith(".pth") || name.endsWith(".pt") || startsLikeOne(in.readNBytes(8));
    }
  }

  /**
   * Opens a file.
   *
   * @throws BadInputException for what is no such file, is damaged, or holds code instead of
   *     tensors: a pickled module, TorchScript
   */
  public static TorchFile read(Path path) throws IOException {
    InputFile.require(path);
    try (MappedFile file = new MappedFile(path)) {
      ByteBuffer head = file.part(0, Math.min(512, file.size()));
      byte[] start = new byte[head == null ? 0 : head.remaining()];
      if (head != null) {
        head.get(start);
      }
      if (!startsLikeOne(start)) {
        throw BadInputException.at(path, Looks.of(start), "a PyTorch file", Looks.remedy(start));
      }
      TorchFile read = start[0] == 'P' ? zip(file) : legacy(file);
      read.refuseModules();
      return read;
    }
  }

  public Format format() {
    return format;
  }

  /** The key that the weights were found under; empty where the file is a state_dict itself. */
  public String place() {
    return place;
  }

  /** The keys beside the weights, such as meta and optimizer. */
  public List<String> others() {
    List<String> others = new ArrayList<>();
    if (!place.isEmpty()) {
      for (Object key : items(root).keySet()) {
        if (key instanceof String name && !name.equals(place)) {
          others.add(name);
        }
      }
    }
    return others;
  }

  /**
   * The weights by name, without the prefixes of wrappers ({@code module.}).
   *
   * @throws BadInputException that names a tensor which lies outside of its storage, or is of a
   *     type that is not read (complex, quantised, sparse)
   */
  public Map<String, Entry> tensors() {
    Map<String, Entry> entries = new LinkedHashMap<>();
    long copied = 0;
    for (Map.Entry<String, TorchTensor> e : weights.entrySet()) {
      TorchTensor tensor = e.getValue();
      String where = path + ": tensor '" + e.getKey() + "'";
      String fault = tensor.fault();
      if (fault != null) {
        throw BadInputException.at(
            where, fault, "a dense one of real numbers, integers or booleans", "");
      }
      if (!tensor.fits()) {
        throw new BadInputException(
            where + ": it lies outside of its storage; the file is damaged: download it again");
      }
      long bytes = tensor.size();
      if (bytes < 0 || bytes > Integer.MAX_VALUE) {
        throw BadInputException.at(where, tensor.toString(), "less than 2 GiB", "");
      }
      copied += tensor.contiguous() ? 0 : bytes;
      if (copied > size + MAX_COPIED) {
        throw new BadInputException(
            where
                + ": repeated elements (stride 0) that make more than the file holds; save"
                + " contiguous tensors");
      }
      entries.put(e.getKey(), tensor.entry());
    }
    return entries;
  }

  /**
   * A value beside the weights.
   *
   * @param keys from the outside in
   * @return Boolean, Long, Double, String, List or Map; null where there is none, or one of another
   *     kind
   */
  public @Nullable Object value(String... keys) {
    Object value = root;
    for (String key : keys) {
      value = items(value).get(key);
      if (value == null) {
        return null;
      }
    }
    return value instanceof Opaque opaque && !opaque.items().isEmpty()
        ? opaque.items()
        : value instanceof Boolean
                || value instanceof Number
                || value instanceof String
                || value instanceof List
                || value instanceof Map
            ? value
            : null;
  }

  /** How many epochs the checkpoint says it was trained; 0 where it does not say. */
  public int epoch() {
    for (Object value : new Object[] {value("meta", "epoch"), value("epoch")}) {
      if (value instanceof Long n && n >= 0 && n < 1_000_000) {
        return n.intValue();
      }
    }
    return 0;
  }

  /** The config that the other toolkit keeps in its checkpoints, as text; empty without. */
  public String config() {
    for (String key : List.of("cfg", "config")) {
      if (value("meta", key) instanceof String text) {
        return text;
      }
    }
    return "";
  }

  /** What wrote the checkpoint, as far as it says so; empty where it does not. */
  public String framework() {
    for (String toolkit : List.of("mmpose", "mmengine", "mmcv")) {
      if (value("meta", toolkit + "_version") instanceof String version) {
        return toolkit + " " + version;
      }
    }
    if (value("pytorch-lightning_version") instanceof String version) {
      return "PyTorch Lightning " + version;
    }
    if (value("meta") instanceof Map || value("message_hub") instanceof Map) {
      return "OpenMMLab (mmcv or mmengine)";
    }
    return "";
  }

  private static TorchFile zip(MappedFile file) throws IOException {
    TorchZip zip = TorchZip.open(file);
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
    TorchZip.Entry pickle = zip.entry(prefix + "data.pkl");
    if (!found || pickle == null) {
      throw BadInputException.at(
          file.path(),
          "a ZIP archive without data.pkl",
          "one that torch.save wrote",
          "unpack it if it holds the checkpoint");
    }
    if (zip.entry(prefix + "constants.pkl") != null
        || zip.entries().keySet().stream().anyMatch(name -> name.startsWith(prefix + "code/"))) {
      throw code(
          file.path(),
          "a TorchScript archive",
          "torch.save(torch.jit.load(FILE).state_dict(), 'weights.pth')");
    }
    TorchZip.Entry order = zip.entry(prefix + "byteorder");
    if (order != null
        && !StandardCharsets.US_ASCII.decode(zip.read(order)).toString().strip().equals("little")) {
      throw bigEndian(file.path());
    }
    Map<String, Storage> storages = new LinkedHashMap<>();
    Object root = Pickle.read(zip.read(pickle), file.path(), new Objects(file.path(), storages));
    for (Map.Entry<String, Storage> e : storages.entrySet()) {
      TorchZip.Entry record = zip.entry(prefix + "data/" + e.getKey());
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
    return new TorchFile(file.path(), file.size(), Format.ZIP, root);
  }

  /** Five pickles and then the storages' elements. */
  private static TorchFile legacy(MappedFile file) throws IOException {
    ByteBuffer bytes = file.part(0, Math.min(file.size(), Integer.MAX_VALUE));
    if (bytes == null) {
      throw new IllegalStateException("a part of the file that is not in it");
    }
    Map<String, Storage> storages = new LinkedHashMap<>();
    Objects objects = new Objects(file.path(), storages);
    if (!MAGIC.equals(Pickle.read(bytes, file.path(), objects))) {
      throw BadInputException.at(
          file.path(), "a Python pickle", "a file that torch.save wrote", "save it with that");
    }
    if (!Long.valueOf(LEGACY_VERSION).equals(Pickle.read(bytes, file.path(), objects))) {
      throw damaged(file.path(), "another version of the format than " + LEGACY_VERSION);
    }
    if (Boolean.FALSE.equals(
        items(Pickle.read(bytes, file.path(), objects)).get("little_endian"))) {
      throw bigEndian(file.path());
    }
    Object root = Pickle.read(bytes, file.path(), objects);
    Object keys = Pickle.read(bytes, file.path(), objects);
    if (!(keys instanceof List<?> list)) {
      throw damaged(file.path(), "no list of storages");
    }
    long at = bytes.position();
    for (Object key : list) {
      Storage storage = storages.get(String.valueOf(key));
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
    return new TorchFile(file.path(), file.size(), Format.LEGACY, root);
  }

  /** What PyTorch keeps in its pickles. */
  private record Objects(Path path, Map<String, Storage> storages) implements Pickle.Objects {
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
      if (function.is("_codecs", "encode")
          && !arguments.isEmpty()
          && arguments.get(0) instanceof String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
      }
      if (function.is("torch._tensor", "_rebuild_from_type_v2")
          && arguments.size() > 2
          && arguments.get(0) instanceof Global rebuild
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

  /** The key of the weights in a checkpoint. */
  private static String place(Object root) {
    for (String key : PLACES) {
      Object value = items(root).get(key);
      if (value != null && !tensors(value).isEmpty()) {
        return key;
      }
    }
    return "";
  }

  /** The tensors of a dictionary or a list, or the one that this is. */
  private static Map<String, TorchTensor> tensors(Object value) {
    Map<String, TorchTensor> tensors = new LinkedHashMap<>();
    if (value instanceof TorchTensor one) {
      tensors.put("tensor", one);
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        if (list.get(i) instanceof TorchTensor tensor) {
          tensors.put(String.valueOf(i), tensor);
        }
      }
    }
    items(value)
        .forEach(
            (name, item) -> {
              if (item instanceof TorchTensor tensor) {
                tensors.put(String.valueOf(name), tensor);
              }
            });
    Map<String, TorchTensor> plain = tensors;
    for (String wrapper : WRAPPERS) {
      if (!plain.isEmpty() && plain.keySet().stream().allMatch(n -> n.startsWith(wrapper))) {
        Map<String, TorchTensor> unwrapped = new LinkedHashMap<>();
        plain.forEach((name, tensor) -> unwrapped.put(name.substring(wrapper.length()), tensor));
        plain = unwrapped;
      }
    }
    return plain;
  }

  /** The items of a dictionary, of whichever class; none of anything else. */
  private static Map<?, ?> items(Object value) {
    return value instanceof Map<?, ?> map
        ? map
        : value instanceof Opaque opaque ? opaque.items() : Map.of();
  }

  private void refuseModules() {
    if (!weights.isEmpty()) {
      return;
    }
    String remedy = "torch.save(model.state_dict(), FILE)";
    if (root instanceof Opaque opaque && opaque != Pickle.NONE) {
      throw code(path, "a pickled object of class " + opaque.type(), remedy);
    }
    for (String key : PLACES) {
      if (items(root).get(key) instanceof Opaque opaque && opaque != Pickle.NONE) {
        throw code(path, "under '" + key + "' a pickled object of class " + opaque.type(), remedy);
      }
    }
    List<String> keys = new ArrayList<>();
    for (Object key : items(root).keySet()) {
      if (key instanceof String name && keys.size() < 10) {
        keys.add(name);
      }
    }
    throw BadInputException.at(
        path,
        keys.isEmpty() ? "no tensors" : "the keys " + String.join(", ", keys),
        "tensors by name, alone or under " + String.join(", ", PLACES),
        "");
  }

  private static BadInputException code(Path path, String found, String remedy) {
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

  /** What a file that is none of PyTorch's is. */
  private static final class Looks {
    private static final String DOWNLOAD = "download it again";

    private Looks() {}

    static String of(byte[] start) {
      String text = new String(start, StandardCharsets.ISO_8859_1);
      String stripped = text.strip().toLowerCase(Locale.ROOT);
      if (start.length == 0) {
        return "an empty file";
      }
      if (stripped.startsWith("<!doctype html") || stripped.startsWith("<html")) {
        return "a web page (HTML)";
      }
      if (stripped.startsWith("<")) {
        return "a web page or an error in XML";
      }
      if (text.startsWith("version https://git-lfs")) {
        return "a pointer of Git LFS, not the file itself";
      }
      if (text.length() > 262 && text.startsWith("ustar", 257)) {
        return "a tar archive, which PyTorch wrote before 0.2";
      }
      if (text.length() > 9 && text.charAt(8) == '{') {
        return "a safetensors file";
      }
      if (text.startsWith("\u001f\u008b")) {
        return "a gzip archive";
      }
      if (text.startsWith("\u0089HDF")) {
        return "an HDF5 file, such as Keras writes";
      }
      return "something else";
    }

    static String remedy(byte[] start) {
      return switch (of(start)) {
        case "a safetensors file" -> "";
        case "a gzip archive" -> "unpack it";
        case "a pointer of Git LFS, not the file itself" -> "get it with git lfs pull";
        case "an empty file", "a web page (HTML)", "a web page or an error in XML" ->
            "the server answered with something else than the file: " + DOWNLOAD;
        default -> "";
      };
    }
  }
}
