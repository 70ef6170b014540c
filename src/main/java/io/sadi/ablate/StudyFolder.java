package io.sadi.ablate;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.ablate.report.ResultsCsv;
import io.sadi.ablate.report.StudyPage;
import io.sadi.ablate.report.StudyReport;
import io.sadi.ablate.report.StudyResults;
import io.sadi.ablate.study.Cell;
import io.sadi.ablate.study.CellFolder;
import io.sadi.ablate.study.CellResult;
import io.sadi.ablate.study.StudyData;
import io.sadi.ablate.study.StudyDesign;
import io.sadi.ablate.study.StudyFile;
import io.sadi.ablate.study.StudyVariant;
import io.sadi.ablate.study.TestSettings;
import io.sadi.checkpoint.Decode;
import io.sadi.config.Config;
import io.sadi.eval.Evaluation;
import io.sadi.eval.MetricResult;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import io.sadi.io.ProcessLock;
import io.sadi.io.Progress;
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
 * The files of a study: {@code study.yaml} has its designs, {@code runs/VARIANT/seed-N/} are {@link
 * CellFolder}s, {@code state/} has locks and failures, for the processes that run it, and {@code
 * results.csv}, {@code report.md} and {@code report.html} are written from all of these.
 */
public final class StudyFolder {
  /** Added to the note that an older version's results are replaced. */
  static final String ANEW =
      " anew: an older version measured its best epoch, and fused with a weight chosen on the same"
          + " people";

  private static final Pattern SEED = Pattern.compile("seed-(\\d{1,10})");

  private final Path folder;

  StudyFolder(Path folder) {
    this.folder = folder;
  }

  /** The folder of an existing study. */
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

  /** The folder of a study that may not exist yet. */
  public static StudyFolder at(Path folder) {
    return new StudyFolder(folder);
  }

  /** Whether the folder has files of a study. */
  boolean isStudy() {
    return Stream.of("runs", "study.yaml", "results.csv", "report.md")
        .map(folder::resolve)
        .anyMatch(Files::exists);
  }

  Path path() {
    return folder;
  }

  public Path results() {
    return folder.resolve("results.csv");
  }

  public Path report() {
    return folder.resolve("report.md");
  }

  public Path page() {
    return folder.resolve("report.html");
  }

  /** The folder of a cell. */
  public CellFolder cell(Cell cell) {
    return new CellFolder(
        folder.resolve("runs").resolve(cell.variant()).resolve("seed-" + cell.seed()));
  }

  // --- What is asked
  // ------------------------------------------------------------------------------

  private Path study() {
    return folder.resolve("study.yaml");
  }

  /** The designs; empty if the folder only collects runs. */
  public List<StudyDesign> designs() throws IOException {
    return Files.exists(study()) ? StudyFile.read(study()) : List.of();
  }

  /** The designs, merged with later ones of the same name. */
  List<StudyDesign> designsWith(List<StudyDesign> later) throws IOException {
    Map<String, StudyDesign> all = new LinkedHashMap<>();
    designs().forEach(design -> all.put(design.name(), design));
    later.forEach(design -> all.merge(design.name(), design, StudyDesign::with));
    return List.copyOf(all.values());
  }

  /** How networks are measured here; null where that is still open. */
  public @Nullable TestSettings test() throws IOException {
    TestSettings said = Files.exists(study()) ? StudyFile.readTest(study()) : null;
    // Older versions had one way.
    return said == null && !started().isEmpty() ? TestSettings.PLAIN : said;
  }

  /** Adds to what is asked, and says how networks are measured. */
  public void write(List<StudyDesign> designs, TestSettings test) throws IOException {
    write(designs, test, null);
  }

  /**
   * Adds designs and splits.
   *
   * @param data null to leave them as they are
   */
  void write(List<StudyDesign> designs, TestSettings test, @Nullable StudyData data)
      throws IOException {
    Files.createDirectories(folder);
    try (ProcessLock lock = ProcessLock.take(state("study.lock"))) {
      StudyData before = data();
      StudyData all = data == null ? before : before == null ? data : data.with(before);
      StudyFile.write(study(), designsWith(designs), test, all);
    }
  }

  /** The people that the networks are trained and measured on; null if not known. */
  @Nullable StudyData data() throws IOException {
    return Files.exists(study()) ? StudyFile.readData(study()) : null;
  }

  /**
   * The designs for the tables: {@link #designs}, and all other variants in the folder as one more,
   * compared with the first one's baseline.
   */
  List<StudyDesign> tables() throws IOException {
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
    if (others.isEmpty()) {
      return designs;
    }
    StudyDesign beside = StudyDesign.of("others", others);
    if (!designs.isEmpty()) {
      beside = beside.comparedWith(designs.get(0).variant(designs.get(0).baseline()));
    }
    designs.add(beside.withNotes(StudyFile.builtInNotes(beside.variants())));
    return designs;
  }

  /** All cells that have a run: variants in the order of the studies, then by seed. */
  List<Cell> cells() throws IOException {
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
        if (seed.matches()
            && Long.parseLong(seed.group(1)) <= Integer.MAX_VALUE
            && Files.exists(run.resolve("config.yaml"))) {
          cells.add(new Cell(variant.getFileName().toString(), Integer.parseInt(seed.group(1))));
        }
      }
    }
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

  // --- Who is at what
  // -----------------------------------------------------------------------------

  private Path state(String name) {
    return folder.resolve("state").resolve(name);
  }

  private static String name(Cell cell) {
    return cell.variant() + ".seed-" + cell.seed();
  }

  /** Claims a cell for training and measuring; null if another process has it. */
  @Nullable ProcessLock claim(Cell cell) throws IOException {
    return ProcessLock.tryTake(state(name(cell) + ".lock"));
  }

  private Path failureFile(Cell cell) {
    return state(name(cell) + ".failed");
  }

  /**
   * Checks runs that were trained elsewhere before any is taken.
   *
   * @param runs {@code VARIANT=RUN}, {@code RUN}, or a study's folder
   * @param later designs that will be added
   * @throws BadInputException if a run is not done, or its network is not the variant that it is
   *     named
   */
  public void check(List<String> runs, List<StudyDesign> later) throws IOException {
    Map<String, StudyVariant> rows = StudyDesign.rows(designsWith(later));
    for (TrainedElsewhere run : TrainedElsewhere.all(runs)) {
      run.checkIsNetworkOf(rows);
    }
  }

  /**
   * Takes runs that were trained elsewhere, and measures runs of the study that are trained but not
   * measured.
   *
   * @param runs that {@link #check} has accepted
   * @param data to measure on; null: nothing is measured
   */
  public void take(List<String> runs, @Nullable Path data, Progress progress) throws IOException {
    for (TrainedElsewhere run : TrainedElsewhere.all(runs)) {
      run.into(this, data, progress);
    }
    for (Cell cell : cells()) {
      CellFolder run = cell(cell);
      boolean left = run.hasMeasurement() && !run.hasWeights(); // its weights stayed elsewhere
      if (data != null && run.state() == RunState.DONE && !run.isMeasured() && !left) {
        progress.note(cell + ": measuring" + (run.hasMeasurement() ? ANEW : ""));
        run.write(TrainedElsewhere.measure(run, data, measuredAs(), progress));
      }
    }
  }

  /** How networks that come from elsewhere are measured. */
  TestSettings measuredAs() throws IOException {
    TestSettings said = test();
    return said == null ? TestSettings.PLAIN : said;
  }

  /** Why the cell's last run failed; null if it did not. */
  @Nullable String failure(Cell cell) throws IOException {
    Path file = failureFile(cell);
    return Files.exists(file) ? Files.readString(file).strip() : null;
  }

  public void fail(Cell cell, String reason) throws IOException {
    AtomicFile.writeString(failureFile(cell), reason + "\n");
  }

  void forgetFailure(Cell cell) throws IOException {
    Files.deleteIfExists(failureFile(cell));
  }

  // --- What came of it
  // ----------------------------------------------------------------------------

  /** The results of all measured cells. */
  List<CellResult> finished() throws IOException {
    List<CellResult> results = new ArrayList<>();
    Decode decode = measuredAs().decode();
    for (Cell cell : cells()) {
      if (cell(cell).hasResult()) {
        results.add(cell(cell).read(cell).first(decode));
      }
    }
    return results;
  }

  /** Cells of the designs or with a run, without a result. */
  private List<StudyResults.Unfinished> unfinished() throws IOException {
    List<Cell> asked = new ArrayList<>(cells());
    for (StudyDesign design : designs()) {
      design.cells().stream().filter(cell -> !asked.contains(cell)).forEach(asked::add);
    }
    List<StudyResults.Unfinished> open = new ArrayList<>();
    for (Cell cell : asked) {
      if (!cell(cell).hasResult()) {
        String failure = failure(cell);
        open.add(
            new StudyResults.Unfinished(
                cell, unfinishedState(cell), failure == null ? "" : failure));
      }
    }
    return open;
  }

  /** The state of a cell without a result. */
  private String unfinishedState(Cell cell) throws IOException {
    if (failure(cell) != null) {
      return Config.name(RunState.FAILED);
    }
    RunState state = cell(cell).state();
    if (state == null) {
      return cell(cell).isStarted() ? Config.name(RunState.RUNNING) : "not begun";
    }
    return state == RunState.DONE ? "trained, not measured" : Config.name(state);
  }

  /** Writes the results and both reports from all cells that are finished. */
  public void writeReport() throws IOException {
    try (ProcessLock lock = ProcessLock.take(state("report.lock"))) {
      StudyResults of = new StudyResults(tables(), finished(), unfinished());
      AtomicFile.writeString(results(), ResultsCsv.of(of.finished()));
      AtomicFile.writeString(report(), StudyReport.markdown(of));
      Map<String, List<CellFolder.PersonPictures>> pictures = new LinkedHashMap<>();
      for (CellResult result : of.finished()) {
        String variant = result.cell().variant();
        if (!pictures.containsKey(variant)) { // pictures of its first seed
          pictures.put(variant, cell(result.cell()).readPictures());
        }
      }
      AtomicFile.writeString(page(), StudyPage.html(of, pictures));
    }
  }

  /**
   * The study for {@code --json}: every cell with its state and, once it is finished, both means of
   * every decode.
   */
  public JsonObject json() throws IOException {
    JsonObject root = new JsonObject();
    root.addProperty(Json.SCHEMA_VERSION, 1);
    root.addProperty("study", folder.toString());
    root.addProperty("results", results().toString());
    root.addProperty("report", report().toString());
    root.addProperty("page", page().toString());
    Map<Cell, String> states = new LinkedHashMap<>();
    Map<Cell, Evaluation> finished = new HashMap<>();
    for (CellResult result : finished()) {
      finished.put(result.cell(), result.evaluation());
      states.put(result.cell(), Config.name(RunState.DONE));
    }
    unfinished().forEach(open -> states.put(open.cell(), open.state()));
    JsonArray cells = new JsonArray();
    for (Map.Entry<Cell, String> entry : states.entrySet()) {
      Cell cell = entry.getKey();
      JsonObject object = new JsonObject();
      object.addProperty("variant", cell.variant());
      object.addProperty("seed", cell.seed());
      object.addProperty("run", cell(cell).path().toString());
      object.addProperty("state", entry.getValue());
      String failure = failure(cell);
      if (failure != null) {
        object.addProperty("error", failure);
      }
      JsonArray results = new JsonArray();
      Evaluation evaluation = finished.get(cell);
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
}
