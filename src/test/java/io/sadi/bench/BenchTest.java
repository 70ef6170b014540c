package io.sadi.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sadi.config.Config;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.testing.NoisePeople;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.train.RunConfig;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchTest {
  @TempDir private Path folder;

  private static RunConfig config() {
    return RunConfig.from(Config.parse(NoisePeople.CONFIG, "tiny"));
  }

  @Test
  void measuresEachThingForEachBatch() throws Exception {
    Path data = NoisePeople.write(folder.resolve("data"));
    Bench.Result result = new Bench(config(), data, List.of(2, 4), 1, 0).run(Progress.NONE);
    assertThat(result.rows())
        .extracting(Bench.Row::what)
        .containsExactly(
            "stack",
            "forward",
            "predict",
            "step",
            "pipeline",
            "train",
            "stack",
            "forward",
            "predict",
            "step",
            "pipeline",
            "train");
    assertThat(result.rows()).extracting(Bench.Row::imagesPerSecond).allMatch(rate -> rate > 0);
    assertThat(result.rows().get(2).batch()).isEqualTo(2);
    assertThat(result.rows().get(8).batch()).isEqualTo(4);
    assertThat(result.json().toString())
        .contains("\"what\":\"pipeline\",\"precision\":\"fp32\",\"batch\":2")
        .contains("\"gflop_per_s\":null");
    assertThat(result.recommendation()).contains("--set train.batch=");
    assertThat(result.overhead()).containsPattern("predict, .* at --batch [24], [0-9]+ % of");
  }

  @Test
  void aBatchOfMorePeopleThanThereAreIsRefused() throws Exception {
    Path data = NoisePeople.write(folder.resolve("data"));
    assertThatThrownBy(() -> new Bench(config(), data, List.of(9), 1, 0).run(Progress.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("9")
        .hasMessageContaining("8 people");
  }

  /** 8 layers of 128x128x3x3 at 64x64 for 8 images, thrice, less the first layer's input. */
  @Test
  void theYardstickCountsItsArithmetic() {
    try (StackBench stack = new StackBench(ComputeDevice.CPU, Precision.FP32)) {
      assertThat(stack.gflop()).isCloseTo(23 * 2 * 8 * 4096e-9 * 147_456, within(1e-6));
    }
  }
}
