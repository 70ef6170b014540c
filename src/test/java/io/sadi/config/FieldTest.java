package io.sadi.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Who wrote a file by hand must be told what is wrong with it, and where. */
class FieldTest {
  private static final String YAML =
      """
      name: a study
      year: 2024
      flip: true
      rows: [{seed: 1}, {seed: one}, 3]
      empty:
      long: [1, 2, 3, 4, 5, 6, 7, 8]
      """;

  private static Field json(String text) {
    return Field.root(Json.parse(text, "a.json"), "a.json");
  }

  private static Field yaml() {
    return Field.root(Yaml.parseMap(YAML, "a.yaml"), "a.yaml");
  }

  private static void assertWrong(Consumer<Field> read, Field field, String message) {
    assertThatThrownBy(() -> read.accept(field))
        .isInstanceOf(BadInputException.class)
        .hasMessage(message);
  }

  @Test
  void valuesOfBothFormatsAreReadAlike() {
    Field json = json("{\"name\":\"a study\",\"year\":2024,\"flip\":true,\"rows\":[{\"seed\":1}]}");
    for (Field field : List.of(json, yaml())) {
      assertThat(field.get("name").text()).isEqualTo("a study");
      assertThat(field.get("year").integer(0, 3000)).isEqualTo(2024);
      assertThat(field.get("year").number()).isEqualTo(2024);
      assertThat(field.get("flip").flag()).isTrue();
      assertThat(field.get("rows").list().get(0).get("seed").index()).isEqualTo(1);
      assertThat(field.get("nobody").isThere()).isFalse();
      assertThat(field.get("nobody").floatingOrNaN()).isNaN();
      assertThat(field.entries().keySet()).startsWith("name", "year", "flip", "rows");
    }
    assertThat(json("null").isThere()).isTrue();
    assertThat(json("null").isGiven()).isFalse();
    assertThat(yaml().get("empty").isGiven()).isFalse();
  }

  @Test
  void whatIsWrongIsNamedWithItsPlace() {
    Field rows = yaml().get("rows");
    assertWrong(
        f -> f.get("seed").index(),
        rows.list().get(1),
        "a.yaml: rows[1].seed: found 'one', expected a whole number from 0");
    assertWrong(
        f -> f.get("seed"),
        rows.list().get(2),
        "a.yaml: rows[2]: found '3', expected keys and values");
    assertWrong(
        Field::text,
        yaml().get("year"),
        "a.yaml: year: found '2024', expected text; put it in quotes");
    assertWrong(
        Field::number,
        yaml().get("empty"),
        "a.yaml: empty: found nothing, expected a finite number");
    assertWrong(Field::text, yaml().get("long"), "a.yaml: long: found a list, expected text");
    assertWrong(
        f -> f.allow(List.of("seed")),
        json("{\"seeds\":1}"),
        "a.json: unknown key 'seeds'; the nearest known one is 'seed'");
    assertWrong(
        Field::entries,
        Field.root(Map.of(1, 2), "a.yaml"),
        "a.yaml: found the name 1, expected text; put it in quotes");
    Field elements = json("[1,\"2\",[3,null]]");
    assertWrong(
        f -> f.numbers(Double::isFinite, "a number"),
        elements,
        "a.json: [1]: found \"2\", expected a number");
    assertWrong(
        f -> f.list().get(1).floating(),
        elements.list().get(2),
        "a.json: [2][1]: found null, expected a finite number");
    assertWrong(f -> f.get("x"), elements, "a.json: found [1,\"2\",[3,null]], expected an object");
    assertWrong(
        Field::flag,
        Field.at(Json.parse("2", "a.json"), "a.json", "people[3].crowd"),
        "a.json: people[3].crowd: found 2, expected true or false");
    assertWrong(Field::floating, json("1e39"), "a.json: found 1e39, expected a finite number");
  }

  @Test
  void aWholeNumberHasNoFractionAndFits() {
    for (String wrong : List.of("1.5", "-1", "11", "1e400", "\"3\"", "true", "null", "[3]", "{}")) {
      assertThatThrownBy(() -> json(wrong).integer(0, 10)).isInstanceOf(BadInputException.class);
    }
    assertThat(json("10").integer(0, 10)).isEqualTo(10);
    assertThat(json("3.0").integer(0, 10)).isEqualTo(3);
  }
}
