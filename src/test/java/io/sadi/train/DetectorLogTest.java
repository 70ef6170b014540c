package io.sadi.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.io.Progress;
import io.sadi.testing.Warnings;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A detector that learns nothing for a day says so, as a network of joints does. */
class DetectorLogTest {
  @TempDir private Path folder;

  private static DetectorEpoch epoch(int epoch, int steps, float loss) {
    return new DetectorEpoch(epoch, steps, 0.01, new LossValues(loss, loss, 0), 8, 10, 100, null);
  }

  private DetectorLog log(RunFolder run, Progress progress) {
    return new DetectorLog(run, progress, 9, ComputeDevice.CPU, Precision.FP32);
  }

  @Test
  void warnsOnceOfALossThatDoesNotFall() throws IOException {
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    run.begin(false);
    List<String> said = new ArrayList<>();
    DetectorLog log = log(run, Warnings.into(said));
    log.epoch(epoch(1, 1000, 2));
    assertThat(said).isEmpty();
    log.epoch(epoch(2, 2000, 2));
    log.epoch(epoch(3, 3000, 2));
    assertThat(said)
        .singleElement()
        .asString()
        .contains("after 2000 steps the loss is 2.0000", "does not learn", "sadi doctor");
    List<String> again = new ArrayList<>();
    DetectorLog resumed = log(run, Warnings.into(again));
    resumed.resume(3);
    resumed.epoch(epoch(4, 4000, 2));
    assertThat(again).isEmpty();
  }

  @Test
  void aLossThatFallsIsNotMentioned() throws IOException {
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    run.begin(false);
    List<String> said = new ArrayList<>();
    DetectorLog log = log(run, Warnings.into(said));
    log.epoch(epoch(1, 1000, 2));
    log.epoch(epoch(2, 2000, 1.5f));
    assertThat(said).isEmpty();
  }
}
