package io.sadi.cli.options;

import io.sadi.io.BadInputException;
import io.sadi.io.Checksum;
import io.sadi.prepare.read.Split;
import io.sadi.prepare.read.ValList;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which images are to learn from and which to measure on. */
public final class SplitOptions {
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
      names = "--val-list",
      order = 12,
      paramLabel = "FILE",
      description =
          "Instead of --split: the images named in FILE to val, the dataset's other training images"
              + " to train. A name a line, or a JSON list such as MPII's valid.json.")
  private @Nullable Path valList;

  @Option(
      names = "--seed",
      order = 13,
      paramLabel = "N",
      defaultValue = "1",
      description = "Draws fractions. Default: ${DEFAULT-VALUE}.")
  private long seed;

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

  /** What was asked for; empty for the dataset's default. */
  public List<Split> splits() throws IOException {
    if (valList == null) {
      return splits;
    }
    if (!splits.isEmpty()) {
      throw new BadInputException("--val-list: stands alone; remove --split");
    }
    return List.of(new Split.Listed(ValList.read(valList)));
  }

  public long seed() {
    return seed;
  }

  /** The options that dataset.yaml records, to be added to. */
  public Map<String, Object> record(String kind) throws IOException {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("kind", kind);
    options.put("splits", splits.stream().map(Split::toString).toList());
    if (valList != null) {
      options.put(
          "val_list", Map.of(valList.toString(), Map.of("sha256", Checksum.sha256(valList))));
    }
    options.put("seed", seed);
    return options;
  }
}
