package io.sadi.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sadi.torch.ComputeDevice;
import io.sadi.torch.QuantizedConvolution;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A layer in int8 must give the sums that integers have: a wrong one is a joint elsewhere. */
class QuantizedTrialTest {

  @ParameterizedTest
  @CsvSource({
    "48, 48, 3, 1, 1, 48, false",
    "48, 48, 3, 1, 2, 48, true", // with another zero point than 0 oneDNN overruns its memory here
    "13, 17, 3, 2, 2, 24, true",
    "17, 13, 1, 1, 1, 24, false",
    "8, 4, 7, 2, 1, 32, false",
    "160, 160, 3, 1, 2, 3, true",
    "48, 64, 1, 2, 1, 48, false",
    "1, 1, 3, 1, 1, 5, false"
  })
  void isRoundedOnceFromTheExactSum(
      int in, int out, int kernel, int stride, int dilation, int side, boolean added) {
    assumeTrue(QuantizedConvolution.available(ComputeDevice.CPU), "a processor with VNNI");
    LayerForm form =
        new LayerForm(
            false, in, out, kernel, stride, dilation, side, false, false, true, !added, added);
    try (PointerScope scope = new PointerScope()) {
      for (ScalarType rest : List.of(ScalarType.Float, ScalarType.BFloat16)) {
        double error = new QuantizedTrial(form, 2, rest).error();
        assertThat(error).isPositive().isLessThanOrEqualTo(QuantizedTrial.TOLERANCE);
      }
    }
  }
}
