package io.sadi.convert;

import io.sadi.config.Config;
import io.sadi.io.BadInputException;
import io.sadi.io.Safetensors.Entry;
import io.sadi.model.LossConfig;
import io.sadi.model.ModelConfig;
import io.sadi.model.Parameter;
import io.sadi.model.SadiNet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * MMPose's HourglassNet of one stack with its CPMHead, which is the paper's baseline: where each of
 * its tensors belongs in SADI-Net. Loading is strict: every tensor has its place, or is one that
 * the network never used, or is an error.
 *
 * @param config of the same network here, YAML, every key
 * @param model read from that
 * @param joints number of maps
 * @param tensors by our names
 * @param unused names of tensors that the other network holds and does not run
 */
record MmposeHourglass(
    String config, ModelConfig model, int joints, Map<String, Entry> tensors, List<String> unused) {

  /** What {@code --as} calls it. */
  static final String NAME = "mmpose-hourglass";

  private static final String STACKS = "backbone.hourglass_modules.";

  /** Where MMPose 0 has its head; 1 has it in "head.". */
  private static final String OLD_HEAD = "keypoint_head.";

  /** The network's parts, theirs and ours. */
  private static final Map<String, String> PARTS =
      table(
          "backbone.stem.0.conv.", "stem.conv.conv.",
          "backbone.stem.0.bn.", "stem.conv.bn.",
          "backbone.stem.1.0.", "stem.block.",
          "backbone.hourglass_modules.0.", "hourglass.0.",
          "backbone.out_convs.0.", "head.0.features.",
          "head.multi_final_layers.0.", "head.0.heatmap.", // MMPose 1
          "keypoint_head.multi_final_layers.0.", "head.0.heatmap."); // MMPose 0

  /** The paths of one level of the hourglass. */
  private static final Map<String, String> LEVEL =
      table("up1.", "skip.", "low1.", "down.", "low2.", "inner.", "low3.", "up.");

  /** The layers of a block. */
  private static final Map<String, String> LAYERS =
      table(
          "conv1.", "conv1.conv.",
          "bn1.", "conv1.bn.",
          "conv2.", "conv2.conv.",
          "bn2.", "conv2.bn.",
          "downsample.0.", "shortcut.conv.",
          "downsample.1.", "shortcut.bn.");

  /** What averages of weights count their steps in. */
  private static final Set<String> COUNTERS = Set.of("steps", "n_averaged");

  /**
   * Names of what the network never runs: a block for a second stack, counters, and mmcv's second
   * set of weights where it keeps an average, which is in the place of the first set then.
   */
  private static boolean isUnused(String name) {
    return name.startsWith("backbone.inters.0.")
        || name.endsWith(".num_batches_tracked")
        || COUNTERS.contains(name)
        || name.startsWith("ema_backbone_")
        || name.startsWith("ema_head_")
        || name.startsWith("ema_keypoint_head_");
  }

  private static Map<String, String> table(String... theirsAndOurs) {
    Map<String, String> table = new LinkedHashMap<>();
    for (int i = 0; i < theirsAndOurs.length; i += 2) {
      table.put(theirsAndOurs[i], theirsAndOurs[i + 1]);
    }
    return table;
  }

  /** Whether the names of a file's tensors are such a network's. */
  static boolean isOne(Collection<String> names) {
    return names.stream().anyMatch(name -> name.startsWith(STACKS));
  }

  /** Our name of a tensor; null where it has no place. */
  static @Nullable String ours(String name) {
    return translated(name, PARTS, LEVEL, LAYERS);
  }

  /** Their name of one of our tensors, in the MMPose that this network is of. */
  private static String theirs(String name, Set<String> all) {
    String theirs = translated(name, inverse(PARTS), inverse(LEVEL), inverse(LAYERS));
    if (theirs == null) {
      throw new IllegalStateException(name);
    }
    boolean old = all.stream().anyMatch(other -> other.startsWith(OLD_HEAD));
    return theirs.startsWith(OLD_HEAD) && !old
        ? "head." + theirs.substring(OLD_HEAD.length())
        : theirs;
  }

  private static Map<String, String> inverse(Map<String, String> table) {
    Map<String, String> inverse = new LinkedHashMap<>();
    table.forEach((from, to) -> inverse.put(to, from));
    return inverse;
  }

  private static @Nullable String translated(
      String name,
      Map<String, String> parts,
      Map<String, String> level,
      Map<String, String> layers) {
    StringBuilder result = new StringBuilder();
    String rest = replace(parts, name, result);
    if (rest.equals(name)) {
      return null;
    }
    String part = result.toString();
    if (part.startsWith("hourglass.") || part.startsWith(STACKS)) {
      for (String before = ""; !rest.equals(before); ) {
        before = rest;
        rest = replace(level, rest, result);
      }
      int dot = rest.indexOf('.'); // the block's number
      result.append(rest, 0, dot + 1);
      rest = rest.substring(dot + 1);
    }
    rest = replace(layers, rest, result);
    return result + rest;
  }

  private static String replace(Map<String, String> table, String name, StringBuilder result) {
    for (Map.Entry<String, String> e : table.entrySet()) {
      if (name.startsWith(e.getKey())) {
        result.append(e.getValue());
        return name.substring(e.getKey().length());
      }
    }
    return name;
  }

  /**
   * Puts every tensor in its place.
   *
   * @param theirs the other network's tensors
   * @param input side of the crops it was trained on; null for the usual one
   * @param sigma deviation of its targets in map pixels; null for the usual one
   * @param origin the file, for messages
   * @throws BadInputException for a network of several stacks, and naming a tensor that is missing,
   *     surplus or of another shape
   */
  static MmposeHourglass of(
      Map<String, Entry> theirs, @Nullable Integer input, @Nullable Double sigma, Object origin) {
    long stacks =
        theirs.keySet().stream()
            .filter(name -> name.startsWith(STACKS))
            .map(name -> name.substring(STACKS.length()).split("\\.", 2)[0])
            .distinct()
            .count();
    if (stacks > 1) {
      throw BadInputException.at(
          origin,
          "an hourglass of " + stacks + " stacks",
          "one stack: between two, MMPose has a block and 1x1 convolutions of the features alone,"
              + " where SADI-Net adds features and heatmaps",
          "take its Hourglass-52");
    }
    Map<String, Entry> tensors = new LinkedHashMap<>();
    List<String> unused = new ArrayList<>();
    List<String> surplus = new ArrayList<>();
    theirs.forEach(
        (name, entry) -> {
          String ours = ours(name);
          if (isUnused(name)) {
            unused.add(name);
          } else if (ours == null) {
            surplus.add(name + Arrays.toString(entry.shape()));
          } else {
            tensors.put(ours, entry);
          }
        });
    if (!surplus.isEmpty()) {
      throw Lookalikes.misfit(origin, surplus, theirs, NAME);
    }
    String yaml = yaml(theirs, input, sigma, origin);
    Config config = Config.parse(yaml, origin + ": sizes");
    ModelConfig model = ModelConfig.from(config);
    LossConfig.from(config, model); // how wide its peaks are belongs to it, too
    config.finish();
    int joints = side(theirs, theirs("head.0.heatmap.bias", theirs.keySet()), 0, origin);
    check(tensors, SadiNet.describe(model, joints).parameters().all(), theirs, origin);
    return new MmposeHourglass(config.toYaml(), model, joints, tensors, unused);
  }

  /** Refuses a network with a tensor too many, too few, or other than the sizes say. */
  private static void check(
      Map<String, Entry> tensors,
      List<Parameter> parameters,
      Map<String, Entry> theirs,
      Object origin) {
    Map<String, Entry> left = new LinkedHashMap<>(tensors);
    List<String> missing = new ArrayList<>();
    for (Parameter parameter : parameters) {
      Entry entry = left.remove(parameter.name());
      String name = theirs(parameter.name(), theirs.keySet());
      if (entry == null) {
        missing.add(name + Arrays.toString(parameter.shape()));
        continue;
      }
      if (!Arrays.equals(entry.shape(), parameter.shape())) {
        throw BadInputException.at(
            origin + ": tensor '" + name + "'",
            "shape " + Arrays.toString(entry.shape()),
            Arrays.toString(parameter.shape()),
            "its architecture differs from MMPose's Hourglass");
      }
      if (!entry.dtype().isFloating()) {
        throw BadInputException.at(
            origin + ": tensor '" + name + "'",
            "integers (" + entry.dtype() + ")",
            "floating-point weights",
            "take the file from before it was quantised");
      }
    }
    if (!left.isEmpty()) {
      List<String> surplus =
          left.entrySet().stream()
              .map(e -> theirs(e.getKey(), theirs.keySet()) + Arrays.toString(e.getValue().shape()))
              .toList();
      throw Lookalikes.misfit(origin, surplus, theirs, NAME);
    }
    if (!missing.isEmpty()) {
      throw BadInputException.at(
          origin,
          missing.size() + " of its tensors missing: " + Lookalikes.first(missing),
          "all of " + NAME,
          "the file is not whole, or its architecture differs");
    }
  }

  /** The network's sizes, out of the tensors' shapes. */
  private static String yaml(
      Map<String, Entry> theirs, @Nullable Integer given, @Nullable Double sigma, Object origin) {
    List<Integer> channels = new ArrayList<>();
    List<Integer> blocks = new ArrayList<>();
    String level = STACKS + "0.";
    while (theirs.containsKey(level + "up1.0.conv1.weight")) {
      channels.add(side(theirs, level + "up1.0.conv1.weight", 0, origin));
      blocks.add(count(theirs, level + "up1."));
      level += "low2.";
    }
    channels.add(side(theirs, level + "0.conv1.weight", 0, origin));
    blocks.add(count(theirs, level));
    int unit = ModelConfig.STRIDE << (channels.size() - 1);
    int input = given == null ? Math.max(unit, 256 / unit * unit) : given;
    return "loss: {target_sigma: "
        + (sigma == null ? input / 128.0 : sigma) // 2 for 256 px, 3 for 384
        + "}\nmodel: {variant: baseline, stacks: 1, pixel_convention: corner, input: "
        + input
        + ", stem: "
        + side(theirs, "backbone.stem.0.conv.weight", 0, origin)
        + ", channels: "
        + channels
        + ", blocks: "
        + blocks
        + ", features: "
        + side(theirs, "backbone.out_convs.0.conv.weight", 0, origin)
        + "}\n";
  }

  private static int count(Map<String, Entry> theirs, String blocks) {
    int n = 0;
    while (theirs.containsKey(blocks + n + ".conv1.weight")) {
      n++;
    }
    return n;
  }

  private static int side(Map<String, Entry> tensors, String name, int axis, Object origin) {
    Entry entry = tensors.get(name);
    if (entry == null || entry.shape().length <= axis || entry.shape()[axis] > 1 << 16) {
      throw new BadInputException(
          origin
              + ": tensor '"
              + name
              + (entry == null ? "' is missing" : "' has shape " + entry)
              + "; its architecture differs from MMPose's Hourglass");
    }
    return (int) entry.shape()[axis];
  }
}
