package io.sadi.cli;

import io.sadi.cli.console.Console;
import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.PrepareOptions;
import io.sadi.cli.options.SplitOptions;
import io.sadi.prepare.SyntheticPeople;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sadi prepare synthetic}. */
@Command(
    name = "synthetic",
    header = "Draw people: no photos needed.",
    description =
        "Draws people in many poses, clothes and places, one an image, with MPII's 16 joints and"
            + " head boxes known exactly. The same seed draws the same people. Without --split,"
            + " nine tenths are train and one tenth is val.",
    footer = {"", "Examples:", "  sadi prepare synthetic --count 5000 --out data/synthetic"})
final class PrepareSyntheticCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private SplitOptions splits;
  @Mixin private PrepareOptions prepare;

  @Option(
      names = {"--count", "--limit"},
      order = 1,
      paramLabel = "N",
      defaultValue = "2000",
      description = "How many people. Default: ${DEFAULT-VALUE}.")
  private int count;

  @Override
  public Integer call() throws IOException {
    SyntheticPeople people = new SyntheticPeople(count, splits.splits(), splits.seed());
    Map<String, Object> options = splits.record("synthetic");
    options.put("count", count);
    Console console = common.console();
    return prepare.report(
        people.run(prepare.output(options), prepare.previews(), console), console);
  }
}
