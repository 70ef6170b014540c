package io.sadi.cli.options;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Several scales: numbers and ranges, {@code 0.8,1,1.2..1.4}.
 *
 * @param factors in the order given
 */
record Scales(List<Double> factors) {
  private static final String NUMBER = "(\\d{1,2}(?:\\.\\d{1,4})?)";
  private static final Pattern PART =
      Pattern.compile(NUMBER + "(?:\\.\\." + NUMBER + "(?::" + NUMBER + ")?)?");
  private static final BigDecimal STEP = new BigDecimal("0.1");

  static final class ScalesConverter implements ITypeConverter<Scales> {
    @Override
    public Scales convert(String text) {
      List<Double> factors = new ArrayList<>();
      for (String part : text.split(",", -1)) {
        Matcher matcher = PART.matcher(part);
        if (!matcher.matches()) {
          throw new TypeConversionException(
              "found '" + part + "', expected numbers such as 0.8,1,1.2 or a range: 0.8..1.3");
        }
        // Decimals, so that the third of 0.8..1.3 is 1 and not 1.0000000000000002.
        BigDecimal from = new BigDecimal(matcher.group(1));
        BigDecimal to = matcher.group(2) == null ? from : new BigDecimal(matcher.group(2));
        BigDecimal step = matcher.group(3) == null ? STEP : new BigDecimal(matcher.group(3));
        if (step.signum() == 0 || to.subtract(from).remainder(step).signum() != 0) {
          throw new TypeConversionException(
              "found '" + part + "', expected a range that steps of " + step + " divide");
        }
        for (BigDecimal factor = from; factor.compareTo(to) <= 0; factor = factor.add(step)) {
          factors.add(factor.doubleValue());
        }
      }
      return new Scales(List.copyOf(factors));
    }
  }
}
