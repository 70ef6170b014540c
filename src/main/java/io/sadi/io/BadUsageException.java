package io.sadi.io;

import org.jspecify.annotations.Nullable;

/** Options that do not fit each other, or not what they name, seen only when that was read. */
public final class BadUsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** One line that names the option. */
  public BadUsageException(String message) {
    this(message, null);
  }

  public BadUsageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
