package io.sadi.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.io.Safetensors;
import io.sadi.model.KnownNetwork.Difference;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the doctor compares a machine with must be right, and tell right from wrong. */
class KnownNetworkTest {
  private static final Path FILE =
      Path.of("src/main/resources/io/sadi/model/known-network.safetensors");

  /** Computed anew in float64; {@code -Dsadi.bless=true} writes the file. */
  @Test
  void theFileHoldsWhatFloat64Says() throws IOException {
    Map<String, float[]> right;
    Map<String, float[]> rounded;
    try (SadiNet net = KnownNetwork.net(ComputeDevice.CPU);
        PointerScope scope = new PointerScope()) {
      right = KnownNetwork.answers(net, new DoubleOperations(false));
      net.parameters().gradients().zero_();
      rounded = KnownNetwork.answers(net, new RoundedOperations(false));
    }
    if (Boolean.getBoolean("sadi.bless")) {
      Map<String, Safetensors.Entry> entries = new LinkedHashMap<>();
      right.forEach(
          (name, values) ->
              entries.put(name, Safetensors.Entry.ofFloats(new long[] {values.length}, values)));
      Map<String, String> metadata =
          Map.of(
              KnownNetwork.ROUNDED_OUTPUTS,
              String.valueOf(KnownNetwork.distance(rounded, right, false)),
              KnownNetwork.ROUNDED_GRADIENTS,
              String.valueOf(KnownNetwork.distance(rounded, right, true)));
      new Safetensors(metadata, entries).write(FILE);
    }
    Map<String, float[]> kept = new LinkedHashMap<>();
    Safetensors.read(FILE).tensors().forEach((name, entry) -> kept.put(name, entry.floats()));
    assertThat(kept.keySet()).isEqualTo(right.keySet());
    assertThat(KnownNetwork.distance(right, kept, false)).isLessThan(1e-6);
    assertThat(KnownNetwork.distance(right, kept, true)).isLessThan(1e-4);
    assertThat(FILE).satisfies(file -> assertThat(file.toFile().length()).isLessThan(50_000));
  }

  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"FP32", "BF16"})
  void thisMachineIsRight(Precision precision) {
    assertThat(KnownNetwork.of(ComputeDevice.CPU, precision))
        .satisfies(difference -> assertThat(difference.right()).isTrue());
  }

  @Test
  void wrongGradientsAndOutputsAreSeen() {
    assertThat(new Difference(0.01, 0.001, 0, 0).right()).isFalse();
    assertThat(new Difference(1e-5, 0.1, 0, 0).right()).isFalse();
    assertThat(new Difference(Double.NaN, 0, 0, 0).right()).isFalse();
    assertThat(new Difference(0, Double.NaN, 0, 0).right()).isFalse();
    assertThat(new Difference(1e-5, 1e-4, 0, 0).right()).isTrue();
  }
}
