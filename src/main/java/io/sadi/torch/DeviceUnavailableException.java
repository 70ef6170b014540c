package io.sadi.torch;

/** The device asked for is not there, or cannot be used. Ends a command with exit code 5. */
public final class DeviceUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DeviceUnavailableException(String message) {
    super(message);
  }
}
