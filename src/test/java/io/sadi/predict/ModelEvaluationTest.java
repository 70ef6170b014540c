package io.sadi.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.google.gson.JsonObject;
import io.sadi.checkpoint.Checkpoint;
import io.sadi.checkpoint.Decode;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.DatasetWriter;
import io.sadi.data.Fingerprint;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.data.TrainedOn;
import io.sadi.eval.Fusion;
import io.sadi.eval.Fusion.ChosenOn;
import io.sadi.eval.MetricResult;
import io.sadi.eval.PoseMetric;
import io.sadi.eval.Prediction;
import io.sadi.eval.Predictions;
import io.sadi.eval.PredictionsFile;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.io.Safetensors;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.Refine;
import io.sadi.predict.output.Journal;
import io.sadi.predict.output.PredictionOutput;
import io.sadi.testing.TestModels;
import io.sadi.testing.Warnings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Measuring a model is predicting a split: the same people, the same crops, the same joints. */
class ModelEvaluationTest {
  private static final InferenceConfig CONFIG =
      new InferenceConfig("cpu", "fp32", 4, 1, false, Refine.QUARTER);

  private final Path folder;
  private final Path data;
  private Dataset dataset;
  private List<Person> people;

  ModelEvaluationTest(@TempDir Path folder) {
    this.folder = folder;
    this.data = folder.resolve("data");
  }

  @BeforeEach
  void makeDataset() throws IOException {
    Random random = new Random(3);
    List<Person> annotated = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      String name = "b/" + i / 2 + ".png"; // two people an image
      byte[] pixels = new byte[60 * 50 * 3];
      random.nextBytes(pixels);
      try (Image image = Image.of(pixels, 60, 50)) {
        image.writePng(data.resolve("images").resolve(name));
      }
      byte[] visible = new byte[14];
      Arrays.fill(visible, Person.VISIBLE);
      annotated.add(
          new Person(
              name,
              i % 2,
              60,
              50,
              new float[14],
              new float[14],
              visible,
              null,
              20 + 4 * i,
              25,
              0.2,
              Double.NaN,
              null));
    }
    Dataset description =
        new Dataset(
            data, "noise", Skeleton.lsp14(), Metric.PCK_02, Map.of(), data.resolve("images"));
    DatasetWriter.write(description, "images", Map.of(), Map.of("val", annotated));
    dataset = DatasetReader.read(data);
    people = DatasetReader.people(dataset, "val");
  }

  private Path model(String variant) throws IOException {
    return TestModels.write(folder.resolve(variant + ".safetensors"), variant, Skeleton.lsp14());
  }

  @Test
  void everyDecodeComesFromOnePass() throws IOException {
    Map<String, Predictions> predicted =
        ModelEvaluation.prepare(model("full"), dataset, people, null, Progress.NONE)
            .run(CONFIG, Progress.NONE);
    assertThat(predicted).containsOnlyKeys("fused", "fused-paper", "h1", "h2", "mu");
    assertThat(predicted.values()).allMatch(p -> p.missing(people).isEmpty());
    assertThat(
            ModelEvaluation.prepare(model("rfm-only"), dataset, people, null, Progress.NONE)
                .decodes())
        .containsExactly(Decode.H1);
  }

  /** Whoever reads fused must know whether its weight was chosen on these very people. */
  @Test
  void whomTheFusionWeightWasChosenOnIsKnown() throws IOException {
    Checkpoint older = Checkpoint.read(model("full"));
    Fingerprint here = Fingerprint.of("val", people, dataset.skeleton());
    Fingerprint elsewhere = Fingerprint.of("val", people.subList(1, 2), dataset.skeleton());
    Fingerprint learned = Fingerprint.of("train", people.subList(0, 2), dataset.skeleton());
    assertThat(chosenOn(older)).isEqualTo(ChosenOn.UNKNOWN);
    assertThat(chosenOn(older.learnedFrom(new TrainedOn("x", learned, here, List.of()))))
        .isEqualTo(ChosenOn.SAME_PEOPLE);
    assertThat(chosenOn(older.learnedFrom(new TrainedOn("x", learned, elsewhere, List.of()))))
        .isEqualTo(ChosenOn.OTHER_PEOPLE);
    // A weight that is not 0 was chosen on somebody, whoever that was.
    TrainedOn nobody = new TrainedOn("x", learned, null, List.of());
    assertThat(chosenOn(older.learnedFrom(nobody))).isEqualTo(ChosenOn.UNKNOWN);

    List<String> notes = new ArrayList<>();
    Checkpoint plain = fused(older, older.config(), 0).learnedFrom(nobody);
    assertThat(chosenOn(plain)).isEqualTo(ChosenOn.NOBODY);
    plain.available(Decode.FUSED, Path.of("a.safetensors"), Warnings.notesInto(notes));
    assertThat(notes)
        .containsExactly(
            "a.safetensors: trained without people to choose the fusion weight on: fused is h1");

    String set = older.config() + "eval: {fusion_weight: 0}\n";
    assertThat(chosenOn(fused(older, set, 0).learnedFrom(nobody))).isEqualTo(ChosenOn.CONFIG);
  }

  private static Checkpoint fused(Checkpoint of, String config, double weight) {
    return new Checkpoint(
        config,
        of.model(),
        of.skeleton(),
        of.metric(),
        of.epoch(),
        weight,
        of.temperatures(),
        of.tensors());
  }

  private ChosenOn chosenOn(Checkpoint checkpoint) {
    Fusion fusion =
        new ModelEvaluation(Path.of("x"), checkpoint, dataset, people, List.of(Decode.FUSED))
            .network("val", people, CONFIG)
            .fusion();
    assertThat(fusion).isNotNull();
    return fusion.chosenOn();
  }

  /**
   * One pass gives both: what is reported, and what choosing on the same people would have said.
   */
  @Test
  void crossFittedAndInSampleComeFromOnePass() throws IOException {
    ModelEvaluation evaluation =
        ModelEvaluation.prepare(model("full"), dataset, people, null, Progress.NONE);
    PoseMetric metric = PoseMetric.of(dataset.metric());
    ModelEvaluation.CrossFitted found =
        evaluation.crossFitted("val", metric, null, CONFIG, Progress.NONE);
    assertThat(found.predicted().keySet())
        .containsExactly("fused", "fused-in-sample", "fused-paper", "h1", "h2", "mu");
    assertThat(found.predicted().values()).allMatch(p -> p.missing(people).isEmpty());
    assertThat(mean(found.predicted().get("fused-in-sample"), metric))
        .isGreaterThanOrEqualTo(mean(found.predicted().get("h1"), metric));
    Fusion fusion = found.network().fusion();
    assertThat(fusion).isNotNull();
    assertThat(fusion.chosenOn()).isEqualTo(ChosenOn.HALVES);
    assertThat(fusion.ofHalves()).hasSize(2);

    ModelEvaluation plain =
        ModelEvaluation.prepare(model("rfm-only"), dataset, people, null, Progress.NONE);
    found = plain.crossFitted("val", metric, null, CONFIG, Progress.NONE);
    assertThat(found.predicted()).containsOnlyKeys("h1");
    assertThat(found.network().fusion()).isNull();
  }

  private double mean(Predictions predictions, PoseMetric metric) {
    return MetricResult.of(metric, "x", dataset.skeleton(), people, predictions, false)
        .meanJointWeighted();
  }

  /** The files of eval --save-predictions, of predict --boxes, and what eval measures, agree. */
  @Test
  void savedPredictionsAreWhatPredictFindsInTheAnnotatedBoxes() throws IOException {
    ModelEvaluation evaluation =
        ModelEvaluation.prepare(model("full"), dataset, people, Decode.FUSED, Progress.NONE);
    Map<String, Predictions> predicted = evaluation.run(CONFIG, Progress.NONE);
    List<Path> files = new ArrayList<>();
    for (String ending : List.of("csv", "json", "jsonl", "coco.json")) {
      Path saved = folder.resolve("saved." + ending);
      evaluation.save(saved, predicted, CONFIG, DatasetReader.imageIds(dataset, "val"));
      files.add(saved);
    }

    Path found = folder.resolve("found.csv");
    PredictionRequest request =
        new PredictionRequest(
            model("full"),
            List.of(data.resolve("images").toString()),
            data.resolve("annotations/val.json"),
            Decode.FUSED,
            1,
            CONFIG,
            null,
            PredictionOutput.file(found, PredictionOutput.Existing.REFUSE));
    PredictionJob.prepare(request, new ByteArrayInputStream(new byte[0]), Progress.NONE)
        .run(new java.io.ByteArrayOutputStream(), Progress.NONE);

    files.add(found);
    for (Path file : files) {
      Predictions read = PredictionsFile.read(file, dataset, "val", people, Progress.NONE);
      assertThat(read.size()).isEqualTo(people.size());
      for (Person person : people) {
        Prediction expected = of(predicted.get("fused"), person);
        Prediction actual = of(read, person);
        for (int k = 0; k < 14; k++) {
          assertThat(actual.x()[k]).as(file.toString()).isCloseTo(expected.x()[k], within(0.01f));
          assertThat(actual.y()[k]).isCloseTo(expected.y()[k], within(0.01f));
          if (!file.toString().endsWith(".coco.json")) { // which has no place for it
            assertThat(actual.sigmaX()[k]).isCloseTo(expected.sigmaX()[k], within(0.01f));
          }
        }
      }
    }
  }

  /** A run of hours that is not finished is worth more than what is saved over it. */
  @Test
  void predictionsAreNotSavedOverAnUnfinishedRun() throws IOException {
    ModelEvaluation evaluation =
        ModelEvaluation.prepare(model("full"), dataset, people, Decode.FUSED, Progress.NONE);
    Path saved = folder.resolve("kept.csv");
    Path part = folder.resolve("kept.csv.part");
    Journal.open(part, new JsonObject(), false).close();
    byte[] run = Files.readAllBytes(part);
    assertThatThrownBy(
            () -> evaluation.save(saved, Map.of("fused", new Predictions()), CONFIG, Map.of()))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(part.toString());
    assertThat(part).hasBinaryContent(run);
  }

  /** A training writes a better network there while the older one is being measured. */
  @Test
  void whatCameMeanwhileIsNotOverwrittenByACalibration() throws IOException {
    Path file = model("full");
    ModelEvaluation mu = ModelEvaluation.prepare(file, dataset, people, Decode.MU, Progress.NONE);
    ModelEvaluation h2 = ModelEvaluation.prepare(file, dataset, people, Decode.H2, Progress.NONE);
    Map<String, Predictions> found = h2.run(CONFIG, Progress.NONE);
    mu.calibrate(mu.run(CONFIG, Progress.NONE));
    h2.calibrate(found);
    assertThat(Checkpoint.read(file).temperatures()).containsOnlyKeys(Decode.MU, Decode.H2);

    Safetensors before = Safetensors.read(file);
    Map<String, Safetensors.Entry> tensors = new LinkedHashMap<>(before.tensors());
    String first = tensors.keySet().iterator().next();
    Safetensors.Entry entry = tensors.get(first);
    float[] other = entry.floats();
    other[0] += 1;
    tensors.put(first, Safetensors.Entry.ofFloats(entry.shape(), other));
    new Safetensors(before.metadata(), tensors).write(file);
    byte[] better = Files.readAllBytes(file);
    assertThatThrownBy(() -> h2.calibrate(found))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            file
                + ": found other weights than when it was read, expected those that were"
                + " calibrated; it has changed since, calibrate again");
    assertThat(file).hasBinaryContent(better);
  }

  /** What calibrating writes changes the deviations of its decode, and nothing else. */
  @Test
  void calibratedDeviationsAreInTheCheckpoint() throws IOException {
    Path file = model("full");
    Checkpoint before = Checkpoint.read(file);
    Safetensors.Entry moment = Safetensors.Entry.ofFloats(new long[] {2}, new float[] {3, 4});
    before.write(file, Map.of(Checkpoint.STATE + "m", moment), Map.of("position", "7"));

    ModelEvaluation raw = ModelEvaluation.prepare(file, dataset, people, null, Progress.NONE);
    Map<String, Predictions> uncalibrated = raw.run(CONFIG, Progress.NONE);
    ModelEvaluation.prepare(file, dataset, people, Decode.MU, Progress.NONE)
        .calibrate(uncalibrated);

    Safetensors content = Safetensors.read(file);
    assertThat(content.metadata()).containsEntry("position", "7");
    assertThat(content.tensors()).hasSize(before.tensors().size() + 1).containsKey("state/m");
    Checkpoint after = Checkpoint.read(file);
    assertThat(after.temperatures()).containsOnlyKeys(Decode.MU);
    Map<String, Predictions> calibrated =
        ModelEvaluation.prepare(file, dataset, people, null, Progress.NONE)
            .run(CONFIG, Progress.NONE);
    for (Person person : people) {
      for (String decode : List.of("mu", "fused")) {
        Prediction now = of(calibrated.get(decode), person);
        Prediction then = of(uncalibrated.get(decode), person);
        assertThat(now.x()).isEqualTo(then.x());
        for (int k = 0; k < 14; k++) {
          double factor =
              after.readout(decode.equals("mu") ? Decode.MU : Decode.FUSED).temperature(k);
          assertThat(factor == 1).isEqualTo(decode.equals("fused"));
          assertThat((double) now.sigmaX()[k])
              .isCloseTo(factor * then.sigmaX()[k], withinPercentage(0.01));
        }
      }
    }

    // Calibrating what is calibrated finds nothing to do.
    ModelEvaluation again =
        ModelEvaluation.prepare(file, dataset, people, Decode.MU, Progress.NONE);
    again.calibrate(again.run(CONFIG, Progress.NONE));
    List<Double> once = after.temperatures().get(Decode.MU);
    List<Double> twice = Checkpoint.read(file).temperatures().get(Decode.MU);
    for (int k = 0; k < 14; k++) {
      assertThat(twice.get(k)).isCloseTo(once.get(k), withinPercentage(0.01));
    }
  }

  @Test
  void withoutDeviationsThereIsNothingToCalibrate() throws IOException {
    Path file = model("rfm-only");
    ModelEvaluation evaluation =
        ModelEvaluation.prepare(file, dataset, people, null, Progress.NONE);
    assertThatThrownBy(evaluation::checkCalibratable)
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("rfm-only.safetensors: found a network without SFM");
  }

  private static Prediction of(Predictions predictions, Person person) {
    Prediction prediction = predictions.of(person);
    assertThat(prediction).as(person.image() + " " + person.person()).isNotNull();
    return prediction;
  }

  @Test
  void aDatasetWithOtherJointsIsRefusedByTheirFirstDifference() throws IOException {
    Path other = TestModels.write(folder.resolve("m.safetensors"), "full", Skeleton.mpii16());
    assertThatThrownBy(() -> ModelEvaluation.prepare(other, dataset, people, null, Progress.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("m.safetensors: joints[6]: found pelvis, expected right_wrist as in")
        .hasMessageContaining("the model finds 16 joints, the dataset has 14");
  }

  @Test
  void missingImagesAreCountedBeforeTheWork() throws IOException {
    Files.delete(data.resolve("images/b/1.png"));
    Path model = model("full");
    assertThatThrownBy(() -> ModelEvaluation.prepare(model, dataset, people, null, Progress.NONE))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found 1 images missing, the first is b/1.png");
  }
}
