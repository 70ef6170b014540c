package io.sadi.model;

import io.sadi.torch.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Where the spatial fusion module looks in one crop: the weights of its global attention (Eq. 2 and
 * 3) and of its local attention, which the network multiplies its features by.
 *
 * @param global W_n of each of the four scales, fine to coarse, at the finest scale's size; at each
 *     pixel they add up to 1. Empty where the network has no global attention
 * @param local weights of the three fusions, fine to coarse, mean over the channels; 1 is no change
 *     where {@code sfm.local_attention_gain} is on. Empty where the network has no local attention
 */
public record Attention(List<Weights> global, List<Weights> local) {

  /**
   * Weights of a map's pixels.
   *
   * @param size side of the map
   * @param values row by row, [size x size]
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on as they are
  public record Weights(int size, float[] values) {}

  public Attention {
    global = List.copyOf(global);
    local = List.copyOf(local);
  }

  /** Is told of weights as a network computes them. */
  interface Watcher<T> {
    /** {@code weights} of the scales, [B, 4, H, W]. */
    void global(T weights);

    /** {@code weights} of a fusion's features, [B, C, H, W]. */
    void local(T weights);

    /** One who does not care. */
    static <T> Watcher<T> nobody() {
      return new Watcher<>() {
        @Override
        public void global(T weights) {}

        @Override
        public void local(T weights) {}
      };
    }
  }

  /**
   * Looks at one crop.
   *
   * @param net as it is used, with an SFM
   * @param image [1, 3, input, input], 0 to 255
   */
  public static Attention of(SadiNet net, Tensor image) {
    List<Weights> global = new ArrayList<>();
    List<Weights> local = new ArrayList<>();
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      net.forward(
          image,
          new Watcher<Tensor>() {
            @Override
            public void global(Tensor weights) {
              for (int n = 0; n < weights.size(1); n++) {
                global.add(map(weights.select(1, n)));
              }
            }

            @Override
            public void local(Tensor weights) {
              local.add(map(weights.mean(1)));
            }
          });
    }
    return new Attention(global, local);
  }

  private static Weights map(Tensor weights) {
    return new Weights((int) weights.size(1), Tensors.floats(weights));
  }
}
