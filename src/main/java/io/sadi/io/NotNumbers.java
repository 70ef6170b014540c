package io.sadi.io;

import java.io.IOException;
import java.io.Reader;
import java.util.Set;

/**
 * A JSON text with null in place of NaN, Infinity and -Infinity, which Python's {@code json} writes
 * and JSON does not have. Texts in quotes stay as they are.
 */
final class NotNumbers extends Reader {
  private static final Set<String> WORDS = Set.of("NaN", "-NaN", "Infinity", "-Infinity");
  private static final int LONGEST = 9;

  private final Reader in;
  private final boolean replace;
  private final char[] read = new char[1 << 13];
  private final StringBuilder ready = new StringBuilder();
  private final StringBuilder word = new StringBuilder();
  private int at;
  private boolean quoted;
  private boolean escaped;
  private boolean seen;

  /**
   * To read another reader's text.
   *
   * @param replace false to let the words pass, and only to remember that there was one
   */
  NotNumbers(Reader in, boolean replace) {
    this.in = in;
    this.replace = replace;
  }

  /** Whether there was such a word in what was read up to now. */
  boolean seen() {
    return seen;
  }

  @Override
  public int read(char[] buffer, int offset, int length) throws IOException {
    while (at == ready.length()) {
      ready.setLength(0);
      at = 0;
      int n = in.read(read);
      for (int i = 0; i < n; i++) {
        take(read[i]);
      }
      if (n < 0) {
        endWord();
        if (ready.isEmpty()) {
          return -1;
        }
      }
    }
    int n = Math.min(length, ready.length() - at);
    ready.getChars(at, at + n, buffer, offset);
    at += n;
    return n;
  }

  private void take(char c) {
    if (quoted) {
      ready.append(c);
      quoted = escaped || c != '"';
      escaped = !escaped && c == '\\';
      return;
    }
    if (c == '-') {
      endWord();
      word.append(c);
    } else if (Character.isLetter(c) && word.length() < LONGEST) {
      word.append(c);
    } else {
      endWord();
      quoted = c == '"';
      ready.append(c);
    }
  }

  private void endWord() {
    boolean known = WORDS.contains(word.toString());
    seen |= known;
    ready.append(known && replace ? "null" : word);
    word.setLength(0);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
