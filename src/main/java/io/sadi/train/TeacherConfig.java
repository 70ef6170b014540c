package io.sadi.train;

import io.sadi.config.Config;
import java.util.List;

/**
 * How predictions count as a second opinion on the labels of the people to learn from.
 *
 * @param files of predictions, as {@code eval} reads them; none: labels as they are. Of several
 *     only what all of them say counts
 * @param weight how much a joint counts that the teacher is sure of, times its score: one without a
 *     label so much, one with a label that it confirms so much more
 * @param minScore below it the teacher is not sure and says nothing
 * @param distance from where label and teacher contradict each other, in sides of the crop
 * @param disagreement what becomes of a label that is contradicted
 */
public record TeacherConfig(
    List<String> files,
    double weight,
    double minScore,
    double distance,
    Disagreement disagreement) {
  public static final String FILES = "teacher.files";
  public static final String WEIGHT = "teacher.weight";

  public TeacherConfig {
    files = List.copyOf(files);
  }

  /** What becomes of a label that the teacher contradicts. */
  public enum Disagreement {
    KEEP,
    DROP,
    REPLACE
  }

  /** Reads the section {@code teacher}. */
  static TeacherConfig from(Config config) {
    return new TeacherConfig(
        config.texts(
            FILES,
            List.of(),
            "predictions that are a second opinion on labels; of several what all say"),
        config.number(
            WEIGHT,
            1,
            0,
            100,
            "how much a joint counts that the teacher is sure of, times its score: without a label"
                + " so much, with one that it confirms so much more"),
        config.number(
            "teacher.min_score", 0.5, 0, 1, "below it the teacher is not sure and says nothing"),
        config.number(
            "teacher.distance",
            0.15,
            0,
            10,
            "from where label and teacher contradict each other, as a share of the crop's side"),
        config.choice(
            "teacher.disagreement",
            Disagreement.class,
            Disagreement.DROP,
            "what becomes of a label that a sure teacher contradicts"));
  }

  boolean isGiven() {
    return !files.isEmpty();
  }
}
