package io.sadi.ablate.study;

import com.google.gson.JsonObject;
import io.sadi.ablate.StudyFolder;
import io.sadi.config.Config;
import io.sadi.data.Dataset;
import io.sadi.data.Fingerprint;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.data.TrainedOn;
import io.sadi.eval.Evaluation;
import io.sadi.eval.Fusion;
import io.sadi.eval.MeasuredNetwork;
import io.sadi.eval.PersonErrors;
import io.sadi.eval.PoseMetric;
import io.sadi.eval.Prediction;
import io.sadi.eval.Predictions;
import io.sadi.eval.TestProtocol;
import io.sadi.image.Image;
import io.sadi.io.Json;
import io.sadi.page.LineChart.CurvePoint;
import io.sadi.predict.ModelEvaluation;
import io.sadi.show.Gallery.Exhibit;
import io.sadi.train.RunConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A study that nobody trained: networks that find joints as often as they are told to, written down
 * as if they had been trained and measured. The same every time.
 */
public final class MadeUpStudy {
  private static final int HEAD = 20;
  private static final int EPOCHS = 12;

  /** How much more often a variant finds a joint than the plainest network. */
  private static final Map<String, Double> EFFECTS =
      Map.of("rfm-only", 0.1, "sfm-dlm-only", 0.02, "full", 0.12, "no-se", 0.115, "no-flow", 0.06);

  /** How often the plainest network finds a joint, by how its name ends. */
  private static final Map<String, Double> EASE =
      Map.of(
          "head_top",
          0.85,
          "shoulder",
          0.8,
          "elbow",
          0.65,
          "wrist",
          0.5,
          "hip",
          0.7,
          "knee",
          0.6,
          "ankle",
          0.45,
          "neck",
          0.85);

  private final Dataset dataset;
  private final List<Person> people = new ArrayList<>();

  public MadeUpStudy(int count) {
    dataset =
        new Dataset(
            Path.of("nowhere"),
            "made up",
            Skeleton.mpii16(),
            Metric.PCKH_05,
            Map.of("val", count),
            Path.of("nowhere"));
    int joints = dataset.skeleton().size();
    for (int i = 0; i < count; i++) {
      byte[] visible = new byte[joints];
      Arrays.fill(visible, Person.VISIBLE);
      visible[i % joints] = Person.NOT_ANNOTATED;
      visible[(i + 5) % joints] = Person.OCCLUDED;
      String image = String.format(Locale.ROOT, "people/%03d.jpg", i);
      people.add(
          new Person(
              image,
              0,
              200,
              200,
              new float[joints],
              new float[joints],
              visible,
              null,
              100,
              100,
              1,
              HEAD,
              null));
    }
  }

  private static SplittableRandom random(Object... of) {
    return new SplittableRandom(Arrays.hashCode(of) * 0x9e3779b97f4a7c15L);
  }

  private Predictions predictions(String variant, int seed, double less) {
    SplittableRandom random = random(variant, seed, less);
    double luck = 0.015 * random(seed).nextGaussian() + 0.01 * random.nextGaussian();
    Predictions predictions = new Predictions();
    for (Person person : people) {
      double ease = 0.1 * random(person.image()).nextGaussian();
      Prediction found = Prediction.empty(person.image(), person.person(), person.x().length);
      for (int k = 0; k < found.x().length; k++) {
        String joint = dataset.skeleton().joints().get(k);
        double chance =
            EASE.getOrDefault(joint.replaceFirst("^(left|right|upper)_", ""), 0.7)
                + EFFECTS.getOrDefault(variant, 0.0)
                + luck
                + ease
                - less;
        found.x()[k] = HEAD * (random.nextDouble() < chance ? 0.2f : 0.9f);
      }
      predictions.add(found);
    }
    return predictions;
  }

  /** The same with every eightieth person found whole. */
  private static Predictions flattered(Predictions fused) {
    Predictions flattered = new Predictions();
    for (Prediction found : fused.all()) {
      Prediction better = Prediction.empty(found.image(), found.person(), found.x().length);
      boolean whole = flattered.size() % 80 == 0;
      for (int k = 0; k < found.x().length; k++) {
        better.x()[k] = whole ? 0 : found.x()[k];
      }
      flattered.add(better);
    }
    return flattered;
  }

  /** One network. */
  CellFolder.Measurement measurement(Cell cell) {
    Map<String, Predictions> predicted = new LinkedHashMap<>();
    String variant = cell.variant();
    if (!variant.equals("baseline") && !variant.equals("rfm-only")) {
      Predictions fused = predictions(variant, cell.seed(), 0);
      predicted.put("fused", fused);
      predicted.put(ModelEvaluation.FUSED_IN_SAMPLE, flattered(fused));
    }
    predicted.put("h1", predictions(variant, cell.seed(), predicted.isEmpty() ? 0 : 0.01));
    PoseMetric metric = PoseMetric.of(dataset.metric());
    return new CellFolder.Measurement(
        Evaluation.of(dataset, "val", people, predicted, List.of(metric), Measuring.PARTS)
            .withNetwork(
                new MeasuredNetwork(
                    CellFolder.LAST,
                    EPOCHS,
                    validated(),
                    TestProtocol.PLAIN,
                    predicted.size() > 1
                        ? new Fusion(0.05, Fusion.ChosenOn.HALVES, List.of(0.05, 0.1))
                        : null)),
        PersonErrors.of(dataset, people, predicted, metric),
        size(variant),
        exhibits(cell, predicted.size() > 1));
  }

  private Fingerprint validated() {
    return Fingerprint.of("val", people, dataset.skeleton());
  }

  /** Whom all of them learned from: nobody that there is, but always the same. */
  public TrainedOn trainedOn() {
    Fingerprint learned = Fingerprint.of("train", people.subList(0, 9), dataset.skeleton());
    return new TrainedOn(dataset.name(), learned, validated(), List.of());
  }

  private static NetworkSize size(String variant) {
    long more = Math.round(1000 * EFFECTS.getOrDefault(variant, 0.0));
    return new NetworkSize(2_000_000 + 10_000 * more, 500_000_000 + 3_000_000 * more);
  }

  private List<Exhibit> exhibits(Cell cell, boolean second) {
    List<Exhibit> exhibits = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      byte[] h2 = second ? picture(cell.variant() + " H2 " + i, 0x204060) : null;
      exhibits.add(
          new Exhibit(
              people.get(i),
              Prediction.empty(people.get(i).image(), 0, 1),
              picture("photo " + i, 0x806040),
              picture("truth " + i, 0x608040),
              picture(cell.variant() + " " + i, 0x406080),
              picture(cell.variant() + " H1 " + i, 0x402060),
              h2));
    }
    return exhibits;
  }

  private static byte[] picture(String text, int colour) {
    try (Image image = Image.filled(176, 176, colour)) {
      image.canvas().text(text, 8, 90, 9, 0xffffff);
      return image.jpeg(70);
    }
  }

  /** What is known of one network. */
  public CellResult result(Cell cell) {
    CellFolder.Measurement of = measurement(cell);
    double found = of.evaluation().results().get(0).meanJointWeighted();
    List<CurvePoint> accuracy = new ArrayList<>();
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
      accuracy.add(new CurvePoint(epoch, curve(found, epoch)));
    }
    return new CellResult(
        cell,
        of.evaluation(),
        of.errors(),
        of.size(),
        new TrainingCourse(Map.of(), 128, EPOCHS, 12_000, 0.5, accuracy, List.of(), trainedOn()));
  }

  private static double curve(double found, int epoch) {
    return found * (1 - Math.exp(-epoch / 3.0));
  }

  /** All networks of a study. */
  public List<CellResult> results(StudyDesign design) {
    return design.cells().stream().map(this::result).toList();
  }

  /** The run folder of a network, as training and measuring leave it. */
  public void write(StudyFolder study, Cell cell) throws IOException {
    CellFolder folder = study.cell(cell);
    Files.createDirectories(folder.path());
    Config config = Config.preset("tiny", List.of(), Map.of());
    config.set("model.variant=" + cell.variant());
    config.set("train.seed=" + cell.seed());
    config.set("train.epochs=" + EPOCHS);
    Files.writeString(folder.config(), RunConfig.from(config).yaml());
    double found = measurement(cell).evaluation().results().get(0).meanJointWeighted();
    StringBuilder metrics =
        new StringBuilder("epoch,steps,loss,img_per_s,val_fused_mean_joint_weighted\n");
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
      metrics.append(
          String.format(
              Locale.ROOT,
              "%d,%d,%.4f,%.1f,%.4f%n",
              epoch,
              125 * epoch,
              3.0 / epoch,
              60.0 - 50 * EFFECTS.getOrDefault(cell.variant(), 0.0),
              curve(found, epoch)));
    }
    Files.writeString(folder.metrics(), metrics);
    JsonObject summary = new JsonObject();
    summary.addProperty(Json.SCHEMA_VERSION, 1);
    summary.addProperty("state", "done");
    summary.add("trained_on", trainedOn().json());
    Json.write(folder.path().resolve("summary.json"), summary);
    folder.write(measurement(cell));
  }
}
