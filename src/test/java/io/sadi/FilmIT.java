package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.eval.Prediction;
import io.sadi.film.Film;
import io.sadi.film.FilmFrame;
import io.sadi.film.FilmReader;
import io.sadi.film.FrameChoice;
import io.sadi.geom.Box;
import io.sadi.image.Image;
import io.sadi.io.Csv;
import io.sadi.prepare.synthetic.DrawnFilm;
import io.sadi.testing.BinSadi;
import io.sadi.testing.Films;
import io.sadi.testing.Motion;
import io.sadi.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Films, through {@code bin/sadi predict}: two drawn people who cross, found by a small network
 * that has learned to find them.
 */
class FilmIT {
  private static final double RATE = 25;
  private static final double BEGIN = 1;
  private static final int FRAMES = 50;
  private static final String MODEL = TestData.path("film/walkers.safetensors").toString();

  @TempDir private static Path shared;
  private static final DrawnFilm DRAWN = new DrawnFilm(240, 160, 0.37);

  @TempDir private Path folder;

  /** Frames from a second before they meet to a second after, and boxes in changing order. */
  @BeforeAll
  static void makeFilmAndBoxes() throws IOException {
    Films.ffmpeg(shared, "-version");
    Path frames = Files.createDirectories(shared.resolve("frames"));
    StringBuilder boxes = new StringBuilder("image,x,y,w,h,score\n");
    StringBuilder ofFrames = new StringBuilder("image,x,y,w,h,score\n");
    for (int i = 0; i < FRAMES; i++) {
      DrawnFilm.Drawn drawn = DRAWN.at(BEGIN + i / RATE);
      try (Image image = drawn.image()) {
        image.writePng(frames.resolve(String.format(Locale.ROOT, "shot7_%04d.png", i + 1)));
      }
      for (int p = 0; p < 2; p++) {
        int who = (i * i + p) % 2;
        Box box = drawn.people().get(who).box();
        String rest =
            String.format(
                Locale.ROOT,
                ",%.2f,%.2f,%.2f,%.2f,0.%d%n",
                box.x(),
                box.y(),
                box.width(),
                box.height(),
                8 + who);
        boxes.append(String.format(Locale.ROOT, "crossing.mp4/%06d", i)).append(rest);
        ofFrames.append(String.format(Locale.ROOT, "shot7_%04d.png", i + 1)).append(rest);
      }
    }
    Files.writeString(shared.resolve("boxes.csv"), boxes);
    Files.writeString(shared.resolve("frames.csv"), ofFrames);
    Films.ffmpeg(
        shared,
        "-framerate",
        "25",
        "-i",
        "frames/shot7_%04d.png",
        "-pix_fmt",
        "yuv420p",
        "-movflags",
        "+faststart",
        shared.resolve("crossing.mp4").toString());
  }

  private BinSadi.Result sadi(String... words) {
    List<String> all = new ArrayList<>(List.of("predict"));
    all.addAll(List.of(words));
    return new BinSadi().in(folder).run(all.toArray(String[]::new));
  }

  private static String film() {
    return shared.resolve("crossing.mp4").toString();
  }

  /** A row of predictions. */
  private record Row(
      String image, long frame, double time, int track, int who, Prediction joints) {}

  private List<Row> rows(String name) throws IOException {
    List<String> joints = Skeleton.mpii16().joints();
    List<Row> rows = new ArrayList<>();
    try (Csv csv = Csv.open(folder.resolve(name))) {
      Csv.Column score = csv.find("box_score");
      for (Csv.Row row = csv.next(); row != null; row = csv.next()) {
        Prediction found = Prediction.empty("", 0, joints.size());
        for (int k = 0; k < joints.size(); k++) {
          found.x()[k] = row.number(csv.column(joints.get(k) + "_x"));
          found.y()[k] = row.number(csv.column(joints.get(k) + "_y"));
        }
        rows.add(
            new Row(
                row.text(csv.column("image")),
                row.index(csv.column("frame")),
                row.number(csv.column("time")),
                row.index(csv.column("track")),
                score != null && row.numberOrNaN(score) > 0.85 ? 1 : 0,
                found));
      }
    }
    return rows;
  }

  private Motion motion(List<Row> rows, int who) {
    Motion motion = new Motion();
    for (Row row : rows) {
      if (row.who == who) {
        Person truth = DRAWN.people(BEGIN + row.frame / RATE).get(who);
        motion.add(truth, row.joints);
      }
    }
    return motion;
  }

  /** What a film is measured for: who is who, and where their joints are. */
  @Test
  void peopleWhoCrossKeepTheirNumbersAndJointsAreWhereTheyAre() throws IOException {
    String boxes = shared.resolve("boxes.csv").toString();
    BinSadi.Result raw =
        sadi(film(), "--model", MODEL, "--boxes", boxes, "--out", "raw.csv", "--overlays", "d.mp4");
    assertThat(raw.exitCode()).as(raw.err()).isZero();
    assertThat(raw.err()).contains("2 people followed through 50 frames, 100 rows, in raw.csv");
    List<Row> rows = rows("raw.csv");
    Map<Integer, Set<Integer>> tracks = new HashMap<>();
    double sum = 0;
    for (Row row : rows) {
      tracks.computeIfAbsent(row.who, who -> new HashSet<>()).add(row.track);
      assertThat(row.time).isEqualTo((float) (row.frame / RATE));
      Person truth = DRAWN.people(BEGIN + row.frame / RATE).get(row.who);
      for (int k = 0; k < truth.x().length; k++) {
        sum +=
            Math.hypot(row.joints.x()[k] - truth.x()[k], row.joints.y()[k] - truth.y()[k])
                / truth.x().length;
      }
    }
    assertThat(rows).hasSize(2 * FRAMES);
    assertThat(tracks.values()).as("numbers kept").allMatch(numbers -> numbers.size() == 1);
    assertThat(sum / rows.size()).as("mean distance in pixels").isLessThan(2);

    BinSadi.Result smoothed =
        sadi(film(), "--model", MODEL, "--boxes", boxes, "--out", "smooth.csv", "--smooth");
    assertThat(smoothed.exitCode()).as(smoothed.err()).isZero();
    List<Row> smooth = rows("smooth.csv");
    for (int who = 0; who < 2; who++) {
      assertThat(motion(smooth, who).jitter())
          .as("half of the jitter")
          .isLessThan(0.55 * motion(rows, who).jitter());
      assertThat(motion(smooth, who).lag()).as("frames behind").isBetween(-0.5, 0.7);
    }

    Film drawn = Film.open(folder.resolve("d.mp4"));
    assertThat(drawn.rate().aSecond()).isEqualTo(RATE);
    int frames = 0;
    try (FilmReader reader =
        new FilmReader(drawn, new FrameChoice(1, 0, Double.POSITIVE_INFINITY, 0))) {
      for (FilmFrame frame = reader.next(); frame != null; frame = reader.next()) {
        assertThat(frame.width()).as("enlarged").isEqualTo(720);
        frames++;
      }
    }
    assertThat(frames).isEqualTo(FRAMES);
  }

  @Test
  void aFolderOfNumberedFramesIsAFilm() throws IOException {
    BinSadi.Result found =
        sadi(
            shared.resolve("frames").toString(),
            "--frame-rate",
            "25",
            "--every",
            "10",
            "--from",
            "0.4",
            "--to",
            "00:01.6",
            "--model",
            MODEL,
            "--boxes",
            shared.resolve("frames.csv").toString(),
            "--out",
            "a.csv",
            "--overlays",
            "drawn");
    assertThat(found.exitCode()).as(found.err()).isZero();
    assertThat(found.err())
        .contains("50 frames, numbered 1 to 50 by the last number of their names, 25 a second");
    assertThat(rows("a.csv")).extracting(Row::frame).containsOnly(11L, 21L, 31L).hasSize(6);
    assertThat(rows("a.csv")).extracting(Row::time).startsWith((double) 0.4f);
    try (Stream<Path> drawn = Files.list(folder.resolve("drawn"))) {
      assertThat(drawn.map(Path::getFileName).map(Path::toString))
          .containsExactlyInAnyOrder(
              "shot7_0011.png.jpg", "shot7_0021.png.jpg", "shot7_0031.png.jpg");
    }
  }

  /** One who fills the picture, found in two looks, in each format that has films. */
  @Test
  void oneAloneIsFollowedWithoutADetector() throws IOException {
    String[] words = {film(), "--model", MODEL, "--every", "20", "--out", ""};
    for (String format : new String[] {"csv", "jsonl", "coco.json"}) {
      words[words.length - 1] = "out." + format;
      BinSadi.Result found = sadi(words);
      assertThat(found.exitCode()).as(found.err()).isZero();
    }
    assertThat(rows("out.csv")).extracting(Row::track).containsExactly(0, 0, 0);
    assertThat(folder.resolve("out.jsonl"))
        .content()
        .contains("\"image\":\"crossing.mp4/000020\"")
        .contains("\"frame\":20,\"time\":0.8")
        .contains("\"track\":0");
    assertThat(folder.resolve("out.coco.json"))
        .content()
        .contains("\"image_id\":20,")
        .contains("\"frame\":20,\"time\":0.8,\"track\":0");
    assertThat(sadi(words).exitCode()).as("exists already").isEqualTo(3);
  }

  @Test
  void ofAFilmThatIsCutOffWhatCameIsKept() throws IOException {
    Path cut = Films.cut(shared.resolve("crossing.mp4"), folder.resolve("cut.mp4"), 0.5);
    BinSadi.Result found =
        sadi(
            "cut.mp4",
            "--model",
            MODEL,
            "--passes",
            "1",
            "--out",
            "a.csv",
            "--overlays",
            "d.mkv",
            "--errors",
            "e.csv");
    assertThat(found.exitCode()).as(found.err()).isEqualTo(4);
    assertThat(found.errLines())
        .filteredOn(line -> line.contains("cut off"))
        .singleElement()
        .asString()
        .contains("cut.mp4: is cut off or damaged: its frames end at")
        .contains("of 2.0")
        .endsWith("what came before is used");
    assertThat(rows("a.csv")).hasSizeBetween(10, FRAMES - 1);
    assertThat(folder.resolve("e.csv")).content().contains("cut.mp4,is cut off or damaged");
    assertThat(Film.open(folder.resolve("d.mkv")).rate().aSecond()).isEqualTo(RATE);

    Files.write(cut, new byte[] {0, 0, 0, 8, 'f', 't', 'y', 'p'});
    BinSadi.Result none = sadi("cut.mp4", "--model", MODEL, "--out", "b.csv");
    assertThat(none.exitCode()).isEqualTo(3);
    assertThat(none.errLines()).hasSize(1);
    assertThat(folder.resolve("b.csv")).doesNotExist();
    BinSadi.Result late = sadi(film(), "--model", MODEL, "--from", "1:00", "--out", "b.csv");
    assertThat(late.exitCode()).isEqualTo(3);
    assertThat(late.err()).contains("found no frame from 60.0 s on, expected times below its end");
    assertThat(folder.toFile().list((where, name) -> name.startsWith("b."))).isEmpty();
  }

  @Test
  void noPictureOfAnotherIsReplacedAndNoFrame() throws IOException {
    Path frames = Files.createDirectory(folder.resolve("frames"));
    for (int i = 1; i <= 2; i++) {
      String name = String.format(Locale.ROOT, "shot7_%04d.png", i);
      try (Image image = Image.read(shared.resolve("frames").resolve(name))) {
        Files.write(frames.resolve(i + ".jpg"), image.jpeg(90));
      }
    }
    byte[] before = Files.readAllBytes(frames.resolve("1.jpg"));
    BinSadi.Result over =
        sadi(
            "frames",
            "--frame-rate",
            "25",
            "--model",
            MODEL,
            "--overlays",
            "frames",
            "--overwrite",
            "--out",
            "a.csv");
    assertThat(over.exitCode()).isEqualTo(3);
    assertThat(over.err()).contains("1.jpg: found an input image, expected a place for what is");
    assertThat(frames.resolve("1.jpg")).hasBinaryContent(before);
    Path drawn = Files.createDirectories(folder.resolve("drawn/crossing.mp4"));
    Files.writeString(drawn.resolve("000007.jpg"), "mine");
    BinSadi.Result film =
        sadi(film(), "--model", MODEL, "--to", "0.1", "--overlays", "drawn", "--out", "b.csv");
    assertThat(film.exitCode()).isEqualTo(3);
    assertThat(film.err()).contains("drawn/crossing.mp4: has files in it");
  }

  @Test
  void boxesOfOtherImagesAreNoFilmWithoutPeople() throws IOException {
    String text = Files.readString(shared.resolve("boxes.csv"));
    Files.writeString(folder.resolve("other.csv"), text.replace("crossing.mp4/", "walk/"));
    BinSadi.Result other =
        sadi(film(), "--model", MODEL, "--to", "0.2", "--boxes", "other.csv", "--out", "a.csv");
    assertThat(other.exitCode()).as(other.err()).isEqualTo(3);
    assertThat(other.err())
        .contains(
            "other.csv: found no frame of the film, but such as walk/000000, expected frames");
    assertThat(folder.resolve("a.csv")).doesNotExist();
    Files.writeString(folder.resolve("far.csv"), text.replace("crossing", "films/crossing"));
    BinSadi.Result far =
        sadi(film(), "--model", MODEL, "--to", "0.2", "--boxes", "far.csv", "--out", "a.csv");
    assertThat(far.exitCode()).as(far.err()).isZero();
    assertThat(rows("a.csv")).hasSize(10);
  }

  /** A frame that comes after the run was begun has its place among the others. */
  @Test
  void framesThatCameMeanwhileAreNotTakenForOthers() throws IOException {
    Path frames = Files.createDirectory(folder.resolve("frames"));
    for (int i = 1; i <= 6; i++) {
      if (i != 3) {
        String name = String.format(Locale.ROOT, "shot7_%04d.png", i);
        Files.copy(shared.resolve("frames").resolve(name), frames.resolve(name));
      }
    }
    Files.writeString(frames.resolve("shot7_0005.png"), "not yet");
    String[] words = {
      "frames",
      "--frame-rate",
      "25",
      "--model",
      MODEL,
      "--passes",
      "1",
      "--out",
      "a.csv",
      "--errors",
      "folder/e.csv",
      "--resume"
    };
    // Its end fails, as there is no folder for the errors: what was done is kept.
    Files.writeString(folder.resolve("folder"), "a file");
    assertThat(sadi(words).exitCode()).isNotZero();
    assertThat(folder.resolve("a.csv.part")).exists();
    Files.delete(folder.resolve("folder"));
    Files.createDirectory(folder.resolve("folder"));
    Files.delete(frames.resolve("shot7_0005.png"));
    for (int i : new int[] {3, 5}) {
      String name = String.format(Locale.ROOT, "shot7_%04d.png", i);
      Files.copy(shared.resolve("frames").resolve(name), frames.resolve(name));
    }
    BinSadi.Result resumed = sadi(words);
    assertThat(resumed.err()).contains("from shot7_0004.png on it is done anew");
    words[8] = "whole.csv";
    words[10] = "folder/f.csv";
    assertThat(sadi(words).exitCode()).isZero();
    assertThat(folder.resolve("a.csv")).hasSameBinaryContentAs(folder.resolve("whole.csv"));
  }

  /** A machine of one's own often has none; the line must say what it takes. */
  @Test
  void withoutFfmpegTheLineSaysWhatToInstall() throws IOException {
    Path programs = Files.createDirectories(folder.resolve("programs"));
    for (String program :
        new String[] {
          "bash",
          "env",
          "find",
          "ln",
          "mkdir",
          "mv",
          "ps",
          "readlink",
          "rm",
          "sed",
          "touch",
          "uname",
          "dirname",
          "basename",
          "head",
          "id",
          "cat",
          "ls",
          "tr",
          "cut"
        }) {
      Path here =
          Stream.of("/usr/bin", "/bin")
              .map(place -> Path.of(place, program))
              .filter(Files::exists)
              .findFirst()
              .orElseThrow();
      Files.writeString(programs.resolve(program), "#!/bin/sh\nexec " + here + " \"$@\"\n");
      assertThat(programs.resolve(program).toFile().setExecutable(true)).isTrue();
    }
    BinSadi.Result found =
        new BinSadi()
            .in(folder)
            .with("PATH", programs.toString())
            .with("SADI_JAVA", Path.of(System.getProperty("java.home"), "bin/java").toString())
            .run("predict", film(), "--model", MODEL);
    assertThat(found.exitCode()).as(found.err()).isEqualTo(3);
    assertThat(found.errLines())
        .singleElement()
        .asString()
        .contains("crossing.mp4: is a film, and there is no ffmpeg; install ffmpeg");
  }

  /** An unfinished run, as a kill leaves it, ends as one that nothing happened to. */
  @Test
  void aRunThatGoesOnEndsInTheSameBytes() throws IOException {
    String[] words = {
      film(),
      "--model",
      MODEL,
      "--boxes",
      shared.resolve("boxes.csv").toString(),
      "--to",
      "0.6",
      "--smooth",
      "--batch",
      "4",
      "--out",
      "whole.csv"
    };
    assertThat(sadi(words).exitCode()).isZero();
    words[words.length - 1] = "part.csv";
    Path journal = folder.resolve("part.csv.part");
    Process process =
        new BinSadi().in(folder).start(folder.resolve("o"), folder.resolve("e"), with(words));
    while (process.isAlive()
        && !(Files.exists(journal) && Files.readAllLines(journal).size() > 6)) {
      Thread.onSpinWait();
    }
    process.destroyForcibly();
    process.onExit().join();
    List<String> resumed = new ArrayList<>(List.of(words));
    if (Files.exists(journal)) {
      resumed.add("--resume");
    } else { // it was faster than its end
      resumed.add("--overwrite");
    }
    BinSadi.Result found = sadi(resumed.toArray(String[]::new));
    assertThat(found.exitCode()).as(found.err()).isZero();
    assertThat(folder.resolve("part.csv")).hasSameBinaryContentAs(folder.resolve("whole.csv"));
  }

  private static String[] with(String[] words) {
    return Stream.concat(Stream.of("predict"), Stream.of(words)).toArray(String[]::new);
  }

  @Test
  void whatMakesNoSenseOfAFilmIsRefused() {
    for (String[] bad :
        new String[][] {
          {"--shard is for photos", film(), "--shard", "1/2", "--out", "a.csv"},
          {"--out-dir is for photos", film(), "--out-dir", "d"},
          {"--format coco-dataset is for photos", film(), "--format", "coco-dataset"},
          {"are for a film, or frames", "a.png", "--every", "2"},
          {"photos are drawn into a folder", "a.png", "--overlays", "d.mp4"},
          {"'1h' is no time", film(), "--from", "1h"},
        }) {
      BinSadi.Result result = sadi(Stream.of(bad).skip(1).toArray(String[]::new));
      assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
      assertThat(result.err()).contains(bad[0]);
    }
    for (String[] bad :
        new String[][] {
          {"--every: found 0", film(), "--every", "0"},
          {"an input", film(), "--overlays", film(), "--overwrite"},
        }) {
      BinSadi.Result result = sadi(Stream.of(bad).skip(1).toArray(String[]::new));
      assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
      assertThat(result.err()).contains(bad[0]);
    }
  }
}
