package io.sadi.cli;

import io.sadi.cli.console.Console;
import io.sadi.cli.options.CommonOptions;
import io.sadi.cli.options.PrepareOptions;
import io.sadi.prepare.Mosaics;
import io.sadi.prepare.Mosaics.MosaicRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sadi prepare mosaics}. */
@Command(
    name = "mosaics",
    header = "Pictures that show several photos of a dataset folder side by side.",
    description = {
      "Several people of several sizes in one picture, with the joints and boxes that they have in"
          + " their photos: to measure a detector on, where each photo has one person. Each photo is"
          + " shown whole, and once before one comes again; the same seed gives the same pictures."
    },
    footer = {
      "",
      "Example:",
      "  sadi prepare mosaics data/lspet --split val --count 40 --out data/mosaics",
      "  sadi eval --model runs/det/checkpoints/best.safetensors --data data/mosaics"
    })
final class PrepareMosaicsCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private PrepareOptions prepare;

  @Parameters(paramLabel = "DIR", description = "A dataset folder.")
  private Path folder;

  @Option(
      names = "--split",
      order = 1,
      paramLabel = "NAME",
      description = "The split whose photos are taken (default: ${DEFAULT-VALUE}).")
  private String split = "val";

  @Option(
      names = "--count",
      order = 2,
      paramLabel = "N",
      description = "How many pictures (default: ${DEFAULT-VALUE}).")
  private int count = 40;

  @Option(
      names = "--photos",
      order = 3,
      paramLabel = "N",
      description = "Two to so many photos in each (default: ${DEFAULT-VALUE}).")
  private int photos = 6;

  @Option(
      names = "--side",
      order = 4,
      paramLabel = "PX",
      description = "Width and height of a picture (default: ${DEFAULT-VALUE}).")
  private int side = 512;

  @Option(
      names = "--seed",
      order = 5,
      paramLabel = "N",
      description = "Of which photo comes where (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Override
  public Integer call() throws IOException {
    Mosaics mosaics = new Mosaics(folder, new MosaicRule(split, count, photos, side, seed));
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("kind", "mosaics");
    options.put("folder", folder.toString());
    options.put("split", split);
    options.put("count", count);
    options.put("photos", photos);
    options.put("side", side);
    options.put("seed", seed);
    Console console = common.console();
    return prepare.report(
        mosaics.run(prepare.output(options), prepare.previews(), console), console);
  }
}
