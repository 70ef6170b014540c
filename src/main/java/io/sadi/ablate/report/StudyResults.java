package io.sadi.ablate.report;

import io.sadi.ablate.study.Cell;
import io.sadi.ablate.study.CellResult;
import io.sadi.ablate.study.PaperRow;
import io.sadi.ablate.study.StudyDesign;
import io.sadi.ablate.study.StudyVariant;
import io.sadi.data.Fingerprint;
import io.sadi.data.TrainedOn;
import io.sadi.eval.MetricResult;
import io.sadi.eval.PoseMetric;
import io.sadi.eval.SeedComparison;
import io.sadi.eval.SeedComparison.NetworkPair;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The results of studies so far: the finished networks, and each variant compared with its study's
 * baseline.
 */
public final class StudyResults {
  /**
   * A cell without a result in the tables.
   *
   * @param state such as running or failed
   * @param reason why; empty if not known
   */
  public record Unfinished(Cell cell, String state, String reason) {}

  /**
   * A variant compared with its baseline.
   *
   * @param seeds that both have
   */
  record Compared(
      String variant, List<Integer> seeds, SeedComparison comparison, Verdict verdict) {}

  /** Settings whose defaults depend on a variant's settings. */
  private static final Set<String> OF_THE_NETWORK =
      Set.of("loss.combine", "dlm.standardize", "dlm.combine");

  /** Settings that say who is learned from. */
  private static final Set<String> WHO_IS_LEARNED_FROM =
      Set.of("data.train_split", "data.limit_train", "data.found");

  /** Settings without an effect on what is learned. */
  private static final Set<String> OF_THE_MACHINE =
      Set.of(
          "data.workers",
          "train.device",
          "train.keep",
          "train.rank_timeout",
          "train.sample_every",
          "train.samples",
          "train.save_minutes",
          "train.threads");

  private final List<StudyDesign> designs;
  private final List<CellResult> finished = new ArrayList<>();
  private final List<Unfinished> unfinished;
  private final Map<StudyDesign, List<Compared>> comparisons = new LinkedHashMap<>();

  /**
   * Compares the finished networks.
   *
   * @param finished results; those measured with another method, or on other people or joints, than
   *     most are left out and listed with the unfinished
   */
  public StudyResults(
      List<StudyDesign> designs, List<CellResult> finished, List<Unfinished> unfinished) {
    this.designs = List.copyOf(designs);
    this.unfinished = new ArrayList<>(unfinished);
    CellResult usual = usual(finished);
    for (CellResult result : finished) {
      String difference = usual == null ? "" : difference(result, usual);
      if (difference.isEmpty()) {
        this.finished.add(result);
      } else {
        this.unfinished.add(new Unfinished(result.cell(), "left out", difference));
      }
    }
    for (StudyDesign design : designs) {
      comparisons.put(design, compare(design));
    }
  }

  /**
   * The result that most others can be compared with, the first of equals; one of an older
   * version's optimistic results only if all are. Null if there are none.
   */
  private static @Nullable CellResult usual(List<CellResult> finished) {
    boolean allOptimistic = finished.stream().allMatch(CellResult::isOptimistic);
    CellResult usual = null;
    long most = 0;
    for (CellResult candidate : finished) {
      if (candidate.isOptimistic() && !allOptimistic) {
        continue;
      }
      long same = finished.stream().filter(r -> difference(r, candidate).isEmpty()).count();
      if (same > most) {
        usual = candidate;
        most = same;
      }
      if (2 * most > finished.size()) {
        break;
      }
    }
    return usual;
  }

  /** Why a result cannot be compared with another; empty if it can. */
  private static String difference(CellResult result, CellResult other) {
    if (result.isOptimistic() != other.isOptimistic()) {
      return "measured on its best epoch, and fused with a weight chosen on the same people, as older"
          + " versions did; 'sadi ablate --resume' measures it anew";
    }
    if (!result.protocol().equals(other.protocol())) {
      return "tested with " + result.protocol() + ", the others with " + other.protocol();
    }
    Fingerprint people = result.measuredOn();
    Fingerprint others = other.measuredOn();
    if (people != null && others != null && !people.samePeople(others)) {
      return "measured on " + people + ", the others on " + others;
    }
    return result.errors().isOfSame(other.errors())
            && result.first().metric().equals(other.first().metric())
        ? ""
        : "measured on other people or joints than the others";
  }

  List<StudyDesign> designs() {
    return designs;
  }

  public List<CellResult> finished() {
    return finished;
  }

  List<Unfinished> unfinished() {
    return unfinished;
  }

  /** The metric of all results. */
  PoseMetric metric() {
    return finished.get(0).first().metric();
  }

  /** The results of a variant, by seed. */
  List<CellResult> of(String variant) {
    return finished.stream().filter(result -> result.cell().variant().equals(variant)).toList();
  }

  /** The variants of a study that have results. */
  List<StudyVariant> rows(StudyDesign design) {
    return design.variants().stream().filter(row -> !of(row.name()).isEmpty()).toList();
  }

  /** A study's variants, each compared with the baseline. */
  List<Compared> comparisons(StudyDesign design) {
    return comparisons.getOrDefault(design, List.of());
  }

  private List<Compared> compare(StudyDesign design) {
    Map<Integer, CellResult> baseline = new LinkedHashMap<>();
    of(design.baseline()).forEach(result -> baseline.put(result.cell().seed(), result));
    Map<String, List<Integer>> seeds = new LinkedHashMap<>();
    List<List<NetworkPair>> kinds = new ArrayList<>();
    for (StudyVariant row : design.variants()) {
      List<NetworkPair> pairs = new ArrayList<>();
      List<Integer> common = new ArrayList<>();
      for (CellResult result : of(row.name())) {
        CellResult other = baseline.get(result.cell().seed());
        if (other != null) {
          pairs.add(new NetworkPair(result.errors(), other.errors()));
          common.add(result.cell().seed());
        }
      }
      if (!row.name().equals(design.baseline()) && !pairs.isEmpty()) {
        seeds.put(row.name(), common);
        kinds.add(pairs);
      }
    }
    if (kinds.isEmpty()) {
      return List.of();
    }
    List<SeedComparison> compared = SeedComparison.of(metric(), kinds);
    List<Compared> all = new ArrayList<>();
    for (Map.Entry<String, List<Integer>> row : seeds.entrySet()) {
      SeedComparison comparison = compared.get(all.size());
      all.add(new Compared(row.getKey(), row.getValue(), comparison, Verdict.of(comparison)));
    }
    return all;
  }

  /** The joint groups that the networks were measured on, in the order of published tables. */
  Set<String> groups() {
    Set<String> groups = new LinkedHashSet<>();
    finished.forEach(result -> groups.addAll(result.first().groups().keySet()));
    return groups;
  }

  /** A variant's percentage over its seeds, with the default decode. */
  Spread spread(String variant, ToDoubleFunction<MetricResult> percentage) {
    return Spread.of(
        of(variant).stream().map(result -> percentage.applyAsDouble(result.first())).toList());
  }

  /** The paper's rows for a variant that are in this metric. */
  List<PaperRow> paper(StudyVariant row) {
    String metric = metric().label();
    return row.paper().stream()
        .filter(paper -> paper.beside().isEmpty() || paper.beside().equals(metric))
        .toList();
  }

  /**
   * The networks of a study that learned from more or fewer crops than its baseline: so their
   * difference may come from training.
   */
  List<Cell> unequalSamples(StudyDesign design) {
    List<CellResult> baseline = of(design.baseline());
    return rows(design).stream()
        .flatMap(row -> of(row.name()).stream())
        .filter(result -> result.course().samples() != baseline.get(0).course().samples())
        .map(CellResult::cell)
        .toList();
  }

  /**
   * The networks of a study that learned from or were validated on other people than its baseline,
   * or had another teacher, although their variants do not say so.
   */
  List<Cell> otherPeople(StudyDesign design) {
    TrainedOn usual = of(design.baseline()).get(0).course().trainedOn();
    return rows(design).stream()
        .filter(row -> row.settings().keySet().stream().noneMatch(StudyResults::isOfLabels))
        .flatMap(row -> of(row.name()).stream())
        .filter(
            result -> {
              TrainedOn other = result.course().trainedOn();
              return usual != null && other != null && !other.equals(usual);
            })
        .map(CellResult::cell)
        .toList();
  }

  /** Whether a key says who is learned from, or with which labels. */
  private static boolean isOfLabels(String key) {
    return key.startsWith("data.") || key.startsWith("teacher.");
  }

  /** Whether a variant sets other training people, as in a study of how many are needed. */
  boolean hasOwnPeople(String variant) {
    return designs.stream()
        .flatMap(design -> design.variants().stream())
        .filter(row -> row.name().equals(variant))
        .anyMatch(row -> !Collections.disjoint(row.settings().keySet(), WHO_IS_LEARNED_FROM));
  }

  /**
   * Settings of a study's networks that differ from the baseline's and are not set by their
   * variants, such as another learning rate of a run that was trained elsewhere: each setting in
   * words, with its networks.
   */
  Map<String, List<Cell>> otherSettings(StudyDesign design) {
    StudyVariant baseline = design.variant(design.baseline());
    Map<String, String> usual = of(baseline.name()).get(0).course().settings();
    Map<String, List<Cell>> others = new TreeMap<>();
    for (StudyVariant row : rows(design)) {
      Set<String> own = new HashSet<>(row.settings().keySet());
      own.addAll(baseline.settings().keySet());
      own.addAll(OF_THE_NETWORK);
      own.addAll(OF_THE_MACHINE);
      own.add("train.seed");
      for (CellResult result : of(row.name())) {
        result
            .course()
            .settings()
            .forEach(
                (key, value) -> {
                  if (!own.contains(key) && !value.equals(usual.get(key))) {
                    others
                        .computeIfAbsent(
                            key + " " + value + ", not " + usual.get(key), k -> new ArrayList<>())
                        .add(result.cell());
                  }
                });
      }
    }
    return others;
  }
}
