package io.sadi.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.geom.PixelConvention;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.torch.ComputeDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same run must see the same crops, however many threads prepare them. */
class BatchesTest {
  private Augmentation augmentation =
      new Augmentation(60, 0, 1, 0.6, 1.4, 0, 0.5, 0.1, 0, Appearance.PLAIN, false);

  @TempDir Path folder;
  private Dataset dataset;
  private final BatchPool pool = new BatchPool(ComputeDevice.CPU);
  private final List<Person> people = new ArrayList<>();

  @BeforeEach
  void draw() throws IOException {
    for (int i = 0; i < 7; i++) {
      byte[] pixels = new byte[40 * 40 * 3];
      for (int p = 0; p < pixels.length; p++) {
        pixels[p] = (byte) (p * (i + 3));
      }
      try (Image image = Image.of(pixels, 40, 40)) {
        image.writePng(folder.resolve(i + ".png"));
      }
      byte[] visible = new byte[14];
      Arrays.fill(visible, Person.VISIBLE);
      float[] at = new float[14];
      Arrays.fill(at, 10f + i);
      people.add(
          new Person(
              i + ".png", 0, 40, 40, at, at.clone(), visible, null, 20, 20, 0.2, Double.NaN, null));
    }
    dataset = new Dataset(folder, "t", Skeleton.lsp14(), Metric.PCK_02, Map.of("train", 7), folder);
  }

  @Test
  void anEpochIsTheSameWhateverTheThreads() {
    assertThat(epoch(1, 0, 0)).isEqualTo(epoch(4, 0, 0)).hasSize(3);
  }

  @Test
  void anEpochIsTheSameWhateverTheThreadsWithEveryPartOn() {
    augmentation =
        new Augmentation(60, 0, 1, 0.6, 1.4, 0, 0.5, 0.1, 0.5, new Appearance(1, 1, 1), false);
    List<String> once = epoch(1, 0, 0);
    assertThat(epoch(4, 0, 0)).isEqualTo(once).hasSize(3);
    assertThat(epoch(2, 0, 1)).isEqualTo(once.subList(1, 3));
  }

  /** What changes the photos, too, and who is drawn how often. */
  @Test
  void anEpochIsTheSameWhateverTheThreadsAsInEverydayPhotos() {
    augmentation =
        new Augmentation(
            60,
            0,
            1,
            0.4,
            1.6,
            0,
            0.5,
            0.1,
            0.5,
            new Appearance(1, 0.5, 0.5, 0.5),
            new Everyday(0.5, 0.8, 0.5, 0.5, 0.5),
            false);
    List<String> once = epoch(1, 0, 0);
    assertThat(epoch(4, 0, 0)).isEqualTo(once).hasSize(3);
    assertThat(epoch(2, 0, 1)).isEqualTo(once.subList(1, 3));
    augmentation =
        new Augmentation(
            60,
            0,
            1,
            0.4,
            1.6,
            0,
            0.5,
            0.1,
            0.5,
            new Appearance(1, 0.5, 0.5, 0.5),
            Everyday.NONE,
            false);
    assertThat(epoch(1, 0, 0)).isNotEqualTo(once);
  }

  @Test
  void anEpochThatGoesOnSkipsWhatWasDone() {
    assertThat(epoch(2, 0, 1)).isEqualTo(epoch(1, 0, 0).subList(1, 3));
  }

  @Test
  void epochsDiffer() {
    assertThat(epoch(1, 0, 0)).isNotEqualTo(epoch(1, 1, 0));
  }

  @Test
  void inOrderIsEveryoneOnceWithASmallerLastBatch() {
    List<Integer> seen = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    try (Batches batches = Batches.inOrder(dataset, people, 16, PixelConvention.CENTER, 3, 2)) {
      for (Batch b = batches.next(); b != null; b = batches.next()) {
        sizes.add(b.size());
        Arrays.stream(b.indices()).forEach(seen::add);
        batches.release(b);
      }
    }
    assertThat(seen).containsExactly(0, 1, 2, 3, 4, 5, 6);
    assertThat(sizes).containsExactly(3, 3, 1);
  }

  /** An epoch that took memory of its own would take it from the next one's. */
  @Test
  void buffersAreUsedAgainByTheNextEpoch() {
    Set<ByteBuffer> first = buffers(0);
    assertThat(first.containsAll(buffers(1))).isTrue();
    assertThat(first.containsAll(buffers(2))).isTrue();
    assertThat(first.containsAll(buffers(0, new BatchPool(ComputeDevice.CPU)))).isFalse();
  }

  private Set<ByteBuffer> buffers(int epoch) {
    return buffers(epoch, pool);
  }

  /** By identity: buffers of the same bytes are equal. All are in use at once, so all are seen. */
  private Set<ByteBuffer> buffers(int epoch, BatchPool pool) {
    Set<ByteBuffer> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Batch> batchesInUse = new ArrayList<>();
    try (Batches batches =
        Batches.training(
            dataset,
            TrainingSet.of(people),
            16,
            PixelConvention.CENTER,
            Batches.Share.whole(2),
            augmentation,
            5,
            epoch,
            0,
            1,
            pool)) {
      for (Batch b = batches.next(); b != null; b = batches.next()) {
        buffers.add(b.rgb());
        batchesInUse.add(b);
      }
      batchesInUse.forEach(batches::release);
    }
    return buffers;
  }

  /** A step of several batches must miss none, and must not hold the buffers of those before. */
  @Test
  void aStepHasItsBatchesInOrderAndGivesEachBack() {
    List<Integer> seen = new ArrayList<>();
    Set<ByteBuffer> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
    try (Batches batches = Batches.inOrder(dataset, people, 16, PixelConvention.CENTER, 1, 1)) {
      Batch first = batches.peek();
      for (int count : new int[] {2, 3, 3}) {
        for (Batch b : batches.next(count)) {
          assertThat(batches.latest()).isSameAs(b);
          if (seen.isEmpty()) {
            assertThat(b).isSameAs(first);
          }
          seen.add(b.indices()[0]);
          buffers.add(b.rgb());
        }
      }
      assertThat(batches.peek()).isNull();
      assertThat(batches.next(1)).isEmpty();
    }
    assertThat(seen).containsExactly(0, 1, 2, 3, 4, 5, 6);
    assertThat(buffers).hasSizeLessThan(5); // three made ahead, and the one in use
  }

  @Test
  void aWorkersFailureReachesWhoeverTakesTheBatch() throws IOException {
    Files.write(folder.resolve("4.png"), new byte[] {1, 2, 3});
    try (Batches batches = Batches.inOrder(dataset, people, 16, PixelConvention.CENTER, 7, 2)) {
      assertThatThrownBy(batches::next)
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("4.png");
    }
  }

  /** Every batch as text: who, where the joints are, and the pixels' hash. */
  private List<String> epoch(int threads, int epoch, int skip) {
    List<String> result = new ArrayList<>();
    try (Batches batches =
        Batches.training(
            dataset,
            TrainingSet.of(people),
            16,
            PixelConvention.CENTER,
            Batches.Share.whole(2),
            augmentation,
            5,
            epoch,
            skip,
            threads,
            pool)) {
      for (Batch b = batches.next(); b != null; b = batches.next()) {
        byte[] pixels = new byte[2 * 16 * 16 * 3];
        b.rgb().duplicate().clear().get(pixels);
        result.add(
            Arrays.toString(b.indices())
                + Arrays.toString(b.joints())
                + Arrays.toString(b.mask())
                + Arrays.hashCode(pixels));
        batches.release(b);
      }
    }
    return result;
  }
}
