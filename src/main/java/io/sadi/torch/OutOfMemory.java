package io.sadi.torch;

import io.sadi.io.FailedException;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;

/** What happens where a device, the CPU included, has not enough memory for a computation. */
public final class OutOfMemory {
  /**
   * LibTorch and the libraries below it have nothing but words for it, in this order: CUDA, the CPU
   * on Linux and on Windows, C++, cuBLAS and cuDNN.
   */
  private static final List<String> WORDS =
      List.of(
          "out of memory",
          "can't allocate memory",
          "not enough memory",
          "bad_alloc",
          "alloc_failed");

  /** What oneDNN says, for want of memory or of anything else. */
  private static final List<String> ONEDNN =
      List.of("could not create a primitive", "could not execute a primitive");

  private OutOfMemory() {}

  /** Whether that is what an exception of LibTorch's says. */
  public static boolean is(RuntimeException e) {
    return isSaid(e) || ONEDNN.stream().anyMatch(firstLine(e)::contains);
  }

  /** The same, but for oneDNN's words, which it has where it lacks an operator, too. */
  public static boolean isSaid(RuntimeException e) {
    return WORDS.stream().anyMatch(firstLine(e)::contains);
  }

  private static String firstLine(RuntimeException e) {
    return Torch.firstLine(e).toLowerCase(Locale.ROOT);
  }

  /**
   * The line for a person.
   *
   * @param size of a batch that there is no memory for
   * @param fewest a batch may have
   * @param fits what {@link #fitting} found
   * @param advice what to do where some batch fits
   */
  public static FailedException failure(
      int size, int fewest, int fits, String advice, RuntimeException cause) {
    return new FailedException(
        String.format(
            Locale.ROOT,
            "out of memory: a batch of %d crops does not fit, %s (%s)",
            size,
            fits == 0
                ? "nor does "
                    + (fewest == 1 ? "a single one" : "one of " + fewest + ", the fewest")
                    + ": take a smaller network or model.input"
                : "one of " + fits + " does: " + advice,
            Torch.firstLine(cause).replaceFirst("^[. ]+", "")),
        cause);
  }

  /**
   * How much of a batch there is memory for, found by trying a half, a quarter and so on.
   *
   * @param size of a batch that there is none for
   * @param fewest a batch may have
   * @param attempt computes as many
   * @return 0 where there is none for the fewest
   */
  public static int fitting(int size, int fewest, IntConsumer attempt) {
    for (int part = size; part > fewest; ) {
      part = Math.max(fewest, (part + 1) / 2);
      try {
        attempt.accept(part);
        return part;
      } catch (RuntimeException e) {
        if (!is(e)) {
          throw e;
        }
      }
    }
    return 0;
  }
}
