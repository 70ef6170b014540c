package io.sadi.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sadi prepare}: one subcommand for each kind of annotations. */
@Command(
    name = "prepare",
    header = "Turn annotations and images into a dataset folder.",
    description =
        "Writes DIR/dataset.yaml, DIR/annotations/SPLIT.json (COCO keypoints) and, where somebody"
            + " was left out, DIR/left_out.csv. Images stay where they are; synthetic draws its own.",
    synopsisSubcommandLabel = "KIND",
    subcommands = {
      PrepareLspCommand.class,
      PrepareLspetCommand.class,
      PrepareCocoCommand.class,
      PrepareSyntheticCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  sadi prepare KIND --help",
      "  sadi prepare synthetic --count 5000 --out data/synthetic",
      "  sadi prepare lspet --annotations joints.mat --images images --out data/lspet"
    })
final class PrepareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  /** Without a kind there is nothing to do but to say which there are. */
  @Override
  public Integer call() {
    spec.commandLine().usage(common.console().err());
    return ExitCode.USAGE;
  }
}
