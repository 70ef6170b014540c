package io.sadi.cli;

import io.sadi.prepare.CocoAnnotations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sadi prepare coco}. */
@Command(
    name = "coco",
    header = "Any COCO keypoints file: its joints, its people.",
    description =
        "Joints and edges are those of the file's category, of people or of anything else; left_X and"
            + " right_X swap in a mirrored image. Crops are the boxes x 1.25. Crowds and people without"
            + " any annotated joint are left out. Results are measured in head sizes where everybody"
            + " has one, else in torsos, else, where there are no shoulders and hips, in boxes"
            + " (pck-box@0.1). Images count in the file's order; without --split, nine tenths are train"
            + " and one tenth is val.",
    footer = {
      "",
      "Examples:",
      "  sadi prepare coco --annotations person_keypoints_val2017.json \\",
      "    --images val2017 --out data/coco-val --split val=1.0"
    })
final class PrepareCocoCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private SplitOptions splits;
  @Mixin private PhotoOptions photos;

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

  @Option(
      names = "--category",
      order = 3,
      paramLabel = "NAME",
      description = "Only annotations of this category, where several have joints of their own.")
  private @Nullable String category;

  @Override
  public Integer call() throws IOException {
    Map<String, Object> options = splits.record("coco");
    if (category != null) {
      options.put("category", category);
    }
    return photos.prepare(
        options,
        CocoAnnotations.read(annotations, category, splits.splits(), splits.seed()),
        images,
        common.console());
  }
}
