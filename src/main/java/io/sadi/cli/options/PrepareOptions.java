package io.sadi.cli.options;

import io.sadi.cli.console.Console;
import io.sadi.cli.console.ExitCode;
import io.sadi.prepare.write.DatasetOutput;
import io.sadi.prepare.write.PreparedDataset;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where every kind of {@code sadi prepare} writes, and what it says at the end. */
public final class PrepareOptions {
  @Mixin private JsonOption json;
  @Mixin private DryRunOption dryRun;

  @Option(
      names = "--out",
      order = 10,
      required = true,
      paramLabel = "DIR",
      description = "The dataset folder to write.")
  private Path out;

  @Option(
      names = "--overwrite",
      order = 20,
      description = "Replace the dataset in DIR, if there is one.")
  private boolean overwrite;

  @Option(
      names = "--previews",
      order = 19,
      paramLabel = "N",
      description =
          "Draw N people with their joints into DIR/previews/people.jpg, and N with whom something"
              + " is wrong into faults.jpg. Occluded joints are hollow.")
  private int previews;

  public int previews() {
    return previews;
  }

  public DatasetOutput output(Map<String, ?> options) {
    return new DatasetOutput(out, overwrite, dryRun.dryRun, options);
  }

  public int report(PreparedDataset prepared, Console console) {
    if (json.json) {
      console.print(prepared.toJson().toString());
    }
    console.note(prepared.summary() + (dryRun.dryRun ? " (dry run)" : " in " + out));
    return ExitCode.DONE;
  }
}
