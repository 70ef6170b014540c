package io.sadi.data;

import java.util.ArrayList;
import java.util.HashMap;
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

  /** Words that stand for a side, in some languages and all their genders. */
  private static final Map<String, Side> SIDES =
      sides(
          "left l links linke linker linkes linken gauche sinistra sinistro sx izquierda izquierdo"
              + " izq esquerda esquerdo esq vänster venstre vasen lewy lewa lewe levý levá levé levo"
              + " левый левая левое ліва ліве лівий sol bal αριστερός αριστερή αριστερό",
          "right r rechts rechte rechter rechtes rechten droit droite destra destro dx derecha"
              + " derecho der direita direito dir höger højre høyre oikea prawy prawa prawe pravý"
              + " pravá pravé pravo правый правая правое права праве правий sağ jobb δεξιός δεξιά"
              + " δεξί");

  /** Languages without spaces say the side first, or last. */
  private static final Map<String, Side> SYLLABLES =
      Map.of(
          "左",
          Side.LEFT,
          "右",
          Side.RIGHT,
          "왼쪽",
          Side.LEFT,
          "오른쪽",
          Side.RIGHT,
          "왼",
          Side.LEFT,
          "오른",
          Side.RIGHT);

  private static Map<String, Side> sides(String left, String right) {
    Map<String, Side> sides = new HashMap<>();
    for (String word : left.split(" ", -1)) {
      sides.put(word, Side.LEFT);
    }
    for (String word : right.split(" ", -1)) {
      sides.put(word, Side.RIGHT);
    }
    return Map.copyOf(sides);
  }

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
    if (side == Side.NONE) {
      for (String syllable : List.of("왼쪽", "오른쪽", "왼", "오른", "左", "右")) {
        Side says = SYLLABLES.getOrDefault(syllable, Side.NONE);
        if (part.startsWith(syllable)) {
          return new JointName(says, part.substring(syllable.length()));
        }
        if (part.endsWith(syllable)) {
          return new JointName(says, part.substring(0, part.length() - syllable.length()));
        }
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
