package io.sadi.cli;

import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.PhotoOptions;
import io.sadi.cli.options.SplitOptions;
import io.sadi.data.CocoFile;
import io.sadi.prepare.read.CocoAnnotations;
import io.sadi.prepare.read.CocoAnnotations.SplitFile;
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

/** {@code sadi prepare coco}. */
@Command(
    name = "coco",
    header = "Any COCO keypoints files: their joints, their people.",
    description =
        "Joints and edges are those of the file's category, of people or of anything else; left_X and"
            + " right_X swap in a mirrored image. Crops are the boxes x 1.25. Ids stay those of the file."
            + " Crowds, people without any annotated joint and images without people stay in their"
            + " split, ignored. Results are measured in head sizes where everybody"
            + " has one, else in torsos, else, where there are no shoulders and hips, in boxes"
            + " (pck-box@0.1). Images count in the file's order; without --split, nine tenths are train"
            + " and one tenth is val. A list of results, too, is read, as labels for another network"
            + " (--min-score).",
    footer = {
      "",
      "Examples:",
      "  sadi prepare coco --annotations person_keypoints_val2017.json \\",
      "    --images val2017 --out data/coco-val --split val=1.0",
      "  sadi prepare coco --annotations train=person_keypoints_train2017.json \\",
      "    --annotations val=person_keypoints_val2017.json --images . --out data/coco",
      "  sadi prepare coco --annotations results.json --min-score 0.5 \\",
      "    --results-of person_keypoints_val2017.json --images val2017 --out data/more"
    })
final class PrepareCocoCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private SplitOptions splits;
  @Mixin private PhotoOptions photos;

  @Option(
      names = "--annotations",
      order = 1,
      required = true,
      paramLabel = "[SPLIT=]FILE",
      description = {
        "The COCO keypoints JSON. Repeatable with the split that each is: --annotations"
            + " train=train2017.json --annotations val=val2017.json."
      })
  private List<String> annotations = new ArrayList<>();

  @Option(
      names = "--images",
      order = 2,
      paramLabel = "DIR",
      description =
          "The folder that file_name is relative to. Photos are also sought in the folders below it,"
              + " beside each file of annotations, and in the folders beside it.")
  private @Nullable Path images;

  @Option(
      names = "--category",
      order = 3,
      paramLabel = "NAME",
      description = "Only annotations of this category, where several have joints of their own.")
  private @Nullable String category;

  @Option(
      names = "--joints",
      order = 4,
      split = ",",
      paramLabel = "NAME,...",
      description =
          "What the joints are called, in the file's order, where it does not say or numbers them.")
  private List<String> joints = new ArrayList<>();

  @Option(
      names = "--min-score",
      order = 5,
      paramLabel = "S",
      description =
          "For a network's labels: joints whose score (in place of the visibility, or in"
              + " keypoint_scores) is below S count as not annotated, others as visible.")
  private double minScore = Double.NaN;

  @Option(
      names = "--results-of",
      order = 6,
      paramLabel = "FILE",
      description =
          "The COCO file that a list of results is for: its images' names and its joints. Not needed"
              + " where results have a file_name.")
  private @Nullable Path resultsOf;

  @Override
  public Integer call() throws IOException {
    Map<String, Object> options = splits.record("coco");
    if (category != null) {
      options.put("category", category);
    }
    if (!joints.isEmpty()) {
      options.put("joints", joints);
    }
    if (!Double.isNaN(minScore)) {
      options.put("min_score", minScore);
    }
    if (resultsOf != null) {
      options.put("results_of", resultsOf.toString());
    }
    List<SplitFile> sources = annotations.stream().map(SplitFile::parse).toList();
    CocoAnnotations read =
        CocoAnnotations.read(
            sources,
            new CocoFile.Foreign(category, joints, minScore, resultsOf),
            images,
            splits.splits(),
            splits.seed());
    return photos.prepare(options, read.annotations(), read.imageRoot(), common.console());
  }
}
