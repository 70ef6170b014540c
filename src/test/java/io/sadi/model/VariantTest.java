package io.sadi.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.config.Config;
import io.sadi.io.BadInputException;
import io.sadi.model.Losses.Targets;
import io.sadi.model.SadiNet.Output;
import io.sadi.torch.Autocast;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A row of an ablation that does not learn, or whose parts are not connected, is a wrong row. */
class VariantTest {

  static List<String> variants() {
    List<String> names = new ArrayList<>();
    Variant.names().forEach(names::add);
    names.add("loss-chi-0.3");
    return names;
  }

  static List<String> readings() {
    List<String> sets = new ArrayList<>();
    variants().forEach(name -> sets.add("model.variant=" + name));
    sets.addAll(
        List.of(
            "model.stacks=2",
            "rfm.dilation=4",
            "sfm.global_attention=sum",
            "sfm.local_attention=row",
            "sfm.local_attention=spatial",
            "sfm.local_attention=channel",
            "dlm.standardize=none",
            "model.channels=[8, 8, 8, 8, 8, 8] model.blocks=[1, 1, 1, 1, 1, 1] model.input=128",
            "dlm.standardize=literal loss.h2=mse"));
    return sets;
  }

  @ParameterizedTest
  @MethodSource("readings")
  void everyParameterReceivesAGradient(String sets) {
    Config config = TestNets.config();
    for (String set : sets.split(" (?=[a-z]+\\.)", -1)) {
      config.set(set);
    }
    ModelConfig model = ModelConfig.from(config);
    LossConfig loss = LossConfig.from(config, model);
    try (PointerScope scope = new PointerScope();
        SadiNet net = TestNets.net(model)) {
      // At the identity some of the flow's gradients cancel: standardising removes pure scaling.
      TestNets.disturbFlow(net);
      step(net, loss, Precision.FP32, 2).backward();
      for (Parameter parameter : net.parameters().all()) {
        if (parameter.learned()) {
          float[] gradient = Tensors.floats(parameter.tensor().grad());
          double size = 0;
          for (float g : gradient) {
            size += Math.abs(g);
          }
          assertThat(size).as(parameter.name()).isPositive().isFinite();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void everyVariantRemembersEightImages(String variant) {
    Assumptions.assumeFalse(
        variant.equals("loss-weighted") || variant.equals("loss-h2-nll"),
        "the default, so the same network and loss as 'full'");
    Config config = TestNets.config("model.variant=" + variant);
    ModelConfig model = ModelConfig.from(config);
    LossConfig loss = LossConfig.from(config, model);
    try (SadiNet net = TestNets.net(model)) {
      Fit fit = train(net, loss, Precision.FP32, 160);
      if (loss.h2() == LossConfig.H2.TARGET || loss.chi() == LossConfig.Chi.FLOW) {
        // H1 learns P as wide as sigma still is, so its peaks sharpen last; or it is mute while the
        // flow's deviation is 1 or more: the likelihood tells.
        assertThat(fit.last).isLessThan(fit.first - 1);
      } else {
        assertThat(fit.missed).as("share of joints that H1's peak misses").isLessThan(0.1);
      }
    }
  }

  @Test
  void theLossFallsUnderBf16AsItDoesInFp32() {
    Config config = TestNets.config();
    ModelConfig model = ModelConfig.from(config);
    LossConfig loss = LossConfig.from(config, model);
    Fit fp32;
    Fit bf16;
    try (SadiNet net = TestNets.net(model)) {
      fp32 = train(net, loss, Precision.FP32, 30);
    }
    try (SadiNet net = TestNets.net(model)) {
      bf16 = train(net, loss, Precision.BF16, 30);
    }
    double fall = fp32.first - fp32.last;
    assertThat(fall).isPositive();
    // Stale bf16 copies of the weights would leave the loss where it was.
    assertThat(bf16.first - bf16.last).isGreaterThan(0.6 * fall);
  }

  @Test
  void variantsStartFromTheSameWeightsWhereTheyShareLayers() {
    ModelConfig full = ModelConfig.from(TestNets.config());
    ModelConfig baseline = ModelConfig.from(TestNets.config("model.variant=baseline"));
    try (SadiNet a = TestNets.net(full);
        SadiNet b = TestNets.net(baseline)) {
      var entries = a.parameters().toEntries();
      b.parameters()
          .toEntries()
          .forEach(
              (name, entry) ->
                  assertThat(entry.floats()).as(name).isEqualTo(entries.get(name).floats()));
    }
  }

  @Test
  void anUnknownVariantNamesTheNearest() {
    Config config = TestNets.config("model.variant=rfm-onyl");
    assertThatThrownBy(() -> ModelConfig.from(config))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("rfm-onyl")
        .hasMessageContaining("the nearest is 'rfm-only'");
  }

  private static Tensor step(SadiNet net, LossConfig loss, Precision precision, int batch) {
    Targets targets = TestNets.targets(batch);
    Output<Tensor> output;
    try (Autocast autocast = Autocast.of(precision, ComputeDevice.CPU)) {
      output = net.forward(TestNets.images(net.config(), batch), true);
    }
    return Losses.of(net, output, targets, loss).total();
  }

  /** The first and last loss, and the share of joints that H1's peak misses by over a pixel. */
  private record Fit(double first, double last, double missed) {}

  /** Adam for some steps. */
  private static Fit train(SadiNet net, LossConfig config, Precision precision, int steps) {
    double first = Double.NaN;
    double last = Double.NaN;
    try (PointerScope outer = new PointerScope()) {
      Tensor weights = net.parameters().weights();
      Tensor gradients = net.parameters().gradients();
      Tensor mean = weights.detach().clone().zero_();
      Tensor square = weights.detach().clone().zero_();
      for (int i = 1; i <= steps; i++) {
        try (PointerScope scope = new PointerScope()) {
          Tensor loss = step(net, config, precision, TestNets.BATCH);
          last = loss.item_float();
          first = i == 1 ? last : first;
          loss.backward();
          try (NoGradGuard noGrad = new NoGradGuard()) {
            mean.lerp_(gradients, Tensors.scalar(0.1));
            square.lerp_(gradients.square(), Tensors.scalar(0.01));
            double c1 = 1 - Math.pow(0.9, i);
            double c2 = 1 - Math.pow(0.99, i);
            Tensor size = square.div(Tensors.scalar(c2)).sqrt().add(Tensors.scalar(1e-8));
            weights.addcdiv_(mean, size, Tensors.scalar(-5e-3 / c1));
            gradients.zero_();
          }
        }
      }
      Output<Tensor> output = net.forward(TestNets.images(net.config(), TestNets.BATCH), true);
      // In batch statistics, as it was trained: eight images are too few for running ones.
      return new Fit(first, last, missed(output.h1(), TestNets.targets(TestNets.BATCH)));
    }
  }

  private static double missed(Tensor h1, Targets targets) {
    float[] maps = Tensors.floats(h1);
    float[] joints = Tensors.floats(targets.joints());
    float[] mask = Tensors.floats(targets.mask());
    int size = (int) h1.size(2);
    int wrong = 0;
    int counted = 0;
    for (int j = 0; j < mask.length; j++) {
      if (mask[j] == 0) {
        continue;
      }
      int best = 0;
      for (int i = 0; i < size * size; i++) {
        if (maps[j * size * size + i] > maps[j * size * size + best]) {
          best = i;
        }
      }
      double x = (joints[2 * j] + 0.5) * size - 0.5;
      double y = (joints[2 * j + 1] + 0.5) * size - 0.5;
      counted++;
      int row = best / size;
      wrong += Math.hypot(best % size - x, row - y) > 1.5 ? 1 : 0;
    }
    return (double) wrong / counted;
  }
}
