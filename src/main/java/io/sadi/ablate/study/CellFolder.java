package io.sadi.ablate.study;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.config.Config;
import io.sadi.config.Field;
import io.sadi.data.TrainedOn;
import io.sadi.eval.Evaluation;
import io.sadi.eval.EvaluationFormat;
import io.sadi.eval.EvaluationReader;
import io.sadi.eval.PersonErrors;
import io.sadi.eval.TestProtocol;
import io.sadi.io.AtomicFile;
import io.sadi.io.AtomicFolder;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import io.sadi.show.Gallery.Exhibit;
import io.sadi.train.RunConfig;
import io.sadi.train.RunState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of a cell: its run folder, with the training's files and the measurement of the last
 * weights: {@code evaluation.json}, {@code errors.csv} and {@code network.json}, and {@code
 * pictures/} of a few people.
 *
 * @param path of the run folder
 */
public record CellFolder(Path path) {
  /** The file of a run's last weights, averaged. */
  public static final String LAST = "last.safetensors";

  private static final String PEOPLE = "people.json";
  private static final List<String> OF_TRAINING =
      List.of("config.yaml", "metrics.csv", "summary.json");

  /**
   * The measurement of a network's last weights.
   *
   * @param exhibits of the same people for every network of a study
   */
  public record Measurement(
      Evaluation evaluation, PersonErrors errors, NetworkSize size, List<Exhibit> exhibits) {}

  /**
   * The pictures of one person, JPEG files.
   *
   * @param who the person
   * @param photo the crop
   * @param truth with the annotated joints
   * @param found with the joints that the network found
   * @param h1 under the first heatmaps
   * @param h2 under the second; null if the network has none
   */
  public record PersonPictures(
      PersonErrors.Who who, Path photo, Path truth, Path found, Path h1, @Nullable Path h2) {}

  private Path evaluation() {
    return path.resolve("evaluation.json");
  }

  private Path errors() {
    return path.resolve("errors.csv");
  }

  private Path size() {
    return path.resolve("network.json");
  }

  private Path pictures() {
    return path.resolve("pictures");
  }

  public Path config() {
    return path.resolve("config.yaml");
  }

  /** The config that the network was trained with, checked. */
  public Config readConfig() throws IOException {
    Config config = Config.load(config(), List.of(), Map.of());
    try {
      RunConfig.from(config);
    } catch (BadInputException e) {
      throw String.valueOf(e.getMessage()).startsWith(config().toString())
          ? e
          : new BadInputException(config() + ": " + e.getMessage(), e);
    }
    return config;
  }

  Path metrics() {
    return path.resolve("metrics.csv");
  }

  public boolean isStarted() {
    return Files.exists(config());
  }

  /** The status of the run; null if it has not begun. */
  public @Nullable RunState state() throws IOException {
    Path file = path.resolve("summary.json");
    if (!Files.exists(file)) {
      return null;
    }
    Field state = Field.root(Json.readObject(file), file).get("state");
    for (RunState known : RunState.values()) {
      if (state.isText() && state.text().equals(Config.name(known))) {
        return known;
      }
    }
    throw state.wrong("running, done, interrupted or failed");
  }

  /** The people that the run was trained on; null in runs of older versions. */
  @Nullable TrainedOn trainedOn() throws IOException {
    Path file = path.resolve("summary.json");
    if (!Files.exists(file)) {
      return null;
    }
    Field value = Field.root(Json.readObject(file), file).get("trained_on");
    return value.isThere() ? TrainedOn.from(value) : null;
  }

  /** Whether it has its last weights. */
  public boolean hasWeights() {
    return Files.exists(path.resolve("checkpoints").resolve(LAST));
  }

  /** Whether it was measured, by any version, with all files that a comparison needs. */
  public boolean hasMeasurement() {
    return Files.exists(evaluation()) && Files.exists(errors()) && Files.exists(size());
  }

  /** Whether it was measured as by this version: nothing is chosen on the measured people. */
  public boolean isMeasured() throws IOException {
    return hasMeasurement() && !CellResult.isOptimistic(EvaluationReader.read(evaluation()));
  }

  /** Whether it was measured so, and by this version. */
  public boolean isMeasured(TestProtocol protocol) throws IOException {
    return isMeasured()
        && CellResult.protocol(EvaluationReader.read(evaluation())).equals(protocol);
  }

  /** Whether there is a result to report. */
  public boolean hasResult() throws IOException {
    return isStarted() && hasMeasurement() && state() == RunState.DONE;
  }

  /** Whether nothing is left to do. */
  public boolean isFinished() throws IOException {
    return isStarted() && isMeasured() && state() == RunState.DONE;
  }

  public void write(Measurement measured) throws IOException {
    AtomicFolder.write(
        pictures(), true, PEOPLE, (folder, guard) -> writePictures(folder, measured.exhibits()));
    JsonObject size = new JsonObject();
    size.addProperty(Json.SCHEMA_VERSION, 1);
    size.addProperty("parameters", measured.size().parameters());
    size.addProperty("macs", measured.size().macs());
    Json.write(size(), size);
    measured.errors().write(errors());
    Json.write(evaluation(), EvaluationFormat.json(measured.evaluation()));
  }

  private static void writePictures(Path folder, List<Exhibit> exhibits) throws IOException {
    JsonArray people = new JsonArray();
    for (int i = 0; i < exhibits.size(); i++) {
      Exhibit exhibit = exhibits.get(i);
      JsonObject person = new JsonObject();
      person.addProperty("image", exhibit.person().image());
      person.addProperty("person", exhibit.person().person());
      people.add(person);
      Files.write(picture(folder, i, "photo"), exhibit.crop());
      Files.write(picture(folder, i, "truth"), exhibit.truth());
      Files.write(picture(folder, i, "found"), exhibit.prediction());
      Files.write(picture(folder, i, "h1"), exhibit.h1());
      byte[] h2 = exhibit.h2();
      if (h2 != null) {
        Files.write(picture(folder, i, "h2"), h2);
      }
    }
    Json.write(folder.resolve(PEOPLE), people);
  }

  private static Path picture(Path folder, int person, String what) {
    return folder.resolve(String.format(Locale.ROOT, "%02d-%s.jpg", person + 1, what));
  }

  /** The result of a finished cell. */
  public CellResult read(Cell cell) throws IOException {
    Field size = Field.root(Json.readObject(size()), size());
    Evaluation evaluation = EvaluationReader.read(evaluation());
    if (evaluation.results().isEmpty()) {
      throw BadInputException.at(
          evaluation() + ": results", "none", "one a decode", "remove it and measure again");
    }
    return new CellResult(
        cell,
        evaluation,
        PersonErrors.read(errors()),
        new NetworkSize(
            size.get("parameters").integer(0, 1L << 50), size.get("macs").integer(0, 1L << 50)),
        TrainingCourse.read(this));
  }

  /** The pictures; empty in folders that were made by hand. */
  public List<PersonPictures> readPictures() throws IOException {
    List<PersonPictures> pictures = new ArrayList<>();
    Path file = pictures().resolve(PEOPLE);
    if (!Files.exists(file)) {
      return pictures;
    }
    for (Field person : Field.root(Json.read(file), file).list()) {
      int i = pictures.size();
      Path h2 = picture(pictures(), i, "h2");
      pictures.add(
          new PersonPictures(
              new PersonErrors.Who(
                  person.get("image").text(), (int) person.get("person").integer(0, 1 << 30)),
              made(i, "photo"),
              made(i, "truth"),
              made(i, "found"),
              made(i, "h1"),
              Files.exists(h2) ? h2 : null));
    }
    return pictures;
  }

  private Path made(int person, String what) {
    Path file = picture(pictures(), person, what);
    if (!Files.exists(file)) {
      throw BadInputException.at(
          file,
          "no such file",
          "a picture, as " + PEOPLE + " says",
          "remove " + evaluation() + " too and resume: then both are made anew");
    }
    return file;
  }

  /** Copies the config, metrics and summary of a run that was trained elsewhere. */
  public void adopt(CellFolder run) throws IOException {
    for (String name : OF_TRAINING) {
      AtomicFile.writeString(path.resolve(name), Files.readString(run.path.resolve(name)));
    }
  }

  /** Copies all of a run that was trained and measured elsewhere, except its weights. */
  public void copy(CellFolder run) throws IOException {
    adopt(run);
    if (Files.isDirectory(run.pictures())) {
      AtomicFolder.write(
          pictures(),
          true,
          PEOPLE,
          (folder, guard) -> {
            try (Stream<Path> files = Files.list(run.pictures())) {
              for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
              }
            }
          });
    }
    for (Path file : List.of(run.size(), run.errors(), run.evaluation())) {
      AtomicFile.writeString(path.resolve(file.getFileName()), Files.readString(file));
    }
  }
}
