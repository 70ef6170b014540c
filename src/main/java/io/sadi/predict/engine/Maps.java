package io.sadi.predict.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the network said of a batch of crops, out of its tensors.
 *
 * @param joints K
 * @param size side of the heatmaps
 * @param h1 the first heatmaps, [B, K, size, size]
 * @param h2 the second, drawn; null without the SFM
 * @param mu [B, K, 2] in image units; null without the SFM
 * @param sigma [B, K, 2]; null without the SFM
 */
@SuppressWarnings("ArrayRecordComponent")
public record Maps(
    int joints,
    int size,
    float[] h1,
    float @Nullable [] h2,
    float @Nullable [] mu,
    float @Nullable [] sigma) {

  /** What was said of one crop, as a batch of one. */
  public Maps of(int b) {
    int area = size * size;
    return new Maps(
        joints,
        size,
        Arrays.copyOfRange(h1, b * joints * area, (b + 1) * joints * area),
        part(h2, b, joints * area),
        part(mu, b, joints * 2),
        part(sigma, b, joints * 2));
  }

  private static float @Nullable [] part(float @Nullable [] values, int b, int length) {
    return values == null ? null : Arrays.copyOfRange(values, b * length, (b + 1) * length);
  }
}
