package io.sadi.prepare.read;

import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.sadi.config.Field;
import io.sadi.data.Skeleton;
import io.sadi.image.ImageFormat;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What LabelMe (4 to 5) and X-AnyLabeling (2 to 3) write: a JSON file an image, with {@code
 * imagePath} relative to it and {@code shapes}. A shape of type {@code point} is the joint that its
 * label names, a {@code rectangle} a person's box; {@link LabelmePeople} says whose they are.
 */
public final class LabelmeAnnotations {
  private final Path folder;
  private final Path images;
  private final List<LabelmePeople> files = new ArrayList<>();
  private final Set<String> labels = new LinkedHashSet<>();
  private int others;
  private int shapes;

  private LabelmeAnnotations(Path folder, Path images) {
    this.folder = folder;
    this.images = images;
  }

  /**
   * Reads all files of a folder, to the bottom.
   *
   * @param images the folder that image names become relative to
   * @param joints in their order, other points passed over; empty for all points' labels in the
   *     order of their first appearance
   * @param splits image numbers are those of the files' order, by name, from 1; empty for nine
   *     tenths train and one tenth val
   * @param seed of fractions
   */
  public static Annotations read(
      Path folder, Path images, List<String> joints, List<Split> splits, long seed)
      throws IOException {
    if (!Files.isDirectory(folder)) {
      throw BadInputException.at(
          folder,
          Files.exists(folder) ? "a file" : "no such folder",
          "the folder of LabelMe's JSON files",
          "");
    }
    return new LabelmeAnnotations(folder, images).read(joints, splits, seed);
  }

  private Annotations read(List<String> joints, List<Split> splits, long seed) throws IOException {
    List<Path> found;
    try (Stream<Path> walk = Files.walk(folder)) {
      found =
          walk.filter(file -> file.toString().toLowerCase(Locale.ROOT).endsWith(".json"))
              .filter(Files::isRegularFile)
              .sorted()
              .toList();
    }
    List<Path> read = new ArrayList<>();
    Map<String, Path> fileOf = new HashMap<>();
    PersonList people = new PersonList();
    BadInputException first = null;
    for (Path file : found) {
      try {
        Optional<LabelmePeople> content = Json.stream(file, json -> content(json, file));
        if (content.isEmpty()) {
          others++;
        } else {
          checkOnly(file, content.get(), fileOf);
          files.add(content.get());
          labels.addAll(content.get().labels());
          read.add(file);
        }
      } catch (BadInputException e) {
        people.addUnreadable(e);
        first = first == null ? e : first;
      }
    }
    if (labels.isEmpty() && first != null) {
      throw first;
    }
    if (labels.isEmpty()) {
      throw BadInputException.at(
          folder,
          read.isEmpty() ? "no JSON file with shapes" : "no point in " + read.size() + " files",
          "files of LabelMe or X-AnyLabeling, whose points are joints",
          "");
    }
    List<String> names = joints.isEmpty() ? List.copyOf(labels) : joints;
    for (LabelmePeople file : files) {
      people.addAll(file.people(names));
      file.unreadable().forEach(people::addUnreadable);
    }
    if (others > 0) {
      people.warn(folder + ": " + others + " JSON files without shapes are passed over");
    }
    if (shapes > 0) {
      people.warn(folder + ": " + shapes + " shapes are no points or rectangles and passed over");
    }
    labels.removeAll(names);
    if (!labels.isEmpty()) {
      people.warn(folder + ": points that --joints does not name are passed over: " + labels);
    }
    Skeleton skeleton =
        Skeleton.named(names, List.of(), joints.isEmpty() ? folder + ": labels" : "--joints");
    return people.annotations(
        folder,
        skeleton,
        splits,
        seed,
        List.of(Annotations.SourceFile.of(read.size() + " files in " + folder, read)));
  }

  /** Of two files with points in one image, such as a copy, nobody knows which is meant. */
  private static void checkOnly(Path file, LabelmePeople people, Map<String, Path> fileOf) {
    Path other = people.labels().isEmpty() ? null : fileOf.putIfAbsent(people.image(), file);
    if (other != null) {
      throw BadInputException.at(
          file,
          "points in " + people.image() + ", as in " + other,
          "one file for each image",
          "remove one of the two");
    }
  }

  /** Nothing where the file is another program's. */
  private Optional<LabelmePeople> content(JsonReader json, Path file) throws IOException {
    if (json.peek() != JsonToken.BEGIN_OBJECT) {
      json.skipValue();
      return Optional.empty();
    }
    Field list = null;
    String image = null;
    int[] size = new int[2];
    json.beginObject();
    while (json.hasNext()) {
      switch (json.nextName()) {
        case "shapes" -> list = Field.at(JsonParser.parseReader(json), file, "shapes");
        case "imagePath" -> image = path(Field.at(JsonParser.parseReader(json), file, "imagePath"));
        case "imageWidth" -> size[0] = side(Field.root(JsonParser.parseReader(json), file));
        case "imageHeight" -> size[1] = side(Field.root(JsonParser.parseReader(json), file));
        default -> json.skipValue(); // imageData is the whole photo
      }
    }
    json.endObject();
    if (list == null || !list.isList()) {
      return Optional.empty();
    }
    LabelmePeople people = new LabelmePeople(imageOf(file, image), size[0], size[1]);
    for (Field shape : list.list()) {
      try {
        shapes += people.add(shape) ? 0 : 1;
      } catch (BadInputException e) {
        people.addUnreadable(e);
      }
    }
    return Optional.of(people);
  }

  private static @Nullable String path(Field imagePath) {
    if (!imagePath.isGiven()) {
      return null;
    }
    if (!imagePath.isText() || imagePath.text().chars().anyMatch(Character::isISOControl)) {
      throw imagePath.wrong("an image's path");
    }
    return imagePath.text();
  }

  /** 0 where it is not said, or nothing that can be. */
  private static int side(Field value) {
    double side = value.isNumber() ? value.number(number -> true, "a number") : 0;
    return side >= 1 && side <= 1 << 20 ? (int) side : 0;
  }

  /**
   * The image's name relative to the image root, as far as the file says; the picture beside the
   * file and of its name where that one is not there, as both may have been renamed.
   */
  private String imageOf(Path file, @Nullable String said) throws IOException {
    if (said != null && !said.isBlank()) {
      try {
        Path place = file.resolveSibling(said.replace('\\', '/'));
        if (Files.exists(place)) {
          return relative(place);
        }
      } catch (InvalidPathException e) {
        throw BadInputException.at(file + ": imagePath", "no path", "an image's path", "");
      }
    }
    String stem = String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "");
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      try (Stream<Path> beside = Files.list(parent)) {
        List<Path> same =
            beside
                .filter(other -> ImageFormat.ofName(other) != null)
                .filter(other -> String.valueOf(other.getFileName()).startsWith(stem + "."))
                .sorted()
                .toList();
        if (same.size() == 1) {
          return relative(same.get(0));
        }
      }
    }
    return said == null || said.isBlank() ? stem : said;
  }

  /** Below the image root; else as it is, to be found by its end. */
  private String relative(Path place) {
    Path root = images.toAbsolutePath().normalize();
    Path file = place.toAbsolutePath().normalize();
    return (file.startsWith(root) ? root.relativize(file) : file)
        .toString()
        .replace(File.separatorChar, '/');
  }
}
