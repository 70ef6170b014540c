package io.sadi.train;

import io.sadi.data.Batch;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A batch whose loss or gradients are bad, kept as evidence.
 *
 * @param people places in the training split, one a crop
 * @param crops RGB as the network saw it, [H, W, 3], one a crop
 */
record BadBatch(List<Integer> people, List<byte[]> crops) {
  /**
   * @param rgb the batch's crops, [B, H, W, 3]
   */
  BadBatch(Batch batch, byte[] rgb) {
    this(
        Arrays.stream(batch.indices()).boxed().toList(),
        IntStream.range(0, batch.size())
            .mapToObj(
                b -> {
                  int bytes = rgb.length / batch.size();
                  return Arrays.copyOfRange(rgb, b * bytes, (b + 1) * bytes);
                })
            .toList());
  }
}
