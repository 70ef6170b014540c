package io.sadi.cli.console;

import io.sadi.io.BadInputException;
import io.sadi.io.FailedException;
import io.sadi.torch.DeviceUnavailableException;
import io.sadi.torch.OutOfMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The one place where what went wrong becomes an exit code and a line. */
public final class Failures {

  /**
   * How a command failed.
   *
   * @param line why, for a person; empty where nothing needs saying
   */
  public record Failure(int exitCode, String line) {}

  private Failures() {}

  public static Failure of(Throwable thrown) {
    Throwable cause = unwrap(thrown);
    if (cause instanceof BadInputException) {
      return new Failure(ExitCode.BAD_INPUT, message(cause));
    }
    if (cause instanceof DeviceUnavailableException) {
      return new Failure(ExitCode.NO_DEVICE, message(cause));
    }
    if (cause instanceof FailedException) {
      return new Failure(ExitCode.FAILED, message(cause));
    }
    if (cause instanceof ParameterException usage) {
      return new Failure(ExitCode.USAGE, usageLine(usage));
    }
    if (cause instanceof StandardOutput.ReaderGone) {
      return new Failure(ExitCode.DONE, "");
    }
    return new Failure(ExitCode.FAILED, failedLine(cause));
  }

  private static String failedLine(Throwable cause) {
    if (cause instanceof FileSystemException file) {
      return fileLine(file);
    }
    if (cause instanceof IOException) {
      return isDiskFull(message(cause))
          ? "no space left on the device; free some, or write elsewhere"
          : message(cause);
    }
    if (cause instanceof ReadOnlyFileSystemException) {
      return "the file system is read-only; write elsewhere";
    }
    if (cause instanceof OutOfMemoryError && message(cause).contains("native thread")) {
      return "the system starts no more threads; allow more (ulimit -u, ulimit -v, a container's"
          + " limit of processes), or take fewer: --threads 1";
    }
    if (cause instanceof OutOfMemoryError) {
      return "out of memory ("
          + message(cause)
          + "); take a smaller batch, or give Java more: SADI_JAVA_OPTS=-Xmx8g";
    }
    if (cause instanceof NoClassDefFoundError && message(cause).startsWith("java/")) {
      return "this Java was made without "
          + message(cause).replace('/', '.')
          + "; take a whole runtime (17 or newer), or name another in SADI_JAVA; 'sadi doctor' says"
          + " what it lacks";
    }
    if (isNativeLoadFailure(cause)) {
      return "a native library could not be loaded ("
          + firstLine(rootCause(cause))
          + "); 'sadi doctor' says what this machine lacks";
    }
    // JavaCPP turns every C++ exception into a plain RuntimeException whose text carries a C++
    // stack trace from its second line on.
    if (cause.getClass() == RuntimeException.class) {
      String line = firstLine(cause);
      return OutOfMemory.is((RuntimeException) cause)
          ? "out of memory (" + line + "); take a smaller batch"
          : "the computation failed (" + line + "); -v shows where";
    }
    return "internal error ("
        + cause.getClass().getSimpleName()
        + ": "
        + firstLine(cause)
        + "); this is a fault in sadi, -v shows where";
  }

  private static String fileLine(FileSystemException e) {
    String file = e.getFile() == null ? "a file" : e.getFile();
    if (e instanceof NoSuchFileException) {
      return file + ": no such file or folder";
    }
    if (e instanceof AccessDeniedException) {
      return file + ": permission denied";
    }
    if (e instanceof FileAlreadyExistsException) {
      return file + ": exists already";
    }
    if (e instanceof NotDirectoryException) {
      return file + ": not a folder";
    }
    if (e instanceof DirectoryNotEmptyException) {
      return file + ": the folder is not empty";
    }
    String reason = e.getReason() == null ? message(e) : e.getReason();
    if (isDiskFull(reason)) {
      return file + ": no space left on the device; free some, or write elsewhere";
    }
    if (reason.contains("Read-only file system")) {
      return file + ": the file system is read-only; write elsewhere";
    }
    if (reason.contains("File too large")) {
      return file + ": may not grow that large; allow more (ulimit -f), or write elsewhere";
    }
    return file + ": " + reason;
  }

  /** Picocli's message, what it suggests, and where to read on: one line. */
  private static String usageLine(ParameterException e) {
    CommandLine command = e.getCommandLine();
    StringBuilder line = new StringBuilder(firstLine(e).replaceFirst("^Error: ", ""));
    if (e instanceof UnmatchedArgumentException unmatched) {
      String first = unmatched.getUnmatched().get(0);
      if (!unmatched.isUnknownOption()) {
        boolean isCommand = !command.getSubcommands().isEmpty();
        line =
            new StringBuilder(
                (isCommand ? "unknown command '" : "surplus argument '") + first + "'");
      }
      if (!unmatched.getSuggestions().isEmpty()) {
        line.append("; did you mean ")
            .append(String.join(" or ", unmatched.getSuggestions().stream().limit(3).toList()))
            .append('?');
      }
    }
    line.setCharAt(0, Character.toLowerCase(line.charAt(0)));
    return line + " (see '" + command.getCommandSpec().qualifiedName() + " --help')";
  }

  private static Throwable unwrap(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null
        && (cause instanceof UncheckedIOException
            || cause instanceof ExecutionException
            || cause instanceof CompletionException
            || cause instanceof CommandLine.ExecutionException)) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static boolean isNativeLoadFailure(Throwable cause) {
    return cause instanceof UnsatisfiedLinkError
        || ((cause instanceof NoClassDefFoundError || cause instanceof ExceptionInInitializerError)
            && (message(cause).contains("bytedeco")
                || rootCause(cause) instanceof UnsatisfiedLinkError));
  }

  private static Throwable rootCause(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  static boolean isDiskFull(String message) {
    return message.contains("No space left") || message.contains("Disk quota exceeded");
  }

  private static String firstLine(Throwable cause) {
    return message(cause)
        .lines()
        .map(String::strip)
        .filter(l -> !l.isEmpty())
        .findFirst()
        .orElse("");
  }

  private static String message(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }
}
