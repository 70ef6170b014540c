package io.sadi.cli.console;

import java.util.List;
import java.util.Map;

/**
 * Which streams a person looks at. The JVM cannot tell without native code (System.console answers
 * for stdin and stdout together), so bin/sadi asks the shell and passes {@code
 * -Dsadi.terminal=out,err}.
 *
 * @param out whether stdout is a terminal
 * @param err whether stderr is a terminal
 * @param columns its width
 * @param noColor whether {@code NO_COLOR} or {@code TERM=dumb} asks for none
 */
public record Terminal(boolean out, boolean err, int columns, boolean noColor) {

  /** No terminal at all: pipes and files. */
  public static final Terminal NONE = new Terminal(false, false, 80, true);

  public static Terminal of(String property, Map<String, String> environment) {
    List<String> streams = List.of(property.split(",", -1));
    boolean dumb = "dumb".equals(environment.get("TERM"));
    boolean noColor = dumb || !environment.getOrDefault("NO_COLOR", "").isEmpty();
    // A dumb terminal cannot go back to the start of a line, so it gets plain lines.
    return new Terminal(
        streams.contains("out"),
        streams.contains("err") && !dumb,
        columns(environment.getOrDefault("COLUMNS", "")),
        noColor);
  }

  private static int columns(String text) {
    try {
      return Math.min(Math.max(Integer.parseInt(text), 60), 200);
    } catch (NumberFormatException e) {
      return 80;
    }
  }
}
