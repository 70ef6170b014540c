package io.sadi.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.image.Image;
import io.sadi.io.FailedException;
import io.sadi.testing.Signals;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

/** Without its natives the tool is nothing: they load, get along, and say why when they do not. */
class TorchTest {

  @Test
  void loadsOnceAndComputes() {
    Torch.load();
    Torch.load();
    try (PointerScope scope = new PointerScope();
        Tensor ones = torch.ones(3, 4)) {
      assertThat(ones.sum().item_float()).isEqualTo(12f);
      assertThat(scope).isNotNull();
    }
  }

  /** Two processes with all cores each take several times as long as with half of them. */
  @Test
  void threadsAreWhatWasAskedForOrAShare() {
    int all = Runtime.getRuntime().availableProcessors();
    assertThat(Torch.defaultThreads("3,1", 2)).isEqualTo(3);
    assertThat(Torch.defaultThreads(null, 1)).isEqualTo(all);
    assertThat(Torch.defaultThreads("none", 2)).isEqualTo(Math.max(1, all / 2));
    assertThat(Torch.defaultThreads("", 4 * all)).isEqualTo(1);
  }

  /** Both bring copies of OpenBLAS, libgomp and libstdc++ along. */
  @Test
  void livesBesideOpenCvInOneProcess() {
    Torch.load();
    try (Image image = Image.filled(8, 6, 0x336699);
        Tensor product = torch.ones(64, 64).matmul(torch.ones(64, 64))) {
      assertThat(image.rgb()).startsWith(0x33, 0x66, 0x99);
      assertThat(product.max().item_float()).isEqualTo(64f);
    }
  }

  /** Runs in a JVM of its own that is told to be on another platform. */
  static final class LoadTwice {
    private LoadTwice() {}

    public static void main(String[] args) {
      for (int i = 0; i < 2; i++) {
        try {
          Torch.load();
          System.out.println("loaded");
        } catch (FailedException e) {
          System.out.println(e.getMessage());
        }
      }
    }
  }

  @Test
  void failureToLoadIsExplainedEachTime() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.bytedeco.javacpp.platform=linux-armhf",
                "-cp",
                System.getProperty("java.class.path"),
                LoadTwice.class.getName())
            .redirectErrorStream(true)
            .start();
    List<String> said;
    try (var out = process.inputReader(StandardCharsets.UTF_8)) {
      said = out.lines().filter(line -> !line.startsWith("SLF4J")).toList();
    }
    assertThat(Signals.exitCode(process)).isZero();
    assertThat(said).hasSize(2).doesNotContain("loaded");
    assertThat(said.get(0)).startsWith("LibTorch could not be loaded").isEqualTo(said.get(1));
  }
}
