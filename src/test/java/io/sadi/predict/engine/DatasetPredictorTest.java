package io.sadi.predict.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.data.Skeleton;
import io.sadi.model.SadiNet;
import io.sadi.testing.TestModels;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetPredictorTest {
  private static final String CACHE = "org.bytedeco.javacpp.cachedir";

  @TempDir private Path folder;

  /**
   * 33 people at 32 a batch are batches of 20 and 13: what is right for 32 says nothing of them.
   */
  @Test
  void provesTheBatchesThatItMakes() throws IOException {
    Torch.load(); // its libraries do not belong into a folder that goes away
    Path file = TestModels.write(folder.resolve("model.safetensors"));
    Path cache = Files.createDirectory(folder.resolve("cache"));
    String before = System.setProperty(CACHE, cache.toString());
    SadiNet net = Checkpoint.read(file).network(ComputeDevice.CPU, file);
    try (PoseEstimator estimator =
        new PoseEstimator(
            net, Skeleton.lsp14().flipPermutation(), false, Refine.QUARTER, Precision.FP32)) {
      DatasetPredictor.prove(estimator, 33, 32);
    } finally {
      if (before == null) {
        System.clearProperty(CACHE);
      } else {
        System.setProperty(CACHE, before);
      }
    }
    assertThat(DatasetPredictor.batch(33, 32, ComputeDevice.CPU)).isEqualTo(20);
    assertThat(proven(cache))
        .anyMatch(line -> line.contains(", batch 20, "))
        .noneMatch(line -> line.contains(", batch 32, "));
  }

  private static List<String> proven(Path cache) throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      Path file =
          files.filter(path -> path.getFileName().toString().endsWith(".txt")).findFirst().get();
      return Files.readAllLines(file);
    }
  }
}
