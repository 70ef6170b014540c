package io.sadi.io;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that a person names. */
public final class InputFile {
  private InputFile() {}

  /**
   * Refuses what is not there, a folder, and what may not be read. A pipe is fine.
   *
   * @throws BadInputException naming the file
   */
  public static void require(Path file) {
    if (!Files.exists(file)) {
      throw new BadInputException(file + ": no such file");
    }
    if (Files.isDirectory(file)) {
      throw BadInputException.at(file, "a folder", "a file", "");
    }
    if (!Files.isReadable(file)) {
      throw new BadInputException(file + ": permission denied");
    }
  }

  /** Opens a UTF-8 text. Other bytes are a CharacterCodingException when they are read. */
  public static BufferedReader text(Path file) throws IOException {
    require(file);
    return Files.newBufferedReader(file, StandardCharsets.UTF_8);
  }
}
