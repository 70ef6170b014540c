package io.sadi.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.config.Config;
import io.sadi.data.Appearance;
import io.sadi.data.Augmentation;
import io.sadi.data.Batch;
import io.sadi.data.BatchPool;
import io.sadi.data.Batches;
import io.sadi.data.Dataset;
import io.sadi.data.Everyday;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.data.TrainingSet;
import io.sadi.geom.PixelConvention;
import io.sadi.image.Image;
import io.sadi.model.ModelConfig;
import io.sadi.model.SadiNet;
import io.sadi.testing.NoisePeople;
import io.sadi.torch.ComputeDevice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network that learns on a GPU must see what it would see elsewhere. */
class CropsTest {
  private static final int PEOPLE = 24;
  private static final int SIZE = 64;

  @TempDir Path folder;
  private Dataset dataset;
  private final List<Person> people = new ArrayList<>();

  /** Waves, which a shift by half a pixel changes much and rounding little. */
  @BeforeEach
  void draw() throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < PEOPLE; i++) {
      int width = 60 + random.nextInt(300);
      int height = 60 + random.nextInt(300);
      byte[] rgb = new byte[3 * width * height];
      // Long enough that a crop that is a third as large still shows them.
      double across = 2 * Math.PI / (width / 5.0);
      double down = 2 * Math.PI / (height / 4.0);
      for (int p = 0; p < rgb.length; p++) {
        int x = p / 3 % width;
        int y = p / 3 / width;
        rgb[p] = (byte) (128 + 100 * Math.sin(across * x + p % 3) * Math.cos(down * y + i));
      }
      try (Image image = Image.of(rgb, width, height)) {
        image.writePng(folder.resolve(i + ".png"));
      }
      float[] x = new float[14];
      float[] y = new float[14];
      byte[] visible = new byte[14];
      for (int k = 0; k < 14; k++) {
        x[k] = width * random.nextFloat();
        y[k] = height * random.nextFloat();
        visible[k] = (byte) random.nextInt(3);
      }
      people.add(
          new Person(
              i + ".png",
              0,
              width,
              height,
              x,
              y,
              visible,
              null,
              width * (0.3 + 0.4 * random.nextDouble()),
              height * (0.3 + 0.4 * random.nextDouble()),
              Math.max(width, height) / 200.0,
              Double.NaN,
              null));
    }
    Map<String, Integer> splits = Map.of("train", PEOPLE);
    dataset = new Dataset(folder, "waves", Skeleton.lsp14(), Metric.PCK_02, splits, folder);
  }

  @Test
  void aDeviceWarpsAsOpenCvDoes() {
    compare(Appearance.PLAIN, 0.999, 2);
  }

  /** OpenCV rounds to whole bytes after each part, and blurs in whole numbers. */
  @Test
  void aDeviceChangesPixelsAsOpenCvDoes() {
    compare(new Appearance(0.4, 0, 0), 0.999, 2);
    compare(new Appearance(0, 1, 0), 0.999, 2);
    compare(new Appearance(0, 0, 1), 0.999, 2);
    compare(new Appearance(0.4, 0.5, 0.5), 0.999, 2);
  }

  /** What changes the photo is done before either way. */
  @Test
  void aDeviceSeesTheSamePhotos() {
    Everyday everyday = new Everyday(0.5, 1, 0.5, 0.5, 0.5);
    Appearance grey = new Appearance(0.4, 0, 0, 0.5);
    compare(run(everyday(grey, everyday, false)), run(everyday(grey, everyday, true)), 0.999, 2);
    assertThat(run(everyday(grey, everyday, false)).rgb())
        .isNotEqualTo(run(everyday(grey, Everyday.NONE, false)).rgb());
  }

  private static Augmentation everyday(Appearance appearance, Everyday everyday, boolean device) {
    return new Augmentation(180, 0, 1, 0.3, 3, 0, 0.5, 0.2, 0.3, appearance, everyday, device);
  }

  /** Pixel centre on pixel centre: nothing is interpolated, so nothing may change. */
  @Test
  void pixelCentresMeet() throws IOException {
    byte[] rgb = new byte[3 * 100 * 100];
    new Random(2).nextBytes(rgb);
    try (Image image = Image.of(rgb, 100, 100)) {
      image.writePng(folder.resolve("noise.png"));
    }
    people.clear();
    float[] none = new float[14];
    people.add(
        new Person(
            "noise.png",
            0,
            100,
            100,
            none,
            none,
            new byte[14],
            null,
            20 + SIZE / 2 - 0.5,
            10 + SIZE / 2 - 0.5,
            SIZE / 200.0,
            Double.NaN,
            null));
    byte[] seen = run(new Augmentation(0, 0, 0, 1, 1, 0, 0, 0, 0, Appearance.PLAIN, true)).rgb();
    for (int i = 0; i < seen.length; i++) {
      int u = i / 3 % SIZE;
      int v = i / 3 / SIZE;
      assertThat(seen[i]).isEqualTo(rgb[3 * ((v + 10) * 100 + u + 20) + i % 3]);
    }
  }

  /**
   * Compares both ways on crops of all kinds.
   *
   * @param share of the values that are as near as is said
   * @param near in 0..255
   */
  private void compare(Appearance appearance, double share, int near) {
    compare(run(augmentation(appearance, false)), run(augmentation(appearance, true)), share, near);
  }

  private static void compare(Seen here, Seen there, double share, int near) {
    assertThat(there.joints()).isEqualTo(here.joints());
    assertThat(there.mask()).isEqualTo(here.mask());
    int values = here.rgb().length;
    int far = 0;
    double difference = 0;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < values; i++) {
      int value = here.rgb()[i] & 0xFF;
      int other = there.rgb()[i] & 0xFF;
      far += Math.abs(value - other) > near ? 1 : 0;
      difference += value - other;
      sum += value;
      squares += value * value;
    }
    assertThat(far / (double) values).isLessThan(1 - share);
    assertThat(difference / values).isEqualTo(0, within(0.3));
    // There is something to see.
    assertThat(Math.sqrt(squares / values - Math.pow(sum / values, 2))).isGreaterThan(15);
  }

  private static Augmentation augmentation(Appearance appearance, boolean device) {
    return new Augmentation(180, 0, 1, 0.3, 3, 0, 0.5, 0.2, 0.3, appearance, device);
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Seen(float[] joints, float[] mask, byte[] rgb) {}

  private Seen run(Augmentation augmentation) {
    Config config = Config.parse(NoisePeople.CONFIG, "noise");
    BatchPool pool = new BatchPool(ComputeDevice.CPU);
    Batches.Share share = Batches.Share.whole(people.size());
    try (SadiNet net = SadiNet.create(ModelConfig.from(config), 14, ComputeDevice.CPU, false, 1);
        PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard();
        Batches batches =
            Batches.training(
                dataset,
                TrainingSet.of(people),
                SIZE,
                PixelConvention.CENTER,
                share,
                augmentation,
                3,
                0,
                0,
                1,
                pool)) {
      Batch batch = batches.next();
      assertThat(batch.deviceWork().isEmpty()).isNotEqualTo(augmentation.onDevice());
      return new Seen(batch.joints(), batch.mask(), net.pictures(Crops.of(net, batch)));
    }
  }
}
