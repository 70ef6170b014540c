package io.sadi.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.sadi.geom.Affine;
import io.sadi.geom.Box;
import io.sadi.image.Image;
import io.sadi.torch.ComputeDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Boxes that lie beside the people would teach the detector to find them there. */
class SceneTest {
  private static final int SIZE = 128;
  private static final int CELLS = SIZE / SceneTargets.STRIDE;

  @TempDir private Path folder;

  private static SceneAugmentation augmentation(double mosaic, double negative) {
    return new SceneAugmentation(mosaic, 5, negative, 0.7, 1.6, 0.5, 0.25, Appearance.PLAIN);
  }

  /** Dark photos with a white rectangle as their person. */
  private List<LabelledPhoto> photos() throws IOException {
    List<LabelledPhoto> photos = new ArrayList<>();
    int[][] all = {
      {120, 80, 30, 20, 24, 48},
      {80, 120, 20, 30, 40, 60},
      {64, 64, 4, 8, 20, 50},
      {150, 100, 90, 30, 40, 30}
    };
    for (int[] of : all) {
      byte[] rgb = new byte[3 * of[0] * of[1]];
      for (int y = of[3]; y < of[3] + of[5]; y++) {
        int row = y * of[0] + of[2];
        Arrays.fill(rgb, 3 * row, 3 * (row + of[4]), (byte) 255);
      }
      String name = photos.size() + ".png";
      try (Image image = Image.of(rgb, of[0], of[1])) {
        image.writePng(folder.resolve(name));
      }
      photos.add(
          new LabelledPhoto(
              name, of[0], of[1], List.of(new Box(of[2], of[3], of[4], of[5])), List.of()));
    }
    return photos;
  }

  @Test
  void whatIsWhiteIsInABoxAndBoxesAreWhite() throws IOException {
    List<LabelledPhoto> photos = photos();
    int people = 0;
    int several = 0;
    for (int i = 0; i < 32; i++) {
      Scene scene = augmentation(0.7, 0).draw(photos, i % photos.size(), SIZE, i);
      people += scene.people().size();
      several += scene.people().size() > 1 ? 1 : 0;
      byte[] rgb;
      try (Image drawn = scene.draw(SIZE, photos, folder)) {
        rgb = drawn.rgb();
      }
      List<Box> white = new ArrayList<>(scene.people());
      white.addAll(scene.unknown());
      for (int y = 0; y < SIZE; y++) {
        for (int x = 0; x < SIZE; x++) {
          double px = x + 0.5;
          double py = y + 0.5;
          boolean bright = (rgb[3 * (y * SIZE + x)] & 0xFF) > 200;
          if (bright && white.stream().noneMatch(b -> holds(b, px, py, 1))) {
            fail("scene %d: white beside all boxes at %d,%d", i, x, y);
          }
          if (!bright && scene.people().stream().anyMatch(b -> holds(b, px, py, -2))) {
            fail("scene %d: dark in a box at %d,%d", i, x, y);
          }
        }
      }
    }
    assertThat(people).isGreaterThan(32);
    assertThat(several).isGreaterThan(8);
  }

  private static boolean holds(Box box, double x, double y, double margin) {
    return x > box.x() - margin
        && x < box.x() + box.width() + margin
        && y > box.y() - margin
        && y < box.y() + box.height() + margin;
  }

  @Test
  void partsWithoutAnybodyShowNobody() throws IOException {
    List<LabelledPhoto> photos = photos();
    int empty = 0;
    for (int i = 0; i < 40; i++) {
      Scene scene = augmentation(0.5, 1).draw(photos, i % 4, SIZE, 1000 + i);
      empty += scene.people().isEmpty() ? 1 : 0;
    }
    assertThat(empty).isGreaterThan(30);
    LabelledPhoto filled =
        new LabelledPhoto("a", 50, 50, List.of(new Box(1, 1, 48, 48)), List.of());
    assertThat(SceneAugmentation.emptyPart(filled)).isNull();
    LabelledPhoto left = new LabelledPhoto("a", 50, 50, List.of(new Box(0, 5, 20, 40)), List.of());
    assertThat(SceneAugmentation.emptyPart(left)).isEqualTo(new Box(20, 0, 30, 50));
  }

  @Test
  void placesCoverTheSquareOnce() {
    for (int count = 1; count <= 16; count++) {
      int[] covered = new int[SIZE * SIZE];
      List<int[]> places = SceneAugmentation.places(SIZE, count, new SplittableRandom(count));
      assertThat(places).hasSize(count);
      for (int[] p : places) {
        for (int y = p[1]; y < p[1] + p[3]; y++) {
          for (int x = p[0]; x < p[0] + p[2]; x++) {
            covered[y * SIZE + x]++;
          }
        }
      }
      assertThat(covered).containsOnly(1);
    }
  }

  @Test
  void targetsSayWhereAndHowLarge() throws IOException {
    List<LabelledPhoto> photos = photos();
    Box large = new Box(20, 30, 60, 80);
    Box small = new Box(90, 10, 20, 30);
    Box crowd = new Box(88, 60, 40, 40);
    Scene.ScenePart tile = new Scene.ScenePart(0, 0, 0, SIZE, SIZE, new Affine(1, 0, 0, 0, 1, 0));
    Scene scene =
        new Scene(
            List.of(tile), List.of(large, small), List.of(crowd), Appearance.AppearanceDraw.NONE);
    SceneBatch batch = new SceneBatch(1, SIZE, ComputeDevice.CPU);
    batch.begin();
    new SceneTargets(CELLS).draw(scene, 0, photos, 0.25, batch);
    assertThat(batch.people()).isEqualTo(2);
    // Its middle is at (50, 70), in cell (12, 17), whose middle is (12.5, 17.5) cells.
    int at = 17 * CELLS + 12;
    assertThat(batch.centre()[at]).isEqualTo(1);
    assertThat(batch.box()[at]).isEqualTo(0);
    assertThat(batch.box()[CELLS * CELLS + at]).isEqualTo(0);
    assertThat(batch.box()[2 * CELLS * CELLS + at]).isEqualTo((float) Math.log(60 / 32.0));
    assertThat(batch.box()[3 * CELLS * CELLS + at]).isEqualTo((float) Math.log(80 / 32.0));
    assertThat(batch.boxWeight()[at]).isEqualTo(1);
    // In the cell to the right the middle is one cell to the left.
    assertThat(batch.box()[at + 1]).isEqualTo(-1);
    assertThat(batch.boxWeight()[at + 3]).isZero();
    int ones = 0;
    for (float value : batch.centre()) {
      ones += value == 1 ? 1 : 0;
    }
    assertThat(ones).isEqualTo(2);
    float[] weight = batch.weight();
    assertThat(weight[at]).as("in a box").isEqualTo(1);
    assertThat(weight[70 / 4 * CELLS + 100 / 4]).as("in a crowd").isZero();
    assertThat(weight[2 * CELLS + 2]).as("in the photo, in nobody's box").isEqualTo(0.25f);
    assertThat(weight[31 * CELLS + 31]).as("beside the photo of 120 x 80").isEqualTo(1);
  }

  /** The number of threads must not change what is learned, or a resumed run is another one. */
  @Test
  void batchesDependOnSeedEpochAndPlaceAlone() throws IOException {
    List<LabelledPhoto> photos = photos();
    List<byte[]> first = batches(photos, 1, 0, 0);
    assertThat(first).hasSize(2);
    assertThat(batches(photos, 3, 0, 0)).containsExactlyElementsOf(first);
    assertThat(batches(photos, 2, 0, 1)).containsExactly(first.get(1));
    assertThat(batches(photos, 1, 1, 0).get(0)).isNotEqualTo(first.get(0));
  }

  private List<byte[]> batches(List<LabelledPhoto> photos, int threads, int epoch, int skip) {
    List<byte[]> all = new ArrayList<>();
    SceneAugmentation augmentation =
        new SceneAugmentation(0.7, 4, 0.2, 0.7, 1.6, 0.5, 1, new Appearance(0.4, 0, 0));
    try (SceneBatches batches =
        new SceneBatches(
            folder, photos, SIZE, 2, augmentation, 5, epoch, skip, threads, ComputeDevice.CPU)) {
      for (SceneBatch batch = batches.next(); batch != null; batch = batches.next()) {
        ByteBuffer rgb = batch.rgb().duplicate().clear();
        byte[] bytes = new byte[rgb.remaining() + 4 * batch.centre().length];
        rgb.get(bytes, 0, rgb.remaining());
        ByteBuffer.wrap(bytes, rgb.capacity(), 4 * batch.centre().length)
            .asFloatBuffer()
            .put(batch.centre());
        all.add(bytes);
        batches.release(batch);
      }
    }
    return all;
  }
}
