package io.sadi.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * Data that tests may use but the project does not hold: photos with annotations, and what other
 * implementations say. {@code SADI_SHARED} names its folder; the default is {@code ../shared}.
 */
public final class Shared {
  private Shared() {}

  /** A path below the folder; the test is skipped where it is absent. */
  public static Path require(String name) {
    String folder = System.getenv().getOrDefault("SADI_SHARED", "../shared");
    Path path = Path.of(folder).resolve(name);
    if (Files.notExists(path)) {
      String why = "skipped: " + path + " is not here (set SADI_SHARED to the folder that has it)";
      System.out.println(why); // Surefire keeps a skipped test factory's reason to itself
      Assumptions.abort(why);
    }
    return path;
  }
}
