package io.sadi.predict.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sadi.geom.PixelConvention;
import io.sadi.io.BadInputException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Views of one person in several sizes say the same thing in one frame. */
class ImagePyramidTest {
  private static final int SIDE = 64;
  private static final List<Double> SIX = List.of(0.8, 0.9, 1.0, 1.1, 1.2, 1.3);

  /** What a view would say of a joint at (x, y) in units of the frame: a bump of a fixed width. */
  private static Maps view(double scale, double x, double y, double sigma) {
    float[] map = new float[SIDE * SIDE];
    for (int i = 0; i < map.length; i++) {
      double dx = (i % SIDE + 0.5) / SIDE - 0.5 - x / scale;
      double dy = (i / SIDE + 0.5) / SIDE - 0.5 - y / scale;
      map[i] = (float) Math.exp(-(dx * dx + dy * dy) * scale * scale / (2 * 0.03 * 0.03));
    }
    float[] mu = {(float) (x / scale), (float) (y / scale)};
    float[] sigmas = {(float) (sigma / scale), (float) (2 * sigma / scale)};
    return new Maps(1, SIDE, map, map.clone(), mu, sigmas);
  }

  private static Maps combined(double x, double y) {
    List<Maps> views = new ArrayList<>();
    SIX.forEach(scale -> views.add(view(scale, x, y, 0.02)));
    return new ImagePyramid(SIX).combine(views, PixelConvention.CENTER);
  }

  @Test
  void aJointStaysWhereAllViewsSeeIt() {
    Maps all = combined(0.21, -0.13);
    PeakFinder.Peak peak = new PeakFinder(SIDE, SIDE, Refine.DARK, 2).find(all.h1(), 0);
    assertThat((peak.x() + 0.5) / SIDE - 0.5).isCloseTo(0.21, within(0.002));
    assertThat((peak.y() + 0.5) / SIDE - 0.5).isCloseTo(-0.13, within(0.002));
    assertThat(peak.value()).isGreaterThan(0.9);
    assertThat(all.h2()).containsExactly(all.h1());
    assertThat(all.mu()[0]).isCloseTo(0.21f, within(1e-6f));
    assertThat(all.mu()[1]).isCloseTo(-0.13f, within(1e-6f));
    assertThat(all.sigma()[0]).isCloseTo(0.02f, within(1e-6f));
    assertThat(all.sigma()[1]).isCloseTo(0.04f, within(1e-6f));
  }

  /** At scale 0.8 this joint lies outside; those that see it must not be outvoted by that. */
  @Test
  void aJointAtTheEdgeIsAsHighAsOneInTheMiddle() {
    PeakFinder.Peak peak =
        new PeakFinder(SIDE, SIDE, Refine.QUARTER, 2).find(combined(0.46, 0.46).h1(), 0);
    assertThat(peak.value()).isGreaterThan(0.9);
    assertThat((peak.x() + 0.5) / SIDE - 0.5).isCloseTo(0.46, within(0.01));
  }

  @Test
  void oneViewIsLeftAsItIs() {
    Maps only = view(1, 0.1, 0.2, 0.02);
    assertThat(ImagePyramid.ONE.combine(List.of(only), PixelConvention.CENTER)).isSameAs(only);
    Maps h1Only = new Maps(1, SIDE, only.h1(), null, null, null);
    Maps both =
        new ImagePyramid(List.of(1.0, 0.5))
            .combine(List.of(h1Only, h1Only), PixelConvention.CENTER);
    assertThat(both.h2()).isNull();
    assertThat(both.mu()).isNull();
  }

  @Test
  void refusesScalesThatMakeNoSense() {
    for (List<Double> scales :
        List.of(List.<Double>of(), List.of(0.05), List.of(11.0), List.of(1.0, 1.0))) {
      assertThatThrownBy(() -> new ImagePyramid(scales))
          .isInstanceOf(BadInputException.class)
          .hasMessageStartingWith("--scales: found [");
    }
  }
}
