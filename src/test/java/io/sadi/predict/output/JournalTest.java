package io.sadi.predict.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.sadi.data.PersonBox;
import io.sadi.eval.Prediction;
import io.sadi.geom.Box;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.ImageOutcome;
import io.sadi.predict.engine.InputFailure;
import io.sadi.torch.Numerics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What a killed run has found is kept as it was found, or is looked for again. */
class JournalTest {
  private static final Numerics FP32 = new Numerics("fp32", "", "cpu", 4, "2.10");

  @TempDir private Path folder;

  private static JsonObject settings() {
    JsonObject settings = new JsonObject();
    settings.addProperty("decode", "fused");
    return settings;
  }

  private static FoundImage found(String name) {
    Prediction joints =
        new Prediction(
            name,
            0,
            new float[] {1.5f, 22},
            new float[] {3, -4.25f},
            new float[] {0.5f, 1},
            new float[] {Float.NaN, 2},
            new float[] {Float.NaN, 3});
    PersonBox place = new PersonBox(0, new Box(0, 0, 30, 40), 15, 20, 0.2);
    return new FoundImage(
        name,
        30,
        40,
        List.of(
            new FoundPerson(place, joints, null),
            new FoundPerson(place.ofScore(0.1 + 0.2), joints, null)));
  }

  private static final List<ImageOutcome> OUTCOMES =
      List.of(found("a.png"), new InputFailure("b.png", "no image"), found("\u00e4 c.png"));

  /** A merge or an evaluation into NAME would have taken hours of a run with it. */
  @Test
  void aFileWhosePartIsAnUnfinishedRunIsNotWritten() throws IOException {
    Path file = folder.resolve("found.csv");
    Path part = AtomicFile.part(file);
    byte[] run = written(part);
    for (Executable writing :
        List.<Executable>of(
            () -> AtomicFile.writeString(file, "x"), () -> AtomicFile.checkPart(file))) {
      assertThatThrownBy(writing::execute)
          .isInstanceOf(BadInputException.class)
          .hasMessageStartingWith(part + ": found a run of 'sadi predict'")
          .hasMessageContaining("--resume");
      assertThat(part).hasBinaryContent(run);
    }
    Files.writeString(part, "half of something else");
    AtomicFile.writeString(file, "x");
    assertThat(file).content().isEqualTo("x");
    assertThat(part).doesNotExist();
  }

  private byte[] written(Path file) throws IOException {
    try (Journal journal = Journal.open(file, settings(), false)) {
      journal.computing(FP32, false);
      for (ImageOutcome outcome : OUTCOMES) {
        journal.add(outcome);
      }
    }
    return Files.readAllBytes(file);
  }

  /** How many images a journal of these bytes holds, each as it was found; -1 for none at all. */
  private int held(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes);
    try (Journal journal = Journal.open(file, settings(), true)) {
      int held = 0;
      for (ImageOutcome outcome : OUTCOMES) {
        if (journal.has(outcome.name())) {
          assertThat(OutcomeJson.json(journal.get(outcome.name())))
              .isEqualTo(OutcomeJson.json(outcome));
          held++;
        }
      }
      assertThat(journal.size()).isEqualTo(held);
      assertThat(journal.computed()).isSubsetOf(FP32).hasSize(Math.min(1, held));
      return held;
    } catch (BadInputException e) {
      assertThat(e).hasMessageContaining("journal.part: found");
      return -1;
    }
  }

  @Test
  void whatAnyKillLeavesIsWhatWasFound() throws IOException {
    Path file = folder.resolve("journal.part");
    byte[] whole = written(file);
    int before = 0;
    for (int length = 0; length <= whole.length; length++) {
      int held = held(file, Arrays.copyOf(whole, length));
      assertThat(held).as("after %d bytes", length).isBetween(before, before + 1);
      before = held;
    }
    assertThat(before).isEqualTo(OUTCOMES.size());
  }

  /** A changed digit would be a joint somewhere else. */
  @Test
  void whatIsDamagedIsNotTakenForWhatWasFound() throws IOException {
    Path file = folder.resolve("journal.part");
    byte[] whole = written(file);
    List<Integer> ends = new ArrayList<>();
    for (int i = 0; i < whole.length; i++) {
      if (whole[i] == '\n') {
        ends.add(i);
      }
    }
    for (int at = 0; at < whole.length; at += 2) {
      for (int bits : new int[] {1, 0x80}) { // 1 makes digits of digits
        byte[] damaged = whole.clone();
        damaged[at] ^= (byte) bits;
        int place = at;
        int line = (int) ends.stream().filter(end -> end < place).count();
        // The head's damage is said; what comes before another line's counts.
        assertThat(held(file, damaged))
            .as("byte %d ^ %d", at, bits)
            .isEqualTo(line == 0 ? -1 : Math.max(0, line - 2));
      }
    }
  }

  @Test
  void anImageThatIsTriedAgainIsWhatItBecameLast() throws IOException {
    Path file = folder.resolve("journal.part");
    written(file);
    try (Journal journal = Journal.open(file, settings(), true)) {
      assertThat(journal.failures()).containsOnlyKeys("b.png");
      journal.add(found("b.png"));
      assertThat(journal.failures()).isEmpty();
    }
    try (Journal journal = Journal.open(file, settings(), true)) {
      assertThat(journal.failures()).isEmpty();
      assertThat(journal.size()).isEqualTo(3);
      assertThat(OutcomeJson.json(journal.get("b.png")))
          .isEqualTo(OutcomeJson.json(found("b.png")));
    }
    assertThat(new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines()).hasSize(6);
  }
}
