package io.sadi.predict.input;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * Expands a pattern as a shell does: {@code *}, {@code ?}, {@code [a-z]} and <code>{a,b}</code>
 * within a name, {@code **} over folders. Names that begin with a dot match only a pattern that
 * does.
 */
final class Glob {
  private static final Pattern WILD = Pattern.compile("[*?\\[{]");

  private Glob() {}

  static boolean isGlob(String text) {
    return WILD.matcher(text).find();
  }

  /** The paths that match, as they would have been typed, in code-point order. */
  static List<Path> expand(String pattern) throws IOException {
    Path whole = Path.of(pattern);
    Path root = whole.getRoot();
    List<Path> found = List.of(root == null ? Path.of("") : root);
    for (Path segment : whole) {
      String name = segment.toString();
      List<Path> next = new ArrayList<>();
      for (Path folder : found) {
        if (name.equals("**")) {
          next.addAll(foldersIn(folder));
        } else if (isGlob(name)) {
          next.addAll(matching(folder, name));
        } else if (Files.exists(folder.resolve(name))) {
          next.add(folder.resolve(name));
        }
      }
      found = next;
    }
    return found.stream()
        .distinct()
        .sorted(Comparator.comparing(Path::toString, Inputs.CODE_POINTS))
        .toList();
  }

  private static List<Path> matching(Path folder, String pattern) throws IOException {
    PathMatcher matcher;
    try {
      matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    } catch (PatternSyntaxException e) {
      return List.of(); // a shell takes what is no pattern as a name, and there is no such file
    }
    Path place = folder.toString().isEmpty() ? Path.of(".") : folder;
    if (!Files.isDirectory(place) || !Files.isReadable(place)) {
      return List.of();
    }
    boolean hidden = pattern.startsWith(".");
    try (Stream<Path> entries = Files.list(place)) {
      return entries
          .map(Path::getFileName)
          .filter(matcher::matches)
          .filter(name -> hidden || !name.toString().startsWith("."))
          .map(folder::resolve)
          .toList();
    }
  }

  /** The folder and every folder below it. */
  private static List<Path> foldersIn(Path folder) throws IOException {
    List<Path> folders = new ArrayList<>(List.of(folder));
    for (int i = 0; i < folders.size(); i++) {
      for (Path child : matching(folders.get(i), "*")) {
        if (Files.isDirectory(child) && !Files.isSymbolicLink(child)) {
          folders.add(child);
        }
      }
    }
    return folders;
  }
}
