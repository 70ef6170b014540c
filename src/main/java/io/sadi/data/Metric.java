package io.sadi.data;

import io.sadi.io.BadInputException;
import java.util.List;
import java.util.stream.Stream;

/** What a dataset's published results are measured in. */
public enum Metric {
  /** Distance over 0.6 x the head box's diagonal, at most 0.5 (MPII). */
  PCKH_05("pckh@0.5"),
  /** Distance over the torso, left shoulder to right hip, at most 0.2 (LSP). */
  PCK_02("pck@0.2"),
  /** Distance over the larger side of the person's box, at most 0.1: where there is no torso. */
  PCK_BOX_01("pck-box@0.1"),
  /** Object keypoint similarity and the average precision by it (COCO). */
  OKS("oks");

  private final String label;

  Metric(String label) {
    this.label = label;
  }

  /**
   * The metric of this label.
   *
   * @param where it stands, for messages
   */
  public static Metric of(String label, Object where) {
    for (Metric metric : values()) {
      if (metric.label.equals(label)) {
        return metric;
      }
    }
    List<String> known = Stream.of(values()).map(Metric::label).toList();
    throw BadInputException.at(where, "'" + label + "'", "one of " + String.join(", ", known), "");
  }

  /** As dataset.yaml and reports write it. */
  public String label() {
    return label;
  }
}
