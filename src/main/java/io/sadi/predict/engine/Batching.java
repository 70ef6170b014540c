package io.sadi.predict.engine;

import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Torch;

/**
 * How crops are shared out among batches, and batches among lanes: threads that each run the
 * network on a batch of their own, with a part of LibTorch's threads. Two lanes of one thread do a
 * quarter more than one of two, whose threads wait for each other after each of a network's many
 * small layers, and for whatever else the machine does.
 *
 * <p>It depends on the whole job alone, not on the part of it that a process has, so that shards
 * and runs that were cut in pieces find the same joints.
 *
 * @param size crops in a batch
 * @param lanes batches that are computed at the same time
 */
public record Batching(int size, int lanes) {
  /** Crops that are computed at the same time, at most: what bounds the memory. */
  private static final int CROPS = 64;

  /**
   * About what is asked for, but no more than there are, in batches that are as full as each other.
   * More than one crop are a multiple of 4: matrix products treat what is left over in another
   * order of additions, and a crop's answer would depend on its place in the batch.
   *
   * @param asked crops in a batch, at least 1
   * @param crops of the whole job, also where this process has a part of it
   * @param threads of LibTorch
   */
  static Batching of(int asked, long crops, int threads) {
    if (crops <= 1) {
      return new Batching(1, 1);
    }
    long batches = (crops + asked - 1) / asked;
    long even = (crops + batches - 1) / batches;
    int size = asked == 1 ? 1 : (int) ((even + 3) / 4 * 4);
    return new Batching(size, lanes(size, batches, threads));
  }

  private static int lanes(int size, long batches, int threads) {
    long most = Math.max(1, Math.min(batches, CROPS / size));
    int share = (int) ((threads + most - 1) / most);
    return (threads + share - 1) / share;
  }

  /**
   * For a job that goes on: with the batches that it began with, unless they are larger than what
   * is asked for now. So more input than there was then does not change what is found.
   *
   * @param begun crops in a batch so far; 0 where there was none
   */
  static Batching resumed(int begun, int asked, long crops, ComputeDevice device) {
    int most = asked == 1 ? 1 : (asked + 3) / 4 * 4;
    if (begun == 0 || begun > most) {
      return of(asked, crops, device);
    }
    long batches = Math.max(1, (crops + begun - 1) / begun);
    return new Batching(begun, lanes(begun, batches, threads(device)));
  }

  /** The same for a network on this device, with the threads that LibTorch has now. */
  static Batching of(int asked, long crops, ComputeDevice device) {
    return of(asked, crops, threads(device));
  }

  private static int threads(ComputeDevice device) {
    return device.cuda() ? 1 : Torch.threads(); // a GPU is one lane
  }

  /** The same for crops without end. */
  public static Batching endless(int asked, ComputeDevice device) {
    return of(asked, Long.MAX_VALUE / 2, device);
  }
}
