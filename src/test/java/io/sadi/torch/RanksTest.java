package io.sadi.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Processes that meet in a store which somebody else holds, here as threads. */
class RanksTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static float sum(Ranks.RankHost host, int rank, int size, int attempt) {
    Membership place =
        new Membership(rank, size, rank, size, "127.0.0.1", host.port(), true, attempt);
    try (Ranks.Meeting meeting = Ranks.meet(place, PATIENCE);
        Ranks ranks = meeting.join(ComputeDevice.CPU);
        PointerScope scope = new PointerScope()) {
      Tensor tensor = Tensors.of(new float[] {rank + 1}, ComputeDevice.CPU, 1);
      ranks.sum(tensor);
      return tensor.item_float();
    }
  }

  private static List<Float> sums(Ranks.RankHost host, int size, int attempt) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(size);
    try {
      List<Future<Float>> results = new ArrayList<>();
      for (int rank = 0; rank < size; rank++) {
        int own = rank;
        results.add(threads.submit(() -> sum(host, own, size, attempt)));
      }
      List<Float> sums = new ArrayList<>();
      for (Future<Float> result : results) {
        sums.add(result.get());
      }
      return sums;
    } finally {
      threads.shutdownNow();
    }
  }

  /** As torchrun --max-restarts does, with fewer processes where a machine has gone. */
  @Test
  void aJobThatIsStartedAgainMeetsInTheSameStore() throws Exception {
    try (Ranks.RankHost host = new Ranks.RankHost()) {
      assertThat(sums(host, 3, 0)).containsExactly(6f, 6f, 6f);
      assertThat(sums(host, 2, 1)).containsExactly(3f, 3f);
    }
  }
}
