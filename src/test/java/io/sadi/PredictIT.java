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
import org.junit.jupiter.api.io.TempDir;

/** sadi predict as scripts use it: in pipes, on folders with a broken file in them. */
class PredictIT {
  private static TinyRun tiny;
  private static List<Path> pictures;

  @TempDir private Path folder;

  @BeforeAll
  static void findPictures() throws IOException {
    tiny = TinyRun.get();
    try (Stream<Path> files = Files.walk(tiny.folder.resolve("people/images"))) {
      pictures = files.filter(Files::isRegularFile).sorted().limit(3).toList();
    }
    assertThat(pictures).hasSize(3);
  }

  private Path photos() throws IOException {
    Path photos = Files.createDirectories(folder.resolve("Fotos von Jürgen"));
    for (int i = 0; i < pictures.size(); i++) {
      Files.copy(pictures.get(i), photos.resolve("bild " + i + ".jpg"));
    }
    return photos;
  }

  private BinSadi.Result predict(String... more) {
    return sadi()
        .run(
            Stream.concat(Stream.of("predict", "--model", model()), Stream.of(more))
                .toArray(String[]::new));
  }

  private BinSadi sadi() {
    return new BinSadi().in(folder);
  }

  private static String model() {
    return tiny.folder.resolve("run/checkpoints/best.safetensors").toString();
  }

  private static List<String> images(String csv) {
    return csv.lines().skip(1).map(row -> row.substring(0, row.indexOf(','))).toList();
  }

  @Test
  void folderBecomesRowsOnStdoutInOrder() throws IOException {
    photos();
    BinSadi.Result result = predict("Fotos von Jürgen", "-q");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).startsWith("image,person,score,box_x,box_y,box_w,box_h,right_ankle_x");
    assertThat(images(result.out())).containsExactly("bild 0.jpg", "bild 1.jpg", "bild 2.jpg");
  }

  @Test
  void namesFromStdinGoToAFile() throws IOException {
    photos();
    BinSadi.Result result =
        sadi()
            .stdin("Fotos von Jürgen/bild 2.jpg\nFotos von Jürgen/bild 0.jpg\n")
            .run("predict", "--model", model(), "-", "--out", "é.json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).isEmpty();
    JsonObject json =
        JsonParser.parseString(Files.readString(folder.resolve("é.json"))).getAsJsonObject();
    assertThat(json.get("schema_version").getAsInt()).isEqualTo(1);
    assertThat(json.getAsJsonArray("images"))
        .extracting(image -> image.getAsJsonObject().get("image").getAsString())
        .containsExactly("Fotos von Jürgen/bild 2.jpg", "Fotos von Jürgen/bild 0.jpg");
    assertThat(folder.resolve("é.json.part")).doesNotExist();
  }

  @Test
  void brokenImageIsListedAndTheOthersAreDone() throws IOException {
    Path photos = photos();
    byte[] whole = Files.readAllBytes(pictures.get(0));
    Files.write(photos.resolve("bild 1.jpg"), java.util.Arrays.copyOf(whole, whole.length / 2));
    BinSadi.Result result = predict("Fotos von Jürgen", "--errors", "errors.csv");
    assertThat(result.exitCode()).isEqualTo(4);
    assertThat(images(result.out())).containsExactly("bild 0.jpg", "bild 2.jpg");
    assertThat(result.err()).contains("bild 1.jpg").doesNotContain("Exception", "Corrupt JPEG");
    assertThat(Files.readString(folder.resolve("errors.csv"))).contains("bild 1.jpg");
  }

  @Test
  void nothingUsableIsBadInput() throws IOException {
    BinSadi.Result missing = predict("no such folder");
    assertThat(missing.exitCode()).isEqualTo(3);
    assertThat(missing.errLines()).last().asString().contains("no such folder");
    Files.writeString(folder.resolve("notes.jpg"), "not a picture");
    assertThat(predict("notes.jpg").exitCode()).isEqualTo(3);
  }

  @Test
  void readerMayLeaveEarly() throws IOException {
    photos();
    BinSadi.Result result =
        sadi().shell("set -o pipefail; sadi predict --model \"$1\" Fotos* -q | head -n 1", model());
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out().lines()).hasSize(1);
    assertThat(result.err()).isEmpty();
  }

  @Test
  void dryRunWritesNothing() throws IOException {
    photos();
    List<String> before = TinyRun.filesIn(folder);
    assertThat(predict("Fotos von Jürgen", "--out", "a.csv", "--dry-run").exitCode()).isZero();
    assertThat(TinyRun.filesIn(folder)).isEqualTo(before);
  }
}
