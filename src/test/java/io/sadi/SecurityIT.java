package io.sadi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sadi.testing.BinSadi;
import io.sadi.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody must not get who gives us a file, or shares a machine with us. */
class SecurityIT {
  private static TinyRun tiny;

  @TempDir private Path folder;

  @BeforeAll
  static void makeRun() throws IOException {
    tiny = TinyRun.get();
  }

  private static List<String[]> work(Path folder) {
    String model = tiny.folder.resolve("run/checkpoints/best.safetensors").toString();
    String people = tiny.folder.resolve("people").toString();
    String out = folder.resolve("out").toString();
    return List.of(
        new String[] {"predict", "-q", "--model", model, people, "--out", out + ".csv"},
        new String[] {"eval", "-q", "--model", model, "--data", people, "--out", out + ".txt"},
        new String[] {
          "train",
          "-q",
          "--config",
          TinyRun.CONFIG,
          "--data",
          people,
          "--out",
          out,
          "--epochs",
          "1",
          "--limit-train",
          "16"
        });
  }

  /** People's photos stay here: no work needs a network, and none looks for one. */
  @Test
  void worksWithoutANetworkAndLooksForNone() {
    assumeTrue(
        new BinSadi().shell("unshare -rn true").exitCode() == 0,
        "skipped: no right to take the network away");
    for (String[] command : work(folder)) {
      BinSadi.Result result =
          new BinSadi()
              .in(folder)
              .with("SADI_JAVA_OPTS", "-Xlog:class+load:file=classes.txt")
              .shell("exec unshare -rn sadi \"$@\"", command);
      assertThat(result.exitCode()).as(command[0] + ": " + result.err()).isZero();
      assertThat(folder.resolve("classes.txt"))
          .content()
          .contains("io.sadi.Sadi ")
          .doesNotContain("java.net.Socket ", "java.net.InetAddress$", "SocketChannelImpl ");
    }
  }

  /** A dataset of somebody else's names pictures of theirs, and no other files. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../etc/passwd",
        "/etc/passwd",
        "a/../../b.jpg",
        "C:\\\\windows\\\\win.ini",
        "\\\\\\\\host\\\\share\\\\x.jpg"
      })
  void imagesOfADatasetStayInItsRoot(String name) throws IOException {
    Path data = Files.createDirectories(folder.resolve("data/annotations")).getParent();
    Path people = tiny.folder.resolve("people");
    Files.copy(people.resolve("dataset.yaml"), data.resolve("dataset.yaml"));
    for (String split : List.of("train", "val")) {
      String json = Files.readString(people.resolve("annotations/" + split + ".json"));
      Files.writeString(
          data.resolve("annotations/" + split + ".json"),
          json.replaceFirst(
              "(\"file_name\": *)\"[^\"]*\"", "$1\"" + name.replace("\\", "\\\\") + "\""));
    }
    BinSadi.Result result =
        new BinSadi()
            .in(folder)
            .run("train", "--config", TinyRun.CONFIG, "--data", "data", "--out", "run");
    assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
    assertThat(result.errLines()).last().asString().startsWith("sadi: ");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  /** What would be an address elsewhere is a path here, where there is no such file. */
  @ParameterizedTest
  @ValueSource(strings = {"file:///etc/passwd", "http://localhost/x.jpg"})
  void imagesAreNoAddresses(String name) {
    BinSadi.Result result = new BinSadi().in(folder).run("predict", name);
    assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
    assertThat(result.errLines()).singleElement().asString().contains("no such file");
  }

  /** A config or a dataset is data, whatever classes it names. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "train: !!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[]]]",
        "train: !!java.io.File [/etc/passwd]",
        "!!io.sadi.Sadi {}",
      })
  void yamlNamesNoClasses(String yaml) throws IOException {
    Files.writeString(folder.resolve("config.yaml"), yaml + "\n");
    BinSadi.Result result =
        new BinSadi().in(folder).run("info", "--config", "config.yaml", "--summary");
    assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
    assertThat(result.errLines())
        .singleElement()
        .asString()
        .startsWith("sadi: config.yaml:1: not valid YAML: ");
  }

  /** A checkpoint may say how long it is; the file's size decides what is read. */
  @Test
  void checkpointsPromiseInVain() throws IOException {
    for (long length : new long[] {1L << 60, 1L << 62, Long.MIN_VALUE, -1, 1L << 31, 100L << 20}) {
      byte[] bytes = new byte[64];
      for (int i = 0; i < 8; i++) {
        bytes[i] = (byte) (length >> (8 * i));
      }
      Files.write(folder.resolve("best.safetensors"), bytes);
      BinSadi.Result result =
          new BinSadi()
              .in(folder)
              .with("SADI_JAVA_OPTS", "-Xmx64m")
              .run("info", "--model", "best.safetensors");
      assertThat(result.exitCode()).as(length + ": " + result.err()).isEqualTo(3);
      assertThat(result.errLines()).singleElement().asString().contains("best.safetensors");
    }
  }
}
