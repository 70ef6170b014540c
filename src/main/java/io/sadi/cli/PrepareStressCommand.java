package io.sadi.cli;

import static io.sadi.cli.options.UsageRule.refuse;

import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.PrepareOptions;
import io.sadi.cli.options.UsageRule;
import io.sadi.prepare.StressSet;
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

/** {@code sadi prepare stress}. */
@Command(
    name = "stress",
    header = "A split's people in photos with one thing wrong at a time.",
    description = {
      "Writes each photo of the split a dozen times: as it is (none), with a crop that is too large"
          + " (small), cut so that the person goes on beyond it (cut), with another person of the"
          + " split beside or before them (others), with something over them (occluder), with few"
          + " pixels, compressed much, noisy, dark, in other colours, grey, blurred. Joints are where"
          + " they then are. 'sadi eval --by folder' says what a network stands.",
      "The same seed makes the same photos."
    },
    footer = {
      "",
      "Example:",
      "  sadi prepare stress data/lspet --out data/lspet-stress",
      "  sadi eval --model builtin --data data/lspet-stress --by folder --intervals \\",
      "    --calibration"
    })
final class PrepareStressCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private CommonOptions common;
  @Mixin private PrepareOptions prepare;

  @Parameters(paramLabel = "DIR", description = "A dataset folder.")
  private Path folder;

  @Option(
      names = "--split",
      order = 2,
      paramLabel = "NAME",
      description = "The split whose people are taken (default: ${DEFAULT-VALUE}).")
  private String split = "val";

  @Option(
      names = "--limit",
      order = 14,
      paramLabel = "N",
      description = "The first N people of the split only.")
  private int limit;

  @Option(
      names = "--seed",
      order = 13,
      paramLabel = "N",
      description = "Of every draw (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Override
  public Integer call() throws IOException {
    UsageRule.check(
        spec, List.of(refuse(limit < 0, "--limit: found " + limit + ", expected at least 0")));
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("kind", "stress");
    options.put("folder", folder.toString());
    options.put("split", split);
    options.put("seed", seed);
    if (limit > 0) {
      options.put("limit", limit);
    }
    StressSet stress = StressSet.of(folder, split, limit, seed);
    return prepare.report(
        stress.run(prepare.output(options), prepare.previews(), common.console()),
        common.console());
  }
}
