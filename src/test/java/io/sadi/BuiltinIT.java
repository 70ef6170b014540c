package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sadi.testing.BinSadi;
import io.sadi.testing.Shared;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The network that comes with the program: there, described, and as good as it says. */
class BuiltinIT {
  private static final long MOST_BYTES = 12_000_000;
  private static final long MOST_DETECTOR_BYTES = 3_100_000;

  @TempDir private Path folder;

  private BinSadi sadi() {
    return new BinSadi().in(folder);
  }

  @Test
  void isInTheJarAndSmall() throws IOException {
    try (JarFile jar = new JarFile(BinSadi.JAR.toFile())) {
      ZipEntry entry = jar.getEntry("io/sadi/checkpoint/builtin.safetensors");
      assertThat(entry).isNotNull();
      assertThat(entry.getSize()).isLessThanOrEqualTo(MOST_BYTES);
      ZipEntry detector = jar.getEntry("io/sadi/checkpoint/builtin-detector.safetensors");
      assertThat(detector).isNotNull();
      assertThat(detector.getCompressedSize()).isLessThanOrEqualTo(MOST_DETECTOR_BYTES);
    }
  }

  /** Whoever uses it can read what it learned from, on what terms, and where it fails. */
  @Test
  void saysWhatItIs() {
    BinSadi.Result text = sadi().run("info", "--model", "builtin", "--summary");
    assertThat(text.exitCode()).as(text.err()).isZero();
    assertThat(text.out())
        .contains("Leeds Sports Poses Extended", "published for research", "pck@0.2", "4.7");
    BinSadi.Result detector = sadi().run("info", "--model", "builtin-detector", "--summary");
    assertThat(detector.exitCode()).as(detector.err()).isZero();
    assertThat(detector.out()).contains("Leeds Sports Poses Extended", "AP50", "no crowds");
    BinSadi.Result json = sadi().run("info", "--model", "builtin", "--json");
    JsonObject object = JsonParser.parseString(json.out()).getAsJsonObject();
    assertThat(object.get("card").getAsString()).contains("Leeds Sports Poses Extended");
  }

  /** A newcomer names a photo and nothing else. */
  @Test
  void predictsWithoutBeingNamed() throws IOException {
    Path photos = TinyRun.get().folder.resolve("people/images");
    BinSadi.Result result =
        sadi().run("predict", "-q", photos.toString(), "--format", "csv", "--out", "people.csv");
    assertThat(result.exitCode()).as(result.err()).isZero();
    BinSadi.Result again =
        sadi().run("predict", "-q", "--model", "builtin", photos.toString(), "--out", "named.csv");
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(folder.resolve("people.csv")).hasSameTextualContentAs(folder.resolve("named.csv"));
    assertThat(folder.resolve("people.csv")).content().contains("left_wrist_sigma_x");
  }

  /** Several people in a picture, whom nobody has boxed: most of them are found, and have rows. */
  @Test
  void everybodyIsFoundWhereNobodySaysWhoIsWhere() throws IOException {
    prepared("val=7001-8000");
    // Boxes go around joints, so they are right where all are annotated.
    String whole = BinSadi.HOME.resolve("src/builtin/whole-people.csv").toString();
    for (String line :
        List.of(
            "prepare correct -q lspet --split val --only --out whole --corrections " + whole,
            "prepare mosaics -q whole --out mosaics")) {
      BinSadi.Result made = sadi().run(line.split(" "));
      assertThat(made.exitCode()).as(made.err()).isZero();
    }
    BinSadi.Result measured =
        sadi().run("eval", "--model", "builtin-detector", "--data", "mosaics", "--json");
    assertThat(measured.exitCode()).as(measured.err()).isZero();
    JsonObject result = JsonParser.parseString(measured.out()).getAsJsonObject();
    assertThat(result.get("AP50").getAsDouble()).isGreaterThan(75);
    BinSadi.Result predicted =
        sadi().run("predict", "mosaics/images", "--out", "joints.csv", "--passes", "1");
    assertThat(predicted.exitCode()).as(predicted.err()).isZero();
    assertThat(Files.readAllLines(folder.resolve("joints.csv")).size())
        .as("rows of the 40 pictures, which show 165 labelled people")
        .isBetween(120, 320);
    BinSadi.Result alone =
        sadi()
            .run(
                "predict",
                "mosaics/images",
                "--detector",
                "none",
                "--out",
                "alone.csv",
                "--passes",
                "1");
    assertThat(alone.exitCode()).as(alone.err()).isZero();
    assertThat(Files.readAllLines(folder.resolve("alone.csv"))).hasSize(1 + 40);
  }

  private void prepared(String split, String... more) {
    Path lspet = Shared.require("data/lspet").toAbsolutePath();
    List<String> words =
        new ArrayList<>(
            List.of(
                "prepare",
                "lspet",
                "-q",
                "--annotations",
                lspet.resolve("joints.mat").toString(),
                "--images",
                lspet.resolve("images").toString(),
                "--split",
                split,
                "--out",
                "lspet"));
    words.addAll(List.of(more));
    BinSadi.Result prepared = sadi().run(words.toArray(String[]::new));
    assertThat(prepared.exitCode()).as(prepared.err()).isZero();
  }

  /** Broken, exchanged or mis-scaled weights would be seen here, before a user sees them. */
  @Test
  void findsPeopleInPhotosItHasNotSeen() {
    prepared("val=7001-8000", "--limit", "300");
    BinSadi.Result measured =
        sadi()
            .run(
                "eval",
                "-q",
                "--model",
                "builtin",
                "--data",
                "lspet",
                "--calibration",
                "--format",
                "json");
    assertThat(measured.exitCode()).as(measured.err()).isZero();
    JsonObject root = JsonParser.parseString(measured.out()).getAsJsonObject();
    JsonObject result = root.getAsJsonArray("results").get(0).getAsJsonObject();
    assertThat(result.get("mean_joint_weighted").getAsDouble()).isBetween(55.0, 72.0);
    JsonObject calibration = root.getAsJsonArray("calibration").get(0).getAsJsonObject();
    double within90 =
        calibration
            .getAsJsonObject("sigma")
            .getAsJsonObject("in_means")
            .getAsJsonArray("coverage")
            .get(1)
            .getAsDouble();
    assertThat(within90).as("%% of joints in their 90 %% ellipse").isBetween(86.0, 94.0);
  }
}
