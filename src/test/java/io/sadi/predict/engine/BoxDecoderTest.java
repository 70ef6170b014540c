package io.sadi.predict.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.data.Detected;
import io.sadi.geom.Box;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Boxes of a made heatmap: what the maps say is what comes out, once each. */
class BoxDecoderTest {
  private static final int CELLS = 16;
  private static final int STRIDE = 4;
  private static final int AREA = CELLS * CELLS;

  private final float[] centre = new float[AREA];
  private final float[] box = new float[4 * AREA];

  @BeforeEach
  void nobody() {
    Arrays.fill(centre, -8);
  }

  /** A bell of logits around a box's middle, with the box in the cells around it. */
  private void put(Box person, double logit) {
    double x = person.centerX() / STRIDE;
    double y = person.centerY() / STRIDE;
    int column = (int) x;
    int row = (int) y;
    for (int r = Math.max(0, row - 1); r <= Math.min(CELLS - 1, row + 1); r++) {
      for (int c = Math.max(0, column - 1); c <= Math.min(CELLS - 1, column + 1); c++) {
        int at = r * CELLS + c;
        double lower = c == column && r == row ? 0 : 1.5;
        centre[at] = (float) Math.max(centre[at], logit - lower);
        box[at] = (float) (x - c - 0.5);
        box[AREA + at] = (float) (y - r - 0.5);
        box[2 * AREA + at] = (float) Math.log(person.width() / 16);
        box[3 * AREA + at] = (float) Math.log(person.height() / 16);
      }
    }
  }

  private List<Detected> read(double score, double overlap) {
    return new BoxDecoder(CELLS, STRIDE, score, overlap).read(centre, box);
  }

  private static void assertBox(Detected found, Box expected, double logit) {
    assertThat(found.box().x()).isEqualTo(expected.x(), within(1e-4));
    assertThat(found.box().y()).isEqualTo(expected.y(), within(1e-4));
    assertThat(found.box().width()).isEqualTo(expected.width(), within(1e-4));
    assertThat(found.box().height()).isEqualTo(expected.height(), within(1e-4));
    assertThat(found.score()).isEqualTo(1 / (1 + Math.exp(-logit)), within(1e-6));
  }

  @Test
  void theSurestFirstAndEachOnce() {
    Box one = new Box(5.3, 8.2, 12, 30);
    Box two = new Box(40, 20, 20, 40);
    Box corner = new Box(-4, -6, 12, 13);
    put(one, 1);
    put(two, 3);
    put(corner, 0.2);
    List<Detected> found = read(0.3, 0.5);
    assertThat(found).hasSize(3);
    assertBox(found.get(0), two, 3);
    assertBox(found.get(1), one, 1);
    assertBox(found.get(2), corner, 0.2);
    assertThat(read(0.6, 0.5)).hasSize(2);
    assertThat(read(0.99, 0.5)).isEmpty();
  }

  @Test
  void equalNeighboursAreOnePeak() {
    put(new Box(20, 20, 10, 10), 2);
    int peak = 6 * CELLS + 6;
    centre[peak + 1] = centre[peak];
    centre[peak + CELLS] = centre[peak];
    assertThat(read(0.3, 1)).hasSize(1);
  }

  /** One person whose middle is seen twice, three cells apart. */
  @Test
  void ofBoxesThatOverlapTheSurerStays() {
    put(new Box(20, 10, 30, 40), 2);
    put(new Box(32, 10, 30, 40), 1);
    assertThat(read(0.3, 0.3)).hasSize(1);
    assertThat(read(0.3, 0.9)).hasSize(2);
  }

  /** A network gone wrong must not end the program, or give boxes of no numbers. */
  @Test
  void numbersThatAreNoneAreNoBoxes() {
    put(new Box(20, 20, 10, 10), 2);
    int at = 6 * CELLS + 6;
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 90}) {
      float before = box[2 * AREA + at];
      box[2 * AREA + at] = bad;
      assertThat(read(0.5, 1)).as("" + bad).isEmpty();
      box[2 * AREA + at] = before;
    }
    Arrays.fill(centre, Float.NaN);
    assertThat(read(0.3, 0.5)).isEmpty();
  }

  /** A map without any hill gives one find, and thousands of equal ones no endless list. */
  @Test
  void aFlatMapIsNoCrowd() {
    Arrays.fill(centre, 1);
    assertThat(read(0.3, 0.5)).hasSize(1);
  }
}
