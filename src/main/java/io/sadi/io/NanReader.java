package io.sadi.io;

import java.io.IOException;
import java.io.PushbackReader;
import java.io.Reader;

/**
 * JSON text in which {@code NaN}, {@code Infinity} and {@code -Infinity} are read as {@code null}.
 * JSON has no such numbers, but Python's {@code json} writes them, and with it most programs that
 * find joints. A column that an error message names is one too far for each NaN before it in its
 * line.
 */
final class NanReader extends Reader {
  private static final int LONGEST = 8;

  private final PushbackReader text;
  private String pending = "";
  private int next;
  private boolean inString;
  private boolean escaped;

  NanReader(Reader text) {
    this.text = new PushbackReader(text, LONGEST);
  }

  @Override
  public int read() throws IOException {
    if (next < pending.length()) {
      return pending.charAt(next++);
    }
    int c = text.read();
    if (inString) {
      inString = c != '"' || escaped;
      escaped = c == '\\' && !escaped;
      return c;
    }
    if (c == '"') {
      inString = true;
      escaped = false;
      return c;
    }
    if ((c == 'N' && follows("aN")) || (c == 'I' && follows("nfinity"))) {
      return begin();
    }
    if (c == '-' && follows("Infinity")) {
      return begin();
    }
    return c;
  }

  private int begin() {
    pending = "null";
    next = 1;
    return pending.charAt(0);
  }

  /** Takes a text if it comes next. */
  private boolean follows(String expected) throws IOException {
    char[] taken = new char[expected.length()];
    int n = 0;
    while (n < taken.length) {
      int c = text.read();
      if (c < 0) {
        break;
      }
      taken[n++] = (char) c;
      if (c != expected.charAt(n - 1)) {
        break;
      }
    }
    if (n == taken.length && new String(taken).equals(expected)) {
      return true;
    }
    text.unread(taken, 0, n);
    return false;
  }

  @Override
  public int read(char[] into, int offset, int length) throws IOException {
    int n = 0;
    while (n < length) {
      int c = read();
      if (c < 0) {
        return n == 0 && length > 0 ? -1 : n;
      }
      into[offset + n++] = (char) c;
    }
    return n;
  }

  @Override
  public void close() throws IOException {
    text.close();
  }
}
