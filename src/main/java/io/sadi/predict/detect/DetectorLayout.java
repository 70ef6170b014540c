package io.sadi.predict.detect;

import io.sadi.config.Config;

/** How a detector says where things are: the outputs of common exporters. */
public enum DetectorLayout {
  /**
   * [B, 4 + C, N] or [B, N, 4 + C]: centre and size in pixels of the input, then a score a class;
   * overlapping boxes are left in. YOLOv8, YOLO11, and RT-DETR as Ultralytics writes it, whose
   * boxes are fractions of the input.
   */
  YOLO("[1,4+C,N], [1,N,4+C]"),
  /**
   * The same with one class and joints behind its score, [B, 5 + 3 J, N]; the joints are not used.
   */
  YOLO_POSE("[1,5+3J,N]"),
  /**
   * [B, N, 5 + C]: centre and size in pixels, how much of an object it is, a score a class;
   * overlapping boxes are left in. YOLOv5, YOLOX with its grid decoded.
   */
  YOLOV5("[1,N,5+C]"),
  /** The same of YOLOX: blue first, 0 to 255, the photo in the upper left corner. */
  YOLOX("[1,N,5+C]"),
  /** [B, N, 6 or more]: corners in pixels, score, class; nothing overlaps. YOLOv10, YOLO26. */
  END_TO_END("[1,N,6]"),
  /**
   * Outputs of their own for boxes, scores and, or with the scores, classes; nothing overlaps.
   * RT-DETR, D-FINE, DETR, RTMDet, torchvision, TensorFlow's SSD.
   */
  SEPARATE("boxes [1,N,4], scores [1,N] or [1,N,C], classes [1,N]");

  private final String shapes;

  DetectorLayout(String shapes) {
    this.shapes = shapes;
  }

  /** Whether boxes of one thing are left in, one upon the other. */
  boolean overlaps() {
    return this != END_TO_END && this != SEPARATE;
  }

  /** The shapes of its outputs, for a person. */
  String shapes() {
    return shapes;
  }

  /** As options are written: lower case. */
  @Override
  public String toString() {
    return Config.name(this);
  }
}
