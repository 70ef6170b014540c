package io.sadi.cli.options;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * A rule about options that go together, which picocli cannot check.
 *
 * @param broken whether the command line breaks it
 * @param message which options, and what to do
 */
public record UsageRule(boolean broken, String message) {

  /** A rule that a command line breaks where something holds. */
  public static UsageRule refuse(boolean broken, String message) {
    return new UsageRule(broken, message);
  }

  /** Refuses a command line that breaks one of the rules; the first of them is named. */
  public static void check(CommandSpec spec, List<UsageRule> rules) {
    for (UsageRule rule : rules) {
      if (rule.broken) {
        throw new ParameterException(spec.commandLine(), rule.message);
      }
    }
  }
}
