package io.sadi.cli;

import java.util.List;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Help that measures its options once. Picocli renders all of them to know how wide their names
 * are, again for each of its sections, which is a tenth of what {@code --help} takes.
 */
final class MeasuredHelp extends Help {
  private int width;

  MeasuredHelp(CommandSpec command, ColorScheme colorScheme) {
    super(command, colorScheme);
  }

  @Override
  public int calcLongOptionColumnWidth(
      List<OptionSpec> options, List<PositionalParamSpec> positionals, ColorScheme colorScheme) {
    if (width == 0) {
      width = super.calcLongOptionColumnWidth(options, positionals, colorScheme);
    }
    return width;
  }
}
