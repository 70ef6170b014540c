package io.sadi.io;

import java.util.Locale;

/** Numbers as people read them: a decimal point in every language, and no minus before a zero. */
public final class Decimal {
  private Decimal() {}

  /** A number to so many decimals. */
  public static String of(double value, int decimals) {
    String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
    return isZero(text) ? text.substring(1) : text;
  }

  /** The same with its sign, {@code +} for zero. */
  public static String signed(double value, int decimals) {
    String text = String.format(Locale.ROOT, "%+." + decimals + "f", value);
    return isZero(text) ? "+" + text.substring(1) : text;
  }

  private static boolean isZero(String text) {
    return text.matches("-0([.]0+)?");
  }
}
