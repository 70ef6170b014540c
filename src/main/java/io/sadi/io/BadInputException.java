package io.sadi.io;

import org.jspecify.annotations.Nullable;

/**
 * Input that cannot be used: a file, a field, an option's value. The message is the one line that a
 * person needs: file, place, what was found, what was expected, what to do. It ends a command with
 * exit code 3.
 */
public final class BadInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BadInputException(String message) {
    super(oneLine(message));
  }

  public BadInputException(String message, @Nullable Throwable cause) {
    super(oneLine(message), cause);
  }

  /**
   * The usual shape of the line, {@code where: found ..., expected ...; remedy}.
   *
   * @param where the file and the place in it, such as {@code data.yaml:3: train.lr}
   * @param found what stands there
   * @param expected what should
   * @param remedy what to do; empty where it is plain
   */
  public static BadInputException at(Object where, String found, String expected, String remedy) {
    return new BadInputException(
        where
            + ": found "
            + found
            + ", expected "
            + expected
            + (remedy.isEmpty() ? "" : "; " + remedy));
  }

  /** Text of a damaged file may hold line ends and control codes of terminals. */
  private static String oneLine(String message) {
    return message.replaceAll("\\p{Cntrl}+", " ");
  }
}
