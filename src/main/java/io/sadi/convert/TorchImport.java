package io.sadi.convert;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.data.Metric;
import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import io.sadi.io.Safetensors.Dtype;
import io.sadi.io.Safetensors.Entry;
import io.sadi.io.TorchFile;
import io.sadi.model.ModelConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A network that another toolkit trained, as PyTorch wrote it, in the place of one of ours: {@code
 * sadi import} makes a checkpoint of it, {@code train --init} starts from it.
 */
public final class TorchImport {
  /** The networks that can be imported, as {@code --as} names them. */
  public static final List<String> KNOWN = List.of(MmposeHourglass.NAME);

  private final Path path;
  private final TorchFile file;
  private final MmposeHourglass network;
  private final List<String> notes = new ArrayList<>();

  private TorchImport(Path path, TorchFile file, MmposeHourglass network) {
    this.path = path;
    this.file = file;
    this.network = network;
  }

  /**
   * Reads a file.
   *
   * @param as which network it is, one of {@link #KNOWN}; null where the tensors' names decide
   * @param input side of the crops; null for what the file says, or the usual one
   * @throws BadInputException for what is no PyTorch file or another network, and for weights that
   *     are no numbers
   */
  public static TorchImport read(Path path, @Nullable String as, @Nullable Integer input)
      throws IOException {
    if (as != null && !KNOWN.contains(as)) {
      throw BadInputException.at("--as", as, String.join(" or ", KNOWN), "");
    }
    TorchFile file = TorchFile.read(path);
    Map<String, Entry> theirs = file.tensors();
    if (as == null && !MmposeHourglass.isOne(theirs.keySet())) {
      throw Lookalikes.misfit(path, Lookalikes.shown(theirs), theirs, String.join(" or ", KNOWN));
    }
    MmposeConfig said = new MmposeConfig(file.config(), path);
    Integer side = input == null ? said.input() : input;
    TorchImport read =
        new TorchImport(path, file, MmposeHourglass.of(theirs, side, said.sigma(), path));
    theirs.forEach((name, entry) -> checkNumbers(path, name, entry));
    read.notes.add(
        String.format(
            Locale.ROOT,
            "%s: MMPose's Hourglass (%s): channels %s, blocks %s, %d joints, crops of %d px%s",
            path,
            MmposeHourglass.NAME,
            words(network(read).channels()),
            words(network(read).blocks()),
            read.network.joints(),
            network(read).input(),
            side == null ? ", as nothing says otherwise (--input)" : ""));
    read.notes.add(
        String.format(
            Locale.ROOT,
            "%d tensors used; %d that the network does not run left out",
            read.network.tensors().size(),
            read.network.unused().size()));
    said.doubts().forEach(doubt -> read.notes.add(path + ": " + doubt));
    return read;
  }

  private static ModelConfig network(TorchImport read) {
    return read.network.model();
  }

  private static String words(List<Integer> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  /** What was found and assumed, a line each. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /** The network's sizes. */
  ModelConfig model() {
    return network.model();
  }

  /** The weights by our names. */
  public Map<String, Entry> tensors() {
    return network.tensors();
  }

  /**
   * The whole checkpoint.
   *
   * @param named the joints in the maps' order; null for what the file says
   * @param flipPairs joints that swap in a mirror, {@code LEFT:RIGHT} by name or number; empty for
   *     what names and file say
   * @throws BadInputException where nobody says what the maps show
   */
  public Checkpoint checkpoint(@Nullable Skeleton named, List<String> flipPairs) {
    Skeleton skeleton =
        named == null ? TorchSkeleton.of(file, network.joints(), path, notes) : named;
    if (skeleton.size() != network.joints()) {
      throw BadInputException.at(
          "--joints",
          skeleton.size() + " joints",
          network.joints() + ", one for each map of " + path,
          "");
    }
    if (!flipPairs.isEmpty()) {
      skeleton = skeleton.withFlipPairs(flipPairs);
    }
    String from = file.framework().isEmpty() ? "" : " (" + file.framework() + ")";
    return new Checkpoint(
            network.config(),
            network.model(),
            skeleton,
            skeleton.joints().equals(Skeleton.mpii16().joints()) ? Metric.PCKH_05 : Metric.PCK_02,
            file.epoch(),
            0,
            Map.of(),
            single(network.tensors()))
        .described(
            "Weights of others, imported as "
                + MmposeHourglass.NAME
                + " from "
                + path.getFileName()
                + from
                + ". What they were trained on, and under which licence they may be used, its publisher"
                + " says.");
  }

  /** The same for a training to start from, which knows its joints: here they are numbers. */
  public Checkpoint unnamed() {
    List<String> numbers = new ArrayList<>();
    for (int k = 0; k < network.joints(); k++) {
      numbers.add(String.valueOf(k));
    }
    return checkpoint(new Skeleton(numbers, List.of(), List.of()), List.of());
  }

  /** What goes along in the checkpoint's metadata: the other toolkit's own config. */
  public Map<String, String> source() {
    return file.config().isEmpty() ? Map.of() : Map.of("source_config", file.config());
  }

  /** A weight that is infinite or no number makes every joint one. */
  private static void checkNumbers(Path path, String name, Entry entry) {
    ByteBuffer data = entry.data();
    boolean good = true;
    switch (entry.dtype()) {
      case F32 -> {
        var values = data.asFloatBuffer();
        float[] some = new float[1 << 16];
        while (good && values.hasRemaining()) {
          int n = Math.min(some.length, values.remaining());
          values.get(some, 0, n);
          for (int i = 0; i < n; i++) {
            good &= Math.abs(some[i]) <= Float.MAX_VALUE;
          }
        }
      }
      case F64, F16, BF16 -> {
        for (float value : entry.floats()) {
          good &= Math.abs(value) <= Float.MAX_VALUE;
        }
      }
      default -> {} // integers
    }
    if (!good) {
      throw BadInputException.at(
          path + ": tensor '" + name + "'",
          entry.dtype() == Dtype.F32
              ? "infinite values, or some that are no numbers"
              : "values beyond what " + entry.dtype() + " or float32 holds",
          "finite weights",
          entry.dtype() == Dtype.F16
              ? "float16 ends at 65504: take the file in float32"
              : "the training that made them failed, or the file is not the original");
    }
  }

  /** Float64 as float32, which networks compute in; the rest as it is. */
  private static Map<String, Entry> single(Map<String, Entry> tensors) {
    Map<String, Entry> single = new LinkedHashMap<>();
    tensors.forEach(
        (name, entry) ->
            single.put(
                name,
                entry.dtype() == Dtype.F64
                    ? Entry.ofFloats(entry.shape(), entry.floats())
                    : entry));
    return single;
  }
}
