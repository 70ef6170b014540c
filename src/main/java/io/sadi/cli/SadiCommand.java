package io.sadi.cli;

import io.sadi.cli.console.ExitCode;
import io.sadi.cli.options.CommonOptions;
import io.sadi.io.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sadi}: the command that holds the others. */
@Command(
    name = "sadi",
    header = "Human pose estimation with SADI-Net.",
    description =
        "Makes datasets, trains networks on them, measures them, and finds people's joints in"
            + " images. Data goes to stdout, everything else to stderr.",
    versionProvider = SadiCommand.VersionLines.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  sadi train --help",
      "  sadi train --config configs/small.yaml --data data/lspet --out runs/small",
      "",
      "Exit codes: 0 done; 1 failed; 2 usage; 3 bad data or config; 4 done in part; 5 no such"
          + " device; 130, 143 interrupted."
    })
final class SadiCommand implements Callable<Integer>, ParentCommand {
  @Spec private CommandSpec spec;

  @Mixin private CommonOptions common;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  boolean version;

  @Override
  public List<Class<?>> subcommands() {
    List<Class<?>> commands = new ArrayList<>();
    CommandGroups.GROUPS.forEach(group -> commands.addAll(group.commands()));
    return commands;
  }

  /** Without a command there is nothing to do but to say which there are. */
  @Override
  public Integer call() {
    spec.commandLine().usage(common.console().err());
    return ExitCode.USAGE;
  }

  static final class VersionLines implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {
        "sadi " + Version.sadi(),
        "LibTorch " + Version.pytorch() + ", " + Version.platform(),
        "Java " + Runtime.version()
      };
    }
  }
}
