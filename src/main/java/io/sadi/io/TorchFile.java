package io.sadi.io;

import static io.sadi.io.TorchWeights.items;

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
 * <p>Tensors stay mapped to the file; those whose elements do not lie in the usual order are copied
 * when they are asked for.
 */
public final class TorchFile {
  /** How one begins that was written with a pickle protocol below 2: a number, as text. */
  private static final String OLDEST = "L1195470";

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
  private final TorchWeights weights;

  private TorchFile(Path path, long size, Format format, Object root) {
    this.path = path;
    this.size = size;
    this.format = format;
    this.root = root;
    this.weights = TorchWeights.find(root);
  }

  /** Whether the bytes that a file starts with may be a PyTorch file's. */
  static boolean startsLikeOne(byte[] start) {
    return start.length > 3
        && ((start[0] == 'P' && start[1] == 'K' && start[2] == 3 && start[3] == 4)
            || ((start[0] & 0xFF) == 0x80 && start[1] >= 2 && start[1] <= 5)
            || new String(start, StandardCharsets.ISO_8859_1).startsWith(OLDEST));
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
        Looks looks = Looks.of(start);
        throw BadInputException.at(path, looks.what(), "a PyTorch file", looks.remedy());
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

  /**
   * The keys that lead to the weights, with dots between; empty where the file is a state_dict
   * itself.
   */
  public String place() {
    return weights.place();
  }

  /** The keys beside the weights, such as meta and optimizer. */
  public List<String> others() {
    List<String> others = new ArrayList<>();
    if (!place().isEmpty()) {
      String weighty = place().split("\\.", 2)[0];
      for (Object key : items(root).keySet()) {
        if (key instanceof String name && !name.equals(weighty)) {
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
    for (Map.Entry<String, TorchTensor> e : weights.tensors().entrySet()) {
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

  private void refuseModules() {
    if (!weights.tensors().isEmpty()) {
      return;
    }
    String remedy = "torch.save(model.state_dict(), FILE)";
    if (root instanceof Opaque opaque && opaque != Pickle.NONE) {
      throw TorchReader.code(path, "a pickled object of class " + opaque.type(), remedy);
    }
    for (String key : TorchWeights.PLACES) {
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
        "no tensors" + (keys.isEmpty() ? "" : " under the keys " + String.join(", ", keys)),
        "tensors by name, alone or under " + String.join(", ", TorchWeights.PLACES),
        "");
  }

  /**
   * What a file that is none of PyTorch's is.
   *
   * @param remedy what to do; may be empty
   */
  private record Looks(String what, String remedy) {
    private static final String ANSWER =
        "the server answered with something else than the file: download it again";
    private static final int SHOWN = 60;

    /**
     * @param start the first 512 bytes
     */
    static Looks of(byte[] start) {
      String text = new String(start, StandardCharsets.ISO_8859_1);
      String bare = (text.startsWith("\u00ef\u00bb\u00bf") ? text.substring(3) : text).strip();
      String lower = bare.toLowerCase(Locale.ROOT);
      if (start.length == 0) {
        return new Looks("an empty file", ANSWER);
      }
      if (lower.startsWith("<!doctype html") || lower.startsWith("<html")) {
        return new Looks("a web page (HTML)", ANSWER);
      }
      if (lower.startsWith("<")) {
        return new Looks("a web page or an error in XML", ANSWER);
      }
      if (text.startsWith("version https://git-lfs")) {
        return new Looks("a pointer of Git LFS, not the file itself", "get it with git lfs pull");
      }
      if (text.startsWith("ustar", 257)) {
        return new Looks("a tar archive, which PyTorch wrote before 0.2", "");
      }
      if (text.startsWith("{", 8)) {
        return new Looks("a safetensors file", "");
      }
      if (text.startsWith("\u001f\u008b")) {
        return new Looks("a gzip archive", "unpack it");
      }
      if (text.startsWith("\u0089HDF")) {
        return new Looks("an HDF5 file, such as Keras writes", "");
      }
      String line = bare.lines().findFirst().orElse("");
      if (!line.isEmpty() && line.chars().allMatch(c -> c >= ' ' && c <= '~')) {
        String shown = line.length() > SHOWN ? line.substring(0, SHOWN) + "..." : line;
        return new Looks("a text: " + shown, ANSWER);
      }
      return new Looks("bytes of no format that is known here", "");
    }
  }
}
