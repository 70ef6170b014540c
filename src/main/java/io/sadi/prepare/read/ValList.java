package io.sadi.prepare.read;

import io.sadi.config.Field;
import io.sadi.data.Pixels;
import io.sadi.io.BadInputException;
import io.sadi.io.InputFile;
import io.sadi.io.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The images to validate on: a text file with a name a line, or a JSON list of names or of MPII's
 * people ({@code valid.json}), which then says also which people of these images are meant.
 *
 * @param file it was read from
 * @param images people's annotated positions, x and y in the file's coordinates, by image name
 *     without folders; none where the list only has names
 */
public record ValList(Path file, Map<String, List<double[]>> images) {

  /** Reads a list; a {@link BadInputException} names the line or the element that is wrong. */
  public static ValList read(Path file) throws IOException {
    Map<String, List<double[]>> images = new LinkedHashMap<>();
    if (startsLikeAList(file)) {
      Field.root(Json.read(file), file).list().forEach(element -> add(element, images));
    } else {
      try (BufferedReader lines = InputFile.text(file)) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (!line.isBlank()) {
            positions(line.strip(), images);
          }
        }
      } catch (CharacterCodingException e) {
        throw BadInputException.at(
            file, "bytes that are not UTF-8", "a list of image names, or valid.json", "");
      }
    }
    if (images.isEmpty()) {
      throw BadInputException.at(file, "an empty list", "the images to validate on", "");
    }
    return new ValList(file, images);
  }

  private static boolean startsLikeAList(Path file) throws IOException {
    try (BufferedReader text = InputFile.text(file)) {
      int c = text.read();
      while (Character.isWhitespace(c)) {
        c = text.read();
      }
      return c == '[';
    } catch (CharacterCodingException e) {
      return false; // said by whoever reads on
    }
  }

  private static void add(Field element, Map<String, List<double[]>> images) {
    if (element.isText()) {
      positions(element.text(), images);
      return;
    }
    List<double[]> positions = positions(element.get("image").text(), images);
    if (element.get("center").isGiven()) {
      positions.add(Pixels.numbers(element.get("center"), 2));
    }
  }

  private static List<double[]> positions(String image, Map<String, List<double[]>> images) {
    return images.computeIfAbsent(withoutFolders(image), key -> new ArrayList<>());
  }

  boolean has(String image) {
    return images.containsKey(withoutFolders(image));
  }

  /** Whether a person of a listed image is meant, who stands at a place of the file's. */
  boolean means(MpiiPerson person) {
    List<double[]> positions =
        images.getOrDefault(withoutFolders(person.person().image()), List.of());
    return positions.isEmpty() || positions.stream().anyMatch(at -> person.isAt(at[0], at[1]));
  }

  /** Says when the list is another dataset's. */
  void checkFound(List<String> names) {
    if (names.stream().noneMatch(this::has)) {
      throw BadInputException.at(
          file,
          "none of the annotated images, but " + images.keySet().iterator().next(),
          names.isEmpty() ? "an image's name" : "names such as " + names.get(0),
          "");
    }
  }

  /** How many of the list's images are not among these. */
  long missingFrom(List<String> names) {
    Set<String> known = new HashSet<>();
    names.forEach(name -> known.add(withoutFolders(name)));
    return images.keySet().stream().filter(name -> !known.contains(name)).count();
  }

  private static String withoutFolders(String name) {
    return name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
  }
}
