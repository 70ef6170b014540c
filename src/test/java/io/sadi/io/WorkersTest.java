package io.sadi.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Threads are gone when whoever started them frees what they use. */
class WorkersTest {
  /** A network that is freed under a thread that computes with it ends the whole process. */
  @Test
  void closingWaitsForWhatIsUnderWay() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    AtomicBoolean second = new AtomicBoolean();
    Workers<Integer> workers = new Workers<>("test", 1);
    workers.submit(
        () -> {
          begun.countDown();
          try {
            new CountDownLatch(1).await(); // until it is stopped
          } catch (InterruptedException e) {
            for (int i = 0; i < 200; i++) {
              Thread.sleep(1); // and then it has something to finish
            }
          }
          ended.set(true);
          return 1;
        });
    workers.submit(
        () -> {
          second.set(true);
          return 2;
        });
    begun.await();
    workers.close();
    assertThat(ended).isTrue();
    assertThat(second).as("what has not begun is left out").isFalse();
  }
}
