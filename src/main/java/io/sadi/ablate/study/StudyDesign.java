package io.sadi.ablate.study;

import io.sadi.io.BadInputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * A question, and the networks that are trained to answer it: {@code configs/studies/*.yaml}.
 *
 * @param name short
 * @param question the question in words; may be empty
 * @param baseline the variant that the others are compared with
 * @param seeds for each variant
 * @param variants in the order of the tables
 * @param notes on the paper's numbers
 */
public record StudyDesign(
    String name,
    String question,
    String baseline,
    List<Integer> seeds,
    List<StudyVariant> variants,
    List<String> notes) {
  /** The name of a study that is a list of variants on the command line. */
  static final String OF_VARIANTS = "variants";

  public StudyDesign {
    seeds = List.copyOf(seeds);
    variants = List.copyOf(variants);
    notes = List.copyOf(notes);
  }

  /**
   * The studies of a name or a file, which may have several.
   *
   * @param study {@code modules}, {@code loss}, {@code parts}, {@code all}, a name of a file in
   *     {@code configs/studies/}, or a file
   */
  public static List<StudyDesign> named(String study) throws IOException {
    return StudyFile.named(study);
  }

  /** Built-in variants, and variants of built-in studies, compared with the first. */
  public static StudyDesign of(List<String> variants) throws IOException {
    List<StudyVariant> rows = new ArrayList<>();
    for (String variant : new LinkedHashSet<>(variants)) {
      rows.add(StudyFile.builtInVariant(variant));
    }
    return of(OF_VARIANTS, rows).withNotes(StudyFile.builtInNotes(rows));
  }

  public StudyDesign withNotes(List<String> others) {
    return new StudyDesign(name, question, baseline, seeds, variants, others);
  }

  /** Variants without a question; the baseline is the simplest of them. */
  public static StudyDesign of(String name, List<StudyVariant> rows) {
    List<String> names = rows.stream().map(StudyVariant::name).toList();
    String baseline = names.get(0);
    for (String plain : List.of("full", "baseline")) {
      baseline = names.contains(plain) ? plain : baseline;
    }
    return new StudyDesign(name, "", baseline, List.of(1), rows, List.of());
  }

  /** The same variants with a baseline added. */
  public StudyDesign comparedWith(StudyVariant plain) {
    List<StudyVariant> rows = new ArrayList<>(List.of(plain));
    rows.addAll(variants);
    return new StudyDesign(name, question, plain.name(), seeds, rows, notes);
  }

  /** The names of the variants that {@link #of} knows, except {@code loss-chi-NUMBER}. */
  public static List<String> variantNames() throws IOException {
    return StudyFile.builtInVariantNames();
  }

  /** The names of the built-in studies. */
  public static List<String> names() {
    return StudyFile.BUILT_IN;
  }

  /** The same with other seeds. */
  public StudyDesign withSeeds(List<Integer> others) {
    return new StudyDesign(name, question, baseline, others, variants, notes);
  }

  /** The same with the variants and seeds of a later design of this name. */
  public StudyDesign with(StudyDesign later) {
    Map<String, StudyVariant> rows = new LinkedHashMap<>();
    variants.forEach(row -> rows.put(row.name(), row));
    later.variants.forEach(row -> rows.put(row.name(), row));
    LinkedHashSet<Integer> all = new LinkedHashSet<>(seeds);
    all.addAll(later.seeds);
    if (name.equals(OF_VARIANTS)) {
      LinkedHashSet<String> both = new LinkedHashSet<>(notes);
      both.addAll(later.notes);
      return of(name, List.copyOf(rows.values()))
          .withSeeds(List.copyOf(all))
          .withNotes(List.copyOf(both));
    }
    return new StudyDesign(
        name,
        later.question,
        later.baseline,
        List.copyOf(all),
        List.copyOf(rows.values()),
        later.notes);
  }

  public boolean has(String variant) {
    return variants.stream().anyMatch(row -> row.name().equals(variant));
  }

  public StudyVariant variant(String of) {
    return variants.stream()
        .filter(row -> row.name().equals(of))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(of));
  }

  /** The cells of the study, variant by variant. */
  public List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (StudyVariant row : variants) {
      seeds.forEach(seed -> cells.add(new Cell(row.name(), seed)));
    }
    return cells;
  }

  /**
   * The variants of several studies by name.
   *
   * @throws BadInputException if two studies have different variants of the same name
   */
  public static Map<String, StudyVariant> rows(List<StudyDesign> designs) {
    Map<String, StudyVariant> rows = new LinkedHashMap<>();
    for (StudyDesign design : designs) {
      for (StudyVariant row : design.variants) {
        StudyVariant other = rows.putIfAbsent(row.name(), row);
        if (other != null && !other.overrides().equals(row.overrides())) {
          throw BadInputException.at(
              "study " + design.name + ": variant " + row.name(),
              row.overrides().toString(),
              other.overrides() + " as in another study of this folder",
              "give one of them another name");
        }
      }
    }
    return rows;
  }
}
