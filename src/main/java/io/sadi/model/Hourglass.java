package io.sadi.model;

import io.sadi.model.ModelConfig.Rfm;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One level of an hourglass and, inside it, the coarser ones: {@code skip} at this resolution,
 * {@code down} to half of it, {@code inner} the next level (at the bottom plain blocks), {@code up}
 * back to this level's channels, doubled in size by repetition. The output is skip + up.
 */
final class Hourglass {
  private final String path;
  private final List<Block> skip;
  private final List<Block> down;
  private final @Nullable Hourglass inner;
  private final List<Block> bottom;
  private final List<Block> up;

  /**
   * What an hourglass is made of.
   *
   * @param channels of each level, fine to coarse, and of the bottom
   * @param blocks number of blocks at each of these
   * @param rfm the additions to the basic block
   */
  record Sizes(List<Integer> channels, List<Integer> blocks, Rfm rfm) {
    int levels() {
      return channels.size() - 1;
    }
  }

  Hourglass(Parameters.Scope scope, Sizes sizes, int level) {
    this.path = scope.path();
    int channels = sizes.channels().get(level);
    int below = sizes.channels().get(level + 1);
    int n = sizes.blocks().get(level);
    Rfm rfm = sizes.rfm();
    this.skip = blocks(scope.at("skip"), n, channels, channels, 1, false, rfm);
    this.down = blocks(scope.at("down"), n, channels, below, 2, false, rfm);
    if (level + 1 < sizes.levels()) {
      this.inner = new Hourglass(scope.at("inner"), sizes, level + 1);
      this.bottom = List.of();
    } else {
      this.inner = null;
      int last = sizes.blocks().get(level + 1);
      this.bottom = blocks(scope.at("inner"), last, below, below, 1, false, rfm);
    }
    this.up = blocks(scope.at("up"), n, below, channels, 1, true, rfm);
  }

  /**
   * [B, c, H, W] to the same shape. Shapes in line are those of the outermost level of
   * paper-mpii.yaml.
   *
   * @param levels receives this level's output, then those of the levels inside, fine to coarse
   */
  <T> T forward(Operations<T> ops, T x, List<T> levels) {
    List<T> coarser = new ArrayList<>();
    T small = forward(ops, down, x); // [B, 256, 32, 32]
    T seen = // the same
        inner == null ? forward(ops, bottom, small) : inner.forward(ops, small, coarser);
    T large = ops.part(() -> ops.upsampleNearest(forward(ops, up, seen))); // [B, 256, 64, 64]
    T y = ops.part(() -> ops.add(path, forward(ops, skip, x), large)); // [B, 256, 64, 64]
    levels.add(y);
    levels.addAll(coarser);
    return y;
  }

  private static <T> T forward(Operations<T> ops, List<Block> blocks, T x) {
    return ops.part(
        () -> {
          T y = x;
          for (Block block : blocks) {
            y = block.forward(ops, y);
          }
          return y;
        });
  }

  /** n blocks; the channels change in the first, or in the last. */
  private static List<Block> blocks(
      Parameters.Scope scope, int n, int in, int out, int stride, boolean changeLast, Rfm rfm) {
    List<Block> blocks = new ArrayList<>();
    int channels = in;
    for (int i = 0; i < n; i++) {
      boolean change = changeLast ? i == n - 1 : i == 0;
      int next = change ? out : channels;
      blocks.add(new Block(scope.at(i), channels, next, i == 0 ? stride : 1, rfm));
      channels = next;
    }
    return List.copyOf(blocks);
  }
}
