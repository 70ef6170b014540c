package io.sadi.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Small files that hold what the tool wrote when somebody looked at it and found it right. {@code
 * -Dsadi.bless=true} writes them anew; then look again.
 */
public final class Golden {
  private static final Path RESOURCES = Path.of("src/test/resources/io/sadi");

  private Golden() {}

  /**
   * Compares a text with a file.
   *
   * @param name below src/test/resources/io/sadi
   */
  public static void check(String name, String text) throws IOException {
    Path file = RESOURCES.resolve(name);
    if (Boolean.getBoolean("sadi.bless")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text, StandardCharsets.UTF_8);
    }
    assertThat(text).isEqualTo(Files.readString(file, StandardCharsets.UTF_8));
  }
}
