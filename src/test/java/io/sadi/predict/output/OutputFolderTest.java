package io.sadi.predict.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.predict.engine.InputImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures never land on a user's photos, on each other, or outside their folder. */
class OutputFolderTest {
  private final Path folder;
  private final Path out;

  OutputFolderTest(@TempDir Path folder) {
    this.folder = folder;
    this.out = folder.resolve("drawn");
  }

  private OutputFolder plan(boolean overwrite, String... names) {
    return OutputFolder.ofPictures(
        out,
        Stream.of(names).map(name -> new InputImage(name, folder.resolve(name))).toList(),
        overwrite);
  }

  private static void write(OutputFolder folder, String name) throws IOException {
    try (Image image = Image.filled(8, 8, 0x808080)) {
      image.writeJpeg(folder.of(name), 90);
    }
  }

  @Test
  void picturesStayBelowTheirFolderUnderTheImagesNames() throws IOException {
    List<String> names = List.of("a/b c.jpg", "x.PNG", "../up.jpeg", "/abs/y.tif");
    OutputFolder pictures = plan(false, names.toArray(String[]::new));
    for (String name : names) {
      write(pictures, name);
    }
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> out.relativize(file).toString()))
          .containsExactlyInAnyOrder("a/b c.jpg", "x.PNG.jpg", "up.jpeg", "abs/y.tif.jpg");
    }
  }

  @Test
  void whatExistsIsNotReplacedUnlessAskedFor() throws IOException {
    write(plan(false, "a.jpg"), "a.jpg");
    assertThatThrownBy(() -> plan(false, "a.jpg"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("a.jpg: exists already");
    write(plan(true, "a.jpg"), "a.jpg");
  }

  @Test
  void aPhotoIsNeverReplacedByItsPicture() {
    List<InputImage> photo = List.of(new InputImage("a.jpg", folder.resolve("in/../in/a.jpg")));
    assertThatThrownBy(() -> OutputFolder.ofPictures(folder.resolve("in"), photo, true))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found an input image");
  }

  @Test
  void twoImagesDoNotShareAPicture() {
    assertThatThrownBy(() -> plan(false, "../a.jpg", "a.jpg"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("both ../a.jpg and a.jpg would be written there");
  }

  /** One rule of a Makefile names them all: out/%.csv from in/%. */
  @Test
  void filesOfPredictionsKeepTheImagesWholeName() {
    List<InputImage> images =
        List.of(
            new InputImage("a/x.jpg", folder.resolve("a/x.jpg")),
            new InputImage("a/x.png", folder.resolve("a/x.png")));
    OutputFolder files = OutputFolder.ofFiles(out, images, "coco.json", false);
    assertThat(files.of("a/x.jpg")).isEqualTo(out.resolve("a/x.jpg.coco.json"));
    assertThat(files.of("a/x.png")).isEqualTo(out.resolve("a/x.png.coco.json"));
  }
}
