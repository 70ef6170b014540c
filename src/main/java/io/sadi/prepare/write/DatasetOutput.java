package io.sadi.prepare.write;

import io.sadi.io.AtomicFolder;
import java.io.IOException;
import java.nio.file.Path;
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

  public void check() throws IOException {
    AtomicFolder.check(folder, overwrite, MARKER);
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
