package io.sadi.testing;

import java.nio.file.Path;

/**
 * The small files of {@code test-data}, which the project holds itself. {@code -Dsadi.bless=true}
 * makes those anew that tests make; its README says which.
 */
public final class TestData {
  private static final Path FOLDER = Path.of("test-data").toAbsolutePath();

  private TestData() {}

  /** A path below test-data. */
  public static Path path(String name) {
    return FOLDER.resolve(name);
  }

  /** Whether files are to be made anew, not compared with. */
  public static boolean blessing() {
    return Boolean.getBoolean("sadi.bless");
  }
}
