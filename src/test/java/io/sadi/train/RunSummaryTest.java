package io.sadi.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.sadi.config.Config;
import io.sadi.io.BadInputException;
import io.sadi.io.Csv;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.testing.NoisePeople;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What summary.json and metrics.csv say of runs that were killed and went on, of either task. */
class RunSummaryTest {
  private static final String DETECTOR =
      """
      model: {input: 64, stem: 4, channels: [4, 4, 8], blocks: [1, 1, 1], features: 4}
      train: {task: detect, epochs: 3, batch: 4, lr: 0.001, milestones: [2], threads: 1,
        precision: fp32, samples: 0}
      """;

  @TempDir private Path folder;
  private Path data;

  @BeforeEach
  void drawPeople() throws IOException {
    data = NoisePeople.write(folder.resolve("data"));
  }

  private RunState train(Path run, String yaml, TrainJob.Mode mode, String... sets)
      throws IOException {
    boolean alone = mode == TrainJob.Mode.RESUME;
    Config config = alone ? Config.empty() : Config.parse(yaml, "tiny");
    for (String set : sets) {
      config.set(set);
    }
    return yaml.equals(DETECTOR)
        ? DetectorJob.prepare(config, !alone, data, run, mode, null).run(false, Progress.NONE)
        : TrainJob.prepare(config, !alone, data, run, mode, null).run(Progress.NONE);
  }

  /** Of the last epoch's state and the summary that says "done" the state is the first. */
  @Test
  void aRunThatWasKilledBeforeItsLastWordIsDoneOnceItIsResumed() throws IOException {
    for (String yaml : List.of(NoisePeople.CONFIG, DETECTOR)) {
      Path run = Files.createTempDirectory(folder, "run").resolve("run");
      train(run, yaml, TrainJob.Mode.REFUSE, "train.epochs=2");
      Path file = run.resolve("summary.json");
      JsonObject done = Json.readObject(file);
      assertThat(done.get("img_per_s").getAsDouble()).isPositive();
      JsonObject running = done.deepCopy();
      running.addProperty("state", "running");
      Json.write(file, running);
      assertThat(train(run, yaml, TrainJob.Mode.RESUME)).isEqualTo(RunState.DONE);
      JsonObject after = Json.readObject(file);
      for (JsonObject summary : List.of(done, after)) { // of the process, not of the run
        summary.remove("wall_s");
        summary.remove("peak_rss_mb");
      }
      assertThat(after).isEqualTo(done);

      // Ended earlier than it was begun for.
      running.addProperty("state", "interrupted");
      Json.write(file, running);
      train(run, yaml, TrainJob.Mode.RESUME_DIFFERENTLY, "train.epochs=1");
      assertThat(Json.readObject(file).get("state").getAsString()).isEqualTo("done");

      // A rate that nobody knows is none, and not 0.
      Files.delete(run.resolve("metrics.csv"));
      Files.writeString(file, "{"); // damaged: written anew
      train(run, yaml, TrainJob.Mode.RESUME_DIFFERENTLY, "train.epochs=1");
      assertThat(Json.readObject(file).get("img_per_s")).isEqualTo(JsonNull.INSTANCE);
      byte[] before = Files.readAllBytes(file);
      train(run, yaml, TrainJob.Mode.RESUME_DIFFERENTLY, "train.epochs=1");
      assertThat(file).hasBinaryContent(before);
    }
  }

  /** Four steps of 2 were done; of 4 the epoch has two, so it took a negative number of them. */
  @Test
  void anEpochThatEndsWithLargerStepsCountsTheImagesThatItTook() throws IOException {
    for (String yaml : List.of(NoisePeople.CONFIG, DETECTOR)) {
      Path run = Files.createTempDirectory(folder, "run").resolve("run");
      Path photo = data.resolve("images/11.png"); // to validate on
      byte[] bytes = Files.readAllBytes(photo);
      Files.delete(photo);
      assertThatThrownBy(
              () -> train(run, yaml, TrainJob.Mode.REFUSE, "train.epochs=2", "train.batch=2"))
          .isInstanceOf(BadInputException.class);
      Files.write(photo, bytes);
      train(run, yaml, TrainJob.Mode.RESUME_DIFFERENTLY, "train.epochs=2", "train.batch=4");
      try (Csv csv = Csv.open(run.resolve("metrics.csv"))) {
        Csv.Row first = csv.next();
        assertThat(first).isNotNull();
        assertThat(first.text(csv.column("img_per_s"))).isEmpty();
        assertThat(first.text(csv.column("images"))).isEqualTo("8");
        Csv.Row second = csv.next();
        assertThat(second).isNotNull();
        assertThat(second.number(csv.column("img_per_s"))).isPositive();
        assertThat(second.text(csv.column("images"))).isEqualTo("8");
      }
    }
  }

  /** States of older versions do not say how many images the steps of their epoch took. */
  @Test
  void imagesOfAnOlderStateAreCountedByTheStep() {
    Position old =
        Position.fromJson(
            Position.START
                .goodStep(new LossValues(1, 1, 1), 4)
                .toJson()
                .replace("\"images\":4,", ""),
            folder);
    Position next = old.goodStep(new LossValues(1, 1, 1), 4);
    assertThat(next.current().images(4)).isEqualTo(8);
    assertThat(Position.fromJson(next.toJson(), folder)).isEqualTo(next);
    assertThat(Map.of("new", Position.START.goodStep(LossValues.ZERO, 4).current().images(9)))
        .containsEntry("new", 4L);
  }
}
