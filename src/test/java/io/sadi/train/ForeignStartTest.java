package io.sadi.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.config.Config;
import io.sadi.convert.TorchImport;
import io.sadi.data.TrainedOn;
import io.sadi.geom.PixelConvention;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.io.Safetensors.Entry;
import io.sadi.testing.MmposeFile;
import io.sadi.testing.NoisePeople;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training that starts from another toolkit's weights goes on with that network. */
class ForeignStartTest {
  @TempDir Path folder;
  private Path data;
  private Path theirs;

  @BeforeEach
  void makeThem() throws IOException {
    data = NoisePeople.write(folder.resolve("data"));
    theirs = MmposeFile.small("keypoint_head").write(folder.resolve("theirs.pth"));
  }

  private TrainJob training(String run, List<String> except, String... sets) throws IOException {
    Config config =
        Config.parse(
            """
            model: {variant: baseline, input: 64, stem: 6, channels: [4, 4, 6, 6, 8],
              blocks: [1, 1, 2, 1, 3], features: 5}
            train: {epochs: 1, batch: 4, threads: 1, precision: fp32, freeze: [stem]}
            """,
            "test");
    for (String set : sets) {
      config.set(set);
    }
    return TrainJob.prepare(
        config,
        true,
        data,
        folder.resolve(run),
        TrainJob.Mode.REFUSE,
        new InitialNetwork(theirs, except));
  }

  /** Sixteen maps there, fourteen joints here: all but the head is theirs. */
  @Test
  void itsWeightsAndItsPixelConventionGoOn() throws IOException {
    assertThat(training("run", List.of("head")).run(Progress.NONE)).isEqualTo(RunState.DONE);
    Checkpoint best = Checkpoint.read(folder.resolve("run/checkpoints/best.safetensors"));
    assertThat(best.model().pixels()).isEqualTo(PixelConvention.CORNER);
    assertThat(best.skeleton().size()).isEqualTo(14);
    // Else it would look as if it had seen this data alone.
    TrainedOn trainedOn = requireNonNull(best.trainedOn());
    assertThat(trainedOn.unknownBefore()).isEqualTo("theirs.pth");
    assertThat(trainedOn)
        .asString()
        .endsWith("; before that on people that theirs.pth does not name");
    TorchImport network = TorchImport.read(theirs, null, null);
    for (String frozen : List.of("stem.conv.conv.weight", "stem.block.conv1.bn.running_var")) {
      Entry before = requireNonNull(network.tensors().get(frozen));
      Entry after = requireNonNull(best.tensors().get(frozen));
      assertThat(after.floats()).as(frozen).isEqualTo(before.floats());
    }
  }

  @Test
  void aConfigThatSaysAnotherConventionWins() throws IOException {
    TrainJob training = training("run", List.of("head"), "model.pixel_convention=center");
    assertThat(training.config().model().pixels()).isEqualTo(PixelConvention.CENTER);
  }

  /** A plain hourglass is where the full network may start; what it lacks is said, and how. */
  @Test
  void theFullNetworkStartsFromAPlainHourglass() throws IOException {
    String full = "model.variant=full";
    String[] sizes = {full, "sfm.width=[4, 4, 4, 4]", "sfm.planes=[2, 2, 2, 2]", "sfm.final=8"};
    assertThatThrownBy(() -> training("run", List.of("head"), sizes))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("theirs.pth: found a network without dilated, se, ")
        .hasMessageMatching("(?s).*--init-except head,dilated,se,[a-z,]*sfm.*");
    String[] message = new String[1];
    assertThatThrownBy(() -> training("run", List.of("head"), sizes))
        .satisfies(thrown -> message[0] = String.valueOf(thrown.getMessage()));
    String except = message[0].replaceAll("(?s).*--init-except (\\S+) .*", "$1");
    assertThat(training("run", List.of(except.split(",")), sizes).run(Progress.NONE))
        .isEqualTo(RunState.DONE);
    Checkpoint best = Checkpoint.read(folder.resolve("run/checkpoints/best.safetensors"));
    TorchImport network = TorchImport.read(theirs, null, null);
    String frozen = "stem.conv.conv.weight";
    assertThat(requireNonNull(best.tensors().get(frozen)).floats())
        .isEqualTo(requireNonNull(network.tensors().get(frozen)).floats());
  }

  @Test
  void whatDoesNotFitLeavesNoFolder() throws IOException {
    assertThatThrownBy(() -> training("run", List.of()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("theirs.pth: found a network of 16 joints, expected 14")
        .hasMessageContaining("--init-except head");
    assertThat(folder.resolve("run")).doesNotExist();
  }
}
