package io.sadi.cli;

import static io.sadi.cli.options.UsageRule.refuse;

import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.PhotoOptions;
import io.sadi.cli.options.UsageRule;
import io.sadi.prepare.ChangedSplit;
import io.sadi.prepare.CleanedDataset;
import io.sadi.prepare.CleanedDataset.CleaningRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sadi prepare clean}. */
@Command(
    name = "clean",
    header = "A dataset folder without the joints that a network contradicts.",
    description = {
      "Annotations made by a crowd hold left taken for right, other people's joints and slips. A"
          + " joint that a network, trained on them all the same, surely places elsewhere counts as"
          + " not annotated in the new folder; DIR/left_out.csv lists them. Nothing is moved, the"
          + " other splits stay as they are, and so do the images.",
      "For the split that is learned from: measured with it, the network would be its own judge."
    },
    footer = {
      "",
      "Example:",
      "  sadi eval --model runs/first/checkpoints/best.safetensors --data data/lspet \\",
      "    --split train --flip --save-predictions train.csv",
      "  sadi prepare clean data/lspet --predictions train.csv --out data/lspet-clean"
    })
final class PrepareCleanCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;
  @Mixin private PhotoOptions photos;

  @Parameters(paramLabel = "DIR", description = "A dataset folder.")
  private Path folder;

  @Option(
      names = "--predictions",
      order = 1,
      required = true,
      paramLabel = "FILE",
      description = "A network's answers for the people of the split, with scores.")
  private Path predictions;

  @Option(
      names = "--split",
      order = 2,
      paramLabel = "NAME",
      description = "The split to clean (default: ${DEFAULT-VALUE}).")
  private String split = "train";

  @Option(
      names = "--distance",
      order = 3,
      paramLabel = "SHARE",
      description =
          "How far a joint is predicted from where it is annotated, as a share of the side of the"
              + " person's crop, at least (default: ${DEFAULT-VALUE}; half a torso).")
  private double distance = 0.15;

  @Option(
      names = "--score",
      order = 4,
      paramLabel = "S",
      description = "Score of that prediction, 0 to 1, at least (default: ${DEFAULT-VALUE}).")
  private double score = 0.5;

  @Override
  public Integer call() throws IOException {
    UsageRule.check(
        spec,
        List.of(
            refuse(!(distance > 0), "--distance: found " + distance + ", expected above 0"),
            refuse(!(score >= 0 && score <= 1), "--score: found " + score + ", expected 0 to 1")));
    ChangedSplit cleaned =
        CleanedDataset.read(
            folder, split, predictions, new CleaningRule(distance, score), common.console());
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("kind", "clean");
    options.put("folder", folder.toString());
    options.put("split", split);
    options.put("distance", distance);
    options.put("score", score);
    return photos.prepare(options, cleaned.annotations(), cleaned.imageRoot(), common.console());
  }
}
