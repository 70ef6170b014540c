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
import io.sadi.torch.QuantizedConvolution;
import io.sadi.train.RunConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchTest {
  /** But for int8, which not every processor has. */
  private static final Set<Bench.What> EVERYTHING =
      EnumSet.complementOf(EnumSet.of(Bench.What.INT8));

  @TempDir private Path folder;

  private static RunConfig config() {
    return RunConfig.from(Config.parse(NoisePeople.CONFIG, "tiny"));
  }

  @Test
  void measuresEachThingForEachBatch() throws Exception {
    Path data = NoisePeople.write(folder.resolve("data"));
    Bench.BenchResult result =
        new Bench(config(), data, List.of(2, 4), 1, 0, EVERYTHING, List.of()).run(Progress.NONE);
    assertThat(result.rows())
        .extracting(Bench.BenchRow::what)
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
    assertThat(result.rows())
        .extracting(Bench.BenchRow::imagesPerSecond)
        .allMatch(rate -> rate > 0);
    assertThat(result.rows().get(2).batch()).isEqualTo(2);
    assertThat(result.rows().get(8).batch()).isEqualTo(4);
    assertThat(result.json().toString())
        .contains("\"what\":\"pipeline\",\"precision\":\"fp32\",\"batch\":2")
        .contains("\"gflop_per_s\":null");
    assertThat(result.overhead()).containsPattern("predict, .* at --batch [24], [0-9]+ % of");
    assertThat(result.recommendation()).singleElement().asString().contains("--set train.batch=");
  }

  @Test
  void int8IsAForwardPassOfThatPrecision() throws Exception {
    Assumptions.assumeTrue(
        QuantizedConvolution.available(ComputeDevice.CPU), "this processor has no VNNI");
    Bench.BenchResult result =
        new Bench(config(), null, List.of(2), 1, 0, EnumSet.of(Bench.What.INT8), List.of())
            .run(Progress.NONE);
    assertThat(result.rows()).hasSize(1);
    assertThat(result.json().toString())
        .contains("\"what\":\"forward\",\"precision\":\"int8\",\"batch\":2");
  }

  @Test
  void measuresOnlyWhatIsAskedFor() throws Exception {
    Path data = NoisePeople.write(folder.resolve("data"));
    Bench.BenchResult result =
        new Bench(config(), data, List.of(2), 1, 0, EnumSet.of(Bench.What.FORWARD), List.of())
            .run(Progress.NONE);
    assertThat(result.rows()).extracting(Bench.BenchRow::what).containsExactly("forward");
    assertThat(result.recommendation()).isEmpty();
    assertThat(result.overhead()).isEmpty();
  }

  private static List<String> advice(double step, double pipeline, double train) {
    List<Bench.BenchRow> rows = new ArrayList<>();
    Map.of("step", step, "pipeline", pipeline, "train", train)
        .forEach((what, rate) -> rows.add(row(what, Precision.FP32, rate, 1)));
    return new Bench.BenchResult("cpu", 1, rows, null, null).recommendation();
  }

  private static Bench.BenchRow row(String what, Precision precision, double rate, double people) {
    return new Bench.BenchRow(what, precision, 8, rate, people, 1, 1);
  }

  private static Bench.BenchResult result(Bench.BenchRow... rows) {
    return new Bench.BenchResult("cpu", 1, List.of(rows), null, null);
  }

  /** Predicting in bf16 is no share of what the network does in int8. */
  @Test
  void comparesPredictingWithTheNetworkInTheSamePrecision() {
    Bench.BenchRow int8 = row("forward", Precision.INT8, 400, 1);
    Bench.BenchRow predict = row("predict", Precision.BF16, 90, 1);
    assertThat(result(int8, predict).overhead()).isEmpty();
    assertThat(result(int8, row("forward", Precision.BF16, 100, 1), predict).overhead())
        .contains("90 % of the network's own 100.0");
  }

  /** A photo of three people is one detection, three crops and three estimates. */
  @Test
  void stagesAreComparedByPhotos() {
    assertThat(
            result(
                    row("detect", Precision.FP32, 20, 1),
                    row("crop", Precision.FP32, 300, 1),
                    row("estimate", Precision.FP32, 60, 1),
                    row("all", Precision.FP32, 8, 3))
                .sideBySide())
        .contains("8.0 photos/s of 3.0 people each", "0.40 of the slowest stage's own 20.0")
        .contains("0.88 of the 9.1 that");
  }

  /** Processes with other shares than the table says would be compared as if they were equal. */
  @Test
  void splitsThatDoNotDivideTheBatchAreLeftOut() {
    assertThat(new CoreSplit(4, 1, 1).divides(6)).isFalse();
    assertThat(new CoreSplit(2, 1, 1).divides(1)).isFalse();
    assertThat(new CoreSplit(3, 1, 1).divides(6)).isTrue();
    assertThat(new CoreSplit(3, 1, 1).options(6)).contains("--set=train.batch=2");
  }

  /** What to do is said of what was measured. */
  @Test
  void advisesOnTheDataByWhatItCost() {
    assertThat(advice(100, 500, 98)).singleElement().asString().endsWith("so the data keeps up");
    assertThat(advice(100, 60, 58))
        .singleElement()
        .asString()
        .contains("the network waits for the data, which alone comes at 60.0", "data.workers");
    assertThat(advice(100, 900, 89))
        .singleElement()
        .asString()
        .contains("alone 900.0 img/s, takes 11 % of the cores' time", "--splits=auto")
        .doesNotContain("data.workers", "--threads");
  }

  @Test
  void recommendsTheFastestSplitUnlessAllAreAlike() {
    CoreSplit two = new CoreSplit(2, 1, 1);
    CoreSplit one = new CoreSplit(1, 2, 3);
    SplitBench.SplitResult differ =
        new SplitBench.SplitResult(
            16, List.of(new SplitBench.Rate(two, 50), new SplitBench.Rate(one, 40)));
    assertThat(differ.recommendation())
        .isEqualTo(
            "fastest split: --nproc=2 --threads=1 --set=data.workers=1 --set=train.batch=8,"
                + " 50.0 img/s; the slowest, 1x2x3, 40.0");
    SplitBench.SplitResult alike =
        new SplitBench.SplitResult(
            16, List.of(new SplitBench.Rate(two, 50), new SplitBench.Rate(one, 49)));
    assertThat(alike.recommendation()).isEqualTo("all splits train alike, at 50.0 img/s");
    assertThat(new Bench.BenchResult("cpu", 1, List.of(), differ, null).json().toString())
        .contains("{\"processes\":1,\"threads\":2,\"workers\":3,\"step\":16,\"img_per_s\":40}");
  }

  @Test
  void readsSplits() {
    assertThat(CoreSplit.parse(List.of("2x1x1", "1x16x8")))
        .containsExactly(new CoreSplit(2, 1, 1), new CoreSplit(1, 16, 8));
    for (String bad : List.of("2x1", "0x1x1", "1x0x1", "1x1x0", "axbxc", "", "auto")) {
      assertThatThrownBy(() -> CoreSplit.parse(List.of(bad)))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("PROCESSESxTHREADSxWORKERS");
    }
    for (int cores : new int[] {1, 2, 6, 64}) {
      assertThat(CoreSplit.of(cores, ComputeDevice.CPU))
          .isNotEmpty()
          .doesNotHaveDuplicates()
          .allMatch(split -> split.processes() * split.threads() <= cores);
    }
  }

  @Test
  void aBatchOfMorePeopleThanThereAreIsRefused() throws Exception {
    Path data = NoisePeople.write(folder.resolve("data"));
    assertThatThrownBy(
            () ->
                new Bench(config(), data, List.of(9), 1, 0, EVERYTHING, List.of())
                    .run(Progress.NONE))
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
