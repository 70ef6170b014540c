package io.sadi.predict.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.config.Config;
import io.sadi.data.PersonBox;
import io.sadi.data.Skeleton;
import io.sadi.geom.Box;
import io.sadi.image.Image;
import io.sadi.io.FailedException;
import io.sadi.model.ModelConfig;
import io.sadi.model.SadiNet;
import io.sadi.predict.engine.ImageCrops.Task;
import io.sadi.predict.engine.ImagePredictor.Plan;
import io.sadi.predict.engine.ImagePredictor.SecondLook;
import io.sadi.predict.engine.ImagePredictor.Sink;
import io.sadi.testing.BinSadi;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Torch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Crops of many images on their way through one network, and what several threads make of it. */
class ImagePredictorTest {
  @TempDir private static Path folder;
  private static SadiNet net;
  private static int crop;

  @BeforeAll
  static void makeNetwork() throws IOException {
    String tiny = Files.readString(BinSadi.HOME.resolve("configs/tiny.yaml"));
    ModelConfig model = ModelConfig.from(Config.parse(tiny, "tiny"));
    net = SadiNet.create(model, 14, ComputeDevice.CPU, false, 5);
    crop = model.input();
  }

  @AfterAll
  static void close() {
    net.close();
  }

  private static PoseEstimator estimator() {
    return new PoseEstimator(
        net, Skeleton.lsp14().flipPermutation(), false, Refine.QUARTER, Precision.FP32);
  }

  /** A device with room for so many crops at once, with LibTorch's words where there are more. */
  private static PoseEstimator estimator(int room) {
    return new PoseEstimator(
        net, Skeleton.lsp14().flipPermutation(), false, Refine.QUARTER, Precision.FP32) {
      @Override
      public Maps run(ByteBuffer rgb, int size) {
        if (size > room) {
          throw new RuntimeException("CUDA out of memory. Tried to allocate 2 GiB.\nframe #0: c10");
        }
        return super.run(rgb, size);
      }
    };
  }

  @Test
  void aBatchThatDoesNotFitIsSaidWithOneThatDoes() throws IOException {
    List<Task> tasks = images(16);
    assertThatThrownBy(() -> predict(estimator(5), tasks))
        .isInstanceOf(FailedException.class)
        .hasMessageStartingWith(
            "out of memory: a batch of 16 crops does not fit, one of 4 does: --batch=4, in training"
                + " train.batch=4 (CUDA out of memory. Tried to allocate 2 GiB.)")
        .hasMessageNotContaining("frame");
    assertThatThrownBy(() -> predict(estimator(0), tasks))
        .isInstanceOf(FailedException.class)
        .hasMessageContaining("nor does a single one");
  }

  private static void predict(PoseEstimator estimator, List<Task> tasks) throws IOException {
    new ImagePredictor<String>(
            estimator,
            new Plan(crop, new Batching(16, 1), 1, ImagePyramid.ONE, null),
            (image, person, maps, b) -> image.name(),
            new Sink<>() {
              @Override
              public void found(InputImage image, int width, int height, List<String> people) {}

              @Override
              public void failed(InputImage image, String error) {}
            })
        .run(tasks);
  }

  private static List<Task> images(int count) throws IOException {
    List<Task> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Path file = folder.resolve(i + ".png");
      if (!Files.exists(file)) {
        byte[] pixels = new byte[(20 + i) * 30 * 3];
        new Random(i).nextBytes(pixels);
        try (Image image = Image.of(pixels, 20 + i, 30)) {
          image.writePng(file);
        }
      }
      tasks.add(new Task(new InputImage(i + ".png", file), null));
    }
    return tasks;
  }

  /**
   * Shards and resumed runs show a crop in another place of another batch, next to others: their
   * rows must be the same to the last bit.
   */
  @Test
  void whatIsSaidOfACropDoesNotDependOnItsPlaceInTheBatchOrItsCompany() {
    int bytes = crop * crop * 3;
    PoseEstimator estimator = estimator();
    for (int batch : new int[] {4, 8}) {
      assertThat(Batching.of(batch, 1000, 1).size()).isEqualTo(batch);
      byte[] pixels = new byte[bytes];
      new Random(1).nextBytes(pixels);
      Maps expected = null;
      for (int place = 0; place < batch; place++) {
        byte[] company = new byte[batch * bytes];
        new Random(place).nextBytes(company);
        ByteBuffer rgb = ByteBuffer.allocateDirect(batch * bytes).put(0, company);
        rgb.put(place * bytes, pixels);
        Maps said = estimator.run(rgb, batch).of(place);
        if (expected == null) {
          expected = said;
        }
        assertThat(said.h1()).as("place %d of %d", place, batch).isEqualTo(expected.h1());
        assertThat(said.mu()).isEqualTo(expected.mu());
        assertThat(said.sigma()).isEqualTo(expected.sigma());
      }
    }
  }

  @Test
  void batchesAreEvenAndNeverLargerThanTheJobNeeds() {
    assertThat(Batching.of(16, 1, 2).size()).as("one photo does not wait for 15").isEqualTo(1);
    assertThat(Batching.of(16, 3, 2).size()).isEqualTo(4);
    assertThat(Batching.of(16, 10_000, 2).size()).isEqualTo(16);
    assertThat(Batching.of(16, 17, 2).size()).as("9 and 8, not 16 and 1").isEqualTo(12);
    assertThat(Batching.resumed(12, 16, 10_000, ComputeDevice.CPU).size()).isEqualTo(12);
    assertThat(Batching.resumed(16, 8, 10_000, ComputeDevice.CPU).size()).isEqualTo(8);
    assertThat(Batching.resumed(4, 1, 10_000, ComputeDevice.CPU).size()).isEqualTo(1);
    assertThat(Batching.resumed(0, 16, 10_000, ComputeDevice.CPU).size()).isEqualTo(16);
    assertThat(Batching.of(1, 10_000, 2).size()).isEqualTo(1);
    assertThat(Batching.of(6, 10_000, 2).size()).isEqualTo(8);
    assertThat(Batching.of(4096, 5, 2).size()).isEqualTo(8);
  }

  @Test
  void lanesShareTheThreadsWhereThereAreBatchesForThem() {
    assertThat(Batching.of(16, 1, 2)).isEqualTo(new Batching(1, 1));
    assertThat(Batching.of(16, 16, 2)).isEqualTo(new Batching(16, 1));
    assertThat(Batching.of(16, 17, 2)).isEqualTo(new Batching(12, 2));
    assertThat(Batching.of(16, 10_000, 1)).isEqualTo(new Batching(16, 1));
    assertThat(Batching.of(16, 10_000, 4)).isEqualTo(new Batching(16, 4));
    assertThat(Batching.of(16, 10_000, 16)).as("4 threads each").isEqualTo(new Batching(16, 4));
    assertThat(Batching.of(16, 10_000, 5)).as("2, 2 and 1").isEqualTo(new Batching(16, 3));
    assertThat(Batching.of(128, 10_000, 8)).as("too much memory").isEqualTo(new Batching(128, 1));
  }

  /** Where LibTorch's threads are as many, lanes are another order of the same work. */
  @Test
  void lanesFindTheSameToTheLastBit() throws IOException {
    int before = Torch.threads();
    Torch.threads(1);
    try {
      List<float[]> one = answers(new Batching(4, 1));
      for (int again = 0; again < 3; again++) {
        assertThat(answers(new Batching(4, 3))).usingRecursiveComparison().isEqualTo(one);
      }
      Torch.threads(2);
      assertThat(answers(new Batching(4, 2))).usingRecursiveComparison().isEqualTo(one);
      assertThat(Torch.threads()).as("as it was before").isEqualTo(2);
    } finally {
      Torch.threads(before);
    }
  }

  private static List<float[]> answers(Batching batching) throws IOException {
    List<float[]> answers = new ArrayList<>();
    new ImagePredictor<float[]>(
            estimator(), // a new one: the first batches meet weights that are not laid out
            new Plan(crop, batching, 2, ImagePyramid.ONE, CENTRE),
            (image, person, maps, b) -> maps.of(b).h1(),
            new Sink<>() {
              @Override
              public void found(InputImage image, int width, int height, List<float[]> people) {
                answers.addAll(people);
              }

              @Override
              public void failed(InputImage image, String error) {
                throw new IllegalStateException(error);
              }
            })
        .run(images(50));
    assertThat(answers).hasSize(50);
    return answers;
  }

  private static final SecondLook CENTRE =
      (image, whole, maps, b) -> PersonBox.of(0, new Box(5, 5, 10, 20));

  private static void run(int count, SecondLook again, Sink<Integer> sink) throws IOException {
    new ImagePredictor<Integer>(
            estimator(),
            new Plan(crop, new Batching(4, 3), 2, ImagePyramid.ONE, again),
            (image, person, maps, b) -> (int) person.box().width(),
            sink)
        .run(images(count));
  }

  private abstract static class Collecting implements Sink<Integer> {
    final List<String> names = new ArrayList<>();

    @Override
    public void found(InputImage image, int width, int height, List<Integer> people)
        throws IOException {
      names.add(image.name() + " " + people);
    }

    @Override
    public void failed(InputImage image, String error) throws IOException {
      names.add(image.name() + " " + error);
    }
  }

  @Test
  void imagesAreHandedOnInOrderHoweverOftenTheyAreLookedAt() throws IOException {
    Collecting once = new Collecting() {};
    run(11, null, once);
    assertThat(once.names)
        .isEqualTo(IntStream.range(0, 11).mapToObj(i -> i + ".png [" + (20 + i) + "]").toList());
    Collecting twice = new Collecting() {};
    run(11, CENTRE, twice);
    assertThat(twice.names)
        .isEqualTo(IntStream.range(0, 11).mapToObj(i -> i + ".png [10]").toList());
  }

  /** An image may be gone when it is to be looked at again. */
  @Test
  void anImageThatVanishesBetweenTwoLooksIsAFailureOfItsOwn() throws IOException {
    Collecting sink = new Collecting() {};
    run(
        10,
        (image, whole, maps, b) -> {
          if (image.name().equals("6.png")) {
            image.file().toFile().delete();
          }
          return null; // the whole image again
        },
        sink);
    assertThat(sink.names).hasSize(10).contains("5.png [25]", "6.png no such file", "7.png [27]");
  }

  /** Lost exceptions are lost images; and nobody may wait for a thread that has ended. */
  @Test
  void whateverAThreadThrowsEndsTheRun() {
    for (SecondLook again : new SecondLook[] {null, CENTRE}) {
      assertThatThrownBy(
              () ->
                  run(
                      40,
                      again,
                      new Collecting() {
                        @Override
                        public void found(
                            InputImage image, int width, int height, List<Integer> people)
                            throws IOException {
                          super.found(image, width, height, people);
                          if (names.size() == 3) {
                            throw new IOException("No space left on device");
                          }
                          assertThat(names).as("nothing after a failure").hasSizeLessThan(3);
                        }
                      }))
          .isInstanceOf(IOException.class)
          .hasMessage("No space left on device");
    }
    assertThatThrownBy(
            () ->
                run(
                    40,
                    (image, whole, maps, b) -> {
                      throw new IllegalStateException("a fault in the reader");
                    },
                    new Collecting() {}))
        .hasMessage("a fault in the reader");
  }
}
