package io.sadi.io;

import io.sadi.io.Pickle.Opaque;
import io.sadi.io.Safetensors.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
      TorchReader.Saved saved = start[0] == 'P' ? TorchReader.zip(file) : TorchReader.legacy(file);
      TorchFile read = new TorchFile(path, file.size(), saved.format(), saved.root());
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
      throw TorchReader.code(path, "a pickled object of class " + opaque.type(), remedy);
    }
    for (String key : PLACES) {
      if (items(root).get(key) instanceof Opaque opaque && opaque != Pickle.NONE) {
        throw TorchReader.code(
            path, "under '" + key + "' a pickled object of class " + opaque.type(), remedy);
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
