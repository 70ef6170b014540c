package io.sadi.cli;

import io.sadi.prepare.Annotations;
import io.sadi.prepare.Output;
import io.sadi.prepare.Preparation;
import io.sadi.prepare.PreparedDataset;
import io.sadi.prepare.Split;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What every kind of {@code sadi prepare} takes, and what they do alike. */
final class PrepareOptions {
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
      names = "--split",
      order = 11,
      paramLabel = "SPLIT",
      converter = SplitConverter.class,
      description =
          "NAME=A-B: the images numbered A to B, from 1. NAME=FRACTION: a share drawn with the"
              + " seed. official: the dataset's own. Repeatable.")
  private List<Split> splits = new ArrayList<>();

  @Option(
      names = "--seed",
      order = 13,
      paramLabel = "N",
      defaultValue = "1",
      description = "Draws fractions. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--overwrite",
      order = 14,
      description = "Replace the dataset in DIR, if there is one.")
  private boolean overwrite;

  static final class SplitConverter implements ITypeConverter<Split> {
    @Override
    public Split convert(String text) {
      try {
        return Split.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  List<Split> splits() {
    return splits;
  }

  long seed() {
    return seed;
  }

  Output output(String kind, Map<String, ?> more) {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("kind", kind);
    options.put("splits", splits.stream().map(Split::toString).toList());
    options.put("seed", seed);
    options.putAll(more);
    return new Output(out, overwrite, dryRun.dryRun, options);
  }

  /** From annotations that have been read to the folder. */
  int finish(String kind, Annotations annotations, Path images, LimitOption limit, Console console)
      throws IOException {
    Output output = output(kind, limit.limit > 0 ? Map.of("limit", limit.limit) : Map.of());
    return report(new Preparation(annotations, images, output, limit.limit).run(console), console);
  }

  int report(PreparedDataset prepared, Console console) {
    if (json.json) {
      console.print(prepared.toJson().toString());
    }
    console.note(prepared.summary() + (dryRun.dryRun ? " (dry run)" : " in " + out));
    return ExitCode.DONE;
  }
}
