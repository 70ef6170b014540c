package io.sadi.predict.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.checkpoint.Decode;
import io.sadi.checkpoint.Readout;
import io.sadi.config.Config;
import io.sadi.data.Crop;
import io.sadi.data.PersonBox;
import io.sadi.data.Skeleton;
import io.sadi.eval.Prediction;
import io.sadi.geom.Box;
import io.sadi.image.Image;
import io.sadi.image.LazyImage;
import io.sadi.io.BadInputException;
import io.sadi.io.FailedException;
import io.sadi.model.ModelConfig;
import io.sadi.model.SadiNet;
import io.sadi.predict.engine.ImageTask.PixelSource;
import io.sadi.testing.BinSadi;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Torch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Crops of many images on their way through one network, and what several threads make of it. */
class EngineTest {
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

  private static Engine engine(PoseEstimator estimator, int workers, Double... scales) {
    List<Double> all = scales.length == 0 ? List.of(1.0) : List.of(scales);
    return Engine.of(
        estimator,
        new Readout(Decode.FUSED, 0.5),
        new InferenceConfig("cpu", "fp32", 4, workers, false, Refine.QUARTER, all));
  }

  private static LazyImage noise(int i) {
    byte[] pixels = new byte[(80 + i) * 70 * 3];
    new Random(i).nextBytes(pixels);
    return LazyImage.of(Image.of(pixels, 80 + i, 70));
  }

  /** Images of 80, 81, ... by 70 pixels. */
  private static List<ImageTask> images(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new ImageTask(i + ".png", () -> noise(i), null))
        .toList();
  }

  private static List<ImageOutcome> find(
      Engine engine, List<ImageTask> images, Batching batching, int passes) {
    List<ImageOutcome> found = new ArrayList<>();
    try (People people = engine.people(images, batching, passes, false)) {
      for (ImageOutcome outcome : people) {
        found.add(outcome);
      }
    }
    return found;
  }

  @Test
  void aBatchThatDoesNotFitIsSaidWithOneThatDoes() {
    Batching batching = new Batching(16, 1);
    assertThatThrownBy(() -> find(engine(estimator(5), 1), images(16), batching, 1))
        .isInstanceOf(FailedException.class)
        .hasMessageStartingWith(
            "out of memory: a batch of 16 crops does not fit, one of 4 does: --batch=4, in training"
                + " train.batch=4 (CUDA out of memory. Tried to allocate 2 GiB.)")
        .hasMessageNotContaining("frame");
    assertThatThrownBy(() -> find(engine(estimator(0), 1), images(16), batching, 1))
        .isInstanceOf(FailedException.class)
        .hasMessageContaining("nor does a single one");
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

  /** Where LibTorch's threads are as many, lanes are another order of the same work. */
  @Test
  void lanesFindTheSameToTheLastBit() {
    int before = Torch.threads();
    try {
      Torch.threads(1);
      List<float[]> one = joints(new Batching(4, 1));
      for (int again = 0; again < 3; again++) {
        assertThat(joints(new Batching(4, 3))).usingRecursiveComparison().isEqualTo(one);
      }
      Torch.threads(2);
      assertThat(joints(new Batching(4, 2))).usingRecursiveComparison().isEqualTo(one);
      assertThat(Torch.threads()).as("as it was before").isEqualTo(2);
    } finally {
      Torch.threads(before);
    }
  }

  /** Of an engine of their own: its first batches meet weights that are not laid out. */
  private static List<float[]> joints(Batching batching) {
    List<float[]> joints = numbers(find(engine(estimator(), 2), images(50), batching, 2));
    assertThat(joints).hasSize(3 * 50);
    return joints;
  }

  /** Every number of the people. */
  private static List<float[]> numbers(List<ImageOutcome> found) {
    List<float[]> numbers = new ArrayList<>();
    for (ImageOutcome outcome : found) {
      for (FoundPerson person : ((FoundImage) outcome).people()) {
        Prediction joints = person.joints();
        numbers.addAll(List.of(joints.x(), joints.y(), joints.sigmaX()));
      }
    }
    return numbers;
  }

  @Test
  void imagesComeInOrderHoweverOftenTheyAreLookedAt() {
    for (int passes = 1; passes <= 2; passes++) {
      List<ImageOutcome> found =
          find(engine(estimator(), 2), images(11), new Batching(4, 3), passes);
      for (int i = 0; i < 11; i++) {
        assertThat(found.get(i))
            .isInstanceOfSatisfying(
                FoundImage.class, image -> assertThat(image.people()).hasSize(1))
            .hasFieldOrPropertyWithValue("name", i + ".png")
            .hasFieldOrPropertyWithValue("width", 80 + i)
            .hasFieldOrPropertyWithValue("height", 70);
      }
      assertThat(found).hasSize(11);
    }
  }

  /** A box says where to look; whoever has none is looked for in the whole image, then closer. */
  @Test
  void onlyImagesWithoutBoxesAreLookedAtTwice() {
    PersonBox left = PersonBox.of(0, new Box(2, 3, 9, 20));
    PersonBox right = PersonBox.of(1, new Box(12, 3, 9, 20));
    AtomicInteger reads = new AtomicInteger();
    PixelSource counted =
        () -> {
          reads.incrementAndGet();
          return noise(5);
        };
    List<ImageTask> images =
        List.of(
            new ImageTask("boxes", counted, List.of(left, right)),
            new ImageTask("nobody", () -> noise(6), List.of()),
            new ImageTask("whole", () -> noise(7), null));
    List<ImageOutcome> found = find(engine(estimator(), 1), images, new Batching(4, 1), 2);
    assertThat(found).extracting(ImageOutcome::name).containsExactly("boxes", "nobody", "whole");
    assertThat(reads).hasValue(1);
    assertThat(((FoundImage) found.get(0)).people())
        .extracting(FoundPerson::place)
        .containsExactly(left, right);
    assertThat(((FoundImage) found.get(1)).people()).isEmpty();
    assertThat(((FoundImage) found.get(1)).width()).isEqualTo(86);
    FoundPerson closer = ((FoundImage) found.get(2)).people().get(0);
    assertThat(closer.place().box())
        .as("around what the first look found")
        .isNotEqualTo(new Box(0, 0, 87, 70));
  }

  /** An image may be gone when it is to be looked at again. */
  @Test
  void anImageThatVanishesBetweenTwoLooksIsAFailureOfItsOwn() {
    List<ImageTask> images = new ArrayList<>(images(10));
    AtomicInteger reads = new AtomicInteger();
    images.set(
        6,
        new ImageTask(
            "6.png",
            () -> {
              if (reads.incrementAndGet() > 1) {
                throw new BadInputException("no such file");
              }
              return noise(6);
            },
            null));
    List<ImageOutcome> found = find(engine(estimator(), 2), images, new Batching(4, 3), 2);
    assertThat(found).hasSize(10);
    assertThat(found.get(6)).isEqualTo(new InputFailure("6.png", "no such file"));
    assertThat(found.get(5)).isInstanceOf(FoundImage.class);
    assertThat(found.get(7)).isInstanceOf(FoundImage.class);
  }

  /** Views of one person may lie in two batches: the answer is the mean of all. */
  @Test
  void viewsAreAveragedAcrossBatches() {
    List<ImageOutcome> together =
        find(engine(estimator(), 1, 0.8, 1.0, 1.3), images(5), new Batching(16, 1), 1);
    List<ImageOutcome> apart =
        find(engine(estimator(), 1, 0.8, 1.0, 1.3), images(5), new Batching(4, 2), 1);
    assertThat(numbers(apart)).usingRecursiveComparison().isEqualTo(numbers(together));
  }

  /** Lost exceptions are lost images; and nobody may wait for a thread that has ended. */
  @Test
  void whateverAThreadThrowsReachesWhoeverPulls() {
    RuntimeException fault = new IllegalStateException("a fault");
    PoseEstimator reader =
        new PoseEstimator(
            net, Skeleton.lsp14().flipPermutation(), false, Refine.QUARTER, Precision.FP32) {
          @Override
          public Prediction read(
              Maps maps, int b, Crop where, Readout readout, String image, int person) {
            if (image.equals("9.png")) {
              throw fault;
            }
            return super.read(maps, b, where, readout, image, person);
          }
        };
    PoseEstimator network =
        new PoseEstimator(
            net, Skeleton.lsp14().flipPermutation(), false, Refine.QUARTER, Precision.FP32) {
          private final AtomicInteger batches = new AtomicInteger();

          @Override
          public Maps run(ByteBuffer rgb, int size) {
            if (batches.incrementAndGet() >= 3) {
              throw fault;
            }
            return super.run(rgb, size);
          }
        };
    List<ImageTask> odd = new ArrayList<>(images(40));
    odd.set(
        9,
        new ImageTask(
            "9.png",
            () -> {
              throw fault;
            },
            null));
    for (int passes = 1; passes <= 2; passes++) {
      for (Engine engine : List.of(engine(reader, 2), engine(network, 2))) {
        int pass = passes;
        assertThatThrownBy(() -> find(engine, images(40), new Batching(4, 2), pass))
            .isSameAs(fault);
      }
      int pass = passes;
      assertThatThrownBy(() -> find(engine(estimator(), 2), odd, new Batching(4, 2), pass))
          .isSameAs(fault);
    }
  }

  /** What was found before a failure is found. */
  @Test
  void imagesBeforeAFaultAreHandedOn() {
    PoseEstimator faulty =
        new PoseEstimator(
            net, Skeleton.lsp14().flipPermutation(), false, Refine.QUARTER, Precision.FP32) {
          @Override
          public Prediction read(
              Maps maps, int b, Crop where, Readout readout, String image, int person) {
            if (image.equals("9.png")) {
              throw new IllegalStateException("a fault");
            }
            return super.read(maps, b, where, readout, image, person);
          }
        };
    List<String> names = new ArrayList<>();
    try (People people = engine(faulty, 2).people(images(40), new Batching(4, 2), 1, false)) {
      assertThatThrownBy(() -> people.forEach(outcome -> names.add(outcome.name())))
          .hasMessage("a fault");
    }
    assertThat(names).startsWith("0.png", "1.png").endsWith("7.png").hasSize(8);
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.matches("sadi-(images|people|network)"))
        .toList();
  }

  /** A service that stops early must not collect threads, nor memory that they hold. */
  @Test
  void closingEarlyEndsTheThreads() throws InterruptedException {
    Iterable<ImageTask> endless =
        () ->
            IntStream.iterate(0, i -> (i + 1) % 9)
                .mapToObj(i -> new ImageTask(i + ".png", () -> noise(i), null))
                .iterator();
    for (int passes = 1; passes <= 2; passes++) {
      try (People people =
          engine(estimator(), 2).people(endless, new Batching(4, 2), passes, false)) {
        Iterator<ImageOutcome> images = people.iterator();
        for (int i = 0; i < 10; i++) {
          assertThat(images.next().name()).isEqualTo(i % 9 + ".png");
        }
        assertThat(threads()).contains("sadi-images", "sadi-people", "sadi-network");
      }
      for (int i = 0; i < 500 && !threads().isEmpty(); i++) {
        Thread.sleep(10);
      }
      assertThat(threads()).isEmpty();
    }
  }

  @Test
  void severalCallersFindWhatOneFinds() throws Exception {
    int before = Torch.threads();
    Torch.threads(2);
    ExecutorService callers = Executors.newFixedThreadPool(4);
    try {
      Engine engine = engine(estimator(), 1);
      List<float[]> expected = numbers(find(engine, images(9), new Batching(4, 2), 2));
      Callable<List<float[]>> call = () -> numbers(find(engine, images(9), new Batching(4, 2), 2));
      for (Future<List<float[]>> answer : callers.invokeAll(List.of(call, call, call, call))) {
        assertThat(answer.get()).usingRecursiveComparison().isEqualTo(expected);
      }
      assertThat(Torch.threads()).isEqualTo(2);
    } finally {
      callers.shutdown();
      Torch.threads(before);
    }
  }

  @Test
  void mapsComeWithThosePeopleForWhomTheyAreAskedFor() {
    Engine engine = engine(estimator(), 1);
    try (People people = engine.people(images(3), new Batching(4, 1), 1, true)) {
      FoundPerson person = ((FoundImage) people.iterator().next()).people().get(0);
      assertThat(Objects.requireNonNull(person.maps()).h1()).hasSize(14 * (crop / 4) * (crop / 4));
    }
    FoundImage without = (FoundImage) find(engine, images(1), new Batching(1, 1), 1).get(0);
    assertThat(without.people().get(0).maps()).isNull();
  }
}
