package io.sadi.cli.options;

import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** For commands that write files: nothing existing is replaced unless asked for. */
public final class OverwriteOption {
  @Option(names = "--overwrite", order = 92, description = "Replace output files that exist.")
  public boolean overwrite;

  /**
   * To be called before the work, so that none is done in vain.
   *
   * @param outputs the files to write, null for each that is not asked for; no two may be one
   */
  public void check(@Nullable Path... outputs) throws IOException {
    for (Path output : outputs) {
      if (output != null) {
        AtomicFile.checkPart(output);
      }
    }
    check(false, outputs);
  }

  /**
   * The same for a run that may go on with what an earlier one has left.
   *
   * @param resume whether it does
   */
  public void check(boolean resume, @Nullable Path... outputs) throws IOException {
    for (Path output : outputs) {
      if (output != null) {
        check(output, overwrite || resume);
      }
    }
    checkDistinct("file", outputs);
  }

  /**
   * Refuses one folder for two kinds of files that are called alike.
   *
   * @param outputs the folders, null for each that is not asked for
   */
  public static void checkFolders(@Nullable Path... outputs) throws IOException {
    checkDistinct("folder", outputs);
  }

  private static void checkDistinct(String kind, @Nullable Path... outputs) throws IOException {
    List<Path> checked = new ArrayList<>();
    for (Path output : outputs) {
      if (output != null) {
        for (Path other : checked) {
          if (isSame(output, other)) {
            throw new BadInputException(output + ": named for two outputs; name another " + kind);
          }
        }
        checked.add(output);
      }
    }
  }

  private static void check(Path out, boolean replace) {
    if (Files.isDirectory(out)) {
      throw BadInputException.at(out, "a folder", "the name of a file to write", "");
    }
    AtomicFile.checkPlace(out);
    if (!replace && Files.exists(out)) {
      throw new BadInputException(out + ": exists already; name another file, or give --overwrite");
    }
  }

  private static boolean isSame(Path a, Path b) throws IOException {
    return a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize())
        || (Files.exists(a) && Files.exists(b) && Files.isSameFile(a, b));
  }
}
