package io.sadi.testing;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Lines on stderr that SADI did not write. A library's, or Java's, names no file and says nothing
 * to do, and there may be one for every picture.
 */
final class ForeignLines {
  /** How those begin that are known, and the place in C++ sources that many name. */
  private static final Pattern KNOWN =
      Pattern.compile(
          "(\\[[A-Z][0-9 ].*"
              + "|(?!\\s*sadi:).*\\b\\w+\\.(cpp|cc|cxx|h|hpp|cu):\\d+\\b.*"
              + "|(Corrupt JPEG|Premature end of|Invalid SOS|Unsupported marker|Inconsistent progress"
              + "|lib[a-z]+[0-9]*( warning| error)?:|TIFF\\w*:|OpenBLAS|BLAS :|OMP:|MKL|NNPACK|onednn"
              + "|[Ww]arning: |WARNING|ERROR|INFO|SLF4J|Picked up |Exception in |Error occurred during"
              + "|OpenJDK|Java HotSpot|Error: Could not|java: |terminate called|what\\(\\): "
              + "|free\\(\\): |malloc\\(|corrupted |double free|Uncaught).*)");

  /** A stack trace of Java's, which --verbose asks for. */
  private static final Pattern TRACE =
      Pattern.compile(
          "(\\tat |\\t\\.\\.\\. \\d+ more|\\s*Caused by: |\\s*Suppressed: |[\\w.$]+(Exception|Error)\\b).*");

  /**
   * How SADI's begin: with its name, or with a name, a number or a word in lower case, further down
   * a list after blanks. Where a name has capital letters a colon follows, or it is a path.
   */
  private static final Pattern OURS =
      Pattern.compile(
          "(sadi: | *[\\p{Ll}0-9./~(-]| *[^\\s\\[#*]*[/:.]| *[^\\[#*:]*/| *[^\\x00-\\x7F]).*");

  private ForeignLines() {}

  /** What is certainly not SADI's, where other programs of a script may have written, too. */
  static List<String> known(String err) {
    return err.lines().filter(line -> KNOWN.matcher(line).matches()).toList();
  }

  /**
   * What is not SADI's, where nobody else was to write.
   *
   * @param traces whether stack traces were asked for
   */
  static List<String> in(String err, boolean traces) {
    return err.lines().filter(line -> !line.isBlank() && !isOurs(line, traces)).toList();
  }

  private static boolean isOurs(String line, boolean traces) {
    if (TRACE.matcher(line).matches()) {
      return traces;
    }
    return !KNOWN.matcher(line).matches() && OURS.matcher(line).matches();
  }
}
