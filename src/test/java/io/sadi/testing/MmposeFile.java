package io.sadi.testing;

import io.sadi.testing.TorchWriter.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Checkpoints as MMPose writes them of its Hourglass, with random weights. */
public final class MmposeFile {
  public final TorchWriter writer = new TorchWriter();
  public final Map<String, Object> weights = new LinkedHashMap<>();
  public final Map<String, Object> meta = new LinkedHashMap<>();
  private final Random random = new Random(5);
  private String root = "backbone.";

  /**
   * A network of one stack.
   *
   * @param head what the head is called: keypoint_head in MMPose 0, head in 1
   */
  public MmposeFile(
      List<Integer> channels, List<Integer> blocks, int features, int joints, String head) {
    int first = channels.get(0);
    conv("stem.0.conv", 6, 3, 7);
    norm("stem.0.bn", 6);
    block("stem.1.0", 6, first, true);
    level("hourglass_modules.0.", channels, blocks);
    block("inters.0", first, first, false);
    conv("out_convs.0.conv", features, first, 3);
    norm("out_convs.0.bn", features);
    root = "";
    conv(head + ".multi_final_layers.0", joints, features, 1);
    put(head + ".multi_final_layers.0.bias", joints);
    meta.put("epoch", 210);
  }

  /** Five levels of few channels. */
  public static MmposeFile small(String head) {
    return new MmposeFile(List.of(4, 4, 6, 6, 8), List.of(1, 1, 2, 1, 3), 5, 16, head);
  }

  private void level(String at, List<Integer> channels, List<Integer> blocks) {
    int here = channels.get(0);
    int below = channels.get(1);
    for (int i = 0; i < blocks.get(0); i++) {
      boolean last = i == blocks.get(0) - 1;
      block(at + "up1." + i, here, here, false);
      block(at + "low1." + i, i == 0 ? here : below, below, i == 0);
      block(at + "low3." + i, below, last ? here : below, last && here != below);
    }
    if (channels.size() > 2) {
      level(at + "low2.", channels.subList(1, channels.size()), blocks.subList(1, blocks.size()));
    } else {
      for (int i = 0; i < blocks.get(1); i++) {
        block(at + "low2." + i, below, below, false);
      }
    }
  }

  private void block(String at, int in, int out, boolean downsample) {
    conv(at + ".conv1", out, in, 3);
    norm(at + ".bn1", out);
    conv(at + ".conv2", out, out, 3);
    norm(at + ".bn2", out);
    if (downsample) {
      conv(at + ".downsample.0", out, in, 1);
      norm(at + ".downsample.1", out);
    }
  }

  private void conv(String at, long out, long in, long kernel) {
    put(at + ".weight", out, in, kernel, kernel);
  }

  private void norm(String at, long channels) {
    for (String part : List.of("weight", "bias", "running_mean", "running_var")) {
      put(at + "." + part, channels);
    }
    put(at + ".num_batches_tracked");
  }

  /** A tensor of positive random numbers. */
  public void put(String name, long... shape) {
    int count = 1;
    for (long side : shape) {
      count *= (int) side;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = 0.1f + 0.2f * random.nextFloat();
    }
    weights.put(root + name, writer.floats(shape, values));
  }

  public Tensor tensor(String name) {
    return (Tensor) weights.get(name);
  }

  public Path write(Path file) throws IOException {
    return writer.legacy(file, Map.of("meta", meta, "state_dict", weights));
  }
}
