package io.sadi.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.sadi.config.Config;
import io.sadi.io.BadInputException;
import io.sadi.model.Variant;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whatever a config says, the answer is a run or a line that says what is wrong with it. */
class RunConfigTest {
  /** Values that few keys take. */
  private static final List<String> VALUES =
      List.of(
          "",
          "x",
          "-1",
          "0",
          "1.5",
          "-0.0",
          "1e300",
          "-1e300",
          "99999999999999999999",
          "NaN",
          ".inf",
          "[]",
          "[1]",
          "[-1, 1e9]",
          "[x, '']",
          "[NaN]",
          "'[1]'",
          "null",
          "~",
          "true",
          "loss-chi-1.5",
          "\u00e9",
          "  ");

  /** Of the names that carry a number, those that carry a wrong one. */
  private static final List<String> NUMBERS =
      List.of("1.5", "1.0001", "1.99999999999999999999", "-1", "2", "", "x", "1e9", "0.5.5", "NaN");

  private static void read(Config config, String what) {
    try {
      RunConfig.from(config);
    } catch (BadInputException e) {
      assertThat(e.getMessage()).as(what).isNotBlank().doesNotContain("\n");
    } catch (RuntimeException e) {
      fail(what + ": " + e, e);
    }
  }

  @Test
  void everyKeyIsCheckedFromWhereverItsValueComes() throws IOException {
    Config all = Config.empty();
    RunConfig.from(all);
    assertThat(all.keys()).hasSizeGreaterThan(50);
    for (Config.Key key : all.keys()) {
      String variable = "SADI_" + key.name().toUpperCase(Locale.ROOT).replace('.', '_');
      for (String value : VALUES) {
        String what = key.name() + "=" + value;
        Config set = Config.empty();
        set.set(what);
        read(set, what);
        read(Config.load(null, List.of(), Map.of(variable, value)), "$" + variable + "=" + value);
        String[] name = key.name().split("\\.", 2);
        read(Config.parse(name[0] + ": {" + name[1] + ": " + value + "}", "file"), "file " + what);
        Config overlaid = Config.empty();
        overlaid.withDefaults(Map.of(key.name(), value), "a name");
        read(overlaid, "a name " + what);
      }
    }
  }

  @Test
  void everyVariantIsOneOrIsRefused() {
    List<String> names = new ArrayList<>();
    Variant.names().forEach(names::add);
    for (String name : names) {
      Config config = Config.empty();
      config.set("model.variant=" + name);
      RunConfig.from(config);
      for (String wrong : List.of(name + "x", name + "-1.5", "x" + name)) {
        Config other = Config.empty();
        other.set("model.variant=" + wrong);
        read(other, wrong);
      }
    }
    for (String number : NUMBERS) {
      Config config = Config.empty();
      config.set("model.variant=loss-chi-" + number);
      assertThatThrownBy(() -> RunConfig.from(config))
          .as(number)
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("loss-chi-" + number);
    }
    for (String number : List.of("0", "1", "0.5", ".25", "1.0")) {
      Config config = Config.empty();
      config.set("model.variant=loss-chi-" + number);
      assertThat(RunConfig.from(config).loss().fixedChi()).isEqualTo(Double.parseDouble(number));
    }
  }
}
