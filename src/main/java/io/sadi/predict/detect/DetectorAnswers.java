package io.sadi.predict.detect;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Boxes of one class, as a detector's outputs say.
 *
 * @param layout of the outputs
 * @param width of the input in pixels
 * @param height of the input in pixels
 * @param category number of the class
 * @param minScore boxes below are left out
 */
record DetectorAnswers(
    DetectorLayout layout, int width, int height, int category, double minScore) {
  /** Strides of YOLOX's grids. */
  private static final int[] STRIDES = {8, 16, 32};

  /** Centres beyond this are pixels: those of an undecoded grid are offsets of a few cells. */
  private static final double LARGEST_OFFSET = 32;

  /** Coordinates within this are fractions of the input, not pixels. */
  private static final double LARGEST_FRACTION = 2;

  /**
   * A box in pixels of the input.
   *
   * @param left edge; the others likewise
   */
  record BoxCandidate(double left, double top, double right, double bottom, double score) {
    double area() {
      return Math.max(0, right - left) * Math.max(0, bottom - top);
    }

    /** Intersection over union. */
    double overlap(BoxCandidate other) {
      double width = Math.min(right, other.right) - Math.max(left, other.left);
      double height = Math.min(bottom, other.bottom) - Math.max(top, other.top);
      double both = Math.max(0, width) * Math.max(0, height);
      double all = area() + other.area() - both;
      return all > 0 ? both / all : 0;
    }
  }

  /**
   * Reads the outputs for one photo.
   *
   * @throws IllegalArgumentException if they are not of the layout, saying what is wrong
   */
  List<BoxCandidate> read(List<DetectorOutput> outputs) {
    List<BoxCandidate> found =
        switch (layout) {
          case YOLO, YOLO_POSE, YOLOV5, YOLOX -> grid(only(outputs));
          case END_TO_END -> rows(only(outputs));
          case SEPARATE -> separate(outputs);
        };
    return inPixels(found);
  }

  private DetectorOutput only(List<DetectorOutput> outputs) {
    for (DetectorOutput output : outputs) {
      if (output.rank() == 2) {
        return output;
      }
    }
    throw new IllegalArgumentException("no output of the shape " + layout.shapes());
  }

  // --- One tensor
  // ---------------------------------------------------------------------------------

  private List<BoxCandidate> grid(DetectorOutput output) {
    boolean hasObject = layout == DetectorLayout.YOLOV5 || layout == DetectorLayout.YOLOX;
    // One of the two is the boxes' number, which is the larger one by far but for RT-DETR's 300.
    boolean boxesLast = !hasObject && output.size(1) > output.size(0);
    int boxes = boxesLast ? output.size(1) : output.size(0);
    int fields = boxesLast ? output.size(0) : output.size(1);
    int first = hasObject ? 5 : 4;
    int classes = layout == DetectorLayout.YOLO_POSE ? 1 : fields - first;
    if (category >= classes) {
      throw new IllegalArgumentException(
          "class " + category + " of " + classes + " classes (" + output + ")");
    }
    float[] values = output.values();
    double[][] cells = layout == DetectorLayout.YOLOX && isRaw(output) ? cells(boxes) : null;
    List<BoxCandidate> found = new ArrayList<>();
    for (int i = 0; i < boxes; i++) {
      double score = at(values, i, first + category, boxes, fields, boxesLast);
      if (hasObject) {
        score *= at(values, i, 4, boxes, fields, boxesLast);
      }
      if (!(score >= minScore)) {
        continue;
      }
      double x = at(values, i, 0, boxes, fields, boxesLast);
      double y = at(values, i, 1, boxes, fields, boxesLast);
      double w = at(values, i, 2, boxes, fields, boxesLast);
      double h = at(values, i, 3, boxes, fields, boxesLast);
      if (cells != null) {
        x = (x + cells[i][0]) * cells[i][2];
        y = (y + cells[i][1]) * cells[i][2];
        w = Math.exp(w) * cells[i][2];
        h = Math.exp(h) * cells[i][2];
      }
      found.add(new BoxCandidate(x - w / 2, y - h / 2, x + w / 2, y + h / 2, score));
    }
    return found;
  }

  private static double at(
      float[] values, int box, int field, int boxes, int fields, boolean boxesLast) {
    return values[boxesLast ? field * boxes + box : box * fields + field];
  }

  /** Whether YOLOX's centres are offsets from its cells, as its own exporter leaves them. */
  private boolean isRaw(DetectorOutput output) {
    float[] values = output.values();
    int fields = output.size(1);
    for (int i = 0; i < output.size(0); i++) {
      if (Math.abs(values[i * fields]) > LARGEST_OFFSET
          || Math.abs(values[i * fields + 1]) > LARGEST_OFFSET) {
        return false;
      }
    }
    return true;
  }

  /** Column, row and stride of each of YOLOX's cells. */
  private double[][] cells(int boxes) {
    List<double[]> cells = new ArrayList<>();
    for (int stride : STRIDES) {
      for (int row = 0; row < height / stride; row++) {
        for (int column = 0; column < width / stride; column++) {
          cells.add(new double[] {column, row, stride});
        }
      }
    }
    if (cells.size() != boxes) {
      throw new IllegalArgumentException(
          boxes + " boxes, where an input of " + width + "x" + height + " has " + cells.size());
    }
    return cells.toArray(new double[0][]);
  }

  private List<BoxCandidate> rows(DetectorOutput output) {
    int fields = output.size(1);
    if (fields < 6) {
      throw new IllegalArgumentException(output + ", not " + layout.shapes());
    }
    float[] v = output.values();
    List<BoxCandidate> found = new ArrayList<>();
    for (int at = 0; at + fields <= v.length; at += fields) {
      if (v[at + 4] >= minScore && Math.rint(v[at + 5]) == category) {
        found.add(new BoxCandidate(v[at], v[at + 1], v[at + 2], v[at + 3], v[at + 4]));
      }
    }
    return found;
  }

  // --- Several tensors
  // ----------------------------------------------------------------------------

  private List<BoxCandidate> separate(List<DetectorOutput> outputs) {
    DetectorOutput boxes = named(outputs, "box", "dets");
    if (boxes == null) {
      boxes =
          outputs.stream().filter(o -> o.rank() == 2 && o.size(-1) == 4).findFirst().orElse(null);
    }
    if (boxes == null || boxes.size(-1) < 4 || boxes.size(-1) > 5) {
      throw new IllegalArgumentException("no output of boxes [N, 4]");
    }
    DetectorOutput scores = named(outputs, "score", "logit", "prob");
    DetectorOutput classes = named(outputs, "class", "label");
    int n = boxes.size(0);
    int fields = boxes.size(-1);
    boolean centred = boxes.isCalled("pred_boxes");
    boolean rowFirst = boxes.isCalled("detection_boxes");
    List<BoxCandidate> found = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      double score = score(scores, classes, boxes, i);
      if (!(score >= minScore)) {
        continue;
      }
      float[] v = boxes.values();
      double a = v[i * fields + (rowFirst ? 1 : 0)];
      double b = v[i * fields + (rowFirst ? 0 : 1)];
      double c = v[i * fields + (rowFirst ? 3 : 2)];
      double d = v[i * fields + (rowFirst ? 2 : 3)];
      found.add(
          centred
              ? new BoxCandidate(a - c / 2, b - d / 2, a + c / 2, b + d / 2, score)
              : new BoxCandidate(a, b, c, d, score));
    }
    return found;
  }

  /** Of box i as one of the class; NaN where it is of another. */
  private double score(
      @Nullable DetectorOutput scores,
      @Nullable DetectorOutput classes,
      DetectorOutput boxes,
      int i) {
    if (scores != null && scores.rank() == 2 && scores.size(1) > 1) {
      int count = scores.size(1);
      if (category >= count) {
        throw new IllegalArgumentException(
            "class " + category + " of " + count + " (" + scores + ")");
      }
      double value = scores.values()[i * count + category];
      return scores.isCalled("logit") ? likelihood(scores.values(), i * count, count) : value;
    }
    if (classes != null && Math.rint(classes.values()[i]) != category) {
      return Double.NaN;
    }
    if (scores != null) {
      return scores.values()[i];
    }
    if (boxes.size(-1) == 5) {
      return boxes.values()[i * 5 + 4]; // RTMDet's, beside the corners
    }
    throw new IllegalArgumentException("no output of scores");
  }

  /** DETR's last class is nothing, so that all of them share; the others' are each for itself. */
  private double likelihood(float[] logits, int at, int count) {
    if (count <= 91) {
      return 1 / (1 + Math.exp(-logits[at + category]));
    }
    double largest = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < count; c++) {
      largest = Math.max(largest, logits[at + c]);
    }
    double sum = 0;
    for (int c = 0; c < count; c++) {
      sum += Math.exp(logits[at + c] - largest);
    }
    return Math.exp(logits[at + category] - largest) / sum;
  }

  private static @Nullable DetectorOutput named(List<DetectorOutput> outputs, String... parts) {
    return outputs.stream().filter(output -> output.isCalled(parts)).findFirst().orElse(null);
  }

  /** Fractions of the input are made pixels; what is no box is left out. */
  private List<BoxCandidate> inPixels(List<BoxCandidate> found) {
    double largest = 0;
    for (BoxCandidate box : found) {
      largest = Math.max(largest, Math.max(Math.abs(box.right()), Math.abs(box.bottom())));
    }
    boolean fractions = largest <= LARGEST_FRACTION;
    List<BoxCandidate> boxes = new ArrayList<>();
    for (BoxCandidate box : found) {
      BoxCandidate scaled =
          fractions
              ? new BoxCandidate(
                  box.left() * width,
                  box.top() * height,
                  box.right() * width,
                  box.bottom() * height,
                  box.score())
              : box;
      if (scaled.area() > 0 && Double.isFinite(scaled.area())) {
        boxes.add(scaled);
      }
    }
    return boxes;
  }
}
