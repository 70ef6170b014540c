package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.testing.BinSadi;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Numbers of this machine: that they come, not what they are. */
class BenchIT {
  private static BinSadi sadi;

  @BeforeAll
  static void drawPeople() throws IOException {
    sadi = TinyRun.get().sadi();
  }

  private static BinSadi.Result bench(String... more) {
    String[] arguments = new String[more.length + 3];
    arguments[0] = "bench";
    arguments[1] = "--config";
    arguments[2] = TinyRun.CONFIG;
    System.arraycopy(more, 0, arguments, 3, more.length);
    return sadi.run(arguments);
  }

  @Test
  void measuresOnADataset() {
    BinSadi.Result result =
        bench("--data", "people", "--batch", "4", "--rounds", "1", "--seconds", "0", "--json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    JsonObject json = JsonParser.parseString(result.out()).getAsJsonObject();
    assertThat(json.get("schema_version").getAsInt()).isEqualTo(1);
    assertThat(json.getAsJsonArray("rows"))
        .as("beside int8, which not every processor has")
        .filteredOn(row -> !row.getAsJsonObject().get("precision").getAsString().equals("int8"))
        .hasSize(6);
    assertThat(result.err()).contains("--set train.batch=4");
  }

  /** Trains for it, on one process and on two. */
  @Test
  void measuresHowToShareTheCores() {
    BinSadi.Result result =
        bench(
            "--data",
            "people",
            "--set",
            "model.input=64",
            "--batch",
            "4",
            "--rounds",
            "1",
            "--seconds",
            "0",
            "--splits",
            "1x1x1,2x1x1",
            "--json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    JsonObject json = JsonParser.parseString(result.out()).getAsJsonObject();
    assertThat(json.getAsJsonArray("splits")).hasSize(2);
    for (JsonElement split : json.getAsJsonArray("splits")) {
      assertThat(split.getAsJsonObject().get("img_per_s").getAsDouble()).isPositive();
    }
    assertThat(result.errLines()).last().asString().contains("split");
  }

  @Test
  void drawsPeopleWhereItIsGivenNone() {
    BinSadi.Result result =
        bench("--set", "model.input=64", "--batch", "2", "--rounds", "1", "--seconds", "0");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("stack", "forward", "predict", "step", "pipeline", "train");
  }

  @Test
  void measuresPredictionAlone() {
    BinSadi.Result result =
        bench("--data people --batch 2 --rounds 1 --seconds 0 --only forward,predict".split(" "));
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("forward", "predict").doesNotContain("stack", "train");
    BinSadi.Result unable = bench("--only", "forward", "--splits", "auto");
    assertThat(unable.exitCode()).isEqualTo(2);
    assertThat(unable.errLines()).singleElement().asString().contains("--splits", "train");
  }

  @Test
  void dryRunMeasuresNothing() {
    BinSadi.Result result = bench("--dry-run");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).isEmpty();
  }

  @Test
  void refusesWhatItCannotMeasure() {
    for (String[] bad :
        new String[][] {
          {"--rounds", "0"},
          {"--batch", "0"},
          {"--seconds", "-1"},
          {"--data", "none"},
          {"--splits", "2"}
        }) {
      BinSadi.Result result = bench(bad[0], bad[1]);
      assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
      assertThat(result.errLines()).hasSize(1);
    }
  }
}
