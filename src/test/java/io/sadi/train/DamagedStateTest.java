package io.sadi.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.checkpoint.Decode;
import io.sadi.config.Config;
import io.sadi.io.Progress;
import io.sadi.io.Safetensors;
import io.sadi.testing.NoisePeople;
import io.sadi.testing.Warnings;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Ranks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run goes on from the state before one whose header, or whose disk, is damaged. */
class DamagedStateTest {
  @TempDir private static Path trained;
  private static Path data;
  @TempDir private Path folder;
  private Path run;

  @BeforeAll
  static void train() throws IOException {
    data = NoisePeople.write(trained.resolve("data"));
    job(trained.resolve("run"), TrainJob.Mode.REFUSE).run(Progress.NONE);
  }

  @BeforeEach
  void copyRun() throws IOException {
    run = folder.resolve("run");
    Path source = trained.resolve("run");
    try (var tree = Files.walk(source)) {
      for (Path path : tree.toList()) {
        Files.copy(path, run.resolve(source.relativize(path).toString()));
      }
    }
  }

  private static TrainJob job(Path out, TrainJob.Mode mode) throws IOException {
    Config config = Config.parse(NoisePeople.CONFIG, "tiny");
    config.set("train.samples=0");
    return TrainJob.prepare(config, true, data, out, mode, null);
  }

  private static Path last(Path run) {
    return run.resolve("checkpoints/last.safetensors");
  }

  /** Numbers like any others: the run would go on elsewhere, without a word. */
  @Test
  void aFlippedBitInThePositionIsSeen() throws IOException {
    Path whole = Files.copy(last(run), folder.resolve("whole"));
    byte[] bytes = Files.readAllBytes(last(run));
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int at = text.indexOf("\\\"epoch\\\":3");
    assertThat(at).isPositive();
    int digit = text.indexOf("3", at);
    bytes[digit] ^= 1;
    Files.write(last(run), bytes);
    List<String> warnings = new ArrayList<>();
    job(run, TrainJob.Mode.RESUME).run(Warnings.into(warnings));
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("last.safetensors: damaged: its metadata is not what was written")
        .contains("going on from the state before it");
    assertThat(last(run)).hasSameBinaryContentAs(whole);
  }

  /** Calibrating changes the header of a state; it is to go on nevertheless. */
  @Test
  void aCheckpointThatWasChangedOnPurposeIsWhole() throws IOException {
    Checkpoint before = Checkpoint.read(last(run));
    List<Double> factors = Collections.nCopies(before.skeleton().size(), 1.5);
    before.calibrate(last(run), Map.of(Decode.H1, factors));
    Safetensors.read(last(run)).checkSums(last(run));
    assertThat(Checkpoint.read(last(run)).temperatures()).containsEntry(Decode.H1, factors);
  }

  /** Files of older versions have no checksum of their metadata. */
  @Test
  void olderStatesAreRead() throws IOException {
    Safetensors state = Safetensors.read(last(run));
    Map<String, String> metadata = new LinkedHashMap<>(state.metadata());
    assertThat(metadata.remove("crc32c_metadata")).isNotNull();
    new Safetensors(metadata, state.tensors()).write(last(run));
    List<String> warnings = new ArrayList<>();
    assertThat(job(run, TrainJob.Mode.RESUME).run(Warnings.into(warnings)))
        .isEqualTo(RunState.DONE);
    assertThat(warnings).isEmpty();
  }

  private static Safetensors unreadable(Path file) throws IOException {
    Safetensors content = Safetensors.read(file);
    Map<String, Safetensors.Entry> tensors = new LinkedHashMap<>();
    content
        .tensors()
        .forEach(
            (name, entry) ->
                tensors.put(
                    name,
                    new Safetensors.Entry(entry.dtype(), entry.shape(), () -> badSector(file))));
    return new Safetensors(content.metadata(), tensors);
  }

  private static ByteBuffer badSector(Path file) {
    throw new UncheckedIOException(new IOException(file + ": Input/output error"));
  }

  private List<String> resume(RunFolder.StateReader disk) throws IOException {
    List<String> warnings = new ArrayList<>();
    TrainJob job = job(run, TrainJob.Mode.RESUME);
    try (Trainer trainer =
        new Trainer(job.config(), 14, ComputeDevice.CPU, Precision.FP32, Ranks.ALONE)) {
      TrainRun resumed =
          new TrainRun(job, RunFolder.at(run, disk), trainer, Ranks.ALONE, Warnings.into(warnings));
      resumed.resume(false);
      resumed.computing(false);
      resumed.run();
    }
    return warnings;
  }

  /** A bad sector under weights, and one under moments. */
  @Test
  void aStateThatTheDiskCannotReadIsDamagedToo() throws IOException {
    Path whole = Files.copy(last(run), folder.resolve("whole"));
    for (String bad :
        List.of("checkpoints/last.safetensors", "state/optimizer-000000006.safetensors")) {
      Path file = run.resolve(bad);
      assertThat(file).exists();
      boolean[] readAgain = {false};
      List<String> warnings =
          resume(
              path -> {
                boolean broken = path.equals(file) && !readAgain[0];
                readAgain[0] |= broken;
                return broken ? unreadable(path) : Safetensors.read(path);
              });
      assertThat(warnings)
          .singleElement()
          .asString()
          .startsWith(file + ": Input/output error; going on from the state before it");
      assertThat(last(run)).hasSameBinaryContentAs(whole);
    }
    assertThatThrownBy(() -> resume(DamagedStateTest::unreadable))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("Input/output error");
    assertThat(last(run)).hasSameBinaryContentAs(whole);
  }

  /** Whose people they were is asked before anything is restored. */
  @Test
  void whatARunWasTrainedOnIsThatOfAStateThatCanBeRead() throws IOException {
    RunFolder.StateReader disk =
        path -> {
          if (path.equals(last(run))) {
            throw new UncheckedIOException(new IOException(path + ": Input/output error"));
          }
          return Safetensors.read(path);
        };
    assertThat(RunFolder.at(run, disk).trainedOn())
        .isEqualTo(job(run, TrainJob.Mode.RESUME).trainedOn());
  }
}
