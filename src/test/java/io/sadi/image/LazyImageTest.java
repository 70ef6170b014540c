package io.sadi.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sadi.geom.Affine;
import io.sadi.io.BadInputException;
import io.sadi.testing.Photos;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A photo that is decoded smaller than it is shows the same, in the same place. */
class LazyImageTest {
  @TempDir private Path folder;

  /** Soft spots of three colours: what lies where shows to a fraction of a pixel. */
  private static Image spots(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          double u = x - width * (0.2 + 0.3 * c);
          double v = y - height * (0.7 - 0.2 * c);
          double spread = width / 12.0;
          double value = 200 * Math.exp(-(u * u + v * v) / (2 * spread * spread));
          rgb[3 * (y * width + x) + c] = (byte) Math.rint(20 + value);
        }
      }
    }
    return Image.of(rgb, width, height);
  }

  /** Where a colour's spot is in a picture, in its pixels. */
  private static double[] middle(Image image, int colour) {
    byte[] rgb = image.rgb();
    double sum = 0;
    double x = 0;
    double y = 0;
    for (int i = 0; i < rgb.length / 3; i++) {
      double value = (rgb[3 * i + colour] & 0xFF) - 128;
      if (value > 0) {
        sum += value;
        x += value * (i % image.width());
        y += value * Math.floorDiv(i, image.width());
      }
    }
    return new double[] {x / sum, y / sum};
  }

  /** Levels of 256 by which two pictures differ, on average. */
  private static double apart(Image one, Image other) {
    byte[] first = one.rgb();
    byte[] second = other.rgb();
    long sum = 0;
    for (int i = 0; i < first.length; i++) {
      sum += Math.abs((first[i] & 0xFF) - (second[i] & 0xFF));
    }
    return (double) sum / first.length;
  }

  private static Affine whole(LazyImage image, int side) {
    return Affine.resize((double) image.width() / side, (double) image.height() / side);
  }

  /** An odd size leaves less than a pixel at an edge, and turning brings that edge to the left. */
  @ParameterizedTest
  @CsvSource({"1603,1201", "1600,1200", "1607,1193"})
  void aReducedPhotoLiesWhereTheWholeOneLies(int width, int height) throws IOException {
    byte[] jpeg;
    try (Image drawn = spots(width, height)) {
      jpeg = drawn.jpeg(95);
    }
    for (int orientation = 1; orientation <= 8; orientation++) {
      Path file =
          Files.write(
              folder.resolve(orientation + ".jpg"), Photos.withOrientation(jpeg, orientation));
      // Sides that make it be decoded at 1/8, 1/8, 1/2 and whole.
      for (int side : new int[] {64, 120, 250, 500}) {
        try (LazyImage lazy = LazyImage.read(file);
            Image image = Image.read(file)) {
          assertThat(lazy.width()).isEqualTo(image.width());
          assertThat(lazy.height()).isEqualTo(image.height());
          Affine map = whole(lazy, side);
          try (Image small = lazy.warp(map, side, side);
              Image expected = image.warp(map, side, side)) {
            String as = width + "x" + height + " turned " + orientation + " to " + side;
            for (int colour = 0; colour < 3; colour++) {
              double[] found = middle(small, colour);
              double[] exact = middle(expected, colour);
              assertThat(found[0]).as(as).isCloseTo(exact[0], within(0.03));
              assertThat(found[1]).as(as).isCloseTo(exact[1], within(0.03));
            }
            assertThat(apart(small, expected)).as(as).isLessThan(0.8);
            try (Image.Source source = lazy.source(map, side, side);
                Image sampled =
                    source.pixels().warp(source.imageToPixels().after(map), side, side)) {
              assertThat(apart(sampled, small)).as(as).isLessThan(0.01);
            }
            if (side == 500) {
              assertThat(small.rgb()).as(as).isEqualTo(expected.rgb());
            }
          }
        }
      }
    }
  }

  /** What is looked at first must not be what a closer crop is cut from. */
  @Test
  void aCloserCropIsCutFromAsManyPixelsAsItNeeds() {
    try (Image drawn = spots(1600, 1200);
        LazyImage lazy = LazyImage.of(drawn.jpeg(95));
        Image whole = Image.decode(drawn.jpeg(95))) {
      lazy.warp(whole(lazy, 64), 64, 64).close();
      Affine closer = new Affine(1.5, 0, 300, 0, 1.5, 500);
      try (Image found = lazy.warp(closer, 128, 128);
          Image expected = whole.warp(closer, 128, 128)) {
        assertThat(found.rgb()).isEqualTo(expected.rgb());
      }
    }
  }

  /** Kept for a second look it must give what decoding it again gives, or say that it does not. */
  @Test
  void whatIsKeptGivesTheSame() {
    byte[] jpeg;
    try (Image drawn = spots(1603, 1201)) {
      jpeg = drawn.jpeg(95);
    }
    try (LazyImage first = LazyImage.of(jpeg);
        LazyImage again = LazyImage.of(jpeg)) {
      assertThat(first.small()).as("nothing decoded").isNull();
      first.decode(List.of(whole(first, 64)));
      SmallImage small = first.small();
      Affine closer = new Affine(9, 1, 300, -1, 9, 200);
      assertThat(small).isNotNull();
      assertThat(small.suits(List.of(closer))).isTrue();
      assertThat(small.suits(List.of(closer, new Affine(7, 0, 0, 0, 9, 0)))).isFalse();
      try (LazyImage kept = small.open();
          Image found = kept.warp(closer, 90, 90);
          Image expected = again.warp(closer, 90, 90)) {
        assertThat(kept.width()).isEqualTo(1603);
        assertThat(found.rgb()).isEqualTo(expected.rgb());
      }
      Affine asItIs = Affine.IDENTITY;
      first.decode(List.of(asItIs));
      assertThat(first.small()).as("the whole picture").isNull();
    }
  }

  /** Only libjpeg averages on its way down; of other formats OpenCV would look at single pixels. */
  @Test
  void otherFormatsAreDecodedWhole() {
    try (Image drawn = spots(1203, 901);
        LazyImage lazy = LazyImage.of(drawn.png())) {
      try (Image found = lazy.warp(whole(lazy, 50), 50, 50);
          Image expected = drawn.warp(whole(lazy, 50), 50, 50)) {
        assertThat(found.rgb()).isEqualTo(expected.rgb());
      }
    }
  }

  /** Nobody in it is no reason to call a damaged photo good. */
  @Test
  void aDamagedPhotoIsSeenWhateverIsWanted() throws IOException {
    byte[] jpeg;
    try (Image drawn = spots(320, 240)) {
      jpeg = drawn.jpeg(90);
    }
    Path cut = Files.write(folder.resolve("cut.jpg"), Arrays.copyOf(jpeg, jpeg.length / 2));
    assertThatThrownBy(() -> LazyImage.read(cut))
        .isInstanceOf(BadInputException.class)
        .hasMessage(cut + ": the image is cut off; fetch the file again");
    assertThatThrownBy(() -> LazyImage.of(new byte[0]))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("found an empty file");
    byte[] empty = jpeg.clone();
    for (int at = 2; at < empty.length - 2; at++) { // no quantisation: nothing can be decoded
      if ((empty[at] & 0xFF) == 0xFF && (empty[at + 1] & 0xFF) == 0xDB) {
        empty[at + 1] = (byte) 0xFE;
      }
    }
    Path damaged = Files.write(folder.resolve("damaged.jpg"), empty);
    try (LazyImage lazy = LazyImage.read(damaged)) {
      assertThatThrownBy(() -> lazy.decode(List.of()))
          .isInstanceOf(BadInputException.class)
          .hasMessage(damaged + ": the image does not decode; it is damaged");
    }
  }
}
