package io.sadi.prepare.write;

import io.sadi.io.AtomicFolder;
import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Where a dataset goes.
 *
 * @param folder the dataset folder to be
 * @param overwrite whether it may replace a dataset that is there
 * @param dryRun to look and count only
 * @param options what dataset.yaml records of how it was asked for
 */
public record DatasetOutput(
    Path folder, boolean overwrite, boolean dryRun, Map<String, ?> options) {
  /** Every dataset folder has it. */
  public static final String MARKER = "dataset.yaml";

  /**
   * Says early what would be refused: what {@link AtomicFolder#check} says, and a folder in which
   * something lies that is read, as the output replaces the whole folder.
   *
   * @param read files and folders, also of no use: those that are not there
   */
  public void check(List<Path> read) throws IOException {
    AtomicFolder.check(folder, overwrite, MARKER);
    if (!Files.exists(folder)) {
      return;
    }
    Path named = folder.toAbsolutePath().normalize();
    Path real = folder.toRealPath();
    for (Path path : read) {
      Path name = path.toAbsolutePath().normalize();
      // A link goes with the folder that it lies in, a file with that to which links lead.
      if (name.startsWith(named) || name.startsWith(real) || real(path).startsWith(real)) {
        throw BadInputException.at(
            folder,
            path + ", which is read, in it",
            "another folder",
            "the output replaces the whole folder");
      }
    }
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) { // not there, so it cannot be lost
      return path;
    }
  }

  /** How dataset.yaml names a folder: relative to itself where possible, '/' between folders. */
  public String nameOf(Path other) throws IOException {
    Path target = folder.toAbsolutePath().normalize();
    Path parent = target.getParent();
    Path real = parent == null ? target : parent.toRealPath().resolve(target.getFileName());
    try {
      return real.relativize(other.toRealPath()).toString().replace('\\', '/');
    } catch (IllegalArgumentException e) { // on another drive
      return other.toRealPath().toString();
    }
  }
}
