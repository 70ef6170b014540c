package io.sadi.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.data.Appearance.Cover;
import io.sadi.data.Appearance.Patch;
import io.sadi.image.Image;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** What is varied of the pixels is what was asked for, and no more. */
class AppearanceTest {
  private static final int SIZE = 64;

  private final byte[] rgb = new byte[3 * SIZE * SIZE];

  AppearanceTest() {
    new Random(1).nextBytes(rgb);
  }

  @Test
  void nothingAskedForLeavesEveryByte() {
    for (int seed = 0; seed < 20; seed++) {
      assertThat(seen(Appearance.PLAIN.draw(SIZE, new SplittableRandom(seed)))).isEqualTo(rgb);
    }
    assertThat(seen(new Appearance.AppearanceDraw(new ColorJitter(1, 1, 1, 0), 0, List.of())))
        .isEqualTo(rgb);
  }

  @Test
  void oneDrawIsAlwaysTheSame() {
    Appearance all = new Appearance(0.4, 1, 1);
    byte[] once = seen(all.draw(SIZE, new SplittableRandom(5)));
    assertThat(once).isNotEqualTo(rgb);
    assertThat(seen(all.draw(SIZE, new SplittableRandom(5)))).isEqualTo(once);
    assertThat(seen(all.draw(SIZE, new SplittableRandom(6)))).isNotEqualTo(once);
  }

  /** Two runs that differ in one switch differ in nothing else. */
  @RepeatedTest(20)
  void switchingOnePartOffLeavesTheOthersDraws(RepetitionInfo repetition) {
    int seed = repetition.getCurrentRepetition();
    Appearance.AppearanceDraw all =
        new Appearance(0.4, 1, 1).draw(SIZE, new SplittableRandom(seed));
    Appearance.AppearanceDraw noColor =
        new Appearance(0, 1, 1).draw(SIZE, new SplittableRandom(seed));
    Appearance.AppearanceDraw noBlur =
        new Appearance(0.4, 0, 1).draw(SIZE, new SplittableRandom(seed));
    Appearance.AppearanceDraw open =
        new Appearance(0.4, 1, 0).draw(SIZE, new SplittableRandom(seed));
    assertThat(noColor).isEqualTo(new Appearance.AppearanceDraw(null, all.blur(), all.patches()));
    assertThat(noBlur).isEqualTo(new Appearance.AppearanceDraw(all.color(), 0, all.patches()));
    assertThat(open).isEqualTo(new Appearance.AppearanceDraw(all.color(), all.blur(), List.of()));
  }

  @Test
  void sharesAreKept() {
    Appearance half = new Appearance(0, 0.5, 0.25);
    int blurred = 0;
    int covered = 0;
    for (int seed = 0; seed < 4000; seed++) {
      Appearance.AppearanceDraw draw = half.draw(SIZE, new SplittableRandom(seed));
      blurred += draw.blur() > 0 ? 1 : 0;
      covered += draw.patches().isEmpty() ? 0 : 1;
    }
    assertThat(blurred).isBetween(1850, 2150);
    assertThat(covered).isBetween(900, 1100);
  }

  @Test
  void colorsAreAllChangedAlikeAndGreysStayGrey() {
    for (int seed = 0; seed < 50; seed++) {
      double[] m = ColorJitter.draw(0.4, new SplittableRandom(seed)).matrix();
      for (double grey : new double[] {0, 100, 255}) {
        double red = grey * (m[0] + m[1] + m[2]) + m[3];
        assertThat(grey * (m[4] + m[5] + m[6]) + m[7]).isEqualTo(red, within(1e-9));
        assertThat(grey * (m[8] + m[9] + m[10]) + m[11]).isEqualTo(red, within(1e-9));
      }
    }
    byte[] seen = seen(new Appearance.AppearanceDraw(new ColorJitter(0.5, 1, 1, 0), 0, List.of()));
    for (int i = 0; i < rgb.length; i++) {
      assertThat((double) (seen[i] & 0xFF)).isEqualTo((rgb[i] & 0xFF) / 2.0, within(0.51));
    }
  }

  @Test
  void partsOfTheColorDoWhatTheirNamesSay() {
    // A third of a turn brings red to green.
    assertThat(map(new ColorJitter(1, 1, 1, 2 * Math.PI / 3), 200, 10, 30))
        .containsExactly(new double[] {30, 200, 10}, within(1e-9));
    // No saturation leaves the luma.
    double luma = 0.299 * 200 + 0.587 * 10 + 0.114 * 30;
    assertThat(map(new ColorJitter(1, 1, 0, 0), 200, 10, 30))
        .containsExactly(new double[] {luma, luma, luma}, within(1e-9));
    // No contrast leaves the grey that contrast turns about.
    assertThat(map(new ColorJitter(1, 0, 1, 0), 200, 10, 30))
        .containsExactly(map(new ColorJitter(1, 0, 1, 0), 0, 0, 0), within(1e-9));
    assertThat(map(new ColorJitter(1, 0, 1, 0), 0, 0, 0)[0]).isBetween(0x68 + 0.0, 0x7C + 0.0);
  }

  /** Sum and place of the light stay; differences between neighbours shrink. */
  @Test
  void blurSpreadsWhatIsThere() {
    byte[] point = new byte[3 * SIZE * SIZE];
    for (int c = 0; c < 3; c++) {
      point[3 * (20 * SIZE + 30) + c] = (byte) 255;
    }
    try (Image image = Image.of(point, SIZE, SIZE)) {
      new Appearance.AppearanceDraw(null, 1.5, List.of()).apply(image);
      byte[] seen = image.rgb();
      double sum = 0;
      double x = 0;
      double y = 0;
      for (int i = 0; i < SIZE * SIZE; i++) {
        double light = seen[3 * i] & 0xFF;
        sum += light;
        x += light * (i % SIZE);
        y += light * (i / SIZE);
      }
      assertThat(sum).isEqualTo(255, within(15.0)); // rounding
      assertThat(x / sum).isEqualTo(30, within(0.05));
      assertThat(y / sum).isEqualTo(20, within(0.05));
      assertThat(seen[3 * (20 * SIZE + 30)] & 0xFF).isLessThan(25);
    }
  }

  @RepeatedTest(30)
  void patchesCoverWhatTheySayAndNoMore(RepetitionInfo repetition) {
    Appearance.AppearanceDraw draw =
        new Appearance(0, 0, 1).draw(SIZE, new SplittableRandom(repetition.getCurrentRepetition()));
    assertThat(draw.patches()).hasSizeBetween(1, 3);
    byte[] seen = seen(draw);
    boolean changed = false;
    for (int i = 0; i < SIZE * SIZE; i++) {
      int u = i % SIZE;
      int v = i / SIZE;
      boolean covered = draw.patches().stream().anyMatch(patch -> covers(patch, u, v));
      for (int c = 0; c < 3; c++) {
        if (!covered) {
          assertThat(seen[3 * i + c]).isEqualTo(rgb[3 * i + c]);
        }
        changed |= seen[3 * i + c] != rgb[3 * i + c];
      }
    }
    assertThat(changed).isTrue();
  }

  @Test
  void aPatchShowsWhatItSays() {
    byte[] blank = seen(patch(Cover.BLANK));
    byte[] region = seen(patch(Cover.REGION));
    byte[] noise = seen(patch(Cover.NOISE));
    for (int v = 0; v < 9; v++) {
      for (int u = 0; u < 7; u++) {
        int at = 3 * ((40 + v) * SIZE + 20 + u);
        assertThat(blank[at] & 0xFF).isEqualTo(Image.OUTSIDE >> 16);
        assertThat(blank[at + 2] & 0xFF).isEqualTo(Image.OUTSIDE & 0xFF);
        assertThat(region[at]).isEqualTo(rgb[3 * ((3 + v) * SIZE + 2 + u)]);
      }
    }
    assertThat(noise).isNotEqualTo(rgb).isNotEqualTo(blank).isEqualTo(seen(patch(Cover.NOISE)));
  }

  private static Appearance.AppearanceDraw patch(Cover cover) {
    return new Appearance.AppearanceDraw(
        null, 0, List.of(new Patch(20, 40, 7, 9, cover, 2, 3, 11)));
  }

  private static boolean covers(Patch patch, int u, int v) {
    return u >= patch.x()
        && u < patch.x() + patch.width()
        && v >= patch.y()
        && v < patch.y() + patch.height();
  }

  private static double[] map(ColorJitter jitter, double r, double g, double b) {
    double[] m = jitter.matrix();
    double[] out = new double[3];
    for (int c = 0; c < 3; c++) {
      out[c] = m[4 * c] * r + m[4 * c + 1] * g + m[4 * c + 2] * b + m[4 * c + 3];
    }
    return out;
  }

  private byte[] seen(Appearance.AppearanceDraw draw) {
    try (Image image = Image.of(rgb, SIZE, SIZE)) {
      draw.apply(image);
      return image.rgb();
    }
  }
}
