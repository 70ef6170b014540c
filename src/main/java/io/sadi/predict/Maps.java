package io.sadi.predict;

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
record Maps(
    int joints,
    int size,
    float[] h1,
    float @Nullable [] h2,
    float @Nullable [] mu,
    float @Nullable [] sigma) {}
