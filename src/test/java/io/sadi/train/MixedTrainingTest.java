package io.sadi.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.config.Config;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.io.Safetensors;
import io.sadi.testing.NoisePeople;
import io.sadi.torch.CpuFeatures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that has changed its precision on the way cannot be compared with one that has not. */
class MixedTrainingTest {
  @TempDir private Path folder;

  private static Config config(String precision, int epochs) {
    Config config = Config.parse(NoisePeople.CONFIG, "tiny");
    config.set("train.precision=" + precision);
    config.set("train.epochs=" + epochs);
    return config;
  }

  private static String computed(Path checkpoint) throws IOException {
    return Safetensors.read(checkpoint).metadata().getOrDefault("computed", "nothing");
  }

  @Test
  void aRunIsNotMixedOfTwoWaysToComputeUnlessAskedFor() throws IOException {
    Assumptions.assumeTrue(CpuFeatures.hasBf16(), "this processor has no bf16");
    Path data = NoisePeople.write(folder.resolve("data"));
    Path run = folder.resolve("run");
    TrainJob.prepare(config("fp32", 1), true, data, run, TrainJob.Mode.REFUSE, null)
        .run(Progress.NONE);
    Path last = run.resolve("checkpoints/last.safetensors");
    Path best = run.resolve("checkpoints/best.safetensors");
    assertThat(computed(last)).contains("\"precision\":\"fp32\"", "\"libtorch\":");
    assertThat(computed(best)).isEqualTo(computed(last));

    byte[] before = Files.readAllBytes(last);
    TrainJob other = TrainJob.resume(config("bf16", 2), data, run);
    assertThatThrownBy(() -> other.run(Progress.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(
            "last.safetensors: found steps computed with precision fp32, expected precision bf16 as"
                + " now; resume where and as it was begun, or mix the two with --allow-mixed");
    assertThat(Files.readAllBytes(last)).isEqualTo(before);

    assertThat(other.run(true, Progress.NONE)).isEqualTo(RunState.DONE);
    assertThat(computed(last)).contains("\"precision\":\"fp32\"", "\"precision\":\"bf16\"");
    // Where nothing is left to do there is nothing to mix.
    assertThat(TrainJob.resume(config("fp32", 2), data, run).run(Progress.NONE))
        .isEqualTo(RunState.DONE);
  }

  /** Written down is what auto became, so that a machine without bf16 does not go on unawares. */
  @Test
  void autoIsNotWhatIsKept() throws IOException {
    Path data = NoisePeople.write(folder.resolve("data"));
    Path run = folder.resolve("run");
    TrainJob.prepare(config("auto", 1), true, data, run, TrainJob.Mode.REFUSE, null)
        .run(Progress.NONE);
    assertThat(computed(run.resolve("checkpoints/last.safetensors")))
        .doesNotContain("auto")
        .containsPattern("\"precision\":\"(fp32|bf16)\"")
        .containsPattern("\"device\":\"(cpu|cuda)\"");
  }
}
