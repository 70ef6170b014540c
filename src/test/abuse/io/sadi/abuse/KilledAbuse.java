package io.sadi.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.testing.BinSadi;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGKILL at any moment: what is resumed ends as what was never killed. */
class KilledAbuse {
  private static final SplittableRandom RANDOM =
      new SplittableRandom(Long.getLong("abuse.seed", 1));

  /** Of each photo: enough for a merge to be more than the start of a process. */
  private static final int COPIES = 20;

  @TempDir private static Path shared;
  private static Path people;

  @TempDir private Path folder;

  @BeforeAll
  static void drawPeople() {
    people = shared.resolve("people");
    Abuse.assumeEnds(
        Abuse.sadi(shared)
            .run(
                Abuse.words(
                    "prepare synthetic -q --count 24 --split train=1-16 --split val=17-24 --out",
                    people)));
  }

  /** Something that is looked at, or done. */
  private interface Step {
    void take() throws IOException;
  }

  /**
   * Starts a command again and again and kills it, until it was killed so often. A command that
   * comes to its end before it is killed is checked and started afresh; the last one does.
   *
   * @param wholeMs how long it takes
   * @param out what it makes
   * @param killed what holds after each kill, or is done then
   * @param ending what holds after each end
   */
  private void kill(
      String what, long wholeMs, String[] command, Path out, Step killed, Step ending)
      throws Exception {
    Path err = folder.resolve("err.txt");
    int wanted = Abuse.kills(what);
    int kills = 0;
    int ends = 0;
    boolean ended = false;
    while (kills < wanted || !ended) { // at last it comes to its end
      Process process = Abuse.sadi(folder).start(folder.resolve("out.txt"), err, command);
      // Once there were enough it may come to its end.
      long patience = kills < wanted ? RANDOM.nextLong(wholeMs + wholeMs / 4) : 1_200_000;
      ended = process.waitFor(patience, TimeUnit.MILLISECONDS);
      if (!ended) {
        process.destroyForcibly();
        kills++;
      }
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      BinSadi.Result result = new BinSadi.Result(process.exitValue(), "", Files.readString(err));
      Abuse.check(what + ", killed " + kills + " times", result, folder, 0, 4, 137);
      if (ended) {
        assertThat(result.exitCode()).as(result.err()).isIn(0, 4);
        ending.take();
        ends++;
        delete(out);
      } else {
        killed.take();
      }
    }
    Abuse.note(what + ": " + kills + " kills, " + ends + " came to their end", 0, "");
  }

  private static void delete(Path place) throws IOException {
    if (!Files.exists(place)) {
      return;
    }
    try (Stream<Path> files = Files.walk(place)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private long timed(String... command) {
    long start = System.nanoTime();
    Abuse.assumeEnds(Abuse.sadi(folder).run(command));
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
  }

  @Test
  void training() throws Exception {
    long ms = timed(Abuse.train(people, "whole", 5));
    Path run = folder.resolve("run");
    States states = new States(run, RANDOM);
    kill(
        "train",
        ms,
        Abuse.train(people, "run", 5, "--resume"),
        run,
        states::damageOne,
        () -> {
          states.forget();
          assertThat(Abuse.last(run)).isEqualTo(Abuse.last(folder.resolve("whole")));
          assertThat(Files.readAllLines(run.resolve("metrics.csv"))).hasSize(6);
          assertThat(run.resolve("summary.json")).content().contains("\"state\": \"done\"");
        });
  }

  /** Two processes that share no folder, as on two machines: either may go, and any state. */
  @Test
  void trainingTogether() throws Exception {
    Path whole = folder.resolve("whole");
    long start = System.nanoTime();
    for (Process process : together(whole)) {
      assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).isZero();
    }
    long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    Path run = folder.resolve("run");
    States states = new States(run.resolve("0"), RANDOM);
    int wanted = Abuse.kills("train-together");
    int kills = 0;
    int ends = 0;
    boolean ended = false;
    while (kills < wanted || !ended) {
      states.damageOne();
      List<Process> both = together(run);
      Process victim = both.get(RANDOM.nextInt(2));
      long patience = kills < wanted ? RANDOM.nextLong(ms + ms / 4) : 1_200_000;
      if (!victim.waitFor(patience, TimeUnit.MILLISECONDS)) {
        victim.destroyForcibly();
        kills++;
      }
      for (Process process : both) {
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("it ends").isTrue();
        assertThat(process.exitValue()).isIn(0, 1, 137);
      }
      ended = both.stream().allMatch(process -> process.exitValue() == 0);
      if (ended) {
        assertThat(Abuse.last(run.resolve("0"))).isEqualTo(Abuse.last(whole.resolve("0")));
        ends++;
        states.forget();
        delete(run);
      }
    }
    Abuse.note("train together: " + kills + " kills, " + ends + " came to their end", 0, "");
  }

  private List<Process> together(Path run) throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    List<Process> both = new ArrayList<>();
    for (int rank = 0; rank < 2; rank++) {
      both.add(
          Abuse.sadi(folder)
              .with("RANK", String.valueOf(rank))
              .with("WORLD_SIZE", "2")
              .with("MASTER_ADDR", "127.0.0.1")
              .with("MASTER_PORT", String.valueOf(port))
              .start(
                  folder.resolve("out-" + rank + ".txt"),
                  folder.resolve("err-" + rank + ".txt"),
                  Abuse.train(
                      people,
                      run.resolve(String.valueOf(rank)),
                      5,
                      "--resume --set train.batch=4 --set train.rank_timeout=15")));
    }
    return both;
  }

  @Test
  void predicting() throws Exception {
    Abuse.assumeEnds(Abuse.sadi(folder).run(Abuse.train(people, "run", 1)));
    Path model = folder.resolve("run/checkpoints/best.safetensors");
    String command = "--batch 2 --threads 1 -q --out ";
    Path images = people.resolve("images");
    long ms = timed(Abuse.words("predict --model", model, images, command + "whole.csv"));
    Path out = folder.resolve("out.csv");
    kill(
        "predict",
        ms,
        Abuse.words("predict --model", model, images, command + "out.csv --resume"),
        out,
        () -> {
          if (Files.exists(out)) { // a kill after the end
            assertThat(out).hasSameBinaryContentAs(folder.resolve("whole.csv"));
          } else if (RANDOM.nextInt(4) == 0) {
            damage(folder.resolve("out.csv.part"));
          }
        },
        () -> {
          assertThat(out).hasSameBinaryContentAs(folder.resolve("whole.csv"));
          assertThat(folder.resolve("out.csv.part")).doesNotExist();
        });
  }

  /** What a disk or a crash of the machine does to an unfinished run, but for its first line. */
  private static void damage(Path part) throws IOException {
    byte[] bytes = Files.exists(part) ? Files.readAllBytes(part) : new byte[0];
    int first = 0;
    while (first < bytes.length && bytes[first] != '\n') {
      first++;
    }
    if (first + 2 < bytes.length) {
      int at = RANDOM.nextInt(first + 1, bytes.length);
      bytes[at] ^= (byte) (1 << RANDOM.nextInt(8));
      boolean cut = RANDOM.nextBoolean();
      Files.write(part, cut ? Arrays.copyOf(bytes, at) : bytes);
    }
  }

  @Test
  void merging() throws Exception {
    Abuse.assumeEnds(Abuse.sadi(folder).run(Abuse.train(people, "run", 1)));
    Path images = Files.createDirectory(folder.resolve("many"));
    try (Stream<Path> photos = Files.list(people.resolve("images"))) {
      for (Path photo : photos.toList()) {
        for (int i = 0; i < COPIES; i++) {
          Files.createLink(images.resolve(i + " \u00e9 " + photo.getFileName()), photo);
        }
      }
    }
    Files.writeString(images.resolve("broken.png"), "no image");
    String predict = "predict -q --model run/checkpoints/best.safetensors many --passes 1 --out ";
    List<BinSadi.Result> made = new ArrayList<>();
    made.add(Abuse.sadi(folder).run(Abuse.words(predict + "whole.json")));
    Path parts = Files.createDirectory(folder.resolve("parts"));
    for (int i = 1; i <= 3; i++) {
      made.add(
          Abuse.sadi(folder)
              .run(Abuse.words(predict + "parts/" + i + ".csv --shard " + i + "/3")));
    }
    made.forEach(result -> assertThat(result.exitCode()).as(result.err()).isIn(0, 4));
    String[] merge = Abuse.words("merge -q parts/2.csv parts/3.csv parts/1.csv --out out.json");
    List<String> before = Abuse.content(parts);
    Path whole = folder.resolve("whole.json");
    Path out = folder.resolve("out.json");
    long start = System.nanoTime();
    assertThat(Abuse.sadi(folder).run(merge).exitCode()).isEqualTo(4); // one was broken
    long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    assertThat(out).hasSameBinaryContentAs(whole);
    Files.delete(out);
    Step nothingLost =
        () -> {
          assertThat(Abuse.content(parts)).isEqualTo(before);
          if (Files.exists(out)) {
            assertThat(out).hasSameBinaryContentAs(whole);
            Files.delete(out); // or the next one refuses to replace it
          }
        };
    kill("merge", ms, merge, out, nothingLost, nothingLost);
    assertThat(folder.resolve("out.json.part")).doesNotExist();
  }

  @Test
  void study() throws Exception {
    String[] start =
        Abuse.words("ablate --config", Path.of(TinyRun.CONFIG), "--data", people, Abuse.NETWORK);
    String rest = "--variant baseline,no-flow --set train.epochs=1 --out ";
    long ms = timed(Abuse.words(Arrays.asList(start), rest + "whole"));
    Path study = folder.resolve("study");
    kill(
        "ablate",
        ms,
        Abuse.words(Arrays.asList(start), rest + "study --resume"),
        study,
        () -> {},
        () ->
            assertThat(study.resolve("results.csv"))
                .hasSameTextualContentAs(folder.resolve("whole/results.csv")));
  }

  @Test
  void preparing() throws Exception {
    String command = "prepare synthetic -q --count 8 --split train=1-6 --split val=7-8 --out ";
    long ms = timed(Abuse.words(command + "whole"));
    Path out = folder.resolve("out");
    kill(
        "prepare",
        ms,
        Abuse.words(command + "out --overwrite"),
        out,
        () -> {},
        () ->
            assertThat(Abuse.content(out)).isEqualTo(Abuse.content(folder.resolve("whole"))));
  }
}
