package io.sadi.cli;

import java.util.List;
import java.util.regex.Pattern;

/** A manual page in the man(7) macros, as it grows. */
final class Roff {
  /** Longer lines in a page's source are against the custom, and mandoc says so. */
  private static final int WIDTH = 78;

  private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z-]*");

  private final StringBuilder text = new StringBuilder();

  Roff(String page, int section, String date, String version) {
    text.append(".\\\" Generated from the commands by ReferenceTest: do not edit.\n");
    line(".TH %s %d %s \"sadi %s\" \"SADI Manual\"", escape(upper(page)), section, date, version);
    line(".nh"); // half a file name helps nobody
    line(".ad l");
  }

  private static String upper(String page) {
    return page.toUpperCase(java.util.Locale.ROOT);
  }

  private void line(String format, Object... values) {
    text.append(String.format(java.util.Locale.ROOT, format, values)).append('\n');
  }

  Roff section(String name) {
    line(".SH %s", name);
    return this;
  }

  Roff subsection(String name) {
    line(".SS %s", escape(name));
    return this;
  }

  /** The one line that apropos(1) lists. */
  Roff name(String page, String header) {
    section("NAME");
    line("%s \\-", code(page));
    return prose(header);
  }

  /** Text: a sentence a line, options in bold. */
  Roff prose(String prose) {
    for (String sentence : prose.strip().split("(?<=[.:;?]) +(?=[A-Z])")) {
      StringBuilder line = new StringBuilder();
      for (String word : sentence.split("\\s+")) {
        String marked = marked(word);
        if (line.length() > 0 && line.length() + 1 + marked.length() > WIDTH) {
          text.append(line).append('\n');
          line.setLength(0);
        }
        // A point or an apostrophe that begins a line would begin a request.
        boolean request = line.length() == 0 && (marked.startsWith(".") || marked.startsWith("'"));
        line.append(line.length() > 0 ? " " : request ? "\\&" : "").append(marked);
      }
      text.append(line).append('\n');
    }
    return this;
  }

  /** A term, ready to print, and what it means, indented. */
  Roff item(String term, String meaning) {
    line(".TP");
    line("%s", term);
    return prose(meaning);
  }

  /** Lines as they are. */
  Roff example(List<String> lines) {
    line(".nf");
    lines.forEach(l -> line("%s", l.startsWith(".") ? "\\&" + code(l) : code(l)));
    line(".fi");
    return this;
  }

  /** Roff that somebody has written. */
  Roff raw(String roff) {
    text.append(roff);
    return this;
  }

  private static String marked(String word) {
    String escaped = escape(word);
    return OPTION.matcher(word).find()
        ? OPTION.matcher(escaped).replaceAll(m -> quoted(bold(m.group())))
        : escaped;
  }

  private static String quoted(String replacement) {
    return java.util.regex.Matcher.quoteReplacement(replacement);
  }

  static String bold(String words) {
    return "\\fB" + code(words) + "\\fR";
  }

  static String italic(String words) {
    return "\\fI" + code(words) + "\\fR";
  }

  /** Text that a reader may copy: a hyphen stays a minus sign, quotes stay straight. */
  static String code(String plain) {
    return escape(plain).replace("-", "\\-");
  }

  static String escape(String plain) {
    StringBuilder escaped = new StringBuilder();
    plain
        .codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '\\' -> escaped.append("\\e");
                case '\'' -> escaped.append("\\(aq");
                case '`' -> escaped.append("\\(ga");
                case '^' -> escaped.append("\\(ha");
                case '~' -> escaped.append("\\(ti");
                default -> {
                  if (c < 128) {
                    escaped.append((char) c);
                  } else {
                    escaped.append(String.format("\\[u%04X]", c));
                  }
                }
              }
            });
    return escaped.toString();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
