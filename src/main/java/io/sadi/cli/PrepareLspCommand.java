package io.sadi.cli;

import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.LeedsOptions;
import io.sadi.prepare.read.LeedsPoses;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sadi prepare lsp}. */
@Command(
    name = "lsp",
    header = "Leeds Sports Poses: 2,000 people, one an image.",
    description =
        "The crop is the whole image (its centre and height): boxes from true joints would leak"
            + " the answer. The file's flag means occluded; such joints count. Without --split:"
            + " official, 1-1000 train and 1001-2000 test. The release of original-size images has a"
            + " joints.mat of its own: take both from it.",
    footer = {
      "",
      "Examples:",
      "  sadi prepare lsp --annotations joints.mat --images images --out data/lsp"
    })
final class PrepareLspCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private LeedsOptions options;

  @Override
  public Integer call() throws IOException {
    return options.prepare(LeedsPoses.LSP, "lsp", common.console());
  }
}
