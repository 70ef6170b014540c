package io.sadi.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;

/** "-0.00" in a table makes a reader look for a loss that is not there. */
class DecimalTest {

  @Test
  void zeroHasNoMinus() {
    assertThat(Decimal.of(-0.0, 2)).isEqualTo("0.00");
    assertThat(Decimal.of(-0.004, 2)).isEqualTo("0.00");
    assertThat(Decimal.of(-0.3, 0)).isEqualTo("0");
    assertThat(Decimal.signed(-0.004, 2)).isEqualTo("+0.00");
    assertThat(Decimal.signed(-0.0, 1)).isEqualTo("+0.0");
  }

  @Test
  void otherNumbersKeepTheirSign() {
    assertThat(Decimal.of(-0.006, 2)).isEqualTo("-0.01");
    assertThat(Decimal.of(12.345, 1)).isEqualTo("12.3");
    assertThat(Decimal.signed(0.006, 2)).isEqualTo("+0.01");
    assertThat(Decimal.signed(-10.0, 2)).isEqualTo("-10.00");
    assertThat(Decimal.of(Double.NaN, 2)).isEqualTo("NaN");
  }

  @Test
  void theUsersLanguageDoesNotMatter() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try {
      assertThat(Decimal.of(1.5, 2)).isEqualTo("1.50");
      assertThat(Decimal.signed(-0.001, 2)).isEqualTo("+0.00");
    } finally {
      Locale.setDefault(before);
    }
  }
}
