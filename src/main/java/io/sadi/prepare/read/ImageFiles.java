package io.sadi.prepare.read;

import io.sadi.data.Person;
import io.sadi.eval.ImageNames;
import io.sadi.image.ImageFormat;
import io.sadi.io.Progress;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which files annotations mean that were made elsewhere, and name their images absolutely, with a
 * Windows path or a URL, or from another folder. Where no image lies below the image root as it is
 * named, all are sought there by the ends of their paths; where some do, only those are that could
 * not lie there, such as absolute ones.
 */
public final class ImageFiles {
  private ImageFiles() {}

  /**
   * The same annotations with images named as they are below the image root, where they are found
   * there.
   *
   * @param progress is told how many have other names
   * @throws io.sadi.io.BadInputException where a name could be several files
   */
  public static Annotations find(Annotations annotations, Path imageRoot, Progress progress)
      throws IOException {
    Set<String> names = new LinkedHashSet<>();
    annotations.splits().values().forEach(people -> people.forEach(p -> names.add(p.image())));
    annotations.leftOut().forEach(one -> names.add(one.image()));
    Path file = Path.of(annotations.source().isEmpty() ? "" : annotations.source().get(0).file());
    Map<String, String> found = find(names, imageRoot, file, progress);
    return found.isEmpty() ? annotations : renamed(annotations, found);
  }

  /**
   * The files of names that are not those of files already.
   *
   * @param file that they come from, for messages
   * @return by the name, the file's below the image root
   */
  static Map<String, String> find(Set<String> names, Path imageRoot, Path file, Progress progress)
      throws IOException {
    boolean asNamed = names.stream().anyMatch(name -> isThere(name, imageRoot));
    Set<String> sought = new LinkedHashSet<>(names);
    if (asNamed) {
      sought.removeIf(Person::isImageName);
    }
    if (sought.isEmpty() || !Files.isDirectory(imageRoot)) {
      return Map.of();
    }
    Set<String> files = below(imageRoot);
    Map<String, String> found = new LinkedHashMap<>();
    ImageNames.match(sought, files, file)
        .forEach(
            (name, image) -> {
              if (!name.equals(image)) {
                found.put(name, image);
              }
            });
    if (!found.isEmpty()) {
      Map.Entry<String, String> first = found.entrySet().iterator().next();
      progress.note(
          String.format(
              Locale.ROOT,
              "%s: %d of %d images are found by the ends of their names; %s is taken for %s",
              file,
              found.size(),
              names.size(),
              first.getKey(),
              first.getValue()));
    }
    return found;
  }

  private static boolean isThere(String name, Path imageRoot) {
    return Person.isImageName(name) && Files.exists(imageRoot.resolve(name));
  }

  /** The pictures below a folder by their paths, with '/'. */
  static Set<String> below(Path folder) throws IOException {
    List<String> names = new ArrayList<>();
    Files.walkFileTree(
        folder,
        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
        Integer.MAX_VALUE,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (ImageFormat.ofName(file) != null) {
              names.add(folder.relativize(file).toString().replace(File.separatorChar, '/'));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, @Nullable IOException e) {
            return FileVisitResult.CONTINUE; // what is in it is missing, and said to be
          }
        });
    names.sort(null);
    return new LinkedHashSet<>(names);
  }

  private static Annotations renamed(Annotations annotations, Map<String, String> names) {
    Map<String, List<Person>> splits = new LinkedHashMap<>();
    annotations
        .splits()
        .forEach(
            (split, people) ->
                splits.put(
                    split,
                    people.stream()
                        .map(
                            p ->
                                p.withJoints(
                                    names.getOrDefault(p.image(), p.image()),
                                    p.x(),
                                    p.y(),
                                    p.visibility()))
                        .toList()));
    List<LeftOut> leftOut = new ArrayList<>();
    for (LeftOut one : annotations.leftOut()) {
      String image = names.getOrDefault(one.image(), one.image());
      leftOut.add(new LeftOut(image, one.person(), one.reason(), one.detail()));
    }
    return new Annotations(
        annotations.name(),
        annotations.skeleton(),
        annotations.metric(),
        splits,
        annotations.empty(),
        leftOut,
        annotations.unreadable(),
        annotations.warnings(),
        annotations.inspected(),
        annotations.boxes(),
        annotations.source());
  }
}
