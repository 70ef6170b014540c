package io.sadi.predict.output;

import io.sadi.io.BadInputException;
import io.sadi.predict.engine.InputImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A folder with a file for every input image, under the image's name. */
public final class OutputFolder {
  private final Map<String, Path> targets;

  private OutputFolder(Map<String, Path> targets) {
    this.targets = targets;
  }

  /**
   * Plans pictures made of images: {@code NAME.jpg} stays, other names get {@code .jpg} appended.
   *
   * @param replace whether files that are there may be replaced
   * @throws BadInputException if one would replace an input, another picture, or a file that may
   *     not be
   */
  public static OutputFolder ofPictures(Path folder, List<InputImage> images, boolean replace) {
    return plan(folder, images, replace, OutputFolder::jpeg);
  }

  /**
   * Where the picture of an image goes of which nobody knew before that it would come.
   *
   * @param image its name
   */
  public static Path picture(Path folder, String image) {
    return folder.resolve(below(image, OutputFolder::jpeg));
  }

  private static String jpeg(String name) {
    return name.matches("(?is).*\\.jpe?g") ? name : name + ".jpg";
  }

  /**
   * Plans files of predictions: {@code NAME.EXTENSION}, where NAME keeps its own ending, so that
   * a.jpg and a.png do not meet, and a Make rule says it in one line.
   *
   * @param extension such as csv
   * @param replace whether files that are there may be replaced, or stay
   * @throws BadInputException as for pictures
   */
  public static OutputFolder ofFiles(
      Path folder, List<InputImage> images, String extension, boolean replace) {
    return plan(folder, images, replace, name -> name + "." + extension);
  }

  /**
   * Plans files of labels, {@code NAME.txt} without the image's own ending, as YOLO's are.
   *
   * @param replace whether files that are there may be replaced, or stay
   * @throws BadInputException as for pictures
   */
  static OutputFolder ofLabels(Path folder, List<InputImage> images, boolean replace) {
    return plan(folder, images, replace, name -> name.replaceFirst("(?<=.)\\.[^.]*$", "") + ".txt");
  }

  /**
   * Plans links to images, under their own names.
   *
   * @param replace whether links that are there may be replaced
   * @throws BadInputException as for pictures
   */
  static OutputFolder ofLinks(Path folder, List<InputImage> images, boolean replace) {
    return plan(folder, images, replace, name -> name);
  }

  private static OutputFolder plan(
      Path folder, List<InputImage> images, boolean replace, UnaryOperator<String> naming) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw BadInputException.at(folder, "a file", "a folder", "");
    }
    Set<Path> inputs = new HashSet<>();
    images.forEach(image -> inputs.add(absolute(image.file())));
    Map<String, Path> targets = new HashMap<>();
    Map<Path, String> sources = new HashMap<>();
    for (InputImage image : images) {
      Path target = folder.resolve(below(image.name(), naming));
      String other = sources.put(absolute(target), image.name());
      if (other != null) {
        throw new BadInputException(
            target + ": both " + other + " and " + image.name() + " would be written there");
      }
      if (inputs.contains(absolute(target))) {
        throw BadInputException.at(
            target,
            "an input image",
            "a place for what is made of " + image.name(),
            "choose another folder");
      }
      if (!replace && Files.exists(target)) {
        throw new BadInputException(
            target + ": exists already; name another folder, or give --overwrite");
      }
      targets.put(image.name(), target);
    }
    return new OutputFolder(targets);
  }

  /** The file for an image. */
  public Path of(String image) {
    Path target = targets.get(image);
    if (target == null) {
      throw new IllegalArgumentException(image + " was not planned");
    }
    return target;
  }

  /** A path that stays inside the folder, whatever the image is called. */
  private static Path below(String name, UnaryOperator<String> naming) {
    Path safe = Path.of("");
    for (Path part : Path.of(name)) {
      String text = part.toString();
      if (!text.equals(".") && !text.equals("..")) {
        safe = safe.resolve(part);
      }
    }
    return safe.resolveSibling(naming.apply(String.valueOf(safe.getFileName())));
  }

  private static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }
}
