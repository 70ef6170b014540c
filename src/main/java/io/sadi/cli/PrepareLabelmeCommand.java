package io.sadi.cli;

import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.PhotoOptions;
import io.sadi.cli.options.SplitOptions;
import io.sadi.prepare.read.LabelmeAnnotations;
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

/** {@code sadi prepare labelme}. */
@Command(
    name = "labelme",
    header = "LabelMe's and X-AnyLabeling's files, one an image.",
    description = {
      "A point is the joint that its label names, a rectangle a person's box. Shapes of one group_id"
          + " are one person's; a point without one belongs to the smallest rectangle around it, and"
          + " without any rectangle all are one person's. X-AnyLabeling's 'difficult', and a flag"
          + " 'occluded', mean occluded.",
      "",
      "Crops are the boxes x 1.25, or the joints' extent x 1.25. Images count in the order of the"
          + " files' names; without --split, nine tenths are train and one tenth is val."
    },
    footer = {
      "",
      "Examples:",
      "  sadi prepare labelme --annotations photos --out data/mine",
      "  sadi prepare labelme --annotations labels --images photos \\",
      "    --joints left_eye,right_eye,nose --out data/faces"
    })
final class PrepareLabelmeCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private SplitOptions splits;
  @Mixin private PhotoOptions photos;

  @Option(
      names = "--annotations",
      order = 1,
      required = true,
      paramLabel = "DIR",
      description = "The folder of the JSON files, searched to the bottom.")
  private Path annotations;

  @Option(
      names = "--images",
      order = 2,
      paramLabel = "DIR",
      description = "The folder of the images. Default: that of the JSON files.")
  private @Nullable Path images;

  @Option(
      names = "--joints",
      order = 3,
      paramLabel = "NAME,...",
      split = ",",
      description =
          "The joints in order; other points are passed over. Default: all labels of points, in the"
              + " order in which they come.")
  private List<String> joints = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    Map<String, Object> options = splits.record("labelme");
    if (!joints.isEmpty()) {
      options.put("joints", joints);
    }
    Path root = images == null ? annotations : images;
    return photos.prepare(
        options,
        LabelmeAnnotations.read(annotations, root, joints, splits.splits(), splits.seed()),
        root,
        common.console());
  }
}
