package io.sadi.ablate;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sadi.config.Config;
import io.sadi.eval.Evaluation;
import io.sadi.eval.EvaluationFormat;
import io.sadi.eval.EvaluationReader;
import io.sadi.eval.MetricResult;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import io.sadi.train.RunState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of a study: {@code runs/VARIANT/seed-N/}, which are run folders with an {@code
 * evaluation.json} once they are finished, and what is written from those: {@code results.csv} and
 * {@code report.md}.
 */
public final class StudyFolder {
  private static final Pattern SEED = Pattern.compile("seed-(\\d{1,9})");

  private final Path folder;

  StudyFolder(Path folder) {
    this.folder = folder;
  }

  /** The folder of a study that is there. */
  public static StudyFolder open(Path folder) {
    StudyFolder study = new StudyFolder(folder);
    if (!study.isStudy()) {
      throw BadInputException.at(
          folder,
          Files.exists(folder) ? "neither study.yaml nor runs/ in it" : "no such folder",
          "the folder of a study",
          "'sadi ablate --variant NAME' makes one");
    }
    return study;
  }

  /** Whether there is anything of a study that a new one would mix with. */
  boolean isStudy() {
    return Stream.of("runs", "study.yaml", "results.csv", "report.md")
        .map(folder::resolve)
        .anyMatch(Files::exists);
  }

  public Path path() {
    return folder;
  }

  public Path results() {
    return folder.resolve("results.csv");
  }

  public Path report() {
    return folder.resolve("report.md");
  }

  /** The run folder of a cell. */
  public Path run(Cell cell) {
    return folder.resolve("runs").resolve(cell.variant()).resolve("seed-" + cell.seed());
  }

  private Path evaluation(Cell cell) {
    return run(cell).resolve("evaluation.json");
  }

  boolean isStarted(Cell cell) {
    return Files.exists(run(cell).resolve("config.yaml"));
  }

  /** How the run of a cell stands; null where none has begun. */
  public @Nullable RunState state(Cell cell) throws IOException {
    Path file = run(cell).resolve("summary.json");
    if (!Files.exists(file)) {
      return null;
    }
    JsonElement state = Json.readObject(file).get("state");
    for (RunState known : RunState.values()) {
      if (state != null
          && state.isJsonPrimitive()
          && state.getAsString().equals(Config.name(known))) {
        return known;
      }
    }
    throw BadInputException.at(
        file + ": state", String.valueOf(state), "running, done, interrupted or failed", "");
  }

  /** Whether nothing is left to do for a cell. */
  boolean isFinished(Cell cell) throws IOException {
    return Files.exists(evaluation(cell)) && state(cell) == RunState.DONE;
  }

  void finish(Cell cell, Evaluation evaluation) throws IOException {
    Json.write(evaluation(cell), EvaluationFormat.json(evaluation));
  }

  private Path study() {
    return folder.resolve("study.yaml");
  }

  /** What is asked here; empty where runs have only been put together. */
  List<StudyDesign> designs() throws IOException {
    return Files.exists(study()) ? StudyFile.read(study()) : List.of();
  }

  /** What is asked here, with later designs' additions: those of the same name become one. */
  List<StudyDesign> designsWith(List<StudyDesign> later) throws IOException {
    Map<String, StudyDesign> all = new LinkedHashMap<>();
    designs().forEach(design -> all.put(design.name(), design));
    later.forEach(design -> all.merge(design.name(), design, StudyDesign::with));
    return List.copyOf(all.values());
  }

  void writeDesigns(List<StudyDesign> designs) throws IOException {
    StudyFile.write(study(), designs);
  }

  /**
   * What the tables are about: {@link #designs}, and the variants that are here beside them as a
   * study of their own.
   */
  private List<StudyDesign> tables() throws IOException {
    List<StudyDesign> designs = new ArrayList<>(designs());
    List<StudyVariant> others = new ArrayList<>();
    for (String name : started().stream().map(Cell::variant).distinct().toList()) {
      if (designs.stream().noneMatch(design -> design.has(name))) {
        others.add(
            StudyDesign.variantNames().contains(name)
                ? StudyFile.builtInVariant(name)
                : new StudyVariant(name, Map.of(), List.of()));
      }
    }
    if (!others.isEmpty()) {
      designs.add(StudyDesign.of("others", others));
    }
    return designs;
  }

  /** All cells that have begun: variants in the order of the studies, then by seed. */
  public List<Cell> cells() throws IOException {
    List<String> order =
        tables().stream().flatMap(d -> d.variants().stream()).map(StudyVariant::name).toList();
    return started().stream()
        .sorted(
            Comparator.comparingInt((Cell cell) -> order.indexOf(cell.variant()))
                .thenComparingInt(Cell::seed))
        .toList();
  }

  private List<Cell> started() throws IOException {
    List<Cell> cells = new ArrayList<>();
    for (Path variant : list(folder.resolve("runs"))) {
      for (Path run : list(variant)) {
        Matcher seed = SEED.matcher(run.getFileName().toString());
        if (seed.matches()) {
          cells.add(new Cell(variant.getFileName().toString(), Integer.parseInt(seed.group(1))));
        }
      }
    }
    cells.removeIf(cell -> !isStarted(cell));
    List<String> order = StudyDesign.variantNames();
    cells.sort(
        Comparator.comparingInt((Cell cell) -> Math.floorMod(order.indexOf(cell.variant()), 1000))
            .thenComparing(Cell::variant));
    return cells;
  }

  private static List<Path> list(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  /** The results of all cells that are finished. */
  List<CellResult> finished() throws IOException {
    List<CellResult> results = new ArrayList<>();
    for (Cell cell : cells()) {
      if (isFinished(cell)) {
        results.add(new CellResult(cell, EvaluationReader.read(evaluation(cell))));
      }
    }
    return results;
  }

  /**
   * Writes {@code results.csv} and {@code report.md} from all cells that are finished.
   *
   * @param failures why cells failed, as far as it is known
   */
  public void writeReport(Map<Cell, String> failures) throws IOException {
    List<CellResult> finished = finished();
    List<Cell> unfinished = new ArrayList<>(cells());
    finished.forEach(result -> unfinished.remove(result.cell()));
    List<StudyReport.Unfinished> open = new ArrayList<>();
    for (Cell cell : unfinished) {
      open.add(
          new StudyReport.Unfinished(cell, unfinishedState(cell), failures.getOrDefault(cell, "")));
    }
    AtomicFile.writeString(results(), ResultsCsv.of(finished));
    AtomicFile.writeString(report(), new StudyReport(tables(), finished, open).markdown());
  }

  /**
   * The study for {@code --json}: every cell that has begun with its state and, once it is
   * finished, both means of every decode.
   *
   * @param failures why cells failed, as far as it is known
   */
  public JsonObject json(Map<Cell, String> failures) throws IOException {
    JsonObject root = new JsonObject();
    root.addProperty(Json.SCHEMA_VERSION, 1);
    root.addProperty("study", folder.toString());
    root.addProperty("results", results().toString());
    root.addProperty("report", report().toString());
    Map<Cell, Evaluation> finished = new HashMap<>();
    finished().forEach(result -> finished.put(result.cell(), result.evaluation()));
    JsonArray cells = new JsonArray();
    for (Cell cell : cells()) {
      JsonObject object = new JsonObject();
      object.addProperty("variant", cell.variant());
      object.addProperty("seed", cell.seed());
      object.addProperty("run", run(cell).toString());
      Evaluation evaluation = finished.get(cell);
      object.addProperty("state", evaluation == null ? unfinishedState(cell) : "done");
      if (failures.containsKey(cell)) {
        object.addProperty("error", failures.get(cell));
      }
      JsonArray results = new JsonArray();
      for (MetricResult result :
          evaluation == null ? List.<MetricResult>of() : evaluation.results()) {
        JsonObject means = new JsonObject();
        means.addProperty("metric", result.metric().label());
        means.addProperty("decode", result.decode());
        means.add("mean_joint_weighted", Json.number(result.meanJointWeighted(), 4));
        means.add("mean_unweighted", Json.number(result.meanUnweighted(), 4));
        results.add(means);
      }
      object.add("results", results);
      cells.add(object);
    }
    root.add("cells", cells);
    return root;
  }

  /** A cell that was trained and not measured is under way, too. */
  private String unfinishedState(Cell cell) throws IOException {
    RunState state = state(cell);
    return Config.name(state == null || state == RunState.DONE ? RunState.RUNNING : state);
  }
}
