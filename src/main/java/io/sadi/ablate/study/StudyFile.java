package io.sadi.ablate.study;

import io.sadi.config.Names;
import io.sadi.config.Yaml;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.model.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Studies as YAML. A file has one study (name, question, baseline, seeds, variants, notes), or the
 * names of several ({@code studies}); a study folder's {@code study.yaml} has several whole ones.
 */
public final class StudyFile {
  static final List<String> BUILT_IN = List.of("modules", "loss", "parts", "all");

  private static final Path FOLDER = Path.of("configs/studies");
  private static final int DEEPEST = 4;
  private static final String DATA = "data";

  private StudyFile() {}

  static List<StudyDesign> named(String study) throws IOException {
    return named(study, "--study", Path.of(""), DEEPEST);
  }

  private static List<StudyDesign> named(String study, String where, Path folder, int deep)
      throws IOException {
    if (study.endsWith(".yaml") || study.endsWith(".yml")) {
      Path file = folder.resolve(study);
      return parse(Yaml.readMap(file), file, deep);
    }
    if (BUILT_IN.contains(study)) {
      return parse(Yaml.presetMap("studies/" + study), "study " + study, deep);
    }
    Path file = FOLDER.resolve(study + ".yaml");
    if (Files.exists(file)) {
      return parse(Yaml.readMap(file), file, deep);
    }
    throw BadInputException.at(
        where,
        "'" + study + "'",
        String.join(", ", BUILT_IN) + ", or a file such as mine.yaml",
        "the nearest is '" + Names.nearest(study, BUILT_IN) + "'");
  }

  /** A built-in variant, or a variant of a built-in study. */
  public static StudyVariant builtInVariant(String name) throws IOException {
    for (StudyDesign design : named("all")) {
      if (design.has(name)) {
        return design.variant(name);
      }
    }
    if (!Variant.exists(name)) {
      List<String> names = builtInVariantNames();
      throw BadInputException.at(
          "--variant",
          "'" + name + "'",
          "a variant: " + String.join(", ", names) + ", loss-chi-<number>",
          "the nearest is '" + Names.nearest(name, names) + "'");
    }
    return StudyVariant.of(name, Map.of(), List.of(), "--variant");
  }

  /** The notes of the built-in studies on the paper's numbers of some variants. */
  public static List<String> builtInNotes(List<StudyVariant> rows) throws IOException {
    Set<String> notes = new LinkedHashSet<>();
    for (StudyDesign design : named("all")) {
      if (design.variants().stream().anyMatch(r -> !r.paper().isEmpty() && rows.contains(r))) {
        notes.addAll(design.notes());
      }
    }
    return List.copyOf(notes);
  }

  static List<String> builtInVariantNames() throws IOException {
    Set<String> names = new LinkedHashSet<>();
    Variant.names().forEach(names::add);
    for (StudyDesign design : named("all")) {
      design.variants().forEach(row -> names.add(row.name()));
    }
    return List.copyOf(names);
  }

  /** Reads a study folder's file. */
  public static List<StudyDesign> read(Path file) throws IOException {
    StudySection root = new StudySection(Yaml.readMap(file), file.toString());
    List<StudyDesign> designs = new ArrayList<>();
    for (StudySection study : root.sections("studies")) {
      designs.add(design(study, "study"));
    }
    root.has(DATA);
    root.finish();
    return designs;
  }

  /** The data in a study folder's file; null if it has none. */
  public static @Nullable StudyData readData(Path file) throws IOException {
    StudySection root = new StudySection(Yaml.readMap(file), file.toString());
    return root.has(DATA) ? StudyData.from(root.section(DATA)) : null;
  }

  /**
   * Writes a file for {@link #read} and {@link #readData}.
   *
   * @param data null if not known yet
   */
  public static void write(Path file, List<StudyDesign> designs, @Nullable StudyData data)
      throws IOException {
    Map<String, Object> root = new LinkedHashMap<>();
    if (data != null) {
      root.put(DATA, data.map());
    }
    root.put("studies", designs.stream().map(StudyFile::map).toList());
    AtomicFile.writeString(file, Yaml.write(root));
  }

  private static List<StudyDesign> parse(Map<String, Object> yaml, Object origin, int deep)
      throws IOException {
    StudySection root = new StudySection(yaml, origin.toString());
    if (!yaml.containsKey("studies")) {
      String name = "study";
      if (origin instanceof Path file) {
        name = String.valueOf(file.getFileName()).replaceFirst("\\.ya?ml$", "");
      }
      return List.of(design(root, name));
    }
    List<String> names = root.texts("studies");
    root.finish();
    if (names.isEmpty()) {
      throw root.wrong("studies", null, "at least one");
    }
    if (deep == 0) {
      throw BadInputException.at(origin, "studies of studies of studies", "a study at last", "");
    }
    Path folder = origin instanceof Path file ? file.resolveSibling("") : Path.of("");
    List<StudyDesign> designs = new ArrayList<>();
    for (String name : names) {
      for (StudyDesign design : named(name, root.where() + ": studies", folder, deep - 1)) {
        if (designs.stream().anyMatch(other -> other.name().equals(design.name()))) {
          throw BadInputException.at(
              root.where() + ": studies: " + name,
              "another study of the name '" + design.name() + "'",
              "one of each name",
              "give one of them another with 'name:'");
        }
        designs.add(design);
      }
    }
    return designs;
  }

  private static StudyDesign design(StudySection study, String name) {
    List<StudyVariant> variants = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (StudySection row : study.sections("variants")) {
      StudyVariant variant = variant(row);
      if (!names.add(variant.name())) {
        throw BadInputException.at(row.where(), "'" + variant.name() + "' twice", "once", "");
      }
      variants.add(variant);
    }
    if (variants.isEmpty()) {
      throw BadInputException.at(study.where() + ".variants", "nothing", "at least one", "");
    }
    String baseline = study.text("baseline", variants.get(0).name());
    if (!names.contains(baseline)) {
      throw BadInputException.at(
          study.where() + ".baseline",
          "'" + baseline + "'",
          "one of the variants",
          "the nearest is '" + Names.nearest(baseline, names) + "'");
    }
    StudyDesign design =
        new StudyDesign(
            study.text("name", name),
            study.text("question", ""),
            baseline,
            study.seeds(),
            variants,
            study.has("notes") ? study.texts("notes") : List.of());
    study.finish();
    return design;
  }

  private static StudyVariant variant(StudySection row) {
    List<PaperRow> paper = new ArrayList<>();
    if (row.has("paper")) {
      row.sections("paper").forEach(printed -> paper.add(paper(printed)));
    }
    StudyVariant variant =
        StudyVariant.of(row.text("name", ""), row.overrides(), paper, row.where());
    row.finish();
    return variant;
  }

  private static PaperRow paper(StudySection row) {
    PaperRow paper =
        new PaperRow(
            row.text("source", ""),
            row.text("data", ""),
            row.text("beside", ""),
            row.numbers("groups"),
            row.number("mean_joint_weighted"),
            row.number("mean_unweighted"));
    if (paper.source().isEmpty()) {
      throw BadInputException.at(row.where() + ".source", "nothing", "a table and its row", "");
    }
    row.finish();
    return paper;
  }

  private static Map<String, Object> map(StudyDesign design) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", design.name());
    map.put("question", design.question());
    map.put("baseline", design.baseline());
    map.put("seeds", design.seeds());
    map.put("variants", design.variants().stream().map(StudyFile::map).toList());
    map.put("notes", design.notes());
    return map;
  }

  private static Map<String, Object> map(StudyVariant variant) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", variant.name());
    if (!Variant.exists(variant.name())) {
      map.put("overrides", variant.overrides());
    }
    if (!variant.paper().isEmpty()) {
      map.put("paper", variant.paper().stream().map(StudyFile::map).toList());
    }
    return map;
  }

  private static Map<String, Object> map(PaperRow row) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("source", row.source());
    map.put("data", row.data());
    map.put("beside", row.beside());
    map.put("groups", row.groups());
    if (row.meanJointWeighted() != null) {
      map.put("mean_joint_weighted", row.meanJointWeighted());
    }
    if (row.meanUnweighted() != null) {
      map.put("mean_unweighted", row.meanUnweighted());
    }
    return map;
  }
}
