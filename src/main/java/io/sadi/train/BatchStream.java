package io.sadi.train;

import io.sadi.data.Batch;
import io.sadi.data.BatchPool;
import io.sadi.data.Batches;
import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.data.TrainingSet;
import io.sadi.torch.ComputeDevice;
import java.util.List;

/** Training batches without end, epoch after epoch, as a single process has them. */
public final class BatchStream implements AutoCloseable {
  private final RunConfig config;
  private final Dataset dataset;
  private final TrainingSet people;
  private final int size;
  private final BatchPool pool;
  private int epoch;
  private Batches batches;

  /**
   * @param people at least one
   * @param size of a batch, unless there are fewer people
   */
  public BatchStream(
      RunConfig config, Dataset dataset, List<Person> people, int size, ComputeDevice device) {
    this.config = config;
    this.dataset = dataset;
    this.people = TrainingSet.of(people);
    this.size = size;
    this.pool = new BatchPool(device);
    this.batches = batches();
  }

  private Batches batches() {
    return Batches.training(
        dataset,
        people,
        config.model().input(),
        config.model().pixels(),
        Batches.Share.whole(size),
        config.augmentation(),
        config.train().seed(),
        epoch,
        0,
        config.train().workers(),
        pool);
  }

  public Batch next() {
    Batch batch = batches.next();
    while (batch == null) {
      batches.close();
      epoch++;
      batches = batches();
      batch = batches.next();
    }
    return batch;
  }

  /** Gives a batch's buffers back for another one. */
  public void release(Batch batch) {
    batches.release(batch);
  }

  @Override
  public void close() {
    batches.close();
  }
}
