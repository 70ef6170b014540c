package io.sadi.ablate;

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
final class StudyFile {
  static final List<String> BUILT_IN = List.of("modules", "loss", "parts", "all");

  private static final Path FOLDER = Path.of("configs/studies");
  private static final int DEEPEST = 4;

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

  /** A variant of one of the studies that come with the tool, or of the tool's own. */
  static StudyVariant builtInVariant(String name) throws IOException {
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

  /** What is to be said of the numbers that rows of the tool's own studies quote. */
  static List<String> builtInNotes(List<StudyVariant> rows) throws IOException {
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
  static List<StudyDesign> read(Path file) throws IOException {
    Section root = new Section(Yaml.readMap(file), file.toString());
    List<StudyDesign> designs = new ArrayList<>();
    for (Section study : root.sections("studies")) {
      designs.add(design(study, "study"));
    }
    root.finish();
    return designs;
  }

  /** Writes what {@link #read} reads. */
  static void write(Path file, List<StudyDesign> designs) throws IOException {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("studies", designs.stream().map(StudyFile::map).toList());
    AtomicFile.writeString(file, Yaml.write(root));
  }

  private static List<StudyDesign> parse(Map<String, Object> yaml, Object origin, int deep)
      throws IOException {
    Section root = new Section(yaml, origin.toString());
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
      for (StudyDesign design : named(name, root.where + ": studies", folder, deep - 1)) {
        if (designs.stream().anyMatch(other -> other.name().equals(design.name()))) {
          throw BadInputException.at(
              root.where + ": studies: " + name,
              "another study of the name '" + design.name() + "'",
              "one of each name",
              "give one of them another with 'name:'");
        }
        designs.add(design);
      }
    }
    return designs;
  }

  private static StudyDesign design(Section study, String name) {
    List<StudyVariant> variants = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Section row : study.sections("variants")) {
      StudyVariant variant = variant(row);
      if (!names.add(variant.name())) {
        throw BadInputException.at(row.where, "'" + variant.name() + "' twice", "once", "");
      }
      variants.add(variant);
    }
    if (variants.isEmpty()) {
      throw BadInputException.at(study.where + ".variants", "nothing", "at least one", "");
    }
    String baseline = study.text("baseline", variants.get(0).name());
    if (!names.contains(baseline)) {
      throw BadInputException.at(
          study.where + ".baseline",
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

  private static StudyVariant variant(Section row) {
    List<PaperRow> paper = new ArrayList<>();
    if (row.has("paper")) {
      row.sections("paper").forEach(printed -> paper.add(paper(printed)));
    }
    StudyVariant variant = StudyVariant.of(row.text("name", ""), row.overrides(), paper, row.where);
    row.finish();
    return variant;
  }

  private static PaperRow paper(Section row) {
    PaperRow paper =
        new PaperRow(
            row.text("source", ""),
            row.text("data", ""),
            row.text("beside", ""),
            row.numbers("groups"),
            row.number("mean_joint_weighted"),
            row.number("mean_unweighted"));
    if (paper.source().isEmpty()) {
      throw BadInputException.at(row.where + ".source", "nothing", "a table and its row", "");
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

  /** A mapping of the file, each key checked where it is read. */
  private static final class Section {
    private final Map<?, ?> map;
    private final String where;
    private final Set<String> known = new LinkedHashSet<>();

    Section(Map<?, ?> map, String where) {
      this.map = map;
      this.where = where;
    }

    boolean has(String key) {
      return get(key) != null;
    }

    private @Nullable Object get(String key) {
      known.add(key);
      return map.get(key);
    }

    String text(String key, String otherwise) {
      Object value = get(key);
      if (value == null) {
        return otherwise;
      }
      if (value instanceof Map || value instanceof List) {
        throw wrong(key, value, "text");
      }
      return value.toString();
    }

    List<String> texts(String key) {
      List<String> texts = new ArrayList<>();
      for (Object element : list(key)) {
        if (!(element instanceof String text)) {
          throw wrong(key, element, "a list of texts");
        }
        texts.add(text);
      }
      return texts;
    }

    List<Section> sections(String key) {
      List<Section> sections = new ArrayList<>();
      for (Object element : list(key)) {
        String place = where + ": " + key + "[" + sections.size() + "]";
        // A bare name stands for a row that has nothing else.
        Object section = element instanceof String name ? Map.of("name", name) : element;
        if (!(section instanceof Map<?, ?> values)) {
          throw BadInputException.at(place, String.valueOf(element), "keys and values", "");
        }
        sections.add(new Section(values, place));
      }
      return sections;
    }

    List<Integer> seeds() {
      if (!has("seeds")) {
        return List.of(1);
      }
      Set<Integer> seeds = new LinkedHashSet<>();
      for (Object element : list("seeds")) {
        if (!(element instanceof Integer seed) || seed < 0) {
          throw wrong("seeds", element, "whole numbers from 0");
        }
        seeds.add(seed);
      }
      if (seeds.isEmpty()) {
        throw wrong("seeds", null, "at least one");
      }
      return List.copyOf(seeds);
    }

    @Nullable Double number(String key) {
      Object value = get(key);
      if (value == null) {
        return null;
      }
      if (!(value instanceof Number number)) {
        throw wrong(key, value, "a number");
      }
      return number.doubleValue();
    }

    Map<String, Double> numbers(String key) {
      Map<String, Double> numbers = new LinkedHashMap<>();
      if (has(key)) {
        Section values = section(key);
        for (Object name : values.map.keySet()) {
          Double number = values.number(name.toString());
          if (number != null) {
            numbers.put(name.toString(), number);
          }
        }
      }
      return numbers;
    }

    private Section section(String key) {
      Object value = get(key);
      if (!(value instanceof Map<?, ?> values)) {
        throw wrong(key, value, "keys and values");
      }
      return new Section(values, where + ": " + key);
    }

    /** Config keys and values; sections may be nested as in a config. */
    Map<String, String> overrides() {
      Map<String, String> all = new LinkedHashMap<>();
      if (has("overrides")) {
        section("overrides").flatten("", all);
      }
      return all;
    }

    private void flatten(String prefix, Map<String, String> into) {
      map.forEach(
          (key, value) -> {
            String name = prefix + key;
            if (value instanceof Map<?, ?> inner) {
              new Section(inner, where).flatten(name + ".", into);
            } else if (value == null) {
              throw wrong(name, null, "a value");
            } else if (into.put(name, value.toString()) != null) {
              throw wrong(name, value, "one value, not two");
            }
          });
    }

    private List<?> list(String key) {
      if (!(get(key) instanceof List<?> list)) {
        throw wrong(key, map.get(key), "a list");
      }
      return list;
    }

    /** To be called when everything has been read: a key that nobody asked for is an error. */
    void finish() {
      for (Object key : map.keySet()) {
        if (!known.contains(String.valueOf(key))) {
          throw new BadInputException(
              where
                  + ": unknown key '"
                  + key
                  + "'; the nearest known one is '"
                  + Names.nearest(String.valueOf(key), known)
                  + "'");
        }
      }
    }

    private BadInputException wrong(String key, @Nullable Object found, String expected) {
      return BadInputException.at(
          where + ": " + key, found == null ? "nothing" : "'" + found + "'", expected, "");
    }
  }
}
