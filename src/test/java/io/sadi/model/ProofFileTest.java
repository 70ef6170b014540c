package io.sadi.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.io.AtomicFile;
import io.sadi.model.Proof.Outcome;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Torch;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes prove at once, as those of one training do. */
class ProofFileTest {
  private static final String CACHE = "org.bytedeco.javacpp.cachedir";
  private static final Outcome RIGHT = new Outcome(Way.FUSED, true, 0.001);

  @TempDir Path cache;
  private String before;

  /** Its libraries do not belong into a folder that goes away. */
  @BeforeAll
  static void load() {
    Torch.load();
  }

  @BeforeEach
  void useOwnCache() {
    before = System.setProperty(CACHE, cache.toString());
  }

  @AfterEach
  void useTheOldCache() {
    if (before == null) {
      System.clearProperty(CACHE);
    } else {
      System.setProperty(CACHE, before);
    }
  }

  private static ProofFile open() {
    return ProofFile.open(ComputeDevice.CPU);
  }

  private Path written() throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      List<Path> proofs =
          files.filter(file -> file.getFileName().toString().endsWith(".txt")).toList();
      return proofs.get(0);
    }
  }

  @Test
  void remembersWhatTwoProcessesFound() {
    ProofFile one = open();
    ProofFile other = open();
    one.put("a", RIGHT);
    other.put("b", RIGHT);
    assertThat(one.save()).isEmpty();
    assertThat(other.save()).isEmpty();
    assertThat(open().get("a")).isEqualTo(RIGHT);
    assertThat(open().get("b")).isEqualTo(RIGHT);
  }

  /** Two processes of one training ended so: the second one to write was refused. */
  @Test
  void whatAnotherProcessWritesStopsNobody() throws IOException {
    ProofFile file = open();
    file.put("a", RIGHT);
    assertThat(file.save()).isEmpty();
    file.put("b", RIGHT);
    Path part = AtomicFile.part(written());
    try (FileChannel other =
        FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      other.lock();
      assertThat(file.save()).isEmpty();
    }
    assertThat(open().get("a")).isEqualTo(RIGHT);
    assertThat(open().get("b")).isNull();
  }

  /** Somebody who runs doctor wants to know what is right now, not what was once. */
  @Test
  void provesAnewWhatIsWrittenDown() {
    ModelConfig config = ModelConfig.from(TestNets.config());
    try (SadiNet net = SadiNet.describe(config, TestNets.JOINTS)) {
      assertThat(net.prove(Precision.FP32, 2).fallbacks()).isEmpty();
      ProofFile file = open();
      for (ShapeOperations.Layer layer : ShapeOperations.layers(net).values()) {
        for (int batch : new int[] {1, 2}) {
          for (String threads : List.of("", ", one thread")) {
            String key = layer.form().trained() + ", batch " + batch + ", fp32 training" + threads;
            if (file.get(key) != null) {
              file.put(key, new Outcome(Way.PLAIN, true, 1));
            }
          }
        }
      }
      assertThat(file.save()).isEmpty();
      assertThat(net.prove(Precision.FP32, 2).fallbacks()).isNotEmpty();
      assertThat(Arithmetic.anew(List.of(net), Precision.FP32, 2))
          .hasSize(2)
          .allSatisfy(arithmetic -> assertThat(arithmetic.fallbacks()).isEmpty());
      assertThat(net.prove(Precision.FP32, 2).fallbacks()).isEmpty();
    }
  }

  /** What is right in no way must be tried again, as the next version may be right. */
  @Test
  void whatIsWrongIsNotRemembered() {
    ProofFile file = open();
    file.put("a", RIGHT);
    file.save();
    file.put("a", new Outcome(Way.PLAIN, false, 1));
    assertThat(file.save()).isEmpty();
    assertThat(open().get("a")).isNull();
  }

  /** One cause is one warning, however many networks a command has. */
  @Test
  void aFolderThatCannotBeWrittenIsSaidOnce() throws IOException {
    Path file = Files.createFile(cache.resolve("file"));
    System.setProperty(CACHE, file.resolve("none").toString());
    String home = System.setProperty("user.home", cache.toString());
    try {
      ProofFile first = open();
      first.put("a", RIGHT);
      assertThat(first.save().orElseThrow())
          .contains(file.resolve("none").toString(), "cannot be written", cache.toString());
      ProofFile second = open();
      assertThat(second.get("a")).isEqualTo(RIGHT);
      second.put("b", RIGHT);
      assertThat(second.save()).isEmpty();
      assertThat(System.getProperty(CACHE)).startsWith(cache.resolve(".javacpp").toString());
    } finally {
      System.setProperty("user.home", home);
    }
  }

  /** Another GPU, driver or mode of arithmetic: what is known of the old one does not count. */
  @Test
  void eachDeviceHasAFileOfItsOwn() {
    Path one = ProofFile.place(ComputeDevice.CPU.identity());
    assertThat(one).isEqualTo(ProofFile.place(ComputeDevice.CPU.identity()));
    assertThat(one.getParent()).isEqualTo(cache);
    assertThat(ProofFile.place("cuda:0\nNVIDIA L4, 8.9, 580.1"))
        .isNotEqualTo(one)
        .isNotEqualTo(ProofFile.place("cuda:0\nNVIDIA H100, 9.0, 580.1"));
  }
}
