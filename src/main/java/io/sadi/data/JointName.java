package io.sadi.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a joint's name says, in whichever way it is written: {@code left_shoulder}, {@code
 * leftShoulder}, {@code L.Shoulder}, {@code LShoulder}, {@code shoulder_l} and {@code lsho} are all
 * the left shoulder.
 *
 * @param side LEFT, RIGHT or NONE
 * @param part the rest in lower case, words joined by '_', the usual abbreviations written out
 */
record JointName(Side side, String part) {
  /** Whose side of the body. */
  enum Side {
    LEFT,
    RIGHT,
    NONE
  }

  private static final Map<String, Side> SIDES =
      Map.of("left", Side.LEFT, "l", Side.LEFT, "right", Side.RIGHT, "r", Side.RIGHT);

  private static final Map<String, String> PARTS =
      Map.ofEntries(
          Map.entry("sho", "shoulder"),
          Map.entry("shoulder", "shoulder"),
          Map.entry("elb", "elbow"),
          Map.entry("elbow", "elbow"),
          Map.entry("wri", "wrist"),
          Map.entry("wrist", "wrist"),
          Map.entry("hip", "hip"),
          Map.entry("kne", "knee"),
          Map.entry("knee", "knee"),
          Map.entry("ank", "ankle"),
          Map.entry("ankle", "ankle"),
          Map.entry("eye", "eye"),
          Map.entry("ear", "ear"));

  static JointName of(String name) {
    Side side = Side.NONE;
    List<String> rest = new ArrayList<>();
    for (String word : words(name)) {
      Side says = SIDES.get(word);
      if (says != null && side == Side.NONE) {
        side = says;
      } else {
        rest.add(word);
      }
    }
    String part = String.join("_", rest);
    if (side == Side.NONE && part.length() > 1) { // lsho
      Side says = SIDES.get(part.substring(0, 1));
      String after = PARTS.get(part.substring(1));
      if (says != null && after != null) {
        return new JointName(says, after);
      }
    }
    return new JointName(side, PARTS.getOrDefault(part, part));
  }

  /** Words in lower case: parted by anything but letters and digits, or by a capital letter. */
  private static List<String> words(String name) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = Character.isLetterOrDigit(c);
      boolean capital = Character.isUpperCase(c);
      boolean afterSmall = i > 0 && !Character.isUpperCase(name.charAt(i - 1));
      boolean beforeSmall = i + 1 < name.length() && Character.isLowerCase(name.charAt(i + 1));
      if (word.length() > 0 && (!letter || (capital && (afterSmall || beforeSmall)))) {
        words.add(word.toString().toLowerCase(Locale.ROOT));
        word.setLength(0);
      }
      if (letter) {
        word.append(c);
      }
    }
    if (word.length() > 0) {
      words.add(word.toString().toLowerCase(Locale.ROOT));
    }
    return words;
  }

  boolean mirrors(JointName other) {
    return part.equals(other.part)
        && ((side == Side.LEFT && other.side == Side.RIGHT)
            || (side == Side.RIGHT && other.side == Side.LEFT));
  }
}
