package io.sadi.checkpoint;

import io.sadi.io.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A network with what is needed to use it, as a training saves it. */
public sealed interface NetworkFile permits Checkpoint, DetectorCheckpoint {
  /** Its parameters, by name. */
  Map<String, Safetensors.Entry> tensors();

  /**
   * The content of its file.
   *
   * @param state further tensors, by names that begin with {@link Checkpoint#STATE}
   * @param notes further metadata
   */
  Safetensors content(Map<String, Safetensors.Entry> state, Map<String, String> notes);

  /** Writes {@link #content} whole or not at all. */
  default void write(Path file, Map<String, Safetensors.Entry> state, Map<String, String> notes)
      throws IOException {
    content(state, notes).write(file);
  }
}
