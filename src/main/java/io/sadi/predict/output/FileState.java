package io.sadi.predict.output;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * By what an image is known again: another photo of the same name has another size or time.
 *
 * @param bytes of the file
 * @param modified when it was last written to
 */
record FileState(long bytes, Instant modified) {
  private static final String BYTES = "bytes";
  private static final String MODIFIED = "modified";

  /** The state of a file now, asked once; null where there is none that can be read. */
  static @Nullable FileState of(Path file) throws IOException {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return new FileState(found.size(), found.lastModifiedTime().toInstant());
    } catch (FileSystemException e) {
      return null; // whoever reads it says why it cannot be
    }
  }

  void addTo(JsonObject object) {
    object.addProperty(BYTES, bytes);
    object.addProperty(MODIFIED, modified.toString());
  }

  /**
   * Reads what {@link #addTo} wrote; null where it did not, as older versions.
   *
   * @throws RuntimeException where it is something else
   */
  static @Nullable FileState of(JsonObject object) {
    return object.has(BYTES)
        ? new FileState(
            object.get(BYTES).getAsLong(), Instant.parse(object.get(MODIFIED).getAsString()))
        : null;
  }
}
