package io.sadi.config;

import java.util.Collection;
import java.util.TreeSet;

/** Names that a person may have misspelt. */
public final class Names {
  private Names() {}

  /**
   * The element of {@code names} that {@code word} is the beginning of, else that with the fewest
   * edits to it (Levenshtein).
   */
  public static String nearest(String word, Collection<String> names) {
    String best = "";
    int fewest = Integer.MAX_VALUE;
    for (String name : new TreeSet<>(names)) {
      int edits = !word.isEmpty() && name.startsWith(word) ? 0 : edits(word, name);
      if (edits < fewest) {
        fewest = edits;
        best = name;
      }
    }
    return best;
  }

  private static int edits(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
