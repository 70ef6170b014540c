package io.sadi.cli.options;

import java.util.List;
import picocli.CommandLine.Parameters;

/** For commands that read images. */
public final class InputArguments {
  @Parameters(
      paramLabel = "INPUT",
      arity = "1..*",
      description =
          "Images, folders (searched to the bottom), patterns such as 'a/*.jpg', @FILE with a path"
              + " a line, or - for such lines on stdin; paths may end in zeros instead (find"
              + " -print0).")
  private List<String> inputs;

  /** As given. */
  public List<String> all() {
    return inputs;
  }
}
