package io.sadi.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the end-to-end tests have in common: drawn people, and the smallest network after an epoch
 * of them. Made once, by bin/sadi itself, in a folder whose name needs care.
 */
public final class TinyRun {
  /** The config of the run. */
  public static final String CONFIG = BinSadi.HOME.resolve("configs/tiny.yaml").toString();

  private static @Nullable TinyRun made;

  /** Holds {@code people} (48 in train, 16 in val) and {@code run}. */
  public final Path folder;

  public final BinSadi.Result prepared;
  public final BinSadi.Result trained;

  private TinyRun(Path folder) {
    this.folder = folder;
    prepared =
        sadi()
            .run(
                "prepare synthetic --count 64 --split train=1-48 --split val=49-64 --out people"
                    .split(" "));
    trained =
        sadi()
            .run(
                "train",
                "--config",
                CONFIG,
                "--data",
                "people",
                "--out",
                "run",
                "--epochs",
                "1",
                "--json");
  }

  public static synchronized TinyRun get() throws IOException {
    if (made == null) {
      // Test classes run in several JVMs, each of which makes its own.
      String fork = System.getProperty("sadi.fork", "fork-1");
      Path folder = BinSadi.HOME.resolve("target/it/" + fork + "/Größe & Maß 世界's");
      if (Files.exists(folder)) {
        try (Stream<Path> old = Files.walk(folder)) {
          for (Path file : old.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
      made = new TinyRun(Files.createDirectories(folder));
    }
    return made;
  }

  /** bin/sadi in the folder. */
  public BinSadi sadi() {
    return new BinSadi().in(folder);
  }

  /** All files below a folder, relative to it. */
  public static List<String> filesIn(Path place) throws IOException {
    try (Stream<Path> files = Files.walk(place)) {
      return files.map(file -> place.relativize(file).toString()).sorted().toList();
    }
  }
}
