package io.sadi.eval;

import io.sadi.io.BadInputException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds images under the names that another program gave them: absolute, a Windows path or a URL,
 * without folders, without the ending. The whole file is read one way: as it is if any name fits,
 * else by the ends of paths, else so without endings.
 */
public final class ImageNames {
  private static final Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:/");
  private static final Pattern ESCAPE = Pattern.compile("%([0-9A-Fa-f]{2})");

  private ImageNames() {}

  /**
   * Our names of a file's images. One name fits another if one path ends in the other.
   *
   * @param theirs the file's names
   * @param ours the names of the images that there are
   * @param file for messages
   * @return by the file's name; a name that fits none stands for itself
   * @throws BadInputException where a name fits several
   */
  public static Map<String, String> match(Set<String> theirs, Set<String> ours, Path file) {
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
            "several images that it could be: " + first(fitting, 2),
            "one",
            "give names their folders too");
      }
      if (fitting.size() == 1) {
        String image = fitting.iterator().next();
        String other = taken.put(image, name);
        if (other != null) {
          throw BadInputException.at(
              file + ": images " + other + " and " + name,
              "one image that both could be: " + image,
              "one each",
              "give names their folders too");
        }
        matched.put(name, image);
      }
    }
    return matched;
  }

  /** With '/' between folders, and without "./" in front; of a URL its path, decoded. */
  private static String plain(String name) {
    String path = name.replace('\\', '/').replaceFirst("^(\\./+)+", "");
    return URL.matcher(path).lookingAt() ? decoded(path.replaceFirst("[?#].*$", "")) : path;
  }

  /** With the bytes that a URL writes as %20 and the like; as it is where they are no text. */
  private static String decoded(String url) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Matcher escape = ESCAPE.matcher(url);
    int from = 0;
    while (escape.find()) {
      bytes.writeBytes(url.substring(from, escape.start()).getBytes(StandardCharsets.UTF_8));
      bytes.write(Integer.parseInt(escape.group(1), 16));
      from = escape.end();
    }
    bytes.writeBytes(url.substring(from).getBytes(StandardCharsets.UTF_8));
    String text = bytes.toString(StandardCharsets.UTF_8);
    return text.indexOf('\uFFFD') < 0 ? text : url;
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
