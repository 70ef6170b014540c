package io.sadi.predict;

import io.sadi.data.Batch;
import io.sadi.data.Batches;
import io.sadi.data.Crop;
import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.eval.Prediction;
import io.sadi.eval.Predictions;
import io.sadi.io.Progress;
import java.util.List;

/** Finds the annotated people of a dataset, each in the crop that the annotation gives. */
public final class DatasetPredictor {
  /** A way to read people from the network's answers, and whom it found. */
  public record Reading(Readout readout, Predictions predictions) {
    /** One that has found nobody yet. */
    public Reading(Readout readout) {
      this(readout, new Predictions());
    }
  }

  private DatasetPredictor() {}

  /**
   * Predicts everyone, reading each answer in several ways: one pass of the network serves all.
   *
   * @param crop side of the network's input
   * @param readings the ways; each receives one prediction a person, in order
   * @param batch crops at a time
   * @param threads that prepare crops
   */
  public static void predict(
      PoseEstimator estimator,
      Dataset dataset,
      List<Person> people,
      int crop,
      List<Reading> readings,
      int batch,
      int threads,
      Progress progress) {
    try (Batches batches = Batches.inOrder(dataset, people, crop, batch, threads);
        Progress.Work work = progress.start("evaluating", people.size(), "people")) {
      for (Batch next = batches.next(); next != null; next = batches.next()) {
        Maps maps = estimator.run(next);
        for (int b = 0; b < next.size(); b++) {
          Person person = people.get(next.indices()[b]);
          Crop place = Crop.of(person, crop);
          for (Reading reading : readings) {
            Prediction prediction =
                estimator.read(maps, b, place, reading.readout(), person.image(), person.person());
            reading.predictions().add(prediction);
          }
        }
        work.advance(next.size());
        batches.release(next);
      }
    }
  }
}
