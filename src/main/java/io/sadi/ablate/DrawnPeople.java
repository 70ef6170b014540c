package io.sadi.ablate;

import io.sadi.io.FileTree;
import io.sadi.io.Progress;
import io.sadi.io.Shard;
import io.sadi.prepare.SyntheticPeople;
import io.sadi.prepare.read.Split;
import io.sadi.prepare.write.DatasetOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Drawn people, for studies without photos.
 *
 * @param train number of training people
 * @param val number of people to measure on, none of them among the training people
 * @param seed of the drawings
 */
public record DrawnPeople(int train, int val, long seed) {

  /** Writes the dataset folder, unless it is there. */
  public void draw(Path folder, Progress progress) throws IOException {
    if (Files.exists(folder.resolve("dataset.yaml"))) {
      return;
    }
    List<Split> splits =
        List.of(new Split.Range("train", 1, train), new Split.Range("val", train + 1, train + val));
    new SyntheticPeople(train + val, splits, seed)
        .run(
            new DatasetOutput(
                folder,
                false,
                false,
                Map.of(
                    "kind",
                    "synthetic",
                    "count",
                    train + val,
                    "splits",
                    splits.stream().map(Split::toString).toList(),
                    "seed",
                    seed)),
            progress);
  }

  /**
   * Estimates a study of them from a few people, which are drawn and removed again: as many as the
   * largest batch, and one to measure on.
   */
  public Estimate estimate(StudyPlan plan, Shard shard, Progress progress) throws IOException {
    int batch = plan.configs().values().stream().mapToInt(c -> c.train().batch()).max().orElse(1);
    Path folder = Files.createTempDirectory("sadi-ablate");
    try {
      Path few = folder.resolve("people");
      new DrawnPeople(batch, 1, seed).draw(few, Progress.NONE);
      return Study.prepare(plan, few, progress).estimate(shard, split -> train, val, progress);
    } finally {
      FileTree.delete(folder);
    }
  }

  @Override
  public String toString() {
    return train + " drawn people to learn from and " + val + " to measure on";
  }
}
