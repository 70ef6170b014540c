package io.sadi.cli;

import io.sadi.cli.console.ExitCode;
import io.sadi.cli.options.CommonOptions;
import java.util.List;
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
        "Writes DIR/dataset.yaml, DIR/annotations/SPLIT.json (COCO keypoints), and who was left out"
            + " and what is wrong with the others to DIR/left_out.csv and DIR/faults.csv. Images stay"
            + " where they are; synthetic and stress make their own, and --pack stores crops.",
    synopsisSubcommandLabel = "KIND",
    footer = {
      "",
      "Examples:",
      "  sadi prepare KIND --help",
      "  sadi prepare synthetic --count 5000 --out data/synthetic",
      "  sadi prepare lspet --annotations joints.mat --images images --out data/lspet"
    })
final class PrepareCommand implements Callable<Integer>, ParentCommand {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;

  @Override
  public List<Class<?>> subcommands() {
    return List.of(
        PrepareMpiiCommand.class,
        PrepareLspCommand.class,
        PrepareLspetCommand.class,
        PrepareCocoCommand.class,
        PrepareCsvCommand.class,
        PrepareYoloCommand.class,
        PrepareLabelmeCommand.class,
        PrepareMergeCommand.class,
        PrepareCleanCommand.class,
        PrepareCorrectCommand.class,
        PrepareStressCommand.class,
        PrepareMosaicsCommand.class,
        PrepareSyntheticCommand.class);
  }

  /** Without a kind there is nothing to do but to say which there are. */
  @Override
  public Integer call() {
    spec.commandLine().usage(common.console().err());
    return ExitCode.USAGE;
  }
}
