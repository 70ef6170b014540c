package io.sadi.cli;

import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.PhotoOptions;
import io.sadi.cli.options.SplitOptions;
import io.sadi.prepare.read.CsvAnnotations;
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
          + " there are any, NAME_v (0 not annotated, 1 occluded, 2 visible), NAME_score, person (its"
          + " number in the image), box_x, box_y, box_w, box_h, and head_size. Others are not looked"
          + " at. A joint without coordinates (nothing, NA, NaN), or at (-1, -1), is not annotated."
          + " left_X and right_X, or lX and rX, swap in a mirrored image.",
      "",
      "What spreadsheets write is read: semicolons or tabs, decimal commas, UTF-16. So are the tables"
          + " that 'sadi predict' writes, as labels for another network (--min-score), and"
          + " DeepLabCut's, of one animal or several. Images may have absolute names, Windows paths or"
          + " URLs: they are found in --images by the ends of those.",
      "",
      "Crops are the boxes x 1.25, or the joints' extent x 1.25. Results are measured in head sizes"
          + " where everybody has one, else in torsos, else, where there are no shoulders and hips, in"
          + " boxes (pck-box@0.1). Images count in order of first appearance; without --split, nine"
          + " tenths are train and one tenth is val."
    },
    footer = {
      "",
      "Examples:",
      "  sadi prepare csv --annotations joints.csv --images photos --out data/mine",
      "  sadi prepare csv --annotations labeled-data/clip1/CollectedData_Me.csv \\",
      "    --images . --out data/mouse",
      "  sadi predict photos --out found.csv",
      "  sadi prepare csv --annotations found.csv --images photos --min-score 0.6 \\",
      "    --out data/pseudo"
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
      description = "The table: CSV with a header line.")
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

  @Option(
      names = "--min-score",
      order = 4,
      paramLabel = "S",
      description =
          "Joints whose NAME_score (or DeepLabCut's likelihood) is below S count as not annotated.")
  private double minScore = Double.NaN;

  @Override
  public Integer call() throws IOException {
    Map<String, Object> options = splits.record("csv");
    if (!Double.isNaN(minScore)) {
      options.put("min_score", minScore);
    }
    if (oneBased) {
      options.put("one_based", true);
    }
    return photos.prepare(
        options,
        CsvAnnotations.read(
            annotations,
            new CsvAnnotations.CsvOptions(oneBased, minScore),
            splits.splits(),
            splits.seed()),
        images,
        common.console());
  }
}
