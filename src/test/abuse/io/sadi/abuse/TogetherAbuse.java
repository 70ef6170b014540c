package io.sadi.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.testing.BinSadi;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two of everything at once in one place: one does it, the other says that it cannot. */
class TogetherAbuse {
  @TempDir private static Path shared;
  private static Path people;
  private static Path run;

  @TempDir private Path folder;

  @BeforeAll
  static void make() {
    people = shared.resolve("people");
    run = shared.resolve("run");
    Abuse.assumeEnds(
        Abuse.sadi(shared)
            .run(
                Abuse.words(
                    "prepare synthetic -q --count 24 --split train=1-16 --split val=17-24 --out",
                    people)));
    Abuse.assumeEnds(Abuse.sadi(shared).run(Abuse.train(people, "run", 1)));
  }

  /** Starts a command twice and returns what became of both. */
  private List<BinSadi.Result> twice(String what, Map<String, String> environment, String... words)
      throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      BinSadi sadi = Abuse.sadi(folder);
      environment.forEach(sadi::with);
      processes.add(sadi.start(folder.resolve("out" + i), folder.resolve("err" + i), words));
    }
    List<BinSadi.Result> results = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      assertThat(processes.get(i).waitFor(20, TimeUnit.MINUTES)).isTrue();
      BinSadi.Result result =
          new BinSadi.Result(
              processes.get(i).exitValue(),
              Files.readString(folder.resolve("out" + i)),
              Files.readString(folder.resolve("err" + i)));
      Abuse.check(what + ", one of two", result, folder, 0, 3);
      results.add(result);
    }
    assertThat(results.stream().filter(result -> result.exitCode() == 0))
        .as(what + ": " + results)
        .isNotEmpty();
    return results;
  }

  private static List<String> leftovers(Path place) throws IOException {
    try (Stream<Path> files = Files.walk(place)) {
      return files.map(Path::toString).filter(name -> name.matches(".*\\.(part|tmp|old)")).toList();
    }
  }

  @Test
  void trainings() throws Exception {
    Abuse.assumeEnds(Abuse.sadi(folder).run(Abuse.train(people, "alone", 2)));
    twice("train", Map.of(), Abuse.train(people, "both", 2));
    assertThat(Abuse.last(folder.resolve("both"))).isEqualTo(Abuse.last(folder.resolve("alone")));
    twice("train --resume", Map.of(), Abuse.train(people, "both", 3, "--resume", "--override-config"));
    twice("train --overwrite", Map.of(), Abuse.train(people, "both", 2, "--overwrite"));
    assertThat(Abuse.last(folder.resolve("both"))).isEqualTo(Abuse.last(folder.resolve("alone")));
    assertThat(leftovers(folder)).isEmpty();
  }

  @Test
  void predictions() throws Exception {
    String predict = "predict -q --batch 1 --threads 1 --model";
    Path model = run.resolve("checkpoints/best.safetensors");
    Path images = people.resolve("images");
    Abuse.assumeEnds(
        Abuse.sadi(folder).run(Abuse.words(predict, model, images, "--out alone.csv")));
    twice("predict", Map.of(), Abuse.words(predict, model, images, "--out both.csv"));
    assertThat(folder.resolve("both.csv")).hasSameBinaryContentAs(folder.resolve("alone.csv"));
    twice("predict --out-dir", Map.of(), Abuse.words(predict, model, images, "--out-dir each"));
    assertThat(TinyRun.filesIn(folder.resolve("each"))).hasSize(25);
    assertThat(leftovers(folder)).isEmpty();
  }

  @Test
  void preparations() throws Exception {
    String command = "prepare synthetic -q --count 8 --split train=1-6 --split val=7-8 --out ";
    Abuse.assumeEnds(Abuse.sadi(folder).run(Abuse.words(command + "alone")));
    twice("prepare", Map.of(), Abuse.words(command + "both"));
    assertThat(Abuse.content(folder.resolve("both")))
        .isEqualTo(Abuse.content(folder.resolve("alone")));
    twice("prepare --overwrite", Map.of(), Abuse.words(command + "both --overwrite"));
    assertThat(Abuse.content(folder.resolve("both")))
        .isEqualTo(Abuse.content(folder.resolve("alone")));
    assertThat(leftovers(folder)).isEmpty();
  }

  @Test
  void studies() throws Exception {
    Object start =
        List.of(
            Abuse.words(
                "ablate --config", Path.of(TinyRun.CONFIG), "--data", people, Abuse.NETWORK));
    String rest = "--variant baseline,no-flow --set train.epochs=1 --out ";
    Abuse.assumeEnds(Abuse.sadi(folder).run(Abuse.words(start, rest + "alone")));
    twice("ablate", Map.of(), Abuse.words(start, rest + "both --resume"));
    assertThat(folder.resolve("both/results.csv"))
        .hasSameTextualContentAs(folder.resolve("alone/results.csv"));
    assertThat(leftovers(folder)).isEmpty();
  }

  /** Both unpack the native libraries, of which there is one copy. */
  @Test
  void firstUses() throws Exception {
    Path cache = folder.resolve("cache");
    List<BinSadi.Result> results =
        twice(
            "doctor with an empty cache",
            Map.of("SADI_JAVA_OPTS", "-Dorg.bytedeco.javacpp.cachedir=" + cache),
            "doctor");
    assertThat(results).allMatch(result -> result.exitCode() == 0);
  }
}
