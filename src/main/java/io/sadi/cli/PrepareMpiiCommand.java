package io.sadi.cli;

import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.PhotoOptions;
import io.sadi.cli.options.SplitOptions;
import io.sadi.prepare.read.Annotations;
import io.sadi.prepare.read.MpiiAnnotations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sadi prepare mpii}. */
@Command(
    name = "mpii",
    header = "MPII Human Pose, from its official .mat or the JSON made of it.",
    description = {
      "Crops are centred 15/200 of the height below the annotated position and 1.25 times as large;"
          + " coordinates become 0-based; head size is 0.6 x the head box's diagonal. People without"
          + " joints or position are left out.",
      "",
      "Without --split, nine tenths of the images are train and one tenth is val, or what the JSON"
          + " says as isValidation. official:"
          + " everybody with joints is train, and the test images' people are test, without joints"
          + " unless --test-annotations has them: annotations/test.json has their boxes for 'predict"
          + " --boxes'. The usual 22,246 / 2,958 people: --val-list valid.json. Ranges count the"
          + " images with usable people."
    },
    footer = {
      "",
      "Examples:",
      "  sadi prepare mpii --annotations mpii_human_pose_v1_u12_1.mat \\",
      "    --images images --val-list valid.json --out data/mpii",
      "  sadi prepare mpii --annotations train.json --annotations valid.json \\",
      "    --head-boxes mpii_human_pose_v1_u12_1.mat --val-list valid.json \\",
      "    --images images --out data/mpii"
    })
final class PrepareMpiiCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private SplitOptions splits;
  @Mixin private PhotoOptions photos;

  @Option(
      names = "--annotations",
      order = 1,
      required = true,
      paramLabel = "FILE",
      description =
          "mpii_human_pose_v1_u12_1.mat; or HRNet's train.json, valid.json and the like, or"
              + " pytorch-pose's mpii_annotations.json; repeatable.")
  private List<Path> annotations;

  @Option(
      names = "--images",
      order = 2,
      required = true,
      paramLabel = "DIR",
      description = "The folder of the images.")
  private Path images;

  @Option(
      names = "--head-boxes",
      order = 3,
      paramLabel = "FILE.mat",
      description =
          "For JSON annotations: the official .mat, to take the head boxes from. Without them"
              + " there is no PCKh.")
  private @Nullable Path headBoxes;

  @Option(
      names = "--test-annotations",
      order = 3,
      paramLabel = "FILE.mat",
      description =
          "The joints of the test images, which MPII published in 2021 (often"
              + " annolist_dataset_v12.mat): adds them as split test. Needs the official .mat, which"
              + " says whose they are.")
  private @Nullable Path testAnnotations;

  @Option(
      names = "--single-person",
      order = 4,
      description = "Only people whom MPII counts as standing apart from others.")
  private boolean singlePerson;

  @Override
  public Integer call() throws IOException {
    Map<String, Object> options = splits.record("mpii");
    if (singlePerson) {
      options.put("single_person", true);
    }
    Annotations mpii =
        MpiiAnnotations.read(
            annotations, headBoxes, testAnnotations, splits.splits(), singlePerson, splits.seed());
    return photos.prepare(options, mpii, images, common.console());
  }
}
