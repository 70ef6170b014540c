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
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sinks;

/** The Leeds datasets in small, as a script prepares them: drawn people in their files' format. */
class PrepareLeedsIT {
  private static final int PEOPLE = 4;
  private static final int JOINTS = 14;

  @TempDir private Path folder;

  @BeforeEach
  void writeBoth() throws IOException {
    Path people = TinyRun.get().folder.resolve("people");
    List<Person> val = DatasetReader.people(DatasetReader.read(people), "val");
    for (String kind : List.of("lsp", "lspet")) {
      Path images = Files.createDirectories(folder.resolve("Fotos für " + kind));
      boolean small = kind.equals("lsp");
      Matrix joints =
          small
              ? Mat5.newMatrix(new int[] {3, JOINTS, PEOPLE})
              : Mat5.newMatrix(new int[] {JOINTS, 3, PEOPLE});
      for (int i = 0; i < PEOPLE; i++) {
        String image = String.format(Locale.ROOT, small ? "im%04d.jpg" : "im%05d.jpg", i + 1);
        Files.copy(people.resolve("images").resolve(val.get(i).image()), images.resolve(image));
        for (int k = 0; k < JOINTS; k++) {
          double[] xyFlag = {val.get(i).x()[k] + 1, val.get(i).y()[k] + 1, small ? 0 : 1};
          for (int c = 0; c < 3; c++) {
            joints.setDouble(small ? new int[] {c, k, i} : new int[] {k, c, i}, xyFlag[c]);
          }
        }
      }
      try (MatFile mat = Mat5.newMatFile().addArray("joints", joints)) {
        Path file = folder.resolve(kind + " joints.mat");
        mat.writeTo(Sinks.newStreamingFile(file.toFile()));
      }
    }
  }

  private BinSadi.Result prepare(String kind, String... more) {
    String[] args = {
      "prepare", kind, "--annotations", kind + " joints.mat", "--images", "Fotos für " + kind
    };
    String[] all = java.util.Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return new BinSadi().in(folder).run(all);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lsp", "lspet"})
  void annotationsAndPhotosBecomeADataset(String kind) throws IOException {
    String[] asked = {"--out", "データ", "--split", "train=1-3", "--split", "val=4-4"};
    List<String> before = TinyRun.filesIn(folder);
    BinSadi.Result dry = prepare(kind, with(asked, "--dry-run"));
    assertThat(dry.exitCode()).as(dry.err()).isZero();
    assertThat(dry.out()).isEmpty();
    assertThat(TinyRun.filesIn(folder)).isEqualTo(before);

    BinSadi.Result made = prepare(kind, with(asked, "--json"));
    assertThat(made.exitCode()).as(made.err()).isZero();
    JsonObject json = JsonParser.parseString(made.out()).getAsJsonObject();
    assertThat(json.get("schema_version").getAsInt()).isEqualTo(1);
    List<Person> train = DatasetReader.people(DatasetReader.read(folder.resolve("データ")), "train");
    assertThat(train).hasSize(3);
    assertThat(train.get(0).image()).startsWith("im00").endsWith("1.jpg");

    BinSadi.Result again = prepare(kind, asked);
    assertThat(again.exitCode()).isEqualTo(3);
    assertThat(again.errLines()).singleElement().asString().contains("データ", "--overwrite");
  }

  @Test
  void readerMayLeaveEarly() {
    BinSadi.Result result =
        new BinSadi()
            .in(folder)
            .shell(
                "set -o pipefail; sadi prepare lsp --annotations 'lsp joints.mat' --images"
                    + " 'Fotos für lsp' --split val=1-4 --out x --json -q | head -c 1");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo("{");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lsp | lspet joints.mat | Fotos für lsp | prepare lspet",
        "lspet | lsp joints.mat | Fotos für lspet | prepare lsp",
        "lsp | none.mat | Fotos für lsp | none.mat: no such file",
        "lsp | Fotos für lsp/im0001.jpg | Fotos für lsp | im0001.jpg",
        "lspet | lspet joints.mat | no folder | no folder",
      })
  void badInputIsOneLineAndLeavesNothing(String kind, String mat, String images, String message) {
    BinSadi.Result result =
        new BinSadi()
            .in(folder)
            .run("prepare", kind, "--annotations", mat, "--images", images, "--out", "x");
    assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
    assertThat(result.out()).isEmpty();
    assertThat(result.errLines()).last().asString().startsWith("sadi: ").contains(message);
    assertThat(folder.resolve("x")).doesNotExist();
  }

  private static String[] with(String[] args, String... more) {
    String[] all = java.util.Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return all;
  }
}
