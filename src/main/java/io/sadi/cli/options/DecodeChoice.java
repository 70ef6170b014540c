package io.sadi.cli.options;

import io.sadi.checkpoint.Decode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The value of an option that also knows {@code all}.
 *
 * @param decode null for all
 */
public record DecodeChoice(@Nullable Decode decode) {

  public static final class DecodeConverter implements ITypeConverter<DecodeChoice> {
    @Override
    public DecodeChoice convert(String text) {
      if (text.equals("all")) {
        return new DecodeChoice(null);
      }
      for (Decode decode : Decode.values()) {
        if (decode.toString().equals(text)) {
          return new DecodeChoice(decode);
        }
      }
      throw new TypeConversionException(
          "found '" + text + "', expected one of " + Arrays.toString(Decode.values()) + " or all");
    }
  }
}
