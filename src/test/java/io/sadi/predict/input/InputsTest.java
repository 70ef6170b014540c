package io.sadi.predict.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.io.BadInputException;
import io.sadi.predict.engine.InputImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which images a command line means, what they are called, and in which order they come. */
class InputsTest {
  private final Path folder;

  InputsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private Path touch(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, new byte[] {1});
  }

  private static Inputs find(String stdin, Object... arguments) throws IOException {
    return Inputs.find(
        Stream.of(arguments).map(Object::toString).toList(),
        new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<String> names(Inputs inputs) {
    return inputs.images().stream().map(InputImage::name).toList();
  }

  @Test
  void foldersAreSearchedToTheBottomInCodePointOrder() throws IOException {
    for (String name :
        List.of(
            "in/b.jpg",
            "in/a/2.png",
            "in/a/10.PNG",
            "in/a.webp",
            "in/Z.jpeg",
            "in/\uFF21.tif", // a full-width A, before the smiley in code points only
            "in/\uD83D\uDE00.bmp",
            "in/ä ö.jpg",
            "in/notes.txt",
            "in/.hidden.jpg",
            "in/.cache/x.jpg")) {
      touch(name);
    }
    assertThat(names(find("", folder.resolve("in"))))
        .containsExactly(
            "Z.jpeg",
            "a.webp",
            "a/10.PNG",
            "a/2.png",
            "b.jpg",
            "ä ö.jpg",
            "\uFF21.tif",
            "\uD83D\uDE00.bmp");
  }

  @Test
  void filesKeepTheNameTheyWereGivenWhetherTheyExistOrNot() throws IOException {
    Path file = touch("in/no-extension");
    assertThat(names(find("", file, "none/x.jpg", "./y.jpg")))
        .containsExactly(file.toString(), "none/x.jpg", "./y.jpg");
  }

  @Test
  void patternsThatTheShellLeftAloneAreExpanded() throws IOException {
    touch("in/1.jpg");
    touch("in/2.jpg");
    touch("in/.3.jpg");
    touch("in/sub/deep/4.jpg");
    touch("in/sub/5.png");
    touch("in/[6].jpg");
    String in = folder.resolve("in").toString();
    assertThat(names(find("", in + "/*.jpg")))
        .containsExactly(in + "/1.jpg", in + "/2.jpg", in + "/[6].jpg");
    assertThat(names(find("", in + "/[12].jpg"))).containsExactly(in + "/1.jpg", in + "/2.jpg");
    assertThat(names(find("", in + "/[6].jpg"))).containsExactly(in + "/[6].jpg");
    assertThat(names(find("", in + "/**/*.{jpg,png}")))
        .containsExactly(
            in + "/1.jpg",
            in + "/2.jpg",
            in + "/[6].jpg",
            in + "/sub/5.png",
            in + "/sub/deep/4.jpg");
    // A folder that matches is searched as if it had been named.
    assertThat(names(find("", in + "/s*"))).containsExactly("5.png", "deep/4.jpg");
    assertThatThrownBy(() -> find("", in + "/*.gif"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("*.gif: found no file of that pattern");
  }

  @Test
  void listsAndStdinHoldAPathALine() throws IOException {
    touch("in/1.jpg");
    Path list = folder.resolve("my list.txt");
    Files.writeString(list, "\uFEFFa b.jpg\r\n\n#c*.jpg\n" + folder.resolve("in") + "\n");
    assertThat(names(find("ü.jpg\n", "@" + list, "-", "z.jpg")))
        .containsExactly("a b.jpg", "#c*.jpg", "1.jpg", "ü.jpg", "z.jpg");
    assertThatThrownBy(() -> find("", "@none.txt")).hasMessage("none.txt: no such file");
    assertThatThrownBy(() -> find("\n \n", "-")).hasMessageContaining("-: found no path");
    Files.write(list, new byte[] {'a', (byte) 0xE4, '\n'});
    assertThatThrownBy(() -> find("", "@" + list)).hasMessageContaining("not UTF-8");
  }

  @Test
  void anImageNamedTwiceComesOnce() throws IOException {
    Path file = touch("in/1.jpg");
    Inputs inputs = find(file.toString(), file, file, "-");
    assertThat(names(inputs)).containsExactly(file.toString());
    assertThat(inputs.repeated()).isEqualTo(2);
  }

  /** Rows of two images under one name could not be told apart. */
  @Test
  void twoImagesOfOneNameAreRefused() throws IOException {
    touch("a/1.jpg");
    touch("b/1.jpg");
    assertThatThrownBy(() -> find("", folder.resolve("a"), folder.resolve("b")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("would both be called 1.jpg");
    assertThat(names(find("", folder))).containsExactly("a/1.jpg", "b/1.jpg");
  }

  /** A phone's folder: whoever counts eight photos must hear why there are three rows. */
  @Test
  void picturesThatCannotBeReadAreCounted() throws IOException {
    for (String name : List.of("1.jpg", "2.JFIF", "3.jpe", "4.gif", "5.HEIC", "6.heif", "7.avif")) {
      touch("in/" + name);
    }
    Inputs inputs = find("", folder.resolve("in"));
    assertThat(names(inputs)).containsExactly("1.jpg", "2.JFIF", "3.jpe", "4.gif");
    assertThat(inputs.unreadable()).isEqualTo("2 HEIC, 1 AVIF");
    // Named, or matched by a pattern, they are inputs, which fail by themselves.
    assertThat(find("", folder.resolve("in/*.HEIC")).images()).hasSize(1);
    touch("heic/1.heic");
    assertThatThrownBy(() -> find("", folder.resolve("heic")))
        .hasMessageContaining("found no image but 1 HEIC");
  }

  @Test
  void aFolderWithoutImagesIsAnError() throws IOException {
    touch("in/notes.txt");
    assertThatThrownBy(() -> find("", folder.resolve("in")))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found a folder without images, expected files such as *.bmp");
  }

  @Test
  void aLinkBackUpDoesNotGoRoundForEver() throws IOException {
    touch("in/sub/1.jpg");
    Files.createSymbolicLink(folder.resolve("in/sub/up"), folder.resolve("in"));
    Files.createSymbolicLink(folder.resolve("in/linked"), folder.resolve("in/sub"));
    Inputs inputs = find("", folder.resolve("in"));
    assertThat(names(inputs)).contains("sub/1.jpg", "linked/1.jpg");
    assertThat(inputs.failures()).isEmpty();
  }
}
