package io.sadi.film;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.FailedException;
import io.sadi.testing.Films;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose frame is taken for another one's has joints at the wrong time. */
class FilmReaderTest {
  private static final double ALL = Double.POSITIVE_INFINITY;

  @TempDir private Path folder;

  private static final FrameChoice EVERY = new FrameChoice(1, 0, ALL, 0);

  /** What came of a film. */
  private record Read(List<Long> numbers, List<Double> times, String sizes, String problem) {}

  private static Read read(Path file, FrameChoice choice) throws IOException {
    List<Long> numbers = new ArrayList<>();
    List<Double> times = new ArrayList<>();
    String sizes = "";
    try (FilmReader reader = new FilmReader(Film.open(file), choice)) {
      for (FilmFrame frame = reader.next(); frame != null; frame = reader.next()) {
        numbers.add(frame.number());
        times.add(Math.round(frame.time() * 100) / 100.0);
        sizes = frame.width() + "x" + frame.height();
        reader.reuse(frame.rgb());
      }
      return new Read(numbers, times, sizes, String.valueOf(reader.problem()));
    }
  }

  @Test
  void eachFrameHasItsNumberAndItsTime() throws IOException {
    Path film = Films.of(folder.resolve("a.mp4"), 10);
    Read all = read(film, EVERY);
    assertThat(all.numbers).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    assertThat(all.times).startsWith(0.0, 0.1, 0.2).endsWith(0.9);
    assertThat(all.sizes).isEqualTo("160x120");
    assertThat(all.problem).isEqualTo("null");
    Read some = read(film, new FrameChoice(2, 0.3, 0.8, 0));
    assertThat(some.numbers)
        .as("every second from 0.3 s to before 0.8 s")
        .containsExactly(3L, 5L, 7L);
    assertThat(some.times).containsExactly(0.3, 0.5, 0.7);
    assertThat(read(film, new FrameChoice(2, 0.3, 0.8, 2)).numbers)
        .as("a run that goes on")
        .containsExactly(7L);
    assertThat(read(film, new FrameChoice(1, 5, ALL, 0)).numbers).isEmpty();
    assertThat(Film.open(film).count(new FrameChoice(2, 0, ALL, 0))).isEqualTo(5);
  }

  /** Telephones film as fast as the light allows. */
  @Test
  void ofAVariableFrameRateEachFrameHasItsOwnTime() throws IOException {
    String times = "setpts='if(lt(N,4),N*0.04,0.16+(N-4)*0.5)/TB'";
    for (String kind : new String[] {"mp4", "mkv"}) {
      Path film = folder.resolve("variable." + kind);
      Films.of(film, 8, "-vf", "settb=1/1000," + times, "-vsync", "0", "-enc_time_base", "1/1000");
      Read read = read(film, EVERY);
      assertThat(read.times)
          .as(kind)
          .containsExactly(0.0, 0.04, 0.08, 0.12, 0.16, 0.66, 1.16, 1.66);
      assertThat(read.problem).as(kind).isEqualTo("null");
      assertThat(read(film, new FrameChoice(1, 0.5, 1.5, 0)).numbers).containsExactly(5L, 6L);
    }
  }

  /** As a player shows it: turned, and with square pixels. */
  @Test
  void framesAreUprightAndTheirPixelsSquare() throws IOException {
    Path film = Films.of(folder.resolve("a.mp4"), 3);
    Path turned = Films.turned(film, folder.resolve("turned.mp4"));
    assertThat(read(turned, EVERY).sizes).isEqualTo("120x160");
    try (FilmReader plain = new FilmReader(Film.open(film), EVERY);
        FilmReader other = new FilmReader(Film.open(turned), EVERY)) {
      FilmFrame a = plain.next();
      FilmFrame b = other.next();
      assertThat(a).isNotNull();
      assertThat(b).isNotNull();
      for (int y = 5; y < 120; y += 10) {
        for (int x = 5; x < 160; x += 10) {
          int there = 3 * (x * 120 + 119 - y); // a quarter turn to the right
          int here = 3 * (y * 160 + x);
          assertThat((double) (b.rgb()[there] & 0xFF))
              .as("%d, %d", x, y)
              .isCloseTo(a.rgb()[here] & 0xFF, within(40.0));
        }
      }
    }
    Path wide = Films.of(folder.resolve("wide.mp4"), 2, "-vf", "setsar=4/3");
    assertThat(read(wide, EVERY).sizes).isEqualTo("213x120");
  }

  /** A film's end is where its people would be lost without a word. */
  @Test
  void aFilmThatIsCutOffIsReadAsFarAsItGoes() throws IOException {
    Path film = Films.of(folder.resolve("a.mp4"), 60, "-movflags", "+faststart");
    Read cut = read(Films.cut(film, folder.resolve("cut.mp4"), 0.5), EVERY);
    assertThat(cut.numbers).hasSizeBetween(5, 55).startsWith(0L, 1L, 2L);
    assertThat(cut.problem).contains("is cut off or damaged: its frames end at").contains("of 6.0");
    Path matroska = Films.of(folder.resolve("a.mkv"), 60);
    Read other = read(Films.cut(matroska, folder.resolve("cut.mkv"), 0.5), EVERY);
    assertThat(other.numbers).hasSizeBetween(5, 55);
    assertThat(other.problem).contains("of 6.0");
    assertThat(read(Films.cut(film, folder.resolve("cut.mp4"), 0.5), new FrameChoice(1, 0, 0.3, 0)))
        .as("what was asked for is there")
        .extracting(Read::problem)
        .isEqualTo("null");
    Path end = Films.of(folder.resolve("end.mp4"), 60); // its index is at the end
    Path noIndex = Films.cut(end, folder.resolve("cut.mp4"), 0.5);
    assertThatThrownBy(() -> Film.open(noIndex))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("cut.mp4: found no film that ffmpeg reads (moov atom not found)");
  }

  /** A call whose camera changes, or two films that somebody has put one behind the other. */
  @Test
  void whereThePicturesChangeTheFilmEnds() throws IOException {
    Path large = Films.of(folder.resolve("large.ts"), 10);
    Path small = Films.of(folder.resolve("small.ts"), 10, "-vf", "scale=80:60");
    for (List<Path> order : List.of(List.of(large, small), List.of(small, large))) {
      Path both = folder.resolve("both.ts");
      try (OutputStream out = Files.newOutputStream(both)) {
        for (Path part : order) {
          Files.copy(part, out);
        }
      }
      Read read = read(both, EVERY);
      assertThat(read.numbers).hasSizeBetween(8, 10).startsWith(0L, 1L, 2L).doesNotHaveDuplicates();
      assertThat(read.problem).contains("its pictures get another size or format at");
    }
  }

  /** Of a recording whose sound begins earlier the first picture is not at 0. */
  @Test
  void timesAreFromTheFilmsBeginning() throws IOException {
    for (String kind : new String[] {"ts", "mkv"}) {
      Path film = folder.resolve("late." + kind);
      Films.ffmpeg(
          folder,
          "-f",
          "lavfi",
          "-i",
          "sine=duration=2",
          "-f",
          "lavfi",
          "-itsoffset",
          "0.8",
          "-i",
          "testsrc=size=160x120:rate=10:duration=1",
          "-map",
          "0:a",
          "-map",
          "1:v",
          film.toString());
      Read read = read(film, EVERY);
      assertThat(read.problem).as(kind).isEqualTo("null");
      assertThat(read.times.get(0)).as(kind).isCloseTo(0.8, within(0.06));
      assertThat(read(film, new FrameChoice(1, 1.25, ALL, 0)).numbers)
          .as(kind)
          .hasSizeBetween(5, 6);
    }
  }

  /** Whoever ends ffmpeg has not ended the film. */
  @Test
  void aDecoderThatIsEndedIsNoEndOfTheFilm() throws Exception {
    Path film = Films.of(folder.resolve("long.mkv"), 3000);
    try (FilmReader reader = new FilmReader(Film.open(film), EVERY)) {
      assertThat(reader.next()).isNotNull();
      ProcessHandle.current()
          .children()
          .filter(child -> child.info().command().orElse("").endsWith("ffmpeg"))
          .forEach(ProcessHandle::destroyForcibly);
      assertThatThrownBy(
              () -> {
                while (reader.next() != null) {}
              })
          .isInstanceOf(FailedException.class)
          .hasMessageContaining("long.mkv: ffmpeg was ended by a signal at");
    }
  }

  @Test
  void whatIsNoFilmIsSaidInOneLine() throws IOException {
    Path sound = folder.resolve("sound.mp4");
    Films.ffmpeg(folder, "-f", "lavfi", "-i", "sine=duration=0.2", sound.toString());
    assertThatThrownBy(() -> Film.open(sound)).hasMessageContaining("found no moving pictures");
    Path text = Files.writeString(folder.resolve("text.mp4"), "no film");
    assertThatThrownBy(() -> Film.open(text)).hasMessageContaining("no film that ffmpeg reads");
    // A playlist must not make ffmpeg fetch what somebody else has put there.
    Path list =
        Files.writeString(
            folder.resolve("list.mp4"),
            "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n");
    assertThatThrownBy(() -> Film.open(list)).isInstanceOf(BadInputException.class);
    assertThatThrownBy(() -> Film.open(folder.resolve("none.mp4")))
        .hasMessageContaining("no such file");
  }

  @Test
  void aFilmThatIsWrittenHasItsFramesAndItsRate() throws IOException {
    Films.ffmpeg(folder, "-version");
    Path file = folder.resolve("new/drawn.mp4");
    FilmWriter.Encoding how = FilmWriter.Encoding.of(file);
    try (FilmWriter film = new FilmWriter(file, how, new Film.FrameRate(30000, 1001), 161, 121)) {
      for (int i = 0; i < 5; i++) {
        try (Image frame = Image.filled(161, i == 3 ? 60 : 121, 0x4060C0)) {
          film.write(frame);
        }
      }
      assertThat(file).doesNotExist();
      film.finish();
    }
    Read read = read(file, EVERY);
    assertThat(read.numbers).hasSize(5);
    assertThat(read.sizes).as("even sides").isEqualTo("162x122");
    assertThat(Film.open(file).rate().aSecond()).isCloseTo(29.97, within(0.01));
    Path other = folder.resolve("other.mp4");
    try (FilmWriter film = new FilmWriter(other, how, new Film.FrameRate(25, 1), 16, 16);
        Image frame = Image.filled(16, 16, 0)) {
      film.write(frame);
    }
    assertThat(folder.toFile().list()).as("nothing half written").containsExactly("new");
    assertThatThrownBy(() -> FilmWriter.Encoding.of(folder.resolve("drawn.wmv")))
        .hasMessageContaining("expected mp4, mov, mkv, avi or webm");
  }

  @Test
  void versionsAreCompared() {
    assertThat(new Ffmpeg("5.1.9-0+deb12u1").atLeast(5, 1)).isTrue();
    assertThat(new Ffmpeg("4.4.2-0ubuntu0.22.04.1").atLeast(5, 1)).isFalse();
    assertThat(new Ffmpeg("n7.0").atLeast(5, 1)).isTrue();
    assertThat(new Ffmpeg("4.2.7").atLeast(4, 4)).isFalse();
    assertThat(new Ffmpeg("N-109542-g53b0a5a1c4").atLeast(5, 1)).as("a build").isTrue();
    assertThat(Ffmpeg.plain("[mov,mp4 @ 0x55] [h264 @ 0x1] moov atom not found"))
        .isEqualTo("moov atom not found");
  }
}
