package io.sadi.cli;

import io.sadi.prepare.LeedsPoses;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sadi prepare lsp}. */
@Command(
    name = "lsp",
    header = "Leeds Sports Poses: 2,000 people, one an image.",
    description =
        "The crop is the whole image (its centre and height): boxes from true joints would leak"
            + " the answer. Without --split: official, 1-1000 train and 1001-2000 test.",
    footer = {
      "",
      "Examples:",
      "  sadi prepare lsp --annotations joints.mat --images images --out data/lsp"
    })
final class PrepareLspCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private PrepareOptions options;
  @Mixin private LimitOption limit;

  @Option(
      names = "--annotations",
      order = 1,
      required = true,
      paramLabel = "FILE",
      description = "The dataset's joints.mat (3 x 14 x 2000).")
  private Path annotations;

  @Option(
      names = "--images",
      order = 2,
      required = true,
      paramLabel = "DIR",
      description = "The folder of im0001.jpg, ...")
  private Path images;

  @Override
  public Integer call() throws IOException {
    return options.finish(
        "lsp",
        LeedsPoses.LSP.read(annotations, options.splits(), options.seed()),
        images,
        limit,
        common.console());
  }
}
