package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.testing.BinSadi;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A second opinion on labels, and what a network stands, as a script asks for them. */
class TeacherIT {
  @TempDir private Path folder;

  private BinSadi sadi() {
    return new BinSadi().in(folder);
  }

  private static String people() throws IOException {
    return TinyRun.get().folder.resolve("people").toString();
  }

  /** Predictions of another program: one person's knee far from its label, and a joint more. */
  private Path teacher() throws IOException {
    Person person = DatasetReader.people(DatasetReader.read(Path.of(people())), "train").get(0);
    return Files.writeString(
        folder.resolve("other program.csv"),
        "image,person,RKnee_x,RKnee_y,RKnee_score,nose_x,nose_y\n"
            + person.image()
            + ",0,"
            + (person.x()[1] + 200 * person.scale())
            + ","
            + person.y()[1]
            + ",0.9,1,1\n");
  }

  private BinSadi.Result train(String... more) throws IOException {
    String[] args = new String[more.length + 11];
    List<String> common =
        List.of(
            "train",
            "--config",
            TinyRun.CONFIG,
            "--data",
            people(),
            "--out",
            "run",
            "--epochs",
            "1",
            "--limit-train",
            "8");
    System.arraycopy(common.toArray(), 0, args, 0, 11);
    System.arraycopy(more, 0, args, 11, more.length);
    return sadi().run(args);
  }

  @Test
  void aTeacherIsSaidAndKept() throws IOException {
    String file = teacher().toString();
    BinSadi.Result dry = train("--teacher", file, "--dry-run");
    assertThat(dry.exitCode()).as(dry.err()).isZero();
    assertThat(dry.err())
        .contains(
            "other program.csv: has 1 of 8 people; lacks ",
            "ignored: 1 joints that the dataset does not have (nose)",
            "0 labels confirmed, 1 contradicted and dropped");
    BinSadi.Result trained =
        train(
            "--teacher", file, "--teacher-weight", "0.5", "--set", "teacher.disagreement=replace");
    assertThat(trained.exitCode()).as(trained.err()).isZero();
    assertThat(trained.err()).contains("1 contradicted and put right");
    BinSadi.Result info =
        sadi().run("info", "--model", "run/checkpoints/best.safetensors", "--summary");
    assertThat(info.out())
        .contains("with a second opinion on the labels, other program.csv (sha256");
    Files.writeString(
        folder.resolve("none.csv"), "image,person,RKnee_x,RKnee_y\nnobody.jpg,0,1,1\n");
    BinSadi.Result wrong = train("--overwrite", "--teacher", "none.csv");
    assertThat(wrong.exitCode()).isEqualTo(3);
    assertThat(wrong.errLines())
        .singleElement()
        .asString()
        .contains(
            "none.csv: found nobody but such as nobody.jpg, person 0, expected people of split");
  }

  @Test
  void aStressSetIsMeasuredByFolder() throws IOException {
    BinSadi.Result prepared =
        sadi().run("prepare", "stress", people(), "--limit", "2", "--out", "stress", "--json");
    assertThat(prepared.exitCode()).as(prepared.err()).isZero();
    int made =
        JsonParser.parseString(prepared.out())
            .getAsJsonObject()
            .getAsJsonObject("splits")
            .getAsJsonObject("val")
            .get("people")
            .getAsInt();
    assertThat(made).isBetween(22, 24);
    BinSadi.Result measured =
        sadi()
            .run(
                "eval",
                "--model",
                TinyRun.get().folder.resolve("run/checkpoints/best.safetensors").toString(),
                "--data",
                "stress",
                "--by",
                "folder",
                "--intervals",
                "--calibration",
                "--json");
    assertThat(measured.exitCode()).as(measured.err()).isZero();
    JsonObject by =
        JsonParser.parseString(measured.out())
            .getAsJsonObject()
            .getAsJsonArray("by")
            .get(0)
            .getAsJsonObject();
    assertThat(by.get("by").getAsString()).isEqualTo("folder");
    assertThat(by.getAsJsonArray("rows").size()).isBetween(11, 12);
    by.getAsJsonArray("rows")
        .forEach(row -> assertThat(row.getAsJsonObject().has("inside_90")).isTrue());
  }
}
