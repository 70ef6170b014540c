package io.sadi.cli;

import io.sadi.prepare.CsvAnnotations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sadi prepare csv}. */
@Command(
    name = "csv",
    header = "A table with a person a row: image, and x and y of every joint.",
    description = {
      "Columns: image, NAME_x and NAME_y for every joint, in any order and with any names; and if"
          + " there are any, NAME_v (0 not annotated, 1 occluded, 2 visible), person (its number in"
          + " the image), box_x, box_y, box_w, box_h, and head_size. Others are not looked at. A joint"
          + " without coordinates is not annotated. left_X and right_X, or lX and rX, swap in a"
          + " mirrored image.",
      "",
      "Crops are the boxes x 1.25, or the joints' extent x 1.25. Results are measured in head sizes"
          + " where everybody has one, else in torsos, else, where there are no shoulders and hips, in"
          + " boxes (pck-box@0.1). Images count in order of first appearance; without --split, nine"
          + " tenths are train and one tenth is val."
    },
    footer = {
      "",
      "Examples:",
      "  sadi prepare csv --annotations joints.csv --images photos --out data/mine"
    })
final class PrepareCsvCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private SplitOptions splits;
  @Mixin private PhotoOptions photos;

  @Option(
      names = "--annotations",
      order = 1,
      required = true,
      paramLabel = "FILE",
      description = "The table: CSV with a header line, UTF-8.")
  private Path annotations;

  @Option(
      names = "--images",
      order = 2,
      required = true,
      paramLabel = "DIR",
      description = "The folder that the image names are relative to.")
  private Path images;

  @Option(
      names = "--one-based",
      order = 3,
      description = "The upper left pixel is (1, 1), as in MATLAB, and not (0, 0).")
  private boolean oneBased;

  @Override
  public Integer call() throws IOException {
    Map<String, Object> options = splits.record("csv");
    if (oneBased) {
      options.put("one_based", true);
    }
    return photos.prepare(
        options,
        CsvAnnotations.read(annotations, oneBased, splits.splits(), splits.seed()),
        images,
        common.console());
  }
}
