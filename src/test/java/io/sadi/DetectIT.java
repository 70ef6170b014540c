package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.sadi.image.Image;
import io.sadi.io.Json;
import io.sadi.testing.BinSadi;
import io.sadi.testing.OnnxDetectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * People in whole photos, through {@code bin/sadi detect}: what it writes is what predict takes.
 */
class DetectIT {
  @TempDir private Path folder;

  @BeforeEach
  void makeDetectorAndPhotos() throws IOException {
    OnnxDetectors.spots(folder.resolve("spots.onnx"), 64);
    photo("photos/a.png", 20, 20);
    photo("photos/b.png", 100, 60, 20, 100);
    photo("photos/none.png");
    Files.writeString(folder.resolve("photos/broken.jpg"), "no picture");
  }

  /** Bright spots, 4 x 4, with their middles at pairs of x and y. */
  private void photo(String name, int... spots) throws IOException {
    int side = 128;
    byte[] rgb = new byte[3 * side * side];
    for (int i = 0; i < spots.length; i += 2) {
      for (int y = spots[i + 1] - 2; y < spots[i + 1] + 2; y++) {
        Arrays.fill(rgb, 3 * (y * side + spots[i] - 2), 3 * (y * side + spots[i] + 2), (byte) 255);
      }
    }
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    try (Image image = Image.of(rgb, side, side)) {
      image.writePng(file);
    }
  }

  private BinSadi.Result sadi(String... words) {
    return new BinSadi().in(folder).run(words);
  }

  @Test
  void boxesGoToPredict() throws IOException {
    BinSadi.Result found =
        sadi(
            "detect",
            "photos",
            "--detector",
            "spots.onnx",
            "--detector-score",
            "0.7",
            "--out",
            "boxes.csv",
            "--errors",
            "errors.csv",
            "-v");
    assertThat(found.exitCode()).as(found.err()).isEqualTo(4);
    assertThat(found.err())
        .contains("layout yolo, input 64x64 rgb unit letterbox, class 0 (person)")
        .contains("3 people in 3 images, nobody in 1 of them");
    List<String> rows = Files.readAllLines(folder.resolve("boxes.csv"));
    assertThat(rows).hasSize(4);
    assertThat(rows.get(0)).isEqualTo("image,person,x,y,w,h,score");
    assertThat(rows.get(1)).startsWith("a.png,0,");
    assertThat(folder.resolve("errors.csv")).content().contains("broken.jpg");

    BinSadi.Result predicted =
        sadi("predict", "photos/a.png", "photos/b.png", "--boxes", "boxes.csv", "--out", "j.csv");
    assertThat(predicted.exitCode()).as(predicted.err()).isZero();
    assertThat(Files.readAllLines(folder.resolve("j.csv"))).hasSize(4);

    BinSadi.Result json =
        sadi(
            "detect",
            "photos/a.png",
            "photos/b.png",
            "--detector",
            "spots.onnx",
            "--out",
            "b.json");
    assertThat(json.exitCode()).as(json.err()).isZero();
    JsonObject coco = Json.readObject(folder.resolve("b.json"));
    assertThat(coco.getAsJsonArray("images")).hasSize(2);
    BinSadi.Result again =
        sadi("predict", "photos/a.png", "photos/b.png", "--boxes", "b.json", "--out", "k.csv");
    assertThat(again.exitCode()).as(again.err()).isZero();
  }

  private List<String> images(String csv) throws IOException {
    return Files.readAllLines(folder.resolve(csv)).stream()
        .skip(1)
        .map(row -> row.substring(0, row.indexOf(',')))
        .toList();
  }

  /** As a shell makes of photos/*: ONNX Runtime alone would end the process without a word. */
  @Test
  void photosMayBeNamedByTheHundred() throws IOException {
    Path many = Files.createDirectories(folder.resolve("many"));
    List<String> words = new ArrayList<>(List.of("detect", "--detector", "spots.onnx"));
    for (int i = 0; i < 200; i++) {
      Path photo =
          many.resolve("a photo with a name as long as others have ".repeat(3) + i + ".png");
      Files.createLink(photo, folder.resolve("photos/a.png"));
      words.add(photo.toString());
    }
    BinSadi.Result found = sadi(words.toArray(String[]::new));
    assertThat(found.exitCode()).as(found.err()).isZero();
    assertThat(found.out().lines().count()).isGreaterThan(200);
  }

  @Test
  void predictDetectsByItself() throws IOException {
    String[] words = {
      "predict", "photos/a.png", "photos/b.png", "photos/none.png", "--detector", "spots.onnx",
      "--detector-score", "0.7", "--out", "all.csv", "--report", "all.html"
    };
    BinSadi.Result all = sadi(words);
    assertThat(all.exitCode()).as(all.err()).isZero();
    assertThat(all.err())
        .contains("nobody was detected in 1 image, taken as one person's who fills it");
    assertThat(Files.readAllLines(folder.resolve("all.csv")))
        .first()
        .asString()
        .startsWith("image,person,score,box_x,box_y,box_w,box_h,box_score,");
    assertThat(Files.readAllLines(folder.resolve("all.csv")).get(1).split(",")[7])
        .as("the detector's score of a white spot")
        .isEqualTo("1");
    assertThat(images("all.csv"))
        .startsWith("photos/a.png", "photos/b.png")
        .endsWith("photos/none.png");

    List<String> found = new ArrayList<>(List.of(words));
    found.set(words.length - 3, "found.csv");
    found.set(words.length - 1, "found.html");
    found.addAll(List.of("--people", "found", "--passes", "1"));
    BinSadi.Result known = sadi(found.toArray(String[]::new));
    assertThat(known.exitCode()).as(known.err()).isZero();
    assertThat(images("found.csv")).containsOnly("photos/a.png", "photos/b.png");

    found.set(words.length - 3, "one.csv");
    found.set(words.length - 1, "one.html");
    found.set(words.length + 1, "one");
    assertThat(sadi(found.toArray(String[]::new)).exitCode()).isZero();
    assertThat(images("one.csv"))
        .containsExactly("photos/a.png", "photos/b.png", "photos/none.png");

    BinSadi.Result both =
        sadi("predict", "photos/a.png", "--detector", "spots.onnx", "--boxes", "boxes.csv");
    assertThat(both.exitCode()).isEqualTo(2);
    assertThat(sadi("predict", "photos/a.png", "--detector", "none", "--people", "all").exitCode())
        .isEqualTo(2);
    assertThat(sadi("predict", "photos/a.png", "--detector", "none.onnx").exitCode()).isEqualTo(3);
  }

  @Test
  void whatCannotBeDoneIsSaidInOneLine() throws IOException {
    Files.writeString(folder.resolve("page.onnx"), "<html>");
    for (String[] bad :
        new String[][] {
          {"3", "page.onnx: found no network", "photos/a.png", "--detector", "page.onnx"},
          {"3", "no such file", "photos/a.png", "--detector", "none.onnx"},
          {"3", "photos/broken.jpg", "photos/broken.jpg", "--detector", "spots.onnx"},
          {"2", "--detector none finds nobody", "photos/a.png", "--detector", "none"},
          {
            "3",
            "an input",
            "photos/a.png",
            "--detector",
            "spots.onnx",
            "--out",
            "photos/a.png",
            "--overwrite"
          },
        }) {
      String[] words = new String[bad.length - 1];
      words[0] = "detect";
      System.arraycopy(bad, 2, words, 1, bad.length - 2);
      BinSadi.Result result = sadi(words);
      assertThat(result.exitCode()).as(result.err()).isEqualTo(Integer.parseInt(bad[0]));
      assertThat(result.err()).contains(bad[1]);
    }
    assertThat(sadi("detect", "photos/a.png", "--detector", "spots.onnx", "--dry-run").exitCode())
        .isZero();
  }
}
