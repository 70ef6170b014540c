package io.sadi.ablate;

import io.sadi.ablate.study.Cell;
import io.sadi.ablate.study.CellFolder;
import io.sadi.ablate.study.Measuring;
import io.sadi.ablate.study.StudyDesign;
import io.sadi.ablate.study.StudyFile;
import io.sadi.ablate.study.StudyVariant;
import io.sadi.ablate.study.TestSettings;
import io.sadi.config.Config;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.train.RunConfig;
import io.sadi.train.RunState;
import io.sadi.train.TrainJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run folder from outside the study.
 *
 * @param cell its cell in the study
 * @param run the folder
 */
record TrainedElsewhere(Cell cell, CellFolder run) {

  /**
   * Those that are named, a study's one by one.
   *
   * @param texts {@code VARIANT=RUN}, {@code RUN}, or the folder of a study, whose runs that are
   *     done keep their names
   */
  static List<TrainedElsewhere> all(List<String> texts) throws IOException {
    List<TrainedElsewhere> all = new ArrayList<>();
    for (String text : texts) {
      StudyFolder study = StudyFolder.at(Path.of(text));
      if (!study.isStudy()) {
        all.add(of(text));
        continue;
      }
      for (Cell cell : study.cells()) {
        if (study.cell(cell).state() == RunState.DONE) {
          all.add(new TrainedElsewhere(cell, study.cell(cell)));
        }
      }
    }
    return all;
  }

  /**
   * Reads one.
   *
   * @param text {@code VARIANT=RUN}, or {@code RUN}, whose config then says the variant
   */
  static TrainedElsewhere of(String text) throws IOException {
    int eq = text.indexOf('=');
    boolean named = eq > 0 && Files.notExists(Path.of(text));
    CellFolder run = new CellFolder(Path.of(named ? text.substring(eq + 1) : text));
    if (!run.isStarted()) {
      throw BadInputException.at(run.path(), "no config.yaml", "a run folder", "");
    }
    if (run.state() != RunState.DONE) {
      throw BadInputException.at(
          run.path(),
          "a run that is " + (run.state() == null ? "not begun" : Config.name(run.state())),
          "one that is done",
          "'sadi train --resume' ends it");
    }
    Config yaml = run.readConfig();
    RunConfig config = RunConfig.from(yaml);
    String variant =
        named
            ? text.substring(0, eq)
            : yaml.resolved().get("model") instanceof Map<?, ?> model
                ? String.valueOf(model.get("variant"))
                : "";
    return new TrainedElsewhere(
        new Cell(StudyVariant.checkName(variant, text), config.train().seed()), run);
  }

  /**
   * A variant's name must not stand for another network.
   *
   * @param rows of the study, by name
   * @throws BadInputException if the run's config contradicts the variant
   */
  void checkIsNetworkOf(Map<String, StudyVariant> rows) throws IOException {
    String name = cell.variant();
    StudyVariant row = rows.get(name);
    if (row == null && StudyDesign.variantNames().contains(name)) {
      row = StudyFile.builtInVariant(name);
    }
    String contradiction = row == null ? "" : row.contradiction(run);
    if (!contradiction.isEmpty()) {
      throw BadInputException.at(
          run.config(),
          contradiction,
          "a network that is '" + name + "'",
          "take it under another name: NAME=" + run.path());
    }
  }

  /**
   * Copies its config, metrics and measurement into a study, without its weights.
   *
   * @param data to measure it on, if it is not measured; may be null
   */
  void into(StudyFolder study, @Nullable Path data, Progress progress) throws IOException {
    CellFolder cell = study.cell(cell());
    if (cell.isStarted()
        && !Files.readString(cell.config()).equals(Files.readString(run.config()))) {
      throw BadInputException.at(
          cell.path(), "another run", "none, or this one", "give it a name: NAME=" + run.path());
    }
    if (cell.isFinished()) {
      return;
    }
    TestSettings test = study.measuredAs();
    if (run.isMeasured(test.protocol()) || (data == null && run.hasMeasurement())) {
      cell.copy(run);
      return;
    }
    if (data == null) {
      throw BadInputException.at(
          run.path(), "nothing measured", "--data with people to measure it on", "");
    }
    progress.note(
        cell() + ": measuring " + run.path() + (run.hasMeasurement() ? StudyFolder.ANEW : ""));
    CellFolder.Measurement measured = measure(run, data, test, progress);
    cell.adopt(run);
    cell.write(measured);
  }

  /** Measures a run that has its weights, on its validation split of a dataset. */
  static CellFolder.Measurement measure(
      CellFolder run, Path data, TestSettings test, Progress progress) throws IOException {
    RunConfig config = RunConfig.from(run.readConfig());
    Dataset dataset = DatasetReader.read(data);
    String split = config.train().valSplit();
    return new Measuring(dataset, split, DatasetReader.people(dataset, split), test)
        .of(TrainJob.last(run.path()), config, progress);
  }
}
