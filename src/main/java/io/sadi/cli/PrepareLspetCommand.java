package io.sadi.cli;

import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.LeedsOptions;
import io.sadi.prepare.read.LeedsPoses;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sadi prepare lspet}. */
@Command(
    name = "lspet",
    header = "Leeds Sports Poses Extended: 10,000 people, one an image.",
    description =
        "Boxes are the joints' extent x 1.25, as the dataset has no other. The file's flag means"
            + " annotated. People whose images are missing are left out. Without --split, nine tenths"
            + " of the images are train and one tenth is val; official is all in train.",
    footer = {
      "",
      "Examples:",
      "  sadi prepare lspet --annotations lspet/joints.mat --images lspet/images \\",
      "    --out data/lspet --split train=1-9000 --split val=9001-10000"
    })
final class PrepareLspetCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private LeedsOptions options;

  @Override
  public Integer call() throws IOException {
    return options.prepare(LeedsPoses.LSPET, "lspet", common.console());
  }
}
