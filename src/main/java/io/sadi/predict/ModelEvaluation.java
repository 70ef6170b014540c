package io.sadi.predict;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.checkpoint.Decode;
import io.sadi.checkpoint.Readout;
import io.sadi.config.Config;
import io.sadi.data.CocoId;
import io.sadi.data.Dataset;
import io.sadi.data.Fingerprint;
import io.sadi.data.Person;
import io.sadi.data.PersonBox;
import io.sadi.eval.Calibration;
import io.sadi.eval.Fusion;
import io.sadi.eval.Fusion.ChosenOn;
import io.sadi.eval.MeasuredNetwork;
import io.sadi.eval.OksTruth;
import io.sadi.eval.PoseMetric;
import io.sadi.eval.Prediction;
import io.sadi.eval.Predictions;
import io.sadi.eval.SigmaTemperatures;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.predict.engine.DatasetPredictor;
import io.sadi.predict.engine.DatasetPredictor.ReadPredictions;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.FusionWeight;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.ModelInfo;
import io.sadi.predict.engine.TrainedModel;
import io.sadi.predict.output.ExtraColumns;
import io.sadi.predict.output.PredictionsFormat;
import io.sadi.predict.output.PredictionsWriter;
import io.sadi.show.Gallery;
import io.sadi.show.Gallery.Exhibit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A model to be measured on the people of a split, checked before a native library is loaded:
 * {@code prepare} reads what it needs, {@code run} predicts.
 *
 * @param file the checkpoint
 * @param checkpoint what is in it
 * @param dataset with the checkpoint's joints
 * @param people to find
 * @param decodes ways to read the network's answers, all from one pass
 */
public record ModelEvaluation(
    Path file, Checkpoint checkpoint, Dataset dataset, List<Person> people, List<Decode> decodes) {
  /** What {@link Decode#FUSED} finds with w chosen on the very people that it is measured on. */
  public static final String FUSED_IN_SAMPLE = "fused-in-sample";

  /**
   * Reads the checkpoint and checks that it fits the dataset.
   *
   * @param decode how to read the network's answers; null for every way that it has
   * @throws BadInputException if the joints differ, images are missing, or the network has no such
   *     decode
   */
  public static ModelEvaluation prepare(
      Path file, Dataset dataset, List<Person> people, @Nullable Decode decode, Progress progress)
      throws IOException {
    Checkpoint checkpoint = Checkpoint.read(file);
    checkJoints(file, checkpoint.skeleton().joints(), dataset);
    checkImages(dataset, people);
    List<Decode> decodes =
        decode == null
            ? checkpoint.decodes()
            : List.of(checkpoint.available(decode, file, progress));
    return new ModelEvaluation(file, checkpoint, dataset, people, decodes);
  }

  /** Predicts everybody; by the name of the decode, in the order asked for. */
  public Map<String, Predictions> run(InferenceConfig config, Progress progress) {
    List<ReadPredictions> readings =
        decodes.stream().map(decode -> new ReadPredictions(checkpoint.readout(decode))).toList();
    predict(readings, config, progress);
    Map<String, Predictions> predicted = new LinkedHashMap<>();
    for (ReadPredictions reading : readings) {
      predicted.put(Config.name(reading.readout().decode()), reading.predictions());
    }
    return predicted;
  }

  /**
   * What {@link #crossFitted} found.
   *
   * @param predicted by the name of the decode, {@code fused} cross-fitted; behind it {@link
   *     #FUSED_IN_SAMPLE}, where w was chosen
   * @param network what was measured, on whom
   */
  public record CrossFitted(Map<String, Predictions> predicted, MeasuredNetwork network) {}

  /**
   * Predicts everybody, with w of {@link Decode#FUSED} chosen anew: each half of the people has w
   * of the other half.
   *
   * @param split the people's
   * @param metric that w is chosen by
   * @param oks null where the metric is not OKS
   */
  public CrossFitted crossFitted(
      String split,
      PoseMetric metric,
      @Nullable OksTruth oks,
      InferenceConfig config,
      Progress progress) {
    OptionalDouble set = checkpoint.setFusionWeight();
    List<ReadPredictions> fused =
        decodes.contains(Decode.FUSED)
            ? FusionWeight.readings(set, checkpoint.readout(Decode.FUSED).temperatures())
            : List.of();
    List<ReadPredictions> others =
        decodes.stream()
            .filter(decode -> decode != Decode.FUSED)
            .map(decode -> new ReadPredictions(checkpoint.readout(decode)))
            .toList();
    List<ReadPredictions> all = new ArrayList<>(fused);
    all.addAll(others);
    predict(all, config, progress);
    Map<String, Predictions> predicted = new LinkedHashMap<>();
    Fusion fusion = null;
    if (!fused.isEmpty()) {
      FusionWeight choice = FusionWeight.choose(fused, metric, dataset, people, oks);
      predicted.put(Config.name(Decode.FUSED), choice.crossFitted());
      fusion = new Fusion(choice.value(), ChosenOn.CONFIG);
      if (set.isEmpty()) {
        predicted.put(FUSED_IN_SAMPLE, choice.inSample());
        fusion = new Fusion(choice.value(), ChosenOn.HALVES, choice.ofHalves());
      }
    }
    for (ReadPredictions reading : others) {
      predicted.put(Config.name(reading.readout().decode()), reading.predictions());
    }
    return new CrossFitted(predicted, network(split, people, config, fusion));
  }

  /**
   * Some of the people as pictures.
   *
   * @param decode as which they are found
   * @param side of the pictures in pixels
   */
  public List<Exhibit> gallery(List<Person> some, Decode decode, int side, InferenceConfig config)
      throws IOException {
    return Gallery.of(checkpoint, file, decode, dataset, some, side, config);
  }

  /**
   * The network that {@link #run} measures.
   *
   * @param split the people's
   * @param whole everybody in it
   */
  public MeasuredNetwork network(String split, List<Person> whole, InferenceConfig config) {
    Fusion fusion =
        decodes.contains(Decode.FUSED)
            ? checkpoint.fusion(Fingerprint.of(split, whole, dataset.skeleton()))
            : null;
    return network(split, people, config, fusion);
  }

  private MeasuredNetwork network(
      String split, List<Person> measured, InferenceConfig config, @Nullable Fusion fusion) {
    return new MeasuredNetwork(
        String.valueOf(file.getFileName()),
        checkpoint.epoch(),
        Fingerprint.of(split, measured, dataset.skeleton()),
        config.protocol(),
        fusion);
  }

  private void predict(List<ReadPredictions> readings, InferenceConfig config, Progress progress) {
    try (TrainedModel model = new TrainedModel(checkpoint, file, config)) {
      DatasetPredictor.prove(model.estimator(), people.size(), config.pyramid(), config.batch())
          .warnings()
          .forEach(progress::warn);
      DatasetPredictor.predict(
          model.estimator(),
          dataset,
          people,
          config.pyramid(),
          readings,
          config.batch(),
          config.workers(),
          progress);
    }
  }

  /**
   * Checks that the network predicts deviations, and has a file to keep their factors in.
   *
   * @throws BadInputException if it has no SFM, or is built in
   */
  void checkCalibratable() {
    if (file.equals(Checkpoint.BUILTIN)) {
      throw BadInputException.at(
          "--calibrate", file.toString(), "a file", "the built-in network is calibrated already");
    }
    if (!checkpoint.model().sfm().enabled()) {
      throw BadInputException.at(
          file, "a network without SFM", "one that predicts sigma", "leave --calibrate out");
    }
  }

  /**
   * Fits factors of the predicted deviations to the people's joints and writes them into the
   * checkpoint: one a joint for each of the decodes. Other decodes keep theirs.
   *
   * @param predicted what {@link #run} returned
   * @return how well the deviations now fit, on people whom the factors were not fitted on
   */
  List<Calibration> calibrate(Map<String, Predictions> predicted) throws IOException {
    List<String> joints = checkpoint.skeleton().joints();
    List<Calibration> after = new ArrayList<>();
    Map<Decode, List<Double>> temperatures = new EnumMap<>(Decode.class);
    for (Decode decode : decodes) {
      String name = Config.name(decode);
      Predictions of = Objects.requireNonNull(predicted.get(name));
      Readout before = checkpoint.readout(decode);
      List<Double> factors = SigmaTemperatures.fit(people, of, joints.size());
      List<Double> product = new ArrayList<>();
      for (int k = 0; k < factors.size(); k++) {
        product.add(before.temperature(k) * factors.get(k));
      }
      temperatures.put(decode, product);
      Predictions calibrated = SigmaTemperatures.crossFitted(people, of, joints.size());
      after.add(Calibration.ofSigma(name + ", calibrated", people, calibrated, joints));
    }
    checkpoint.calibrate(file, temperatures);
    return after;
  }

  /**
   * Writes what was predicted with the first decode, in the format that the file's name says: what
   * {@code eval --predictions} reads again.
   *
   * @param predicted what {@link #run} returned
   * @param imageIds the names of the split's images, for COCO
   */
  public void save(
      Path file,
      Map<String, Predictions> predicted,
      InferenceConfig config,
      Map<CocoId, String> imageIds)
      throws IOException {
    Map<String, CocoId> ids = new HashMap<>();
    imageIds.forEach((id, name) -> ids.put(name, id));
    Predictions predictions = predicted.values().iterator().next();
    Map<String, FoundImage> images = new LinkedHashMap<>();
    for (Person person : people) {
      Prediction joints = predictions.of(person);
      if (joints != null) {
        images
            .computeIfAbsent(
                person.image(),
                name ->
                    new FoundImage(
                        name, person.imageWidth(), person.imageHeight(), new ArrayList<>()))
            .people()
            .add(new FoundPerson(PersonBox.of(person), joints, null));
      }
    }
    ModelInfo about = ModelInfo.of(checkpoint, this.file, decodes.get(0), config);
    AtomicFile.write(
        file,
        out -> {
          PredictionsWriter writer =
              PredictionsFormat.of(file).writer(out, about, ids, null, ExtraColumns.NONE);
          for (FoundImage image : images.values()) {
            writer.write(image);
          }
          writer.finish(List.of());
        });
  }

  private static void checkJoints(Path file, List<String> joints, Dataset dataset) {
    List<String> expected = dataset.skeleton().joints();
    for (int k = 0; k < Math.max(joints.size(), expected.size()); k++) {
      String found = k < joints.size() ? joints.get(k) : "nothing";
      String there = k < expected.size() ? expected.get(k) : "nothing";
      if (!found.equals(there)) {
        throw BadInputException.at(
            file + ": joints[" + k + "]",
            found,
            there + " as in " + dataset.folder().resolve("dataset.yaml"),
            "the model finds "
                + joints.size()
                + " joints, the dataset has "
                + expected.size()
                + "; they must be the same");
      }
    }
  }

  private static void checkImages(Dataset dataset, List<Person> people) {
    List<String> missing =
        people.stream()
            .map(Person::image)
            .distinct()
            .filter(
                image ->
                    !Person.isImageName(image) || !Files.exists(dataset.imageRoot().resolve(image)))
            .toList();
    if (!missing.isEmpty()) {
      throw BadInputException.at(
          dataset.imageRoot(),
          missing.size() + " images missing, the first is " + missing.get(0),
          "every image of the split",
          "put them there, or prepare the dataset again");
    }
  }
}
