package io.sadi.geom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** A box that is half a pixel off is not the box that another program drew. */
class BoxTest {
  private static final int WIDTH = 60;
  private static final int HEIGHT = 40;
  private static final Box ALL = new Box(0, 0, WIDTH, HEIGHT);

  private static void assertClose(Box box, Box expected) {
    assertThat(box.x()).isEqualTo(expected.x(), within(1e-9));
    assertThat(box.y()).isEqualTo(expected.y(), within(1e-9));
    assertThat(box.width()).isEqualTo(expected.width(), within(1e-9));
    assertThat(box.height()).isEqualTo(expected.height(), within(1e-9));
  }

  @Test
  void theWholeImageStaysTheWholeImage() {
    assertClose(ALL.under(Affine.IDENTITY), ALL);
    assertClose(ALL.under(Affine.resize(0.5, 0.25)), new Box(0, 0, 30, 10));
    assertClose(ALL.under(Affine.resize(7, 7)), new Box(0, 0, 420, 280));
    Affine mirrored = new Affine(-1, 0, WIDTH - 1, 0, 1, 0);
    assertClose(ALL.under(mirrored), ALL);
    Affine aQuarterTurn = new Affine(0, -1, HEIGHT - 1, 1, 0, 0);
    assertClose(ALL.under(aQuarterTurn), new Box(0, 0, HEIGHT, WIDTH));
    assertClose(ALL.under(new Affine(1, 0, 5, 0, 1, -3)), new Box(5, -3, WIDTH, HEIGHT));
  }

  @Test
  void aTurnedBoxIsInTheBoxAroundIt() {
    double s = Math.sqrt(0.5);
    Box turned = new Box(-9.5, -9.5, 20, 20).under(new Affine(s, -s, 0, s, s, 0));
    assertClose(turned, new Box(0.5 - 20 * s, 0.5 - 20 * s, 40 * s, 40 * s));
  }

  @Test
  void whatLiesWithin() {
    assertThat(new Box(-5, 3, 20, 100).within(ALL)).isEqualTo(new Box(0, 3, 15, 37));
    assertThat(new Box(70, 3, 20, 10).within(ALL).width()).isZero();
  }
}
