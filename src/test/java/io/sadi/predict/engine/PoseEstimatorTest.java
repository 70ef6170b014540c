package io.sadi.predict.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.checkpoint.Decode;
import io.sadi.checkpoint.Readout;
import io.sadi.data.Crop;
import io.sadi.data.PersonBox;
import io.sadi.data.Skeleton;
import io.sadi.eval.Prediction;
import io.sadi.model.Parameter;
import io.sadi.model.SadiNet;
import io.sadi.testing.TestModels;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Torch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read from a network's answers. */
class PoseEstimatorTest {
  private static final int PEOPLE = 4;
  private static final Skeleton SKELETON = Skeleton.lsp14();

  @TempDir private static Path folder;
  private static Path file;
  private static Checkpoint checkpoint;
  private static int side;
  private static Crop crop;

  @BeforeAll
  static void readCheckpoint() throws IOException {
    file = TestModels.write(folder.resolve("model.safetensors"));
    checkpoint = Checkpoint.read(file);
    side = checkpoint.model().input();
    crop = PersonBox.wholeImage(side, side).crop(side);
  }

  /** Some crops of noise, or the same ones in a mirror. */
  private static ByteBuffer crops(boolean mirrored) {
    byte[] pixels = new byte[PEOPLE * side * side * 3];
    new Random(3).nextBytes(pixels);
    ByteBuffer rgb = ByteBuffer.allocateDirect(pixels.length);
    for (int row = 0; row < PEOPLE * side; row++) {
      for (int x = 0; x < side; x++) {
        int from = (row * side + (mirrored ? side - 1 - x : x)) * 3;
        rgb.put((row * side + x) * 3, pixels, from, 3);
      }
    }
    return rgb;
  }

  private static SadiNet netWithALopsidedFlow() {
    SadiNet net = checkpoint.network(ComputeDevice.CPU, file);
    try (NoGradGuard noGrad = new NoGradGuard()) {
      int i = 0;
      for (Parameter parameter : net.parameters().all()) {
        if (parameter.name().startsWith("dlm.flow")) {
          Torch.seed(i++);
          parameter.tensor().normal_(0, 0.35, new GeneratorOptional());
        }
      }
    }
    assertThat(Math.abs(net.renderer().mode()[0])).as("P leans to a side").isGreaterThan(0.3f);
    return net;
  }

  /** Which way round a photo was taken must not show in where its people are found. */
  @Test
  void withFlipAMirroredPhotosAnswerIsTheMirroredAnswer() {
    int[] pairs = SKELETON.flipPermutation();
    try (SadiNet net = netWithALopsidedFlow();
        PoseEstimator estimator =
            new PoseEstimator(net, pairs, true, Refine.QUARTER, Precision.FP32)) {
      Maps seen = estimator.run(crops(false), PEOPLE);
      Maps mirrored = estimator.run(crops(true), PEOPLE);
      for (Decode decode : Decode.values()) {
        Readout readout = new Readout(decode, 0.5);
        for (int b = 0; b < PEOPLE; b++) {
          Prediction a = estimator.read(seen, b, crop, readout, "a", 0);
          Prediction m = estimator.read(mirrored, b, crop, readout, "m", 0);
          for (int k = 0; k < pairs.length; k++) {
            String what = decode + ": " + SKELETON.joints().get(k) + " of person " + b;
            assertThat(side - 1 - m.x()[pairs[k]]).as(what).isEqualTo(a.x()[k], within(1e-3f));
            assertThat(m.y()[pairs[k]]).as(what).isEqualTo(a.y()[k], within(1e-3f));
            assertThat(m.score()[pairs[k]]).as(what).isEqualTo(a.score()[k], within(1e-5f));
            assertThat(m.sigmaX()[pairs[k]]).as(what).isEqualTo(a.sigmaX()[k], within(1e-4f));
          }
        }
      }
    }
  }

  /** The average of two views of one density stays a density's picture: peak 1, as without flip. */
  @Test
  void withFlipTheSecondHeatmapsPeakStaysOne() {
    try (SadiNet net = netWithALopsidedFlow()) {
      float[] lattice = net.renderer().symmetric().lattice();
      int n = (int) net.renderer().nodes();
      float peak = 0;
      for (int i = 0; i < lattice.length; i++) {
        peak = Math.max(peak, lattice[i]);
        assertThat(lattice[i]).isEqualTo(lattice[i - i % n + n - 1 - i % n]);
      }
      assertThat(peak).isEqualTo(1);
    }
  }

  @Test
  void darkSmoothsAsMuchAsTheTargetThatTheNetworkHasLearned() {
    assertThat(checkpoint.targetSigma()).as("the default").isEqualTo(2);
    assertThat(ofTarget(3).targetSigma()).isEqualTo(3);
    float[] narrow = joints(ofTarget(0.5));
    assertThat(joints(checkpoint)).isNotEqualTo(narrow);
    assertThat(joints(ofTarget(0.5))).isEqualTo(narrow);
  }

  private static Checkpoint ofTarget(double sigma) {
    return new Checkpoint(
        checkpoint.config() + "loss: {target_sigma: " + sigma + "}\n",
        checkpoint.model(),
        checkpoint.skeleton(),
        checkpoint.metric(),
        checkpoint.epoch(),
        checkpoint.fusionWeight(),
        checkpoint.temperatures(),
        checkpoint.tensors());
  }

  private static float[] joints(Checkpoint of) {
    InferenceConfig config = new InferenceConfig("cpu", "fp32", PEOPLE, 1, false, Refine.DARK);
    try (TrainedModel model = new TrainedModel(of, file, config)) {
      Maps maps = model.estimator().run(crops(false), PEOPLE);
      return model.estimator().read(maps, 0, crop, new Readout(Decode.H1, 0), "a", 0).x();
    }
  }
}
