package io.sadi.cli;

import io.sadi.io.BadInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** For commands that write files: nothing existing is replaced unless asked for. */
final class OverwriteOption {
  @Option(names = "--overwrite", order = 92, description = "Replace output files that exist.")
  boolean overwrite;

  /** To be called before the work, so that none is done in vain. */
  void check(Path out) {
    if (Files.isDirectory(out)) {
      throw BadInputException.at(out, "a folder", "the name of a file to write", "");
    }
    if (!overwrite && Files.exists(out)) {
      throw new BadInputException(out + ": exists already; name another file, or give --overwrite");
    }
  }
}
