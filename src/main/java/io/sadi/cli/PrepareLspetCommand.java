package io.sadi.cli;

import io.sadi.prepare.LeedsPoses;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sadi prepare lspet}. */
@Command(
    name = "lspet",
    header = "Leeds Sports Poses Extended: 10,000 people, one an image.",
    description =
        "Boxes are the joints' extent x 1.25, as the dataset has no other. Without --split, nine"
            + " tenths of the images are train and one tenth is val; official is all in train.",
    footer = {
      "",
      "Examples:",
      "  sadi prepare lspet --annotations lspet/joints.mat --images lspet/images \\",
      "    --out data/lspet --split train=1-9000 --split val=9001-10000"
    })
final class PrepareLspetCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private PrepareOptions options;
  @Mixin private LimitOption limit;

  @Option(
      names = "--annotations",
      order = 1,
      required = true,
      paramLabel = "FILE",
      description = "The dataset's joints.mat (14 x 3 x 10000).")
  private Path annotations;

  @Option(
      names = "--images",
      order = 2,
      required = true,
      paramLabel = "DIR",
      description = "The folder of im00001.jpg, ...")
  private Path images;

  @Override
  public Integer call() throws IOException {
    return options.finish(
        "lspet",
        LeedsPoses.LSPET.read(annotations, options.splits(), options.seed()),
        images,
        limit,
        common.console());
  }
}
