package io.sadi.ablate.report;

import io.sadi.ablate.study.Cell;
import io.sadi.io.Decimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The format of numbers in reports. */
public final class Text {
  /** Stands for a missing number. */
  static final String NONE = "-";

  private Text() {}

  /** A difference in points, to a hundredth; a dash for NaN. */
  static String signed(double value) {
    return signed(value, 2);
  }

  /** The same to a tenth. */
  static String tenths(double value) {
    return signed(value, 1);
  }

  private static String signed(double value, int decimals) {
    return Double.isFinite(value) ? Decimal.signed(value, decimals) : NONE;
  }

  /** A p-value. */
  static String p(double value) {
    if (Double.isNaN(value)) {
      return NONE;
    }
    return value < 0.001 ? "p < 0.001" : String.format(Locale.ROOT, "p = %.3f", value);
  }

  /** A number that a paper printed. */
  static String printed(@Nullable Double value) {
    return value == null ? NONE : value.toString();
  }

  /** A time. */
  public static String hours(double hours) {
    if (!Double.isFinite(hours)) {
      return NONE;
    }
    if (hours < 1.0 / 60) {
      return String.format(Locale.ROOT, "%.1f s", 3600 * hours);
    }
    return hours < 1
        ? String.format(Locale.ROOT, "%.1f min", 60 * hours)
        : String.format(Locale.ROOT, "%.1f h", hours);
  }

  /** Whole numbers, grouped. */
  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** {@code full (seeds 1 and 2) and no-se (seed 1)}. */
  static String networks(List<Cell> cells) {
    Map<String, List<Integer>> seeds = new LinkedHashMap<>();
    cells.forEach(
        cell -> seeds.computeIfAbsent(cell.variant(), v -> new ArrayList<>()).add(cell.seed()));
    return and(
        seeds.entrySet().stream()
            .map(
                of ->
                    of.getKey()
                        + (of.getValue().size() == 1 ? " (seed " : " (seeds ")
                        + and(of.getValue())
                        + ")")
            .toList());
  }

  /** {@code 1, 2 and 3}. */
  static String and(List<?> values) {
    List<String> texts = values.stream().map(String::valueOf).toList();
    int last = texts.size() - 1;
    return last < 1
        ? String.join("", texts)
        : String.join(", ", texts.subList(0, last)) + " and " + texts.get(last);
  }
}
