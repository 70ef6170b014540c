package io.sadi.convert;

import io.sadi.data.DatasetReader;
import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import io.sadi.io.InputFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The joints that a network's maps show, where its file does not name them. */
public final class JointList {
  private static final String MPII = "mpii";

  private JointList() {}

  /**
   * Joints as the command line gives them.
   *
   * @param given {@code mpii}, or a file: a dataset.yaml, or a text with a name a line, where empty
   *     lines and those after '#' do not count
   */
  public static Skeleton of(String given) throws IOException {
    if (given.equals(MPII)) {
      return Skeleton.mpii16();
    }
    Path file = Path.of(given);
    InputFile.require(file);
    String name = given.toLowerCase(Locale.ROOT);
    if (name.endsWith(".yaml") || name.endsWith(".yml")) {
      Path folder = file.toAbsolutePath().getParent();
      return DatasetReader.read(folder == null ? Path.of(".") : folder).skeleton();
    }
    List<String> joints = new ArrayList<>();
    try (BufferedReader reader = InputFile.text(file)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          joints.add(line.strip());
        }
      }
    } catch (CharacterCodingException e) {
      throw BadInputException.at(file, "bytes that are not UTF-8", "a name of a joint a line", "");
    }
    return Skeleton.named(joints, List.of(), file + ": joints");
  }
}
