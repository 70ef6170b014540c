package io.sadi.ablate.study;

import io.sadi.config.Field;
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
  private static final String TEST = "test";
  private static final String STUDIES = "studies";

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
    Field root = Field.root(Yaml.readMap(file), file);
    root.allow(List.of(TEST, DATA, STUDIES));
    return root.get(STUDIES).list().stream().map(study -> design(study, "study")).toList();
  }

  /** The data in a study folder's file; null if it has none. */
  public static @Nullable StudyData readData(Path file) throws IOException {
    Field data = Field.root(Yaml.readMap(file), file).get(DATA);
    return data.isThere() ? StudyData.from(data) : null;
  }

  /** How a study folder's file says that networks are measured; null where it does not. */
  public static @Nullable TestSettings readTest(Path file) throws IOException {
    Field test = Field.root(Yaml.readMap(file), file).get(TEST);
    return test.isThere() ? TestSettings.from(test) : null;
  }

  /**
   * Writes a file for {@link #read}, {@link #readTest} and {@link #readData}.
   *
   * @param data null if not known yet
   */
  public static void write(
      Path file, List<StudyDesign> designs, TestSettings test, @Nullable StudyData data)
      throws IOException {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put(TEST, test.map());
    if (data != null) {
      root.put(DATA, data.map());
    }
    root.put(STUDIES, designs.stream().map(StudyFile::map).toList());
    AtomicFile.writeString(file, Yaml.write(root));
  }

  private static List<StudyDesign> parse(Map<String, Object> yaml, Object origin, int deep)
      throws IOException {
    Field root = Field.root(yaml, origin);
    if (!yaml.containsKey(STUDIES)) {
      String name = "study";
      if (origin instanceof Path file) {
        name = String.valueOf(file.getFileName()).replaceFirst("\\.ya?ml$", "");
      }
      return List.of(design(root, name));
    }
    root.allow(List.of(STUDIES));
    List<String> names = root.get(STUDIES).texts();
    if (names.isEmpty()) {
      throw root.get(STUDIES).wrong("at least one");
    }
    if (deep == 0) {
      throw BadInputException.at(origin, "studies of studies of studies", "a study at last", "");
    }
    Path folder = origin instanceof Path file ? file.resolveSibling("") : Path.of("");
    List<StudyDesign> designs = new ArrayList<>();
    for (String name : names) {
      for (StudyDesign design : named(name, root.get(STUDIES).where(), folder, deep - 1)) {
        if (designs.stream().anyMatch(other -> other.name().equals(design.name()))) {
          throw BadInputException.at(
              root.get(STUDIES).where() + ": " + name,
              "another study of the name '" + design.name() + "'",
              "one of each name",
              "give one of them another with 'name:'");
        }
        designs.add(design);
      }
    }
    return designs;
  }

  private static StudyDesign design(Field study, String name) {
    study.allow(List.of("name", "question", "baseline", "seeds", "variants", "notes"));
    List<StudyVariant> variants = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Field row : study.get("variants").list()) {
      StudyVariant variant = variant(row);
      if (!names.add(variant.name())) {
        throw BadInputException.at(row.where(), "'" + variant.name() + "' twice", "once", "");
      }
      variants.add(variant);
    }
    if (variants.isEmpty()) {
      throw study.get("variants").wrong("at least one");
    }
    String baseline = text(study.get("baseline"), variants.get(0).name());
    if (!names.contains(baseline)) {
      throw study
          .get("baseline")
          .wrong("one of the variants", "the nearest is '" + Names.nearest(baseline, names) + "'");
    }
    Field notes = study.get("notes");
    return new StudyDesign(
        text(study.get("name"), name),
        text(study.get("question"), ""),
        baseline,
        seeds(study.get("seeds")),
        variants,
        notes.isThere() ? notes.texts() : List.of());
  }

  private static List<Integer> seeds(Field seeds) {
    if (!seeds.isThere()) {
      return List.of(1);
    }
    List<Integer> each = seeds.list().stream().map(Field::index).distinct().toList();
    if (each.isEmpty()) {
      throw seeds.wrong("at least one");
    }
    return each;
  }

  /** A bare name stands for a variant that has nothing else. */
  private static StudyVariant variant(Field row) {
    if (row.isText()) {
      return StudyVariant.of(row.text(), Map.of(), List.of(), row.where());
    }
    row.allow(List.of("name", "overrides", "paper"));
    Map<String, String> overrides = new LinkedHashMap<>();
    if (row.get("overrides").isThere()) {
      addOverrides(row.get("overrides"), "", overrides);
    }
    Field paper = row.get("paper");
    return StudyVariant.of(
        text(row.get("name"), ""),
        overrides,
        paper.isThere() ? paper.list().stream().map(StudyFile::paper).toList() : List.of(),
        row.where());
  }

  /** Config keys and values; sections may be nested as in a config. */
  private static void addOverrides(Field section, String prefix, Map<String, String> into) {
    section
        .entries()
        .forEach(
            (key, value) -> {
              if (value.isObject()) {
                addOverrides(value, prefix + key + ".", into);
              } else if (!value.isThere()) {
                throw value.wrong("a value");
              } else if (into.put(prefix + key, String.valueOf(value.value())) != null) {
                throw value.wrong("one value, not two");
              }
            });
  }

  private static PaperRow paper(Field row) {
    row.allow(
        List.of("source", "data", "beside", "groups", "mean_joint_weighted", "mean_unweighted"));
    String source = text(row.get("source"), "");
    if (source.isEmpty()) {
      throw row.get("source").wrong("a table and its row");
    }
    Map<String, Double> groups = new LinkedHashMap<>();
    if (row.get("groups").isThere()) {
      row.get("groups").entries().forEach((name, percent) -> groups.put(name, percent.number()));
    }
    return new PaperRow(
        source,
        text(row.get("data"), ""),
        text(row.get("beside"), ""),
        groups,
        numberOrNull(row.get("mean_joint_weighted")),
        numberOrNull(row.get("mean_unweighted")));
  }

  private static @Nullable Double numberOrNull(Field field) {
    return field.isThere() ? (Double) field.number() : null;
  }

  /** A text, or a number as it is written. */
  private static String text(Field field, String otherwise) {
    if (field.isObject() || field.isList()) {
      throw field.wrong("text");
    }
    return field.isThere() ? String.valueOf(field.value()) : otherwise;
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
