package io.sadi.predict.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.torch.ComputeDevice;
import org.junit.jupiter.api.Test;

/** A batch too many, or too large, is time and memory that a user has paid for nothing. */
class BatchingTest {

  @Test
  void batchesAreEvenAndNeverLargerThanTheJobNeeds() {
    assertThat(Batching.of(16, 1, 2).size()).as("one photo does not wait for 15").isEqualTo(1);
    assertThat(Batching.of(16, 3, 2).size()).isEqualTo(4);
    assertThat(Batching.of(16, 10_000, 2).size()).isEqualTo(16);
    assertThat(Batching.of(16, 17, 2).size()).as("9 and 8, not 16 and 1").isEqualTo(12);
    assertThat(Batching.resumed(12, 16, 10_000, ComputeDevice.CPU).size()).isEqualTo(12);
    assertThat(Batching.resumed(16, 8, 10_000, ComputeDevice.CPU).size()).isEqualTo(8);
    assertThat(Batching.resumed(4, 1, 10_000, ComputeDevice.CPU).size()).isEqualTo(1);
    assertThat(Batching.resumed(0, 16, 10_000, ComputeDevice.CPU).size()).isEqualTo(16);
    assertThat(Batching.of(1, 10_000, 2).size()).isEqualTo(1);
    assertThat(Batching.of(6, 10_000, 2).size()).isEqualTo(8);
    assertThat(Batching.of(4096, 5, 2).size()).isEqualTo(8);
  }

  @Test
  void lanesShareTheThreadsWhereThereAreBatchesForThem() {
    assertThat(Batching.of(16, 1, 2)).isEqualTo(new Batching(1, 1));
    assertThat(Batching.of(16, 16, 2)).isEqualTo(new Batching(16, 1));
    assertThat(Batching.of(16, 17, 2)).isEqualTo(new Batching(12, 2));
    assertThat(Batching.of(16, 10_000, 1)).isEqualTo(new Batching(16, 1));
    assertThat(Batching.of(16, 10_000, 4)).isEqualTo(new Batching(16, 4));
    assertThat(Batching.of(16, 10_000, 16)).as("4 threads each").isEqualTo(new Batching(16, 4));
    assertThat(Batching.of(16, 10_000, 5)).as("2, 2 and 1").isEqualTo(new Batching(16, 3));
    assertThat(Batching.of(128, 10_000, 8)).as("too much memory").isEqualTo(new Batching(128, 1));
  }
}
