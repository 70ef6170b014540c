package io.sadi.predict;

import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A folder of pictures made of input images, each under its image's name: {@code NAME.jpg} stays,
 * other names get {@code .jpg} appended.
 */
final class PictureFolder {
  private static final int QUALITY = 92;

  private final Map<String, Path> targets;

  private PictureFolder(Map<String, Path> targets) {
    this.targets = targets;
  }

  /**
   * Plans the pictures of all images.
   *
   * @throws BadInputException if one would overwrite an input, another picture, or, unless that is
   *     asked for, a file that is there
   */
  static PictureFolder plan(Path folder, List<InputImage> images, boolean overwrite) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw BadInputException.at(folder, "a file", "a folder for pictures", "");
    }
    Set<Path> inputs = new HashSet<>();
    images.forEach(image -> inputs.add(absolute(image.file())));
    Map<String, Path> targets = new HashMap<>();
    Map<Path, String> sources = new HashMap<>();
    for (InputImage image : images) {
      Path target = folder.resolve(below(image.name()));
      String other = sources.put(absolute(target), image.name());
      if (other != null) {
        throw new BadInputException(
            target + ": both " + other + " and " + image.name() + " would be drawn there");
      }
      if (inputs.contains(absolute(target))) {
        throw BadInputException.at(
            target,
            "an input image",
            "a place for a picture of " + image.name(),
            "choose another folder");
      }
      if (!overwrite && Files.exists(target)) {
        throw new BadInputException(
            target + ": exists already; name another folder, or give --overwrite");
      }
      targets.put(image.name(), target);
    }
    return new PictureFolder(targets);
  }

  /** Writes the picture of an image. */
  void write(String image, Image picture) throws IOException {
    Path target = targets.get(image);
    if (target == null) {
      throw new IllegalArgumentException(image + " was not planned");
    }
    picture.writeJpeg(target, QUALITY);
  }

  /** A path that stays inside the folder, whatever the image is called. */
  private static Path below(String name) {
    Path safe = Path.of("");
    for (Path part : Path.of(name)) {
      String text = part.toString();
      if (!text.equals(".") && !text.equals("..")) {
        safe = safe.resolve(part);
      }
    }
    return name.matches("(?i).*\\.jpe?g") ? safe : safe.resolveSibling(safe.getFileName() + ".jpg");
  }

  private static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }
}
