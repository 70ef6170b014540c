package io.sadi.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.io.AtomicFile;
import io.sadi.model.Proof.Outcome;
import io.sadi.torch.ComputeDevice;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes prove at once, as those of one training do. */
class ProofFileTest {
  private static final String CACHE = "org.bytedeco.javacpp.cachedir";
  private static final Outcome RIGHT = new Outcome(Way.FUSED, true, 0.001);

  @TempDir Path cache;
  private String before;

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
    assertThat(one.save()).isNull();
    assertThat(other.save()).isNull();
    assertThat(open().get("a")).isEqualTo(RIGHT);
    assertThat(open().get("b")).isEqualTo(RIGHT);
  }

  /** Two processes of one training ended so: the second one to write was refused. */
  @Test
  void whatAnotherProcessWritesStopsNobody() throws IOException {
    ProofFile file = open();
    file.put("a", RIGHT);
    assertThat(file.save()).isNull();
    file.put("b", RIGHT);
    Path part = AtomicFile.part(written());
    try (FileChannel other =
        FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      other.lock();
      assertThat(file.save()).isNull();
    }
    assertThat(open().get("a")).isEqualTo(RIGHT);
    assertThat(open().get("b")).isNull();
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
