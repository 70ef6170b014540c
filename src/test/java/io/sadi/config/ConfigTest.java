package io.sadi.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.io.BadInputException;
import io.sadi.testing.Fuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A config that is read differently from what it says costs a user days of training. */
class ConfigTest {
  private static final String YAML = "train:\n  epochs: 5\n  lr: 1e-2\nmodel: {channels: [1, 2]}\n";

  @TempDir Path folder;

  @Test
  void anOverrideWinsOverTheEnvironmentOverTheFileOverTheDefault() throws IOException {
    Path file = Files.writeString(folder.resolve("a.yaml"), YAML);
    Map<String, String> environment = Map.of("SADI_TRAIN_EPOCHS", "6", "SADI_TRAIN_LR", "0.5");
    Config config = Config.load(file, List.of("train.epochs=7"), environment);
    config.withDefaults(Map.of("train.lr", 0.25, "train.gamma", 0.125), "variant");
    assertThat(config.integer("train.epochs", 1, 0, 100, "")).isEqualTo(7);
    assertThat(config.number("train.lr", 1, 0, 1, "")).isEqualTo(0.5);
    assertThat(config.number("train.gamma", 1, 0, 1, "")).isEqualTo(0.125);
    assertThat(config.integers("model.channels", List.of(), 0, 9, "")).containsExactly(1, 2);
    assertThat(config.flag("rfm.se", true, "")).isTrue();
  }

  /** A misspelt variable changes nothing, and whoever set it waits a week for nothing. */
  @Test
  void aVariableOfASectionThatNamesNoKeyIsAnError() throws IOException {
    Map<String, String> others =
        Map.of("SADI_JAVA_OPTS", "-Xmx1g", "SADI_DATA", "d", "SADI_TRAINING", "mine");
    Config fine = Config.load(null, List.of(), others);
    read(fine);
    fine.finish();
    Config config = Config.load(null, List.of(), Map.of("SADI_TRAIN_EPOCH", "3"));
    read(config);
    assertThatThrownBy(config::finish)
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("SADI_TRAIN_EPOCH: names no key")
        .hasMessageContaining("SADI_TRAIN_EPOCHS");
  }

  @Test
  void theResolvedConfigReadsBackAsItself() {
    Config first = Config.parse(YAML, "a");
    read(first);
    Config second = Config.parse(first.toYaml(), "b");
    read(second);
    second.finish();
    assertThat(second.toYaml()).isEqualTo(first.toYaml()).contains("epochs: 5");
  }

  /** Two keys with the same default list became an anchor and an alias in config.yaml. */
  @Test
  void listsAreWrittenOutWhereSeveralKeysShareOne() {
    Config config = Config.empty();
    assertThat(config.texts("a.one", List.of(), "")).isEmpty();
    assertThat(config.texts("a.two", List.of(), "")).isEmpty();
    assertThat(config.toYaml()).isEqualTo("a:\n  one: []\n  two: []\n");
  }

  @Test
  void anUnknownKeyNamesItsLineAndTheNearestKnownOne() {
    Config config = Config.parse("train:\n  epochs: 5\n  epoch: 6\n", "a.yaml");
    config.integer("train.epochs", 1, 0, 100, "");
    assertThatThrownBy(config::finish)
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("a.yaml:3: train.epoch: unknown key")
        .hasMessageContaining("'train.epochs'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "[1]", "1.5", "-1", "101", "''", "99999999999"})
  void aWrongValueNamesItsLineWhatWasFoundAndWhatWasExpected(String value) {
    Config config = Config.parse("train:\n  epochs: " + value + "\n", "a.yaml");
    assertThatThrownBy(() -> config.integer("train.epochs", 1, 0, 100, ""))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("a.yaml:2: train.epochs: found")
        .hasMessageContaining("expected integer 0..100");
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "Infinity", "1e999"})
  void numbersAreFinite(String value) {
    Config config = Config.parse("train: {lr: " + value + "}", "a.yaml");
    assertThatThrownBy(() -> config.number("train.lr", 1, 0, 1, ""))
        .isInstanceOf(BadInputException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"- a", "just text", "a: [", "a: 1\na: 2\n", "a: {b: [[1]]}", "\t"})
  void whatIsNoConfigIsOneLine(String yaml) {
    assertThatThrownBy(() -> Config.parse(yaml, "a.yaml"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("a.yaml")
        .message()
        .doesNotContain("\n");
  }

  @Test
  void everyPrefixOfAConfigIsReadOrRefused() {
    for (int i = 0; i <= YAML.length(); i++) {
      try {
        read(Config.parse(YAML.substring(0, i), "a.yaml"));
      } catch (BadInputException e) {
        assertThat(e).hasMessageContaining("a.yaml");
      }
    }
  }

  private static void read(Config config) {
    config.integer("train.epochs", 1, 0, 100, "");
    config.number("train.lr", 1, 0, 1, "");
    config.integers("model.channels", List.of(3), 0, 9, "");
    config.flag("rfm.se", true, "");
    config.choiceOrNumber("loss.chi", List.of("sigma"), "sigma", 0, 1, "");
  }

  @Test
  void survivesDamage() throws IOException {
    Path file = Files.writeString(folder.resolve("a.yaml"), YAML);
    Fuzz fuzz =
        new Fuzz(
            file,
            damaged -> {
              Config config = Config.load(damaged, List.of(), Map.of());
              read(config);
              config.finish();
              return config;
            });
    fuzz.prefixes();
    assertThat(fuzz.flips(10_000, 1)).isPositive();
  }

  /** A few lines that would become gigabytes, or a stack too deep. */
  @Test
  void refusesBombs() throws IOException {
    StringBuilder laughs = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 60; i++) {
      laughs.append("a%d: &a%d [*a%d, *a%d, *a%d]\n".formatted(i, i, i - 1, i - 1, i - 1));
    }
    Path file = folder.resolve("bomb.yaml");
    for (String bomb :
        List.of(laughs.toString(), "a: " + "[".repeat(100_000), "{a: ".repeat(50_000))) {
      Files.writeString(file, bomb);
      assertThatThrownBy(() -> Yaml.readMap(file))
          .isInstanceOf(BadInputException.class)
          .hasMessageStartingWith(file.toString());
    }
  }
}
