package io.sadi.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class TensorsTest {
  private static Tensor numbers() {
    return Tensors.of(new float[] {1, 2}, ComputeDevice.CPU, 2);
  }

  /** What is made on the way goes, also where the result is its operand, changed in place. */
  @Test
  void aResultOutlivesWhatItWasMadeOf() {
    Torch.load();
    try (PointerScope scope = new PointerScope()) {
      Tensor[] onTheWay = new Tensor[1];
      Tensor result =
          Tensors.result(
              () -> {
                onTheWay[0] = numbers();
                return onTheWay[0].add(numbers()).add_(numbers());
              });
      assertThat(onTheWay[0].isNull()).isTrue();
      assertThat(Tensors.floats(result)).containsExactly(3, 6);
      Tensor same = Tensors.result(() -> result);
      assertThat(Tensors.floats(same.add_(numbers()))).containsExactly(4, 8);
      assertThat(Tensors.floats(result)).as("one tensor").containsExactly(4, 8);
    }
  }
}
