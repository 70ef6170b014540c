package io.sadi.cli.options;

import io.sadi.cli.console.Console;
import io.sadi.prepare.read.Annotations;
import io.sadi.prepare.read.LeedsPoses;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code prepare lsp} and {@code prepare lspet} take, and what they do alike. */
public final class LeedsOptions {
  @Mixin private SplitOptions splits;
  @Mixin private PhotoOptions photos;

  @Option(
      names = "--annotations",
      order = 1,
      required = true,
      paramLabel = "FILE",
      description = "The dataset's joints.mat.")
  private Path annotations;

  @Option(
      names = "--images",
      order = 2,
      required = true,
      paramLabel = "DIR",
      description = "The folder of the images.")
  private Path images;

  @Option(
      names = "--image-names",
      order = 3,
      paramLabel = "NAME",
      description = "How they are called, %%d for the number. Default: as in the official files.")
  private @Nullable String imageNames;

  @Option(
      names = "--sides",
      order = 4,
      paramLabel = "WHOSE",
      description =
          "Whose left and right: ${COMPLETION-CANDIDATES}. observer: arms and legs change sides where"
              + " the right one begins further right in the picture. Default: person, as annotated.")
  private LeedsPoses.JointSides sides = LeedsPoses.JointSides.PERSON;

  public int prepare(LeedsPoses dataset, String kind, Console console) throws IOException {
    Map<String, Object> options = splits.record(kind);
    if (sides != LeedsPoses.JointSides.PERSON) {
      options.put("sides", sides.toString());
    }
    if (imageNames != null) {
      options.put("image_names", imageNames);
    }
    String names = imageNames == null ? dataset.imageNames() : imageNames;
    Annotations people = dataset.read(annotations, names, sides, splits.splits(), splits.seed());
    return photos.prepare(options, people, images, console);
  }
}
