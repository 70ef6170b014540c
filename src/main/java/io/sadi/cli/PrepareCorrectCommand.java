package io.sadi.cli;

import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.PhotoOptions;
import io.sadi.prepare.ChangedSplit;
import io.sadi.prepare.Corrections;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sadi prepare correct}. */
@Command(
    name = "correct",
    header = "A dataset folder with joints that somebody has put right.",
    description = {
      "Reads a table of corrections: columns image, person (0 without it), joint, x and y, a row for"
          + " each joint, in pixels of the photo. Without numbers a joint is not to be seen. A row"
          + " without a joint says that somebody looked at this person, and all is right.",
      "Crops and images stay as they are, and so do the other splits. With --only the people of the"
          + " table alone are kept: whom one can measure by."
    },
    footer = {
      "",
      "Example:",
      "  sadi prepare correct data/lspet --corrections mine.csv --split val --only \\",
      "    --out data/lspet-checked"
    })
final class PrepareCorrectCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private PhotoOptions photos;

  @Parameters(paramLabel = "DIR", description = "A dataset folder.")
  private Path folder;

  @Option(
      names = "--corrections",
      order = 1,
      required = true,
      paramLabel = "FILE",
      description = "The table: CSV with a header line.")
  private Path corrections;

  @Option(
      names = "--split",
      order = 2,
      paramLabel = "NAME",
      description = "The split whose people it speaks of (default: ${DEFAULT-VALUE}).")
  private String split = "train";

  @Option(
      names = "--only",
      order = 3,
      description = "Keep the people of the table alone, and no other split.")
  private boolean only;

  @Override
  public Integer call() throws IOException {
    ChangedSplit corrected = Corrections.read(folder, split, corrections, only, common.console());
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("kind", "correct");
    options.put("folder", folder.toString());
    options.put("split", split);
    options.put("only", only);
    return photos.prepare(
        options, corrected.annotations(), corrected.imageRoot(), common.console());
  }
}
