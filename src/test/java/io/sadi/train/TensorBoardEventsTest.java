package io.sadi.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.sadi.config.Config;
import io.sadi.io.Progress;
import io.sadi.testing.NoisePeople;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.framework.Summary;
import org.tensorflow.util.Event;

/** What TensorBoard's own classes make of a run's events. */
class TensorBoardEventsTest {
  @TempDir private Path folder;

  private Path file() throws IOException {
    return file(folder);
  }

  private static Path file(Path run) throws IOException {
    try (var files = Files.list(run)) {
      List<Path> events =
          files.filter(f -> f.getFileName().toString().startsWith("events.out.tfevents.")).toList();
      assertThat(events).hasSize(1);
      return events.get(0);
    }
  }

  /** The events of a file, which must be whole records to its end. */
  private static List<Event> read(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (in.hasRemaining()) {
      byte[] message = new byte[(int) in.getLong()];
      in.getInt();
      in.get(message).getInt();
      events.add(Event.parseFrom(message));
    }
    assertThat(events.get(0).getFileVersion()).isEqualTo("brain.Event:2");
    return events.subList(1, events.size());
  }

  private static Map<String, Float> scalars(Event event) {
    Map<String, Float> values = new TreeMap<>();
    for (Summary.Value value : event.getSummary().getValueList()) {
      values.put(value.getTag(), value.getSimpleValue());
    }
    return values;
  }

  private static List<List<String>> rows(int... epochs) {
    List<List<String>> rows = new ArrayList<>();
    for (int epoch : epochs) {
      rows.add(
          new EpochResult(
                  epoch,
                  300L * epoch,
                  1e-3,
                  new LossValues(2.5, 0.25, Double.NaN),
                  96,
                  81.5,
                  1234,
                  List.of())
              .row());
    }
    return rows;
  }

  /** The first bytes of every event file that TensorFlow writes: 24, and its checksum. */
  @Test
  void beginsAsTensorFlowsFilesDo() throws IOException {
    TensorBoardEvents.write(folder, EpochResult.columns(), List.of());
    assertThat(Arrays.copyOf(Files.readAllBytes(file()), 13))
        .containsExactly(0x18, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22, 0x09);
    assertThat(read(file())).isEmpty();
  }

  @Test
  void anEpochIsAStepWithItsScalars() throws IOException {
    TensorBoardEvents.write(folder, EpochResult.columns(), rows(1));
    TensorBoardEvents.write(folder, EpochResult.columns(), rows(1, 2));
    List<Event> events = read(file());
    assertThat(events).extracting(Event::getStep).containsExactly(1L, 2L);
    assertThat(events.get(1).getWallTime()).isGreaterThan(1.7e9);
    assertThat(scalars(events.get(1)))
        .containsOnly(
            entry("loss/total", 2.5f),
            entry("loss/h1", 0.25f), // and no loss/h2, which this network does not have
            entry("train/steps", 600f),
            entry("train/lr", 1e-3f),
            entry("train/images", 96f),
            entry("train/img_per_s", 81.5f),
            entry("train/rss_mb", 1234f));
  }

  /** Two hundred epochs, so that a step takes two bytes; a kill may leave any part of the last. */
  @Test
  void whatAKilledRunLeftIsContinued() throws IOException {
    int[] epochs = new int[200];
    Arrays.setAll(epochs, i -> i + 1);
    TensorBoardEvents.write(folder, EpochResult.columns(), rows(epochs));
    byte[] whole = Files.readAllBytes(file());
    TensorBoardEvents.write(folder, EpochResult.columns(), rows(Arrays.copyOf(epochs, 199)));
    byte[] shorter = Files.readAllBytes(file());
    assertThat(whole).startsWith(shorter); // what was there stays, its times too
    for (int length = 0; length <= whole.length; length += length < 40 ? 1 : 97) {
      Files.write(file(), Arrays.copyOf(whole, length));
      TensorBoardEvents.write(folder, EpochResult.columns(), rows(epochs));
      assertThat(read(file())).extracting(Event::getStep).hasSize(200).doesNotHaveDuplicates();
    }
    byte[] damaged = whole.clone();
    damaged[shorter.length + 30] ^= 1;
    Files.write(file(), damaged);
    TensorBoardEvents.write(folder, EpochResult.columns(), rows(epochs));
    assertThat(Files.readAllBytes(file())).startsWith(shorter);
    assertThat(scalars(read(file()).get(199))).containsEntry("loss/total", 2.5f);
  }

  /** Epochs that are done again, from a state before the last, are there once. */
  @Test
  void whatIsDoneAgainIsThereOnce() throws IOException {
    TensorBoardEvents.write(folder, EpochResult.columns(), rows(1, 2, 3, 4));
    TensorBoardEvents.write(folder, EpochResult.columns(), rows(1, 2));
    TensorBoardEvents.write(folder, EpochResult.columns(), rows(1, 2, 3));
    assertThat(read(file())).extracting(Event::getStep).containsExactly(1L, 2L, 3L);
  }

  @Test
  void aRunWritesWhatItsMetricsSay() throws IOException {
    Path data = NoisePeople.write(folder.resolve("data"));
    Path run = folder.resolve("run");
    TrainJob.prepare(config(), true, data, run, TrainJob.Mode.REFUSE, null).run(Progress.NONE);
    List<Event> events = read(file(run));
    List<String> metrics = Files.readAllLines(run.resolve("metrics.csv"));
    assertThat(events).extracting(Event::getStep).containsExactly(1L, 2L, 3L);
    List<String> header = List.of(metrics.get(0).split(","));
    String[] last = metrics.get(3).split(",", -1);
    assertThat(scalars(events.get(2)))
        .containsEntry("loss/h2", Float.parseFloat(last[header.indexOf("loss_h2")]))
        .containsEntry(
            "val/fused_mean_joint_weighted",
            Float.parseFloat(last[header.indexOf("val_fused_mean_joint_weighted")]));

    // As if it had been killed after its second epoch, with a line that nobody will finish.
    TrainJob longer =
        TrainJob.resume(
            Config.load(run.resolve("config.yaml"), List.of("train.epochs=5"), Map.of()),
            data,
            run);
    Files.write(file(run), Arrays.copyOf(Files.readAllBytes(file(run)), 700));
    longer.run(Progress.NONE);
    assertThat(read(file(run))).extracting(Event::getStep).containsExactly(1L, 2L, 3L, 4L, 5L);

    TrainJob.prepare(config(), true, data, run, TrainJob.Mode.OVERWRITE, null).run(Progress.NONE);
    assertThat(read(file(run))).hasSize(3);
  }

  private static Config config() {
    return Config.parse(NoisePeople.CONFIG, "tiny");
  }
}
