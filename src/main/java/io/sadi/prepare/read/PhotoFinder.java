package io.sadi.prepare.read;

import io.sadi.data.Person;
import io.sadi.io.BadInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds photos by the names that an annotation file has for them. They should be relative to the
 * folder of the photos, and photos may lie deeper in it, or beside the annotation file. Where no
 * name of a file is found so, the ends of names count: with folders of another machine before them,
 * of Windows, of a web server.
 */
final class PhotoFinder {
  private final @Nullable Path images;

  /** Where photos should be, beside the file, and then its neighbours. */
  private final List<Path> folders = new ArrayList<>();

  private final int preferred;
  private @Nullable Map<String, List<Path>> below;

  /**
   * To find the photos of one file.
   *
   * @param images the folder of the photos, which is searched with all that is below; null where
   *     nobody says
   * @param file the annotation file: photos may lie beside it, in a folder beside it, or, as COCO's
   *     do, in a folder beside that of the annotations
   */
  PhotoFinder(@Nullable Path images, Path file) throws IOException {
    this.images = images == null ? null : images.toAbsolutePath().normalize();
    if (this.images != null) {
      folders.add(this.images);
    }
    Path beside = file.toAbsolutePath().normalize().getParent();
    if (beside != null) {
      folders.add(beside);
    }
    preferred = folders.size();
    if (beside != null) {
      addFoldersOf(beside);
      Path above = beside.getParent();
      if (above != null && beside.endsWith("annotations")) {
        addFoldersOf(above);
      }
    }
  }

  private void addFoldersOf(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      list.filter(Files::isDirectory).sorted().forEach(folders::add);
    }
  }

  /**
   * The photos of names; those that are not found are not in it.
   *
   * @throws BadInputException where a name says too little to tell several photos apart, or two
   *     names lead to one photo
   */
  Map<String, Path> find(List<String> names) throws IOException {
    Map<String, Path> found = new LinkedHashMap<>();
    for (boolean whole : new boolean[] {true, false}) {
      for (String name : names) {
        Path photo = find(name, whole);
        if (photo != null) {
          found.put(name, photo);
        }
      }
      if (!found.isEmpty()) {
        break;
      }
    }
    Map<Path, String> taken = new HashMap<>();
    found.forEach(
        (name, photo) -> {
          String other = taken.put(photo, name);
          if (other != null) {
            throw BadInputException.at(
                "images " + other + " and " + name,
                "one photo that both could be: " + photo,
                "one each",
                "name the folder that their names begin in with --images");
          }
        });
    return found;
  }

  private @Nullable Path find(String name, boolean whole) throws IOException {
    Path exact = images == null ? null : resolve(images, name);
    if (exact != null && Person.isImageName(name) && Files.isRegularFile(exact)) {
      return exact;
    }
    List<String> ends = ends(plain(name));
    for (String end : whole ? ends.subList(0, 1) : ends) {
      if (!Person.isImageName(end)) {
        continue;
      }
      List<Path> fitting = new ArrayList<>();
      for (int i = 0; i < folders.size(); i++) {
        Path file = resolve(folders.get(i), end);
        if (file != null && Files.isRegularFile(file)) {
          if (i < preferred) {
            return file;
          }
          fitting.add(file);
        }
      }
      if (fitting.isEmpty()) {
        for (Path file : below().getOrDefault(last(end), List.of())) {
          if (file.endsWith(end)) {
            fitting.add(file);
          }
        }
      }
      if (fitting.size() > 1) {
        throw BadInputException.at(
            "image " + name,
            "several photos that it could be: " + fitting.get(0) + ", " + fitting.get(1),
            "one",
            "name the folder that its name begins in with --images");
      }
      if (!fitting.isEmpty()) {
        return fitting.get(0);
      }
    }
    return null;
  }

  /** All files below the folder of the photos, by their last names. */
  private Map<String, List<Path>> below() throws IOException {
    if (below != null) {
      return below;
    }
    Map<String, List<Path>> found = new HashMap<>();
    below = found;
    if (images != null && Files.isDirectory(images)) {
      try (Stream<Path> files = Files.walk(images, FileVisitOption.FOLLOW_LINKS)) {
        files
            .filter(Files::isRegularFile)
            .sorted()
            .forEach(
                file ->
                    found
                        .computeIfAbsent(String.valueOf(file.getFileName()), n -> new ArrayList<>())
                        .add(file));
      } catch (UncheckedIOException e) {
        throw BadInputException.at(
            images, "a folder that cannot be read: " + e.getMessage(), "folders of photos", "");
      }
    }
    return found;
  }

  private static @Nullable Path resolve(Path folder, String name) {
    try {
      return folder.resolve(name);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  /** With '/' between folders, none of them "..", and without what a URL has besides. */
  static String plain(String name) {
    String plain = name.replace('\\', '/');
    if (plain.matches("[A-Za-z][A-Za-z0-9+.-]+://.*")) {
      plain = plain.replaceFirst("^[^:]*://[^/]*", "").replaceFirst("[?#].*$", "");
      plain = decoded(plain);
    }
    plain = plain.replaceFirst("^[A-Za-z]:", "");
    int up = plain.lastIndexOf("../");
    plain = up < 0 ? plain : plain.substring(up + 3);
    return plain.replaceFirst("^(\\./|/)+", "");
  }

  /** With "%20" as a space, in UTF-8. */
  private static String decoded(String url) {
    byte[] bytes = url.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream decoded = new ByteArrayOutputStream();
    for (int i = 0; i < bytes.length; i++) {
      int high = bytes[i] == '%' && i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
      int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
      decoded.write(low < 0 ? bytes[i] : 16 * high + low);
      i += low < 0 ? 0 : 2;
    }
    return decoded.toString(StandardCharsets.UTF_8);
  }

  /** What a photo is called that is not there. */
  static String missing(String name) {
    String plain = plain(name);
    return Person.isImageName(name) ? name : Person.isImageName(plain) ? plain : "unnamed";
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** The path, then without its first folder, and so on to the name alone. */
  private static List<String> ends(String path) {
    List<String> ends = new ArrayList<>();
    ends.add(path);
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      ends.add(path.substring(slash + 1));
    }
    return ends;
  }
}
