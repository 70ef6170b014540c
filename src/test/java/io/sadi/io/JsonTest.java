package io.sadi.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
  private final Path folder;

  JsonTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\": 1,\\n \"b\": tru} | f.json:2:",
        "{\"a\": 1} x | f.json:1:",
        "{\"a\": NaN} | f.json:1:",
        "{'a': 1} | f.json:1:",
        "{\"a\": [1, 2 | f.json:1:",
        "`` | f.json",
        "{\"a\": 1,} | f.json:1:",
      })
  void whatIsNoJsonIsOneLineWithItsPlace(String text, String place) throws IOException {
    Path file = folder.resolve("f.json");
    Files.writeString(file, text.replace("\\n", "\n"));
    assertThatThrownBy(() -> Json.readObject(file))
        .isInstanceOf(BadInputException.class)
        .message()
        .contains(place)
        .hasLineCount(1)
        .doesNotContain("Exception", "http", "setStrictness");
  }

  @Test
  void bytesThatAreNoTextAreRefused() throws IOException {
    Path file = folder.resolve("f.json");
    Files.write(file, new byte[] {'"', (byte) 0xff, '"'});
    assertThatThrownBy(() -> Json.read(file)).hasMessageContaining("not UTF-8");
    assertThatThrownBy(() -> Json.read(folder.resolve("none")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void deepNestingIsRefusedRatherThanOverflowing() {
    assertThatThrownBy(() -> Json.parse("[".repeat(1_000_000), "deep"))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("deep");
  }

  @Test
  void numbersAreTheSameInEveryLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG"));
      JsonObject object = new JsonObject();
      object.addProperty(Json.SCHEMA_VERSION, 1);
      object.add("mean", Json.number(89.0949, 2));
      object.add("all", Json.number(100, 2));
      object.add("tiny", Json.number(1e-9, 4));
      object.add("none", Json.number(Double.NaN, 2));
      object.addProperty("name", "é<");
      assertThat(Json.compact(object))
          .isEqualTo(
              "{\"schema_version\":1,\"mean\":89.09,\"all\":100,\"tiny\":0,\"none\":null,"
                  + "\"name\":\"é<\"}");
      assertThat(Json.parse(Json.pretty(object), "pretty")).isEqualTo(object);
    } finally {
      Locale.setDefault(before);
    }
  }
}
