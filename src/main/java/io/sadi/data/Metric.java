package io.sadi.data;

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

  /** As dataset.yaml and reports write it. */
  public String label() {
    return label;
  }
}
