package io.sadi.convert;

import io.sadi.config.Config;
import io.sadi.io.BadInputException;
import io.sadi.io.Safetensors.Entry;
import io.sadi.model.LossConfig;
import io.sadi.model.ModelConfig;
import io.sadi.model.SadiNet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /** Names of what the network never runs: a block for a second stack, counters of batches. */
  private static boolean isUnused(String name) {
    return name.startsWith("backbone.inters.0.") || name.endsWith(".num_batches_tracked");
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
    StringBuilder ours = new StringBuilder();
    String rest = replace(PARTS, name, ours);
    if (rest.equals(name)) {
      return null;
    }
    if (ours.toString().startsWith("hourglass.")) {
      for (String before = ""; !rest.equals(before); ) {
        before = rest;
        rest = replace(LEVEL, rest, ours);
      }
      int dot = rest.indexOf('.'); // the block's number
      ours.append(rest, 0, dot + 1);
      rest = rest.substring(dot + 1);
    }
    rest = replace(LAYERS, rest, ours);
    return ours + rest;
  }

  private static String replace(Map<String, String> table, String name, StringBuilder ours) {
    for (Map.Entry<String, String> e : table.entrySet()) {
      if (name.startsWith(e.getKey())) {
        ours.append(e.getValue());
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
   * @param origin the file, for messages
   * @throws BadInputException for a network of several stacks, and naming a tensor that is missing,
   *     surplus or of another shape
   */
  static MmposeHourglass of(Map<String, Entry> theirs, @Nullable Integer input, Object origin) {
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
    String yaml = yaml(theirs, input, origin);
    Config config = Config.parse(yaml, origin + ": sizes");
    ModelConfig model = ModelConfig.from(config);
    LossConfig.from(config, model); // how wide its peaks are belongs to it, too
    config.finish();
    int joints = side(tensors, "head.0.heatmap.bias", 0, origin);
    SadiNet.describe(model, joints).parameters().check(tensors, origin);
    return new MmposeHourglass(config.toYaml(), model, joints, tensors, unused);
  }

  /** The network's sizes, out of the tensors' shapes. */
  private static String yaml(Map<String, Entry> theirs, @Nullable Integer given, Object origin) {
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
        + input / 128.0 // 2 for 256 px, 3 for 384
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
              + ": tensor "
              + name
              + (entry == null ? " is missing" : " has shape " + entry)
              + "; its architecture differs from MMPose's Hourglass");
    }
    return (int) entry.shape()[axis];
  }
}
