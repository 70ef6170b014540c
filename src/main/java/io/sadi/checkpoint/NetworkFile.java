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
   * Writes it whole or not at all.
   *
   * @param state further tensors, by names that begin with {@link Checkpoint#STATE}
   * @param notes further metadata
   */
  void write(Path file, Map<String, Safetensors.Entry> state, Map<String, String> notes)
      throws IOException;
}
