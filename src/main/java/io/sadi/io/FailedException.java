package io.sadi.io;

import org.jspecify.annotations.Nullable;

/**
 * Work that could not be done although its input was good: a library that does not load, a loss
 * that became infinite. The message is the one line that a person needs. It ends a command with
 * exit code 1.
 */
public final class FailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public FailedException(String message) {
    super(message);
  }

  public FailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
