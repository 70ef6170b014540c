package io.sadi.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.config.Config;
import io.sadi.data.BatchPool;
import io.sadi.data.Batches;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.LabelledPhoto;
import io.sadi.data.SceneBatch;
import io.sadi.data.SceneBatches;
import io.sadi.data.TrainingSet;
import io.sadi.testing.NoisePeople;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Ranks;
import io.sadi.torch.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where a step has several batches, the bad one is named and not those after it: somebody looks for
 * the fault in the images that are named.
 */
class BadGradientsTest {
  @TempDir private Path folder;
  private Path data;

  @BeforeEach
  void drawPeople() throws IOException {
    data = NoisePeople.write(folder.resolve("data"));
  }

  private static Config config(String yaml) {
    Config config = Config.parse(yaml, "tiny");
    config.set("train.batch=2");
    config.set("train.accumulate=2");
    return config;
  }

  private static void spoil(StateFiles.Weights weights) {
    try (PointerScope scope = new PointerScope()) {
      weights.raw().gradients().fill_(Tensors.scalar(Double.NaN));
    }
  }

  @Test
  void oneBadBatchOfPeopleIsOne() throws IOException {
    RunConfig config = RunConfig.from(config(NoisePeople.CONFIG));
    Dataset dataset = DatasetReader.read(data);
    TrainingSet learned = TrainingSet.of(DatasetReader.people(dataset, "train"));
    try (Trainer trainer = new Trainer(config, 14, ComputeDevice.CPU, Precision.FP32, Ranks.ALONE);
        Batches batches =
            Batches.training(
                dataset,
                learned,
                64,
                config.model().pixels(),
                config.train().share(0, 1),
                config.augmentation(),
                1,
                0,
                0,
                1,
                new BatchPool(ComputeDevice.CPU))) {
      for (int step = 0; step < 2; step++) {
        if (step == 0) {
          spoil(trainer.weights());
        }
        Trainer.Step taken = trainer.step(batches.next(2), 1e-3, Double.MAX_VALUE);
        assertThat(taken.bad()).hasSize(step == 0 ? 1 : 0);
        assertThat(taken.loss().bad()).isEqualTo(step == 0 ? 1 : 0);
      }
      assertThat(trainer.weights().finite()).isTrue();
    }
  }

  @Test
  void oneBadBatchOfPhotosIsOne() throws IOException {
    DetectorRunConfig config =
        DetectorRunConfig.from(
            config(
                """
                model: {input: 64, stem: 4, channels: [4, 4, 8], blocks: [1, 1, 1], features: 4}
                train: {task: detect, threads: 1, precision: fp32}
                """));
    Dataset dataset = DatasetReader.read(data);
    List<LabelledPhoto> photos =
        LabelledPhoto.of(DatasetReader.file(dataset, "train"), dataset.imageRoot());
    try (DetectorTrainer trainer = new DetectorTrainer(config, ComputeDevice.CPU, Precision.FP32);
        SceneBatches batches =
            new SceneBatches(
                dataset.imageRoot(),
                photos,
                64,
                2,
                config.augmentation(),
                1,
                0,
                0,
                1,
                ComputeDevice.CPU)) {
      for (int step = 0; step < 2; step++) {
        List<SceneBatch> two = List.of(batches.next(), batches.next());
        if (step == 0) {
          spoil(trainer.weights());
        }
        Trainer.Step taken = trainer.step(two, 1e-3, Double.MAX_VALUE);
        assertThat(taken.bad()).hasSize(step == 0 ? 1 : 0);
        two.forEach(batches::release);
      }
      assertThat(trainer.weights().finite()).isTrue();
    }
  }
}
