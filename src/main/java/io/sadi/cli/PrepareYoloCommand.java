package io.sadi.cli;

import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.PhotoOptions;
import io.sadi.cli.options.SplitOptions;
import io.sadi.prepare.read.YoloAnnotations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sadi prepare yolo}. */
@Command(
    name = "yolo",
    header = "Ultralytics' pose datasets: data.yaml, and a text file of labels an image.",
    description = {
      "Joints: --joints, or kpt_names, or COCO's where there are 17 that flip as those do, or"
          + " joint_1, joint_2 and so on; flip_idx says which of them swap in a mirrored image."
          + " Labels are sought as Ultralytics does, in labels/ for an image in images/, and beside"
          + " the image.",
      "",
      "Crops are the boxes x 1.25. Without --split, splits are the file's train, val and test."
    },
    footer = {
      "",
      "Examples:",
      "  sadi prepare yolo --annotations mine/data.yaml --out data/mine",
      "  sadi prepare yolo --annotations data.yaml --joints nose,tail_base,tail_tip \\",
      "    --out data/mouse"
    })
final class PrepareYoloCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private SplitOptions splits;
  @Mixin private PhotoOptions photos;

  @Option(
      names = "--annotations",
      order = 1,
      required = true,
      paramLabel = "FILE",
      description = "The dataset's data.yaml.")
  private Path annotations;

  @Option(
      names = "--images",
      order = 2,
      paramLabel = "DIR",
      description = "The folder that its paths are relative to. Default: what it says as path.")
  private @Nullable Path images;

  @Option(
      names = "--joints",
      order = 3,
      paramLabel = "NAME,...",
      split = ",",
      description = "The joints' names in order.")
  private List<String> joints = new ArrayList<>();

  @Option(
      names = "--min-score",
      order = 4,
      paramLabel = "S",
      description =
          "Joints of a lower score count as not annotated, where a network wrote the labels.")
  private double minScore = Double.NaN;

  @Override
  public Integer call() throws IOException {
    Map<String, Object> options = splits.record("yolo");
    if (!joints.isEmpty()) {
      options.put("joints", joints);
    }
    if (!Double.isNaN(minScore)) {
      options.put("min_score", minScore);
    }
    YoloAnnotations yolo =
        YoloAnnotations.read(
            annotations,
            new YoloAnnotations.YoloOptions(joints, images, minScore),
            splits.splits(),
            splits.seed());
    return photos.prepare(options, yolo.annotations(), yolo.imageRoot(), common.console());
  }
}
