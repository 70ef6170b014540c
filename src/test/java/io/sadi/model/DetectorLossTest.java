package io.sadi.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.config.Config;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Tensors;
import io.sadi.torch.Torch;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The detector's loss: a wrong one would still fall, and people would be found badly. */
class DetectorLossTest {
  private static final int BATCH = 2;
  private static final int CELLS = 5;
  private static final int AREA = CELLS * CELLS;
  private static final int PEOPLE = 3;

  private final float[] logit = new float[BATCH * AREA];
  private final float[] centre = new float[BATCH * AREA];
  private final float[] weight = new float[BATCH * AREA];
  private final float[] found = new float[BATCH * 4 * AREA];
  private final float[] box = new float[BATCH * 4 * AREA];
  private final float[] boxWeight = new float[BATCH * AREA];

  @BeforeAll
  static void load() {
    Torch.load();
  }

  private void draw(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < logit.length; i++) {
      logit[i] = (float) (4 * random.nextGaussian());
      centre[i] = random.nextInt(6) == 0 ? 1 : random.nextFloat() * 0.99f;
      weight[i] = random.nextInt(4) == 0 ? 0 : random.nextInt(4) == 0 ? 0.5f : 1;
      boxWeight[i] = random.nextInt(3) == 0 ? random.nextFloat() : 0;
    }
    for (int i = 0; i < found.length; i++) {
      found[i] = (float) random.nextGaussian();
      box[i] = (float) random.nextGaussian();
    }
    logit[0] = 60; // where the logarithm of 1 - p, computed from p, is that of 0
    centre[0] = 0.2f;
    logit[1] = -60;
    centre[1] = 1;
  }

  /** The formulas of DetectorLoss, cell by cell in float64. */
  private double[] slow(DetectorLoss loss) {
    double sum = 0;
    for (int i = 0; i < logit.length; i++) {
      double p = 1 / (1 + Math.exp(-logit[i]));
      double q = 1 / (1 + Math.exp(logit[i]));
      double cell;
      if (loss.form() == DetectorLoss.CentreLoss.MSE) {
        cell = (p - centre[i]) * (p - centre[i]) * (centre[i] == 1 ? 10 : 1);
      } else if (centre[i] == 1) {
        cell = -q * q * -Math.log1p(Math.exp(-logit[i]));
      } else {
        // log(1 - p) = -(x + log(1 + e^-x))
        double logQ = -(logit[i] + Math.log1p(Math.exp(-logit[i])));
        cell = -Math.pow(1 - centre[i], 4) * p * p * logQ;
      }
      sum += weight[i] * cell;
    }
    double error = 0;
    double weights = 0;
    for (int b = 0; b < BATCH; b++) {
      for (int cell = 0; cell < AREA; cell++) {
        double counts = boxWeight[b * AREA + cell];
        weights += counts;
        for (int n = 0; n < 4; n++) {
          int at = (b * 4 + n) * AREA + cell;
          if (loss.boxes() == DetectorLoss.BoxLoss.L1) {
            error += counts * Math.abs(found[at] - box[at]) / 4;
          }
        }
        if (loss.boxes() == DetectorLoss.BoxLoss.GIOU) {
          error += counts * (1 - giou(box(found, b, cell), box(box, b, cell)));
        }
      }
    }
    double centres = sum / PEOPLE;
    double boxes = error / weights;
    return new double[] {centres + loss.boxWeight() * boxes, centres, boxes};
  }

  /** Left, top, right and lower edge, in cells from the middle of the cell that tells it. */
  private static double[] box(float[] maps, int b, int cell) {
    double x = maps[(b * 4) * AREA + cell];
    double y = maps[(b * 4 + 1) * AREA + cell];
    double width = Math.exp(maps[(b * 4 + 2) * AREA + cell]) * CELLS / 4;
    double height = Math.exp(maps[(b * 4 + 3) * AREA + cell]) * CELLS / 4;
    return new double[] {x - width / 2, y - height / 2, x + width / 2, y + height / 2};
  }

  private static double giou(double[] a, double[] b) {
    double common = 1;
    double hull = 1;
    double areaA = 1;
    double areaB = 1;
    for (int axis = 0; axis < 2; axis++) {
      common *= Math.max(0, Math.min(a[axis + 2], b[axis + 2]) - Math.max(a[axis], b[axis]));
      hull *= Math.max(a[axis + 2], b[axis + 2]) - Math.min(a[axis], b[axis]);
      areaA *= a[axis + 2] - a[axis];
      areaB *= b[axis + 2] - b[axis];
    }
    double union = areaA + areaB - common;
    return common / union - (hull - union) / hull;
  }

  private static Tensor maps(float[] values, int maps) {
    return Tensors.of(values, ComputeDevice.CPU, BATCH, maps, CELLS, CELLS);
  }

  private DetectorLoss.BatchLoss fast(DetectorLoss loss, Tensor logits, Tensor boxes) {
    return loss.of(
        new DetectorNet.CellMaps<>(logits, boxes),
        new DetectorLoss.CellTargets(
            maps(centre, 1), maps(weight, 1), maps(box, 4), maps(boxWeight, 1), PEOPLE));
  }

  @ParameterizedTest
  @CsvSource({"FOCAL,GIOU", "MSE,GIOU", "FOCAL,L1", "MSE,L1"})
  void isWhatTheFormulaSays(DetectorLoss.CentreLoss form, DetectorLoss.BoxLoss boxes) {
    DetectorLoss loss = new DetectorLoss(form, boxes, 1.5);
    for (long seed = 0; seed < 5; seed++) {
      draw(seed);
      double[] expected = slow(loss);
      try (PointerScope scope = new PointerScope()) {
        DetectorLoss.BatchLoss computed = fast(loss, maps(logit, 1), maps(found, 4));
        double tolerance = 1e-5 * Math.abs(expected[0]);
        assertThat(computed.total().item_double()).isEqualTo(expected[0], within(tolerance));
        assertThat(computed.centre().item_double()).isEqualTo(expected[1], within(tolerance));
        assertThat(computed.box().item_double()).isEqualTo(expected[2], within(1e-5));
      }
    }
  }

  /** Against the difference quotients of the slow formula. */
  @ParameterizedTest
  @CsvSource({"FOCAL,GIOU", "MSE,GIOU", "FOCAL,L1", "MSE,L1"})
  void itsGradientPointsWhereItGrows(DetectorLoss.CentreLoss form, DetectorLoss.BoxLoss boxes) {
    DetectorLoss loss = new DetectorLoss(form, boxes, 1);
    draw(7);
    float[] ofLogits;
    float[] ofBoxes;
    try (PointerScope scope = new PointerScope()) {
      Tensor logits = maps(logit, 1).requires_grad_(true);
      Tensor places = maps(found, 4).requires_grad_(true);
      fast(loss, logits, places).total().backward();
      ofLogits = Tensors.floats(logits.grad());
      ofBoxes = Tensors.floats(places.grad());
    }
    float step = 1e-2f;
    for (int i = 2; i < logit.length; i++) {
      assertThat((double) ofLogits[i])
          .as("logit " + i)
          .isEqualTo(quotient(loss, logit, i, step), within(2e-3));
    }
    for (int i = 0; i < found.length; i += 7) {
      if (boxes == DetectorLoss.BoxLoss.GIOU || Math.abs(found[i] - box[i]) > 2 * step) {
        // |x| has no slope at 0
        assertThat((double) ofBoxes[i])
            .as("box " + i)
            .isEqualTo(quotient(loss, found, i, step), within(2e-3));
      }
    }
    // A centre that is missed pulls the logit up, somebody found who is not there pushes it down.
    centre[2] = 1;
    weight[2] = 1;
    logit[2] = -1;
    centre[3] = 0;
    weight[3] = 1;
    logit[3] = 1;
    weight[4] = 0;
    try (PointerScope scope = new PointerScope()) {
      Tensor logits = maps(logit, 1).requires_grad_(true);
      fast(loss, logits, maps(found, 4)).total().backward();
      float[] gradient = Tensors.floats(logits.grad());
      assertThat(gradient[2]).isNegative();
      assertThat(gradient[3]).isPositive();
      assertThat(gradient[4]).as("a place that nobody knows").isZero();
    }
  }

  private double quotient(DetectorLoss loss, float[] values, int i, float step) {
    float before = values[i];
    values[i] = before + step;
    double more = slow(loss)[0];
    values[i] = before - step;
    double less = slow(loss)[0];
    values[i] = before;
    return (more - less) / (2 * step);
  }

  @Test
  void theConfigSaysWhichOneItIs() {
    Config config = Config.parse("loss: {centre: mse, boxes: l1, box: 0.5}", "test");
    assertThat(DetectorLoss.from(config))
        .isEqualTo(new DetectorLoss(DetectorLoss.CentreLoss.MSE, DetectorLoss.BoxLoss.L1, 0.5));
    assertThat(DetectorLoss.from(Config.empty()))
        .isEqualTo(new DetectorLoss(DetectorLoss.CentreLoss.FOCAL, DetectorLoss.BoxLoss.GIOU, 5));
  }
}
