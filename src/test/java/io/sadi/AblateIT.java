package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.testing.BinSadi;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A study as a script runs it. */
class AblateIT {
  private static final String STUDY = "Studie für ça/1";

  private static Path folder;
  private static BinSadi.Result made;

  @BeforeAll
  static void compareTwoVariants() throws IOException {
    folder = TinyRun.get().folder;
    made = ablate("--variant", "baseline,rfm-only", "--json");
  }

  private static BinSadi.Result ablate(String... more) {
    return new BinSadi()
        .in(folder)
        .run(
            Stream.concat(
                    Stream.of("ablate", "--config", TinyRun.CONFIG, "--data", "people"),
                    Stream.concat(
                        Stream.of("--out", STUDY, "--set", "train.epochs=1"), Stream.of(more)))
                .toArray(String[]::new));
  }

  private static Path study() {
    return folder.resolve(STUDY);
  }

  @Test
  void everyVariantIsARunAndAResult() throws IOException {
    assertThat(made.exitCode()).as(made.err()).isZero();
    JsonObject json = JsonParser.parseString(made.out()).getAsJsonObject();
    assertThat(json.get("schema_version").getAsInt()).isEqualTo(1);
    for (String variant : List.of("baseline", "rfm-only")) {
      Path run = study().resolve("runs").resolve(variant).resolve("seed-1");
      assertThat(run.resolve("checkpoints/best.safetensors")).exists();
      assertThat(Files.readString(run.resolve("config.yaml"))).contains("variant: " + variant);
      assertThat(Files.readString(study().resolve("report.md"))).contains(variant);
    }
    String results = Files.readString(study().resolve("results.csv"));
    assertThat(results).startsWith("variant,seed,decode,metric,joint,value\n").doesNotContain("\r");
    assertThat(results.lines().map(line -> line.split(",")[0]).distinct())
        .containsExactly("variant", "baseline", "rfm-only");
  }

  @Test
  void resumedStudyRepeatsNothingAndTakesMore() throws IOException {
    Path checkpoint = study().resolve("runs/baseline/seed-1/checkpoints/best.safetensors");
    Object time = Files.getLastModifiedTime(checkpoint);
    BinSadi.Result more = ablate("--variant", "baseline,no-flow", "--resume");
    assertThat(more.exitCode()).as(more.err()).isZero();
    assertThat(more.out()).isEmpty();
    assertThat(Files.getLastModifiedTime(checkpoint)).isEqualTo(time);
    assertThat(Files.readString(study().resolve("results.csv"))).contains("\nno-flow,1,");
  }

  /** What was asked is in the study's folder. */
  @Test
  void resumingNeedsNoVariants() {
    BinSadi.Result again = ablate("--resume");
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.err()).contains("baseline, seed 1", "finished already");
    BinSadi.Result other = ablate("--resume", "--set", "train.lr=0.5");
    assertThat(other.exitCode()).isEqualTo(3);
    assertThat(other.errLines())
        .last()
        .asString()
        .contains("lr: 0.5", "give the study the same --config and --set as before");
  }

  @Test
  void reportIsWrittenAnewFromTheRuns() throws IOException {
    Path copy = Files.createDirectories(folder.resolve("copy of a study"));
    BinSadi.Result copied =
        new BinSadi()
            .in(folder)
            .shell("cp -R \"$1/.\" \"$2\"", study().toString(), copy.toString());
    assertThat(copied.exitCode()).as(copied.err()).isZero();
    Files.delete(copy.resolve("report.md"));
    BinSadi.Result result =
        new BinSadi()
            .in(folder)
            .shell(
                "set -o pipefail; sadi ablate --report-only --json --out 'copy of a study' | head -c 1");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo("{");
    assertThat(copy.resolve("report.md")).content().contains("baseline");
  }

  @Test
  void dryRunSaysWhatItWouldDoAndDoesNot() throws IOException {
    List<String> before = TinyRun.filesIn(folder);
    BinSadi.Result result =
        new BinSadi()
            .in(folder)
            .run(
                "ablate",
                "--variant",
                "full",
                "--out",
                "no study",
                "--data",
                "people",
                "--dry-run");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("full");
    assertThat(TinyRun.filesIn(folder)).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ablate --out x | 2 | --variant",
        "ablate --variant rfm --data people --out x | 3 | the nearest is 'rfm-only'",
        "ablate --variant full --data none --out x | 3 | none",
        "ablate --variant full --data people --out x --set train.epoch=1 | 3 | train.epochs",
        "ablate --variant full --data people --out x --seeds one | 2 | --seeds",
        "ablate --report-only --out none | 3 | none",
        "ablate --report-only --out x --jobs 2 | 2 | --report-only trains nothing",
        "ablate --resume --out none | 3 | no such folder",
        "ablate --variant full --out x --shard 0/2 | 2 | found 0/2, expected I/N",
        "ablate --variant full --data people --out people/dataset.yaml | 3 | expected a folder",
        "ablate --study people --out x | 3 | 'people'",
        "ablate --variant full --data people --out x --set train.device=cuda:99 | 5 | cuda:99",
      })
  void badInputIsOneLine(String command, int exitCode, String message) {
    BinSadi.Result result = new BinSadi().in(folder).run(command.split(" "));
    assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
    assertThat(result.out()).isEmpty();
    assertThat(result.errLines()).last().asString().startsWith("sadi: ").contains(message);
    assertThat(folder.resolve("x")).doesNotExist();
  }
}
