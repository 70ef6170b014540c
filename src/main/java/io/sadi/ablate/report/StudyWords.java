package io.sadi.ablate.report;

import io.sadi.ablate.report.StudyResults.Compared;
import io.sadi.ablate.study.Cell;
import io.sadi.ablate.study.CellResult;
import io.sadi.ablate.study.StudyDesign;
import io.sadi.ablate.study.StudyVariant;
import io.sadi.data.Fingerprint;
import io.sadi.data.TrainedOn;
import io.sadi.eval.Breakdown;
import io.sadi.eval.Evaluation;
import io.sadi.eval.MetricResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** The texts of a study's reports. */
final class StudyWords {
  static final String ANOTHER_EXPERIMENT =
      "Here and the paper are different experiments: here it is the data above, at this size and for"
          + " so many crops; the paper's rows are what it prints for MPII or LSP at 256 px and 210"
          + " epochs. Compare how variants differ from each other, not the numbers.";

  /** The note below {@link StudyTables#fusion}. */
  static final String BIAS =
      "w chosen on the same people: by how much fused would be higher if its weight were chosen on the"
          + " very people that it is measured on. h1 has no weight, and neither has a variant without"
          + " SFM.";

  /** What the tables of parts are. */
  static final String PARTS =
      "Of all joints that the means are over, pooled. Differences: mean and standard deviation over the"
          + " seeds that both have; they were not planned, so nothing is judged by them.";

  /** What a table of parts is about. */
  static String by(Breakdown.By by) {
    return switch (by) {
      case VISIBILITY -> "visible and occluded joints";
      case SIZE -> "people by size in the image, in thirds";
      case JOINTS -> "people by how many of their joints are annotated";
      case FOLDER -> "people by their image's folder";
    };
  }

  /** The statistical method. */
  static final List<String> METHOD =
      List.of(
          "A difference is the mean over seeds of a variant's percentage minus the baseline's of the"
              + " same seed, on the same people, each network read as in the tables: with its default"
              + " decode (fused, or h1 where there is one heatmap), unless another was asked for.",
          "The 95 % interval of each difference is over people and seeds. The variance over people"
              + " is the paired bootstrap's, in its closed form, the jackknife. The variance over seeds"
              + " is known badly from a few seeds, so the interval averages over all variances that"
              + " fit these seeds, each by how well it fits, none smaller than people alone give"
              + " (generalized intervals, Tsui and Weerahandi 1989, Weerahandi 1993). With one seed"
              + " it is the paired bootstrap over people alone. No interval is corrected for the"
              + " number of comparisons.",
          "\"These networks, other people\" is a permutation test: the signs of whole people's"
              + " differences are flipped, and the p-values are corrected for the number of"
              + " comparisons with the baseline (step-down maximum, Westfall and Young 1993).",
          "\"Other seeds and people\" is the test that belongs to the interval, corrected in the same"
              + " way (Holm 1979). One seed has none.",
          "Better or worse needs both below 5 %. Undecided: only the first is, so that these networks"
              + " differ and others may not. Noise: neither is. That is no proof that two variants are"
              + " equal; the interval says how much they may differ.");

  private final StudyResults results;

  StudyWords(StudyResults results) {
    this.results = results;
  }

  /** Why the comparison is fair, and where that is not known. */
  List<String> fairness() {
    List<String> lines = new ArrayList<>(sameLearners());
    Fingerprint people = results.finished().get(0).measuredOn();
    lines.add(
        people == null
            ? "All were measured on people of the same names with the same joints; an older version"
                + " kept no fingerprint of them."
            : "All were measured on the same people, by their fingerprints: " + people + ".");
    lines.add(
        "In which order a network sees its people, and how their crops are turned, scaled and"
            + " mirrored, depends on the seed, the epoch and the person's place alone.");
    lines.add(
        "Layers that two networks share by name and shape start from the same weights, which depend"
            + " on the seed and the layer's name alone.");
    boolean flatter = results.finished().get(0).isOptimistic();
    lines.add(
        flatter
            ? "An older version measured all of them: with the weights of the epoch that is best on"
                + " these people, and fused with the weight that is best on them. This flatters, and"
                + " most where there is a second heatmap. 'sadi ablate --resume' measures them anew."
            : "All are measured with their last weights, averaged over steps: no epoch is chosen. The"
                + " weight of fused is chosen on one half of the people and measured on the other,"
                + " both ways. One crop a person, with "
                + results.finished().get(0).protocol()
                + ".");
    List<Cell> stopped =
        results.finished().stream()
            .filter(r -> !r.course().settings().getOrDefault("train.patience", "0").equals("0"))
            .map(CellResult::cell)
            .toList();
    if (!stopped.isEmpty()) {
      lines.add(
          "But train.patience let these people say when training ends: "
              + Text.networks(stopped)
              + ".");
    }
    return lines;
  }

  /** Whether the networks were trained on the same people, by the fingerprints in their runs. */
  private List<String> sameLearners() {
    Map<String, Fingerprint> known = new LinkedHashMap<>();
    List<Cell> unknown = new ArrayList<>();
    List<Cell> own = new ArrayList<>();
    for (CellResult result : results.finished()) {
      TrainedOn on = result.course().trainedOn();
      if (results.hasOwnPeople(result.cell().variant())) {
        own.add(result.cell());
      } else if (on == null) {
        unknown.add(result.cell());
      } else {
        known.putIfAbsent(on.train().sha256(), on.train());
      }
    }
    List<String> lines = new ArrayList<>();
    boolean all = unknown.isEmpty() && own.isEmpty();
    if (known.size() == 1) {
      lines.add(
          (all ? "All" : "All others")
              + " learned from the same people, by their fingerprints: "
              + known.values().iterator().next()
              + ".");
    } else if (known.size() > 1) {
      lines.add("They did not all learn from the same people: see Networks.");
    }
    if (!own.isEmpty()) {
      lines.add(
          "What they are is that they learned from other people: " + Text.networks(own) + ".");
    }
    if (!unknown.isEmpty()) {
      lines.add(
          "Whether these learned from the same people is not known, as an older version trained"
              + " them and kept no fingerprint: "
              + Text.networks(unknown)
              + ".");
    }
    return lines;
  }

  /** What was measured. */
  String measured() {
    Evaluation evaluation = results.finished().get(0).evaluation();
    List<Integer> inputs =
        results.finished().stream().map(r -> r.course().input()).distinct().sorted().toList();
    List<String> crops =
        results.finished().stream()
            .map(r -> r.course().samples())
            .distinct()
            .sorted()
            .map(Text::count)
            .toList();
    return String.format(
        Locale.ROOT,
        "Measured on %s, split %s, %s, in %s, with %s; networks of %s px that learned from %s crops.",
        evaluation.dataset(),
        evaluation.split(),
        people(evaluation),
        results.metric().label(),
        results.finished().get(0).protocol(),
        Text.and(inputs),
        crops.size() == 1 ? crops.get(0) : crops.get(0) + " to " + crops.get(crops.size() - 1));
  }

  /** The training people of the networks, one entry if they are the same for all. */
  List<String> trainedOn() {
    Map<String, List<Cell>> cells = new LinkedHashMap<>();
    for (CellResult result : results.finished()) {
      TrainedOn on = result.course().trainedOn();
      cells
          .computeIfAbsent(
              on == null ? "what an older version did not write down" : on.toString(),
              key -> new ArrayList<>())
          .add(result.cell());
    }
    List<String> lines = new ArrayList<>();
    cells.forEach(
        (on, of) ->
            lines.add(
                (cells.size() == 1 ? "Trained on " : Text.networks(of) + ": trained on ")
                    + on
                    + "."));
    return lines;
  }

  /** The number of people that count, of all: some may have no reference length. */
  private static String people(Evaluation evaluation) {
    String all = Text.count(evaluation.people()) + " people";
    MetricResult first = evaluation.results().get(0);
    return first.leftOut() == 0
        ? all
        : Text.count(evaluation.people() - first.leftOut())
            + " of "
            + all
            + " (the others are without "
            + first.metric().reference().needs()
            + ")";
  }

  /**
   * A finding.
   *
   * @param variant it is about
   * @param verdict the verdict
   * @param words the rest of the sentence
   */
  record Finding(String variant, Verdict verdict, String words) {}

  /** The findings, one for each variant. */
  List<Finding> findings(StudyDesign design) {
    List<Finding> findings = new ArrayList<>();
    for (Compared compared : results.comparisons(design)) {
      findings.add(
          new Finding(
              compared.variant(),
              compared.verdict(),
              compared.verdict().words(design.baseline(), compared.comparison())));
    }
    return findings;
  }

  /** Warnings on a study's comparisons; may be empty. */
  List<String> cautions(StudyDesign design) {
    List<String> cautions = new ArrayList<>();
    List<String> rows = results.rows(design).stream().map(StudyVariant::name).toList();
    if (!rows.contains(design.baseline())) {
      cautions.add("Nothing can be compared yet: " + design.baseline() + " is not finished.");
      return cautions;
    }
    List<Integer> paired =
        results.comparisons(design).stream().map(c -> c.seeds().size()).distinct().toList();
    if (paired.contains(1)) {
      cautions.add(
          "One seed says nothing of others: with three or more, differences that the seed makes can"
              + " be told from those that the variant makes.");
    } else if (paired.contains(2)) {
      cautions.add(
          "Two seeds show little of what other seeds would do, and intervals are wide: a third"
              + " narrows them most.");
    }
    for (String row : rows) {
      if (!row.equals(design.baseline())
          && results.comparisons(design).stream().noneMatch(c -> c.variant().equals(row))) {
        cautions.add(row + " has no seed in common with " + design.baseline() + ".");
      }
    }
    List<Cell> unequal = results.unequalSamples(design);
    if (!unequal.isEmpty()) {
      cautions.add(
          "Not equally trained: "
              + Text.networks(unequal)
              + " learned from another number of crops than "
              + design.baseline()
              + ", so that differences are those of training, too.");
    }
    List<Cell> others = results.otherPeople(design);
    if (!others.isEmpty()) {
      cautions.add(
          "Not trained on the same people: "
              + Text.networks(others)
              + ", unlike "
              + design.baseline()
              + ", so that differences are those of the data, too.");
    }
    results
        .otherSettings(design)
        .forEach(
            (setting, cells) ->
                cautions.add(
                    "Not trained alike: "
                        + Text.networks(cells)
                        + " with "
                        + setting
                        + " as "
                        + design.baseline()
                        + ", so that differences are those of this setting, too."));
    return cautions;
  }

  /** The report's title. */
  String title() {
    List<String> questions =
        results.designs().stream()
            .map(StudyDesign::question)
            .filter(question -> !question.isEmpty())
            .toList();
    return results.designs().size() == 1 && questions.size() == 1
        ? questions.get(0)
        : "Ablation study";
  }

  /** A study's heading. */
  static String heading(StudyDesign design) {
    return design.question().isEmpty() ? "Study: " + design.name() : design.question();
  }

  /** The studies that have results, in order. */
  List<StudyDesign> studies() {
    return results.designs().stream().filter(design -> !results.rows(design).isEmpty()).toList();
  }

  /** Whether published numbers are shown. */
  boolean quotes(StudyDesign design) {
    return results.rows(design).stream().anyMatch(row -> !results.paper(row).isEmpty());
  }

  /** Networks that are not in the tables, a line each. */
  Stream<String> unfinished() {
    return results.unfinished().stream()
        .map(
            open ->
                open.cell()
                    + ": "
                    + open.state()
                    + (open.reason().isEmpty() ? "" : ": " + open.reason()));
  }
}
