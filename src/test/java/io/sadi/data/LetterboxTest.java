package io.sadi.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.geom.Affine;
import io.sadi.geom.Box;
import io.sadi.image.Image;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A box that is found in the square must lie where the person is in the photo. */
class LetterboxTest {
  @ParameterizedTest
  @CsvSource({"640,480,256", "333,1000,320", "50,50,256", "1,900,256", "4000,3001,320"})
  void thereAndBack(int width, int height, int size) {
    Letterbox letterbox = new Letterbox(width, height, size);
    Affine edges = letterbox.edges();
    Box person = new Box(0.2 * width, 0.1 * height, 0.5 * width, 0.75 * height);
    Box inside =
        new Box(
            edges.x(person.x(), person.y()),
            edges.y(person.x(), person.y()),
            edges.a() * person.width(),
            edges.e() * person.height());
    assertThat(inside.x()).isBetween(0.0, (double) size);
    assertThat(inside.y() + inside.height()).isLessThanOrEqualTo(size + 1e-9);
    Box back = letterbox.toPhoto(inside);
    assertThat(back.x()).isEqualTo(person.x(), within(0.01));
    assertThat(back.y()).isEqualTo(person.y(), within(0.01));
    assertThat(back.width()).isEqualTo(person.width(), within(0.01));
    assertThat(back.height()).isEqualTo(person.height(), within(0.01));
    Box all = letterbox.toPhoto(new Box(-size, -size, 3 * size, 3 * size));
    assertThat(all).isEqualTo(new Box(0, 0, width, height));
  }

  /** By pixels: a white rectangle is seen where the map says. */
  @ParameterizedTest
  @CsvSource({"96,64", "64,96"})
  void thePictureLiesWhereTheMapSays(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int y = 16; y < 48; y++) {
      Arrays.fill(rgb, 3 * (y * width + 24), 3 * (y * width + 40), (byte) 255);
    }
    int size = 192;
    Letterbox letterbox = new Letterbox(width, height, size);
    Affine edges = letterbox.edges();
    try (Image photo = Image.of(rgb, width, height);
        Image seen = photo.warp(letterbox.centres().inverse(), size, size)) {
      byte[] pixels = seen.rgb();
      double left = edges.x(24, 16);
      double right = edges.x(40, 48);
      double top = edges.y(24, 16);
      double bottom = edges.y(40, 48);
      for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x++) {
          boolean within = x > left && x + 1 < right && y > top && y + 1 < bottom;
          boolean beyond = x + 2 < left || x > right + 1 || y + 2 < top || y > bottom + 1;
          int value = pixels[3 * (y * size + x)] & 0xFF;
          if (within) {
            assertThat(value).as(x + "," + y).isGreaterThan(120);
          } else if (beyond) {
            assertThat(value).as(x + "," + y).isLessThan(130);
          }
        }
      }
    }
  }
}
