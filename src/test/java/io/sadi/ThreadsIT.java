package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.sadi.testing.BinSadi;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * How many threads compute. LibTorch asks the machine and not the container that it is in, and on
 * some machines it believes in a single processor; Java knows better.
 */
class ThreadsIT {
  /** A machine of five processors, as far as Java can see. */
  private static BinSadi sadi() {
    return new BinSadi()
        .with("SADI_JAVA_OPTS", "-XX:ActiveProcessorCount=5")
        .without("OMP_NUM_THREADS"); // which the tests' own environment has
  }

  private static String libtorch(BinSadi sadi) {
    BinSadi.Result result = sadi.run("doctor", "--json", "--device", "cpu");
    for (JsonElement finding :
        JsonParser.parseString(result.out()).getAsJsonObject().getAsJsonArray("findings")) {
      if (finding.getAsJsonObject().get("what").getAsString().equals("LibTorch")) {
        return finding.getAsJsonObject().get("found").getAsString();
      }
    }
    throw new AssertionError(result.out());
  }

  @Test
  void asManyAsJavaSeesProcessors() {
    assertThat(libtorch(sadi())).contains(" 5 of 5 threads used");
  }

  @Test
  void theEnvironmentSaysHowMany() {
    assertThat(libtorch(sadi().with("OMP_NUM_THREADS", "3,1"))).contains(" 3 of 5 threads used");
    assertThat(libtorch(sadi().with("OMP_NUM_THREADS", "none"))).contains(" 5 of 5 threads used");
  }

  @Test
  void theCommandLineSaysItLast() throws IOException {
    BinSadi.Result result =
        sadi()
            .in(TinyRun.get().folder)
            .with("OMP_NUM_THREADS", "3")
            .run(
                "bench",
                "--config",
                TinyRun.CONFIG,
                "--set",
                "model.input=64",
                "--data",
                "people",
                "--batch",
                "2",
                "--rounds",
                "1",
                "--seconds",
                "0",
                "--threads",
                "2",
                "--json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(JsonParser.parseString(result.out()).getAsJsonObject().get("threads").getAsInt())
        .isEqualTo(2);
  }
}
