package io.sadi.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.testing.BinSadi;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every file that the tool has written, damaged in every way, and then read again. */
class DamagedAbuse {
  @TempDir private static Path shared;
  private static Path people;
  private static Path run;

  @TempDir private Path folder;

  /** What happens to a file's bytes; null takes it away. */
  private enum Damage {
    GONE(bytes -> null),
    EMPTY(bytes -> new byte[0]),
    HALF(bytes -> Arrays.copyOf(bytes, bytes.length / 2)),
    ONE_BYTE_SHORT(bytes -> Arrays.copyOf(bytes, Math.max(0, bytes.length - 1))),
    LONGER(bytes -> Arrays.copyOf(bytes, bytes.length + 7)),
    BEGINNING_FLIPPED(bytes -> flipped(bytes, Math.min(20, bytes.length / 8))),
    MIDDLE_FLIPPED(bytes -> flipped(bytes, bytes.length / 2)),
    NOISE(bytes -> noise(bytes.length));

    private final UnaryOperator<byte[]> change;

    Damage(UnaryOperator<byte[]> change) {
      this.change = change;
    }

    void to(Path file) throws IOException {
      byte[] changed = change.apply(Files.readAllBytes(file));
      if (changed == null) {
        Files.delete(file);
      } else {
        Files.write(file, changed);
      }
    }

    private static byte[] flipped(byte[] bytes, int at) {
      byte[] copy = bytes.clone();
      if (copy.length > 0) {
        copy[at] ^= 0x41;
      }
      return copy;
    }

    private static byte[] noise(int length) {
      byte[] noise = new byte[length];
      new java.util.Random(length).nextBytes(noise);
      return noise;
    }
  }

  @BeforeAll
  static void make() {
    people = shared.resolve("people");
    run = shared.resolve("run");
    Abuse.assumeEnds(
        Abuse.sadi(shared)
            .run(
                Abuse.words(
                    "prepare synthetic -q --count 12 --split train=1-8 --split val=9-12 --out",
                    people)));
    Abuse.assumeEnds(Abuse.sadi(shared).run(Abuse.train(people, "run", 3)));
  }

  /** What is done with a copy that was damaged. */
  private interface Use {
    String[] of(Path copy);
  }

  /** What must hold of a copy afterwards. */
  private interface Aftermath {
    void check(Path copy, String what, BinSadi.Result result, SoftAssertions promise)
        throws IOException;
  }

  /** Copies a folder for each of its files and damages, and uses the copies. */
  private void damageEach(String theme, Path original, Use use, Aftermath aftermath)
      throws Exception {
    List<Path> copies = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<String[]> commands = new ArrayList<>();
    for (String name : TinyRun.filesIn(original)) {
      if (!Files.isRegularFile(original.resolve(name))) {
        continue;
      }
      for (Damage damage : Damage.values()) {
        Path copy = folder.resolve("copy-" + copies.size());
        Abuse.copy(original, copy);
        damage.to(copy.resolve(name));
        copies.add(copy);
        names.add(theme + ": " + name + " " + damage);
        commands.add(use.of(copy));
      }
    }
    List<BinSadi.Result> results = Sequence.run(folder, commands);
    SoftAssertions promise = new SoftAssertions();
    for (int i = 0; i < copies.size(); i++) {
      String what = names.get(i);
      BinSadi.Result result = results.get(i);
      promise.check(() -> Abuse.check(what, result, folder, 0, 3, 4));
      Path copy = copies.get(i);
      promise.check(() -> aftermath.check(copy, what, result, promise));
    }
    promise.assertAll();
  }

  /** A run goes on from what is whole, or says what is not; never with half of it. */
  @Test
  void runsThatGoOn() throws Exception {
    Path whole = folder.resolve("whole");
    Abuse.copy(run, whole);
    Abuse.assumeEnds(Abuse.sadi(folder).run(Abuse.train(people, whole, 4, "--resume", "--override-config")));
    byte[] expected = Abuse.last(whole);
    damageEach(
        "train --resume",
        run,
        copy -> Abuse.train(people, copy, 4, "--resume", "--override-config", "-q"),
        (copy, what, result, promise) -> {
          if (result.exitCode() == 0) {
            promise.assertThat(Arrays.equals(Abuse.last(copy), expected)).as(what).isTrue();
          }
        });
  }

  @Test
  void datasets() throws Exception {
    damageEach(
        "eval --data",
        people,
        copy ->
            Abuse.words(
                "eval -q --threads 1 --model",
                run.resolve("checkpoints/best.safetensors"),
                "--data",
                List.of(copy)),
        (copy, what, result, promise) -> {});
  }

  @Test
  void checkpoints() throws Exception {
    damageEach(
        "predict --model",
        run.resolve("checkpoints"),
        copy ->
            Abuse.words(
                "predict -q --threads 1 --model",
                copy.resolve("best.safetensors"),
                people.resolve("images"),
                "--out",
                List.of(copy.resolve("out.csv"))),
        (copy, what, result, promise) ->
            promise
                .assertThat(Files.exists(copy.resolve("out.csv")))
                .as(what)
                .isEqualTo(result.exitCode() != 3));
  }

  @Test
  void studies() throws Exception {
    String[] start =
        Abuse.words("ablate -q --config", Path.of(TinyRun.CONFIG), "--data", people, Abuse.NETWORK);
    String rest = "--variant baseline --set train.epochs=1 --out";
    Path study = folder.resolve("study");
    Abuse.assumeEnds(
        Abuse.sadi(folder).run(Abuse.words(Arrays.asList(start), rest, List.of(study))));
    damageEach(
        "ablate --resume",
        study,
        copy -> Abuse.words(Arrays.asList(start), rest, List.of(copy), "--resume"),
        (copy, what, result, promise) -> {});
  }

  /** What parts are merged from: the whole of it, or a word why not. */
  @Test
  void partsThatAreMerged() throws Exception {
    Path parts = Files.createDirectories(folder.resolve("parts"));
    String[] predict =
        Abuse.words(
            "predict -q --threads 1 --model",
            run.resolve("checkpoints/best.safetensors"),
            people.resolve("images"),
            "--out");
    Abuse.assumeEnds(Abuse.sadi(folder).run(Abuse.words(Arrays.asList(predict), "whole.csv")));
    for (int i = 1; i <= 2; i++) {
      Abuse.assumeEnds(
          Abuse.sadi(folder)
              .run(
                  Abuse.words(
                      Arrays.asList(predict),
                      List.of(parts.resolve(i + ".csv")),
                      "--shard " + i + "/2")));
    }
    damageEach(
        "merge",
        parts,
        copy ->
            Abuse.words(
                "merge -q",
                List.of(copy.resolve("1.csv"), copy.resolve("2.csv")),
                "--out",
                List.of(copy.resolve("merged.csv"))),
        (copy, what, result, promise) -> {
          Path merged = copy.resolve("merged.csv");
          boolean damaged = what.contains(".shard ");
          promise.assertThat(result.exitCode()).as(what).isEqualTo(damaged ? 3 : 0);
          promise.assertThat(Files.exists(merged)).as(what).isEqualTo(!damaged);
          if (!damaged) {
            promise
                .assertThat(Files.readString(merged))
                .as(what)
                .isEqualTo(Files.readString(folder.resolve("whole.csv")));
          }
        });
  }

  /** What a prediction goes on from. */
  @Test
  void predictionsThatGoOn() throws Exception {
    Path started = Files.createDirectories(folder.resolve("started"));
    String[] predict =
        Abuse.words(
            "predict -q --threads 1 --batch 1 --model",
            run.resolve("checkpoints/best.safetensors"),
            people.resolve("images"));
    Abuse.assumeEnds(
        Abuse.sadi(folder).run(Abuse.words(Arrays.asList(predict), "--out whole.csv")));
    Path part = started.resolve("out.csv.part");
    Process process =
        Abuse.sadi(folder)
            .start(
                folder.resolve("out.txt"),
                folder.resolve("err.txt"),
                Abuse.words(
                    Arrays.asList(predict), "--out", List.of(started.resolve("out.csv"))));
    while (process.isAlive() && (!Files.exists(part) || Files.readAllLines(part).size() < 4)) {
      Thread.sleep(5);
    }
    process.destroyForcibly().waitFor();
    assertThat(part).exists();
    damageEach(
        "predict --resume",
        started,
        copy ->
            Abuse.words(
                Arrays.asList(predict), "--out", List.of(copy.resolve("out.csv")), "--resume"),
        (copy, what, result, promise) -> {
          if (result.exitCode() == 0) {
            promise
                .assertThat(Files.readString(copy.resolve("out.csv")))
                .as(what)
                .isEqualTo(Files.readString(folder.resolve("whole.csv")));
          }
        });
  }
}
