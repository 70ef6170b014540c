package io.sadi.api;

import org.jspecify.annotations.Nullable;

/**
 * Something could not be done: a model or a photo cannot be read, an option has no such value, the
 * machine lacks a device or memory, or the model was closed. The message is one line that says what
 * was found and what was expected.
 */
public final class PoseException extends RuntimeException {
  private static final long serialVersionUID = 1;

  PoseException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
