package io.sadi.cli;

import io.sadi.prepare.CocoAnnotations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sadi prepare coco}. */
@Command(
    name = "coco",
    header = "Any COCO keypoints file: its joints, its people.",
    description =
        "Joints and edges are those of the file's category; left_X and right_X swap in a mirrored"
            + " image. Crowds and people without any annotated joint are left out. Images count"
            + " in the file's order; without --split, nine tenths are train and one tenth is val.",
    footer = {
      "",
      "Examples:",
      "  sadi prepare coco --annotations person_keypoints_val2017.json \\",
      "    --images val2017 --out data/coco-val --split val=1.0"
    })
final class PrepareCocoCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private PrepareOptions options;
  @Mixin private LimitOption limit;

  @Option(
      names = "--annotations",
      order = 1,
      required = true,
      paramLabel = "FILE",
      description = "The COCO keypoints JSON.")
  private Path annotations;

  @Option(
      names = "--images",
      order = 2,
      required = true,
      paramLabel = "DIR",
      description = "The folder that file_name is relative to.")
  private Path images;

  @Override
  public Integer call() throws IOException {
    return options.finish(
        "coco",
        CocoAnnotations.read(annotations, options.splits(), options.seed()),
        images,
        limit,
        common.console());
  }
}
