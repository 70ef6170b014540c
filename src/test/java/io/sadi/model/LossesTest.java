package io.sadi.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import io.sadi.config.Config;
import io.sadi.data.Augmentation;
import io.sadi.data.Crop;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import io.sadi.model.Losses.Loss;
import io.sadi.model.Losses.Targets;
import io.sadi.model.SadiNet.Output;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Tensors;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the network is trained to do is what these numbers say. */
class LossesTest {
  private static final double LOG_2_PI = Math.log(2 * Math.PI);

  private PointerScope scope;

  @BeforeEach
  void open() {
    io.sadi.torch.Torch.load();
    scope = new PointerScope();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void theTargetIsAGaussianOfPeakOneAtTheSubPixelJoint() {
    try (SadiNet net = net("model.variant=baseline")) {
      // Image unit 0.1 on a map of 16 pixels is (0.1 + 0.5) 16 - 0.5 = 9.1.
      float[] map = Tensors.floats(Losses.gaussians(tensor(1, 1, 0.1f, -0.2f), 16, 1.5, net));
      double x = 9.1;
      double y = 0.3 * 16 - 0.5;
      for (int i = 0; i < map.length; i++) {
        int row = i / 16;
        double squared = Math.pow(i % 16 - x, 2) + Math.pow(row - y, 2);
        assertThat((double) map[i]).isEqualTo(Math.exp(-squared / (2 * 1.5 * 1.5)), within(1e-5));
      }
    }
  }

  /** To the last bit: what is learned of an image and of its mirror image is the same. */
  @RepeatedTest(20)
  void aMirroredJointsTargetIsTheMirroredTarget(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    float x = random.nextFloat() - 0.5f;
    float y = random.nextFloat() - 0.5f;
    int size = 8 << random.nextInt(4);
    double deviation = 0.5 + 2 * random.nextDouble();
    try (SadiNet net = net("model.variant=baseline")) {
      float[] map = Tensors.floats(Losses.gaussians(tensor(1, 1, x, y), size, deviation, net));
      float[] mirrored =
          Tensors.floats(Losses.gaussians(tensor(1, 1, -x, y), size, deviation, net));
      assertThat(mirrored).isEqualTo(mirrored(map, size));
    }
  }

  /** From the person to the targets: a mirrored crop's are the crop's, mirrored and swapped. */
  @RepeatedTest(20)
  void aMirroredCropsTargetsAreTheMirroredTargetsOfTheOtherSide(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    Skeleton skeleton = Skeleton.lsp14();
    int k = skeleton.size();
    float[] x = new float[k];
    float[] y = new float[k];
    byte[] visible = new byte[k];
    for (int j = 0; j < k; j++) {
      x[j] = 100 * random.nextFloat();
      y[j] = 100 * random.nextFloat();
      visible[j] = Person.VISIBLE;
    }
    Person person =
        new Person("a.jpg", 0, 0, 0, x, y, visible, null, 50, 50, 0.6, Double.NaN, null);
    Crop crop =
        Crop.of(person, 64, new Augmentation.CropDraw(random.nextGaussian(), 1, false, 0, 0));
    int[] flip = skeleton.flipPermutation();
    try (SadiNet net = net("model.variant=baseline")) {
      float[] maps = targets(crop, person, flip, net);
      float[] others = targets(crop.mirror(), person, flip, net);
      for (int j = 0; j < k; j++) {
        float[] map = Arrays.copyOfRange(maps, 256 * j, 256 * (j + 1));
        float[] other = Arrays.copyOfRange(others, 256 * flip[j], 256 * (flip[j] + 1));
        assertThat(other).containsExactly(mirrored(map, 16), within(1e-5f));
      }
    }
  }

  /** Every joint's map of 16 pixels. */
  private static float[] targets(Crop crop, Person person, int[] flip, SadiNet net) {
    float[] joints = new float[2 * flip.length];
    float[] mask = new float[flip.length];
    crop.targets(person, flip, joints, mask, 0);
    Tensor place = Tensors.of(joints, ComputeDevice.CPU, 1, flip.length, 2);
    return Tensors.floats(Losses.gaussians(place, 16, 1.5, net));
  }

  private static float[] mirrored(float[] map, int size) {
    float[] mirrored = new float[map.length];
    for (int i = 0; i < map.length; i++) {
      mirrored[i] = map[i / size * size + size - 1 - i % size];
    }
    return mirrored;
  }

  /** What is shown to people is what the network sees. */
  @Test
  void picturesAreTheWayBack() {
    ByteBuffer rgb = ByteBuffer.allocateDirect(2 * 16 * 16 * 3);
    byte[] bytes = new byte[rgb.capacity()];
    new Random(1).nextBytes(bytes);
    rgb.put(bytes);
    try (SadiNet net = net("model.variant=baseline")) {
      assertThat(net.pictures(net.normalise(Tensors.borrow(rgb, 2, 16, 16, 3)))).isEqualTo(bytes);
    }
  }

  @Test
  void theHeatmapErrorIsTheMeanOverPixels() {
    Tensor a = Tensors.of(new float[] {1, 2, 3, 4}, ComputeDevice.CPU, 1, 1, 2, 2);
    Tensor b = Tensors.of(new float[] {1, 0, 3, 1}, ComputeDevice.CPU, 1, 1, 2, 2);
    assertThat(Losses.heatmapError(a, b).item_float()).isEqualTo((4 + 9) / 4f);
  }

  @Test
  void theLikelihoodWithoutAFlowIsTheNormalOne() {
    try (SadiNet net = net("dlm.flow=off")) {
      Tensor nll =
          Losses.negativeLogLikelihood(
              net.dlm(),
              tensor(1, 1, 0.1f, 0.2f),
              tensor(1, 1, 0.05f, 0.2f),
              tensor(1, 1, 0.2f, 0.1f));
      double ux = 0.1 / 0.05;
      double uy = -0.1 / 0.2;
      double expected = 0.5 * (ux * ux + uy * uy) + LOG_2_PI + Math.log(0.05) + Math.log(0.2);
      assertThat((double) nll.item_float()).isEqualTo(expected, within(1e-4));
    }
  }

  @Test
  void theMixtureIsHalfTheFlowAndHalfTheNormal() {
    try (SadiNet net = net("dlm.standardize=none")) {
      TestNets.disturbFlow(net);
      Tensor u = Tensors.of(new float[] {0.3f, -0.7f, 2, 1}, ComputeDevice.CPU, 2, 2);
      float[] g = Tensors.floats(net.dlm().logFlow(u));
      float[] q = Tensors.floats(RealNvp.logNormal(u));
      float[] p = Tensors.floats(net.dlm().logDensity(u));
      for (int i = 0; i < 2; i++) {
        assertThat(Math.exp(p[i])).isEqualTo((Math.exp(g[i]) + Math.exp(q[i])) / 2, within(1e-6));
      }
    }
  }

  @Test
  void residualLogLikelihoodCountsTheFlowOnceAndDropsTheConstant() {
    try (SadiNet net = net("loss.h2=rle")) {
      TestNets.disturbFlow(net);
      Tensor mu = tensor(1, 1, 0.1f, 0.2f);
      Tensor sigma = tensor(1, 1, 0.3f, 0.2f);
      Tensor g = tensor(1, 1, 0.25f, 0.1f);
      Tensor u = g.sub(mu).div(sigma).view(1, 2);
      double expected =
          -RealNvp.logNormal(u).item_float()
              - net.dlm().logFlow(u).item_float()
              + Math.log(0.3)
              + Math.log(0.2);
      Tensor loss = Losses.negativeLogLikelihood(net.dlm(), mu, sigma, g);
      assertThat((double) loss.item_float()).isEqualTo(expected, within(1e-4));
    }
  }

  /** A heatmap is drawn of curves' values where a likelihood asks the nets at every point. */
  @Test
  void manyPointsHaveTheDensityThatEachOfThemHas() {
    try (SadiNet net = net("dlm.standardize=none");
        NoGradGuard noGrad = new NoGradGuard()) {
      TestNets.disturbFlow(net);
      int n = 257; // more than four times the samples of a curve
      float[] nodes = new float[2 * n * n];
      for (int i = 0; i < n * n; i++) {
        nodes[2 * i] = (i % n) * 12f / n - 6;
        nodes[2 * i + 1] = Math.floorDiv(i, n) * 12f / n - 6;
      }
      Tensor all = Tensors.of(nodes, ComputeDevice.CPU, n * n, 2);
      float[] together = Tensors.floats(net.dlm().logFlow(all).exp());
      double peak = 0;
      double apart = 0;
      for (int row = 0; row < n; row++) {
        float[] each = Tensors.floats(net.dlm().logFlow(all.narrow(0, row * n, n)).exp());
        for (int i = 0; i < n; i++) {
          peak = Math.max(peak, each[i]);
          apart = Math.max(apart, Math.abs(each[i] - together[row * n + i]));
        }
      }
      assertThat(peak).isGreaterThan(0.01);
      assertThat(apart / peak).isLessThan(1e-4);
    }
  }

  @Test
  void standardisedTheFlowHasMeanZeroAndDeviationOne() {
    try (SadiNet net = net("dlm.standardize=moments")) {
      TestNets.disturbFlow(net);
      DistributionLearningModule dlm = net.dlm();
      // I = 2 P - Q integrated over the lattice.
      int n = 241;
      float[] nodes = new float[2 * n * n];
      double h = 2 * HeatmapRenderer.EXTENT / (n - 1);
      for (int i = 0; i < n * n; i++) {
        int row = i / n;
        nodes[2 * i] = (float) (-HeatmapRenderer.EXTENT + i % n * h);
        nodes[2 * i + 1] = (float) (-HeatmapRenderer.EXTENT + row * h);
      }
      Tensor u = Tensors.of(nodes, ComputeDevice.CPU, nodes.length / 2, 2);
      float[] p = Tensors.floats(dlm.logDensity(u));
      float[] q = Tensors.floats(RealNvp.logNormal(u));
      double mass = 0;
      double mean = 0;
      double square = 0;
      for (int i = 0; i < p.length; i++) {
        double density = (2 * Math.exp(p[i]) - Math.exp(q[i])) * h * h;
        mass += density;
        mean += density * nodes[2 * i];
        square += density * nodes[2 * i] * nodes[2 * i];
      }
      assertThat(mass).isEqualTo(1, offset(0.01));
      assertThat(mean).isEqualTo(0, offset(0.02));
      assertThat(square).isEqualTo(1, offset(0.05));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nll", "mse", "rle", "target", "target-shape", "mutual"})
  void gradientsAreWhatFiniteDifferencesSay(String h2) {
    Config config = TestNets.config("loss.h2=" + h2, "loss.combine=sum", "loss.h1_weight=1");
    ModelConfig model = ModelConfig.from(config);
    LossConfig loss = LossConfig.from(config, model);
    try (SadiNet net = TestNets.net(model)) {
      TestNets.disturbFlow(net);
      Targets targets = TestNets.targets(2);
      float[] heat = new float[2 * TestNets.JOINTS * 16 * 16];
      float[] theta = new float[2 * TestNets.JOINTS * 4];
      for (int i = 0; i < theta.length; i++) {
        theta[i] = i % 4 < 2 ? 0.05f * (i % 7 - 3) : 0.2f + 0.02f * (i % 5);
      }
      Tensor leaf =
          Tensors.of(theta, ComputeDevice.CPU, 2, TestNets.JOINTS, 4).requires_grad_(true);
      total(net, leaf, heat, targets, loss).backward();
      float[] gradient = Tensors.floats(leaf.grad());
      // "target" draws its target from sigma without a gradient, so only mu can be compared there,
      // and "mutual" from both.
      for (int i = 0; i < theta.length; i++) {
        boolean comparable = !h2.equals("mutual") && (!h2.equals("target") || i % 4 < 2);
        if (comparable && i / 4 != 1) { // the second joint of the first person is not annotated
          double step = 2e-3;
          float[] more = theta.clone();
          float[] less = theta.clone();
          more[i] += (float) step;
          less[i] -= (float) step;
          double difference =
              (value(net, more, heat, targets, loss) - value(net, less, heat, targets, loss))
                  / (2 * step);
          assertThat((double) gradient[i])
              .as(h2 + " " + i)
              .isEqualTo(difference, within(0.01 + 0.05 * Math.abs(difference)));
        } else if (i / 4 == 1) {
          assertThat(gradient[i]).as("not annotated").isZero();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nll", "rle", "target"})
  void staysFiniteThreeHundredDeviationsAway(String h2) {
    Config config = TestNets.config("loss.h2=" + h2);
    ModelConfig model = ModelConfig.from(config);
    try (SadiNet net = TestNets.net(model)) {
      TestNets.disturbFlow(net);
      Tensor mu = tensor(1, 1, -0.15f, 0.1f).requires_grad_(true);
      Tensor sigma = tensor(1, 1, 1e-3f, 1e-3f).requires_grad_(true);
      Tensor loss = Losses.negativeLogLikelihood(net.dlm(), mu, sigma, tensor(1, 1, 0.15f, 0.1f));
      assertThat((double) loss.item_float()).isFinite().isGreaterThan(1000);
      loss.backward(
          tensor(1, 1, 1f).view(1, 1),
          new org.bytedeco.pytorch.BoolOptional(),
          false,
          new org.bytedeco.pytorch.TensorArrayRefOptional());
      for (Tensor leaf : List.of(mu, sigma)) {
        for (float g : Tensors.floats(leaf.grad())) {
          assertThat(g).isFinite();
        }
      }
    }
  }

  /** Eq. 6 by loops in double. */
  @Test
  void theFirstHeatmapsLikelihoodIsThatOfItsSoftmaxAtTheJoint() {
    int size = 5;
    float[] map = new float[size * size];
    for (int i = 0; i < map.length; i++) {
      map[i] = (float) Math.sin(1.7 * i) * 3;
    }
    // In pixels: within the map, on a pixel, and beyond its first and last pixels' middles.
    double[][] places = {{1.25, 2.5}, {3, 0}, {-0.4, 4.3}};
    for (double[] place : places) {
      Tensor heatmap = Tensors.of(map, ComputeDevice.CPU, 1, 1, size, size);
      Tensor joint =
          Tensors.of(
              new float[] {
                (float) ((place[0] - 2) / size), (float) ((place[1] - 2) / size),
              },
              ComputeDevice.CPU,
              1,
              1,
              2);
      double sum = 0;
      for (float value : map) {
        sum += Math.exp(value);
      }
      double x = Math.max(0, Math.min(size - 1, place[0]));
      double y = Math.max(0, Math.min(size - 1, place[1]));
      double expected = 0;
      for (int row = 0; row < size; row++) {
        for (int column = 0; column < size; column++) {
          double weight =
              Math.max(0, 1 - Math.abs(row - y)) * Math.max(0, 1 - Math.abs(column - x));
          expected -= weight * (map[row * size + column] - Math.log(sum));
        }
      }
      assertThat((double) Losses.placeError(heatmap, joint).item_float())
          .isEqualTo(expected, within(1e-5));
    }
  }

  /** Who reads H1 is given peaks of about 1, whatever it learned. */
  @Test
  void aMapThatLearnedALikelihoodIsReadAsItsSoftmax() {
    ModelConfig model = ModelConfig.from(TestNets.config("loss.h1=nll"));
    try (PointerScope scope = new PointerScope();
        SadiNet net = TestNets.net(model);
        InferenceNet used = InferenceNet.of(net, Precision.FP32);
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor image = TestNets.images(model, 2);
      float[] raw = Tensors.floats(net.forward(image, false).h1());
      float[] read = Tensors.floats(used.forward(image).h1());
      int pixels = model.heatmap() * model.heatmap();
      for (int map = 0; map < raw.length / pixels; map++) {
        double sum = 0;
        for (int i = 0; i < pixels; i++) {
          sum += Math.exp(raw[map * pixels + i]);
        }
        for (int i = 0; i < pixels; i++) {
          double expected = 8 * Math.PI * Math.exp(raw[map * pixels + i]) / sum;
          assertThat((double) read[map * pixels + i]).isEqualTo(expected, within(1e-4));
        }
      }
    }
  }

  /** chi is Eq. 5's sigma without a hat: the flow's own, which starts at 1, so that H1 is mute. */
  @Test
  void chiOfTheFlowIsItsDeviationAtMostOne() {
    ModelConfig model = ModelConfig.from(TestNets.config());
    LossConfig loss = LossConfig.from(TestNets.config("loss.chi=flow"), model);
    assertThat(loss.chi()).isEqualTo(LossConfig.Chi.FLOW);
    try (PointerScope scope = new PointerScope();
        SadiNet net = TestNets.net(model);
        NoGradGuard noGrad = new NoGradGuard()) {
      for (boolean disturbed : new boolean[] {false, true}) {
        if (disturbed) {
          TestNets.disturbFlow(net);
        }
        Loss found =
            Losses.of(
                net,
                net.forward(TestNets.images(model, 2), true),
                TestNets.targets(2),
                LossConfig.from(TestNets.config("loss.chi=flow", "loss.h1_weight=50"), model));
        float[] deviation = Tensors.floats(net.dlm().moments().sd());
        double chi = Math.min(1, (deviation[0] + deviation[1]) / 2);
        Tensor h2 = Objects.requireNonNull(found.h2());
        double expected = (1 - chi) * 50 * found.h1().item_float() + chi * h2.item_float();
        assertThat((double) found.total().item_float())
            .isEqualTo(expected, within(1e-4 * Math.abs(expected) + 1e-5));
      }
    }
  }

  /** Only chi's own reading lets a gradient of the balance reach sigma. */
  @Test
  void theBalanceMovesSigmaOnlyWhereItIsAskedTo() {
    float[] without = sigmaGradient("loss.chi=sigma");
    float[] with = sigmaGradient("loss.chi=sigma-gradient");
    double difference = 0;
    for (int i = 0; i < with.length; i++) {
      difference += Math.abs(with[i] - without[i]);
    }
    assertThat(difference).isGreaterThan(0.01);
  }

  private static float[] sigmaGradient(String chi) {
    Config config = TestNets.config(chi, "loss.h1_weight=50");
    ModelConfig model = ModelConfig.from(config);
    LossConfig loss = LossConfig.from(config, model);
    try (PointerScope scope = new PointerScope();
        SadiNet net = TestNets.net(model)) {
      Tensor theta = everywhere(0.1f, 0.1f).requires_grad_(true);
      Tensor mu = everywhere(0f, 0f);
      Tensor maps =
          Tensors.of(
              new float[2 * TestNets.JOINTS * 16 * 16],
              ComputeDevice.CPU,
              2,
              TestNets.JOINTS,
              16,
              16);
      Losses.of(net, new Output<>(List.of(maps), mu, theta), TestNets.targets(2), loss)
          .total()
          .backward();
      return Tensors.floats(theta.grad());
    }
  }

  /** What H1 learns of the second heatmap: the map with no error is the one that is asked for. */
  @Test
  void theSecondHeatmapIsWhatTheFirstOneLearns() {
    ModelConfig model = ModelConfig.from(TestNets.config());
    try (PointerScope scope = new PointerScope();
        SadiNet net = TestNets.net(model);
        NoGradGuard noGrad = new NoGradGuard()) {
      TestNets.disturbFlow(net);
      int size = model.heatmap();
      Targets targets = TestNets.targets(2);
      Tensor mu = everywhere(0.1f, -0.05f);
      Tensor sigma = everywhere(0.2f, 0.15f);
      DistributionLearningModule dlm = net.dlm();
      Tensor lattice = dlm.lattice(model.dlm().trainingLattice()).values();
      double deviation = LossConfig.from(TestNets.config(), model).targetSigma();
      Tensor gaussians = Losses.gaussians(targets.joints(), size, deviation, net);
      float width = (float) (deviation / size);
      Map<String, Tensor> expected =
          Map.of(
              "nll", gaussians,
              "target", dlm.render(targets.joints(), sigma, size, lattice),
              "target-shape", dlm.render(targets.joints(), everywhere(width, width), size, lattice),
              "mutual",
                  dlm.render(mu, sigma, size, lattice).add(gaussians).mul(Tensors.scalar(0.5)));
      expected.forEach(
          (h2, map) -> {
            Config config = TestNets.config("loss.h2=" + h2);
            Output<Tensor> output = new Output<>(List.of(map), mu, sigma);
            Loss loss = Losses.of(net, output, targets, LossConfig.from(config, model));
            assertThat((double) loss.h1().item_float()).as(h2).isLessThan(1e-9);
          });
    }
  }

  @Test
  void aLikelihoodHasNoHeatmapToLearn() {
    Config config = TestNets.config("loss.h1=nll", "loss.h2=target");
    ModelConfig model = ModelConfig.from(config);
    assertThatThrownBy(() -> LossConfig.from(config, model))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("loss.h1")
        .hasMessageContaining("nll with loss.h2 target");
  }

  /** The paper names no factor for squared errors or for Eq. 6. */
  @Test
  void theFactorIsOneWhereThePaperNamesNone() {
    assertThat(weight()).isEqualTo(3000);
    assertThat(weight("loss.h2=mse")).isEqualTo(1);
    assertThat(weight("loss.h1=nll")).isEqualTo(1);
    assertThat(weight("loss.h2=mse", "loss.h1_weight=7")).isEqualTo(7);
  }

  private static double weight(String... sets) {
    Config config = Config.empty();
    for (String set : sets) {
      config.set(set);
    }
    return LossConfig.from(config, ModelConfig.from(config)).h1Weight();
  }

  @Test
  void theTotalIsTheCombinationAskedFor() {
    double chi = 0.3;
    for (String combine : List.of("weighted", "sum", "swapped", "h1")) {
      Config config =
          TestNets.config("loss.combine=" + combine, "loss.chi=" + chi, "loss.h1_weight=50");
      ModelConfig model = ModelConfig.from(config);
      try (SadiNet net = TestNets.net(model);
          NoGradGuard noGrad = new NoGradGuard()) {
        Output<Tensor> output = net.forward(TestNets.images(model, 2), true);
        Loss loss = Losses.of(net, output, TestNets.targets(2), LossConfig.from(config, model));
        double h1 = 50 * loss.h1().item_float();
        Tensor second = loss.h2();
        double h2 = second == null ? 0 : second.item_float();
        double expected =
            switch (combine) {
              case "weighted" -> (1 - chi) * h1 + chi * h2;
              case "sum" -> h1 + h2;
              case "swapped" -> chi * h1 + (1 - chi) * h2;
              default -> h1;
            };
        assertThat((double) loss.total().item_float())
            .as(combine)
            .isEqualTo(expected, within(1e-4 * Math.abs(expected) + 1e-5));
      }
    }
  }

  @Test
  void renderingRunsTheFlowOnTheLatticeAloneHoweverMuchIsDrawn() {
    try (SadiNet net = net("dlm.lattice=65")) {
      long few = flowMacs(net, 1, 1, 16);
      long many = flowMacs(net, 4, 16, 64);
      assertThat(few).isPositive();
      assertThat(many).isEqualTo(few);
    }
  }

  private static long flowMacs(SadiNet net, int batch, int joints, int size) {
    float[] mu = new float[batch * joints * 2];
    float[] sigma = new float[mu.length];
    java.util.Arrays.fill(sigma, 0.1f);
    net.parameters().meter().start();
    DistributionLearningModule dlm = net.dlm();
    dlm.render(
        Tensors.of(mu, ComputeDevice.CPU, batch, joints, 2),
        Tensors.of(sigma, ComputeDevice.CPU, batch, joints, 2),
        size,
        dlm.lattice(65).values());
    return net.parameters().meter().stop().stream().mapToLong(LayerCost::macs).sum();
  }

  /** The loss as a function of theta = (mu_x, mu_y, sigma_x, sigma_y), H1 fixed. */
  private static Tensor total(
      SadiNet net, Tensor theta, float[] heat, Targets targets, LossConfig loss) {
    Tensor h1 = Tensors.of(heat, ComputeDevice.CPU, 2, TestNets.JOINTS, 16, 16);
    Output<Tensor> output = new Output<>(List.of(h1), theta.narrow(2, 0, 2), theta.narrow(2, 2, 2));
    return Losses.of(net, output, targets, loss).total();
  }

  private static double value(
      SadiNet net, float[] theta, float[] heat, Targets targets, LossConfig loss) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      Tensor leaf = Tensors.of(theta, ComputeDevice.CPU, 2, TestNets.JOINTS, 4);
      return total(net, leaf, heat, targets, loss).item_float();
    }
  }

  private static SadiNet net(String... sets) {
    return TestNets.net(ModelConfig.from(TestNets.config(sets)));
  }

  /** The same pair for every joint of two people. */
  private static Tensor everywhere(float x, float y) {
    float[] values = new float[2 * TestNets.JOINTS * 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 2 == 0 ? x : y;
    }
    return tensor(2, TestNets.JOINTS, values);
  }

  private static Tensor tensor(long batch, long joints, float... values) {
    return Tensors.of(values, ComputeDevice.CPU, batch, joints, values.length / (batch * joints));
  }
}
