package io.sadi.eval;

import io.sadi.io.BadInputException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Finds a dataset's images under the names that another program gave them: absolute, without
 * folders, without the ending. The whole file is read one way: as it is if any name fits, else by
 * the ends of paths, else so without endings.
 */
final class ImageNames {
  private ImageNames() {}

  /**
   * The dataset's names of a file's images. One name fits another if one path ends in the other.
   *
   * @param theirs the file's names
   * @param ours the dataset's names
   * @param file for messages
   * @return by the file's name; a name that fits none stands for itself
   * @throws BadInputException where a name fits several
   */
  static Map<String, String> match(Set<String> theirs, Set<String> ours, Path file) {
    for (String name : theirs) {
      if (ours.contains(name)) {
        return identity(theirs);
      }
    }
    Map<String, String> byPath = match(theirs, ours, UnaryOperator.identity(), file);
    return byPath.isEmpty()
        ? fill(match(theirs, ours, ImageNames::withoutEnding, file), theirs)
        : fill(byPath, theirs);
  }

  private static Map<String, String> identity(Set<String> names) {
    return fill(Map.of(), names);
  }

  private static Map<String, String> fill(Map<String, String> matched, Set<String> names) {
    Map<String, String> all = new LinkedHashMap<>();
    names.forEach(name -> all.put(name, matched.getOrDefault(name, name)));
    return all;
  }

  private static Map<String, String> match(
      Set<String> theirs, Set<String> ours, UnaryOperator<String> form, Path file) {
    Map<String, Set<String>> oursByEnd = new HashMap<>();
    Map<String, Set<String>> oursByName = new HashMap<>();
    for (String name : ours) {
      String formed = form.apply(name);
      oursByName.computeIfAbsent(formed, n -> new HashSet<>()).add(name);
      for (String end : ends(formed)) {
        oursByEnd.computeIfAbsent(end, n -> new HashSet<>()).add(name);
      }
    }
    Map<String, String> matched = new LinkedHashMap<>();
    Map<String, String> taken = new HashMap<>();
    for (String name : theirs) {
      String formed = form.apply(plain(name));
      Set<String> fitting = new HashSet<>(oursByEnd.getOrDefault(formed, Set.of()));
      if (fitting.isEmpty()) {
        for (String end : ends(formed)) { // the longest first
          fitting.addAll(oursByName.getOrDefault(end, Set.of()));
          if (!fitting.isEmpty()) {
            break;
          }
        }
      }
      if (fitting.size() > 1) {
        throw BadInputException.at(
            file + ": image " + name,
            "several images of the dataset that it could be: " + first(fitting, 2),
            "one",
            "name images as the dataset does");
      }
      if (fitting.size() == 1) {
        String image = fitting.iterator().next();
        String other = taken.put(image, name);
        if (other != null) {
          throw BadInputException.at(
              file + ": images " + other + " and " + name,
              "one image of the dataset that both could be: " + image,
              "one each",
              "name images as the dataset does");
        }
        matched.put(name, image);
      }
    }
    return matched;
  }

  /** With '/' between folders, and without "./" in front. */
  private static String plain(String name) {
    return name.replace('\\', '/').replaceFirst("^(\\./+)+", "");
  }

  /** The path, then without its first folder, and so on to the name alone. */
  private static Collection<String> ends(String path) {
    Set<String> ends = new LinkedHashSet<>();
    for (String end = path; ; end = end.substring(end.indexOf('/') + 1)) {
      ends.add(end);
      if (end.indexOf('/') < 0) {
        return ends;
      }
    }
  }

  private static String withoutEnding(String path) {
    return path.replaceFirst("(?<=[^/])\\.[^./]*$", "");
  }

  private static String first(Set<String> names, int n) {
    return String.join(", ", names.stream().sorted().limit(n).toList());
  }
}
