package io.sadi.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.config.Config;
import io.sadi.data.Metric;
import io.sadi.eval.MetricResult;
import io.sadi.eval.PoseMetric;
import io.sadi.eval.Summary;
import io.sadi.io.Progress;
import io.sadi.testing.NoisePeople;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Ranks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that computes nonsense for a week says so on its first day. */
class LearningCheckTest {
  private int asked;

  private static MetricResult result(double percent) {
    return new MetricResult(
        PoseMetric.of(Metric.PCK_02),
        "fused",
        new Summary<>(percent, percent, Map.of(), Map.of()),
        null,
        Map.of(),
        0,
        0);
  }

  /** Where guessing the mean pose has 20 %. */
  private LearningCheck check() {
    return new LearningCheck(
        LearningCheck.STEPS,
        () -> {
          asked++;
          return result(20);
        });
  }

  private static List<MetricResult> validated(double percent) {
    return List.of(result(percent), result(99));
  }

  @Test
  void warnsOnceOfALossThatDoesNotFall() {
    LearningCheck check = check();
    assertThat(check.after(1000, 1.5, List.of())).isEmpty();
    assertThat(check.after(1999, 1.6, List.of())).isEmpty();
    assertThat(check.after(2001, 1.4999, validated(10)).orElseThrow())
        .isEqualTo(
            "after 2001 steps the loss is 1.4999, in the first epoch it was 1.5000: the network does"
                + " not learn; run 'sadi doctor', look at the run's augmented.jpg, or try another"
                + " train.lr");
    assertThat(check.after(3000, 1.6, validated(10))).isEmpty();
    assertThat(check.after(4000, 1.6, validated(10))).isEmpty();
  }

  /** The logarithm of a likelihood may be on either side of 0. */
  @Test
  void aNegativeLossFallsToo() {
    LearningCheck check = check();
    assertThat(check.after(1000, -1, List.of())).isEmpty();
    assertThat(check.after(2000, -1.1, validated(21))).isEmpty();
    LearningCheck worse = check();
    assertThat(worse.after(1000, -1, List.of())).isEmpty();
    assertThat(worse.after(2000, -0.9, List.of())).isPresent();
  }

  @Test
  void warnsOnceOfAValidationThatIsNoBetterThanTheMeanPose() {
    LearningCheck check = check();
    assertThat(check.after(1000, 2, validated(3))).isEmpty();
    assertThat(check.after(2000, 1, List.of())).isEmpty();
    assertThat(asked).isZero();
    assertThat(check.after(3000, 0.5, validated(20)).orElseThrow())
        .startsWith(
            "after 3000 steps validation has fused pck@0.2 20.00, and the mean pose, which looks at"
                + " no picture, has 20.00: the network does not learn;");
    assertThat(check.after(4000, 0.4, validated(20))).isEmpty();
    assertThat(asked).isEqualTo(1);
  }

  @Test
  void hasNothingToSayOfARunThatLearns() {
    LearningCheck check = check();
    assertThat(check.after(1500, 2, validated(5))).isEmpty();
    assertThat(check.after(3000, 1, validated(20.1))).isEmpty();
    // Later it may stand still.
    assertThat(check.after(4500, 3, validated(1))).isEmpty();
  }

  /**
   * An epoch may have more than 2,000 steps: its loss is the first, and nothing to compare with.
   */
  @Test
  void longEpochsAreComparedFromTheSecondOn() {
    LearningCheck check = check();
    assertThat(check.after(5000, 2, validated(30))).isEmpty();
    assertThat(check.after(10000, 2, validated(30))).isPresent();
  }

  private static List<String> row(long steps, String loss, String fused) {
    List<String> header = EpochResult.columns();
    List<String> row = new ArrayList<>(Collections.nCopies(header.size(), ""));
    row.set(header.indexOf("steps"), String.valueOf(steps));
    row.set(header.indexOf("loss"), loss);
    row.set(header.indexOf("val_fused_mean_joint_weighted"), fused);
    return row;
  }

  @Test
  void aResumedRunIsTheSameRun() {
    LearningCheck early = check();
    early.resume(List.of(row(1000, "1.500000", "5.0000")));
    assertThat(early.after(2000, 1.5, List.of())).isPresent();

    LearningCheck late = check();
    late.resume(List.of(row(1000, "1.500000", "5.0000"), row(2000, "1.500000", "5.0000")));
    assertThat(late.after(3000, 1.6, validated(5))).as("said before").isEmpty();
  }

  /** Everybody in each batch, as annotated, and steps of next to nothing. */
  @Test
  void trainingThatGetsNowhereWarns(@TempDir Path folder) throws IOException {
    Config config = Config.parse(NoisePeople.CONFIG, "tiny");
    for (String set :
        List.of(
            "train.lr=1e-9",
            "train.batch=8",
            "augment.rotation=0",
            "augment.rotation_sd=0",
            "augment.scale_min=1",
            "augment.scale_max=1",
            "augment.scale_sd=0",
            "augment.flip=0",
            "augment.translation=0")) {
      config.set(set);
    }
    List<String> warnings = new ArrayList<>();
    Progress progress =
        new Progress() {
          @Override
          public Work start(String what, long total, String unit) {
            return Work.NONE;
          }

          @Override
          public void note(String line) {}

          @Override
          public void warn(String line) {
            warnings.add(line);
          }
        };
    Path data = NoisePeople.write(folder.resolve("data"));
    TrainJob training =
        TrainJob.prepare(config, true, data, folder.resolve("run"), TrainJob.Mode.REFUSE, null);
    RunFolder run = RunFolder.create(training.out(), false);
    run.begin(false);
    try (Trainer trainer =
        new Trainer(training.config(), 14, ComputeDevice.CPU, Precision.FP32, Ranks.ALONE)) {
      assertThat(new TrainRun(training, run, trainer, Ranks.ALONE, progress, 2).run())
          .isEqualTo(RunState.DONE);
    }
    Optional<String> warning = warnings.stream().filter(w -> w.contains("not learn")).findFirst();
    assertThat(warning.orElse("none")).startsWith("after 2 steps the loss is ");
    assertThat(warnings).filteredOn(w -> w.contains("not learn")).hasSize(1);
    assertThat(Files.readString(training.out().resolve("train.log"))).contains(warning.orElse("-"));
  }
}
