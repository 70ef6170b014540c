package io.sadi.predict.engine;

import io.sadi.checkpoint.Readout;
import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.data.PersonBox;
import io.sadi.eval.Predictions;
import io.sadi.io.BadInputException;
import io.sadi.io.Interruption;
import io.sadi.io.Progress;
import io.sadi.model.Arithmetic;
import io.sadi.predict.engine.Look.Seen;
import io.sadi.predict.engine.Look.SeenPerson;
import io.sadi.torch.ComputeDevice;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Finds the annotated people of a dataset, each in the crop that the annotation gives. */
public final class DatasetPredictor {
  /** A way to read people from the network's answers, and whom it found. */
  public record ReadPredictions(Readout readout, Predictions predictions) {
    /** One that has found nobody yet. */
    public ReadPredictions(Readout readout) {
      this(readout, new Predictions());
    }
  }

  private DatasetPredictor() {}

  /**
   * The crops of a batch of {@link #predict}: as many as asked for, or fewer where all batches are
   * to be as full as each other.
   *
   * @param crops in all
   * @param asked crops in a batch
   */
  public static int batch(long crops, int asked, ComputeDevice device) {
    return Batching.of(asked, crops, device).size();
  }

  /**
   * Proves that the network comes out right in the batches that {@link #predict} makes.
   *
   * @param people that it will predict
   * @param batch crops at a time that it is asked for
   */
  public static Arithmetic prove(PoseEstimator estimator, int people, int batch) {
    return prove(estimator, people, ImagePyramid.ONE, batch);
  }

  /**
   * The same, with everyone seen in several sizes.
   *
   * @param pyramid the sizes
   */
  public static Arithmetic prove(
      PoseEstimator estimator, int people, ImagePyramid pyramid, int batch) {
    long crops = (long) people * pyramid.size();
    return estimator.prove(batch(crops, batch, estimator.device()));
  }

  /**
   * Predicts everyone, reading each answer in several ways: one pass of the network serves all. It
   * ends with an InterruptedIOException, unchecked, where the process is told to.
   *
   * @param readings the ways; each receives one prediction a person, in order
   * @param batch crops at a time
   * @param threads that prepare crops
   */
  public static void predict(
      PoseEstimator estimator,
      Dataset dataset,
      List<Person> people,
      List<ReadPredictions> readings,
      int batch,
      int threads,
      Progress progress) {
    ImagePyramid one = ImagePyramid.ONE;
    predict(estimator, dataset, people, one, readings, batch, threads, progress);
  }

  /**
   * The same, with everyone seen in several sizes.
   *
   * @param pyramid the sizes
   */
  public static void predict(
      PoseEstimator estimator,
      Dataset dataset,
      List<Person> people,
      ImagePyramid pyramid,
      List<ReadPredictions> readings,
      int batch,
      int threads,
      Progress progress) {
    long crops = (long) people.size() * pyramid.size();
    Batching batching = Batching.of(batch, crops, estimator.device());
    List<Readout> readouts = readings.stream().map(ReadPredictions::readout).toList();
    Look.LookSettings how = new Look.LookSettings(pyramid, readouts, false);
    List<ImageTask> images = images(dataset, people);
    try (Progress.Work work = progress.start("evaluating", people.size(), "people");
        ImageLooks looks =
            new ImageLooks(images, estimator, batching, false, how, threads, new LaneThreads())) {
      while (looks.hasNext()) {
        Seen seen = looks.next();
        if (Interruption.requested()) {
          throw new UncheckedIOException(
              new InterruptedIOException("interrupted while predicting a dataset"));
        }
        if (seen.error() != null) {
          throw new BadInputException(
              dataset.imageRoot().resolve(seen.task().name()) + ": " + seen.error());
        }
        for (SeenPerson person : seen.people()) {
          for (int i = 0; i < readings.size(); i++) {
            readings.get(i).predictions().add(person.readings().get(i));
          }
        }
        work.advance(seen.people().size());
      }
    }
  }

  /** An image's people together where they follow each other, so that it is decoded once. */
  private static List<ImageTask> images(Dataset dataset, List<Person> people) {
    List<ImageTask> images = new ArrayList<>();
    for (int at = 0; at < people.size(); ) {
      String name = people.get(at).image();
      List<PersonBox> boxes = new ArrayList<>();
      while (at < people.size() && people.get(at).image().equals(name)) {
        boxes.add(PersonBox.of(people.get(at)));
        at++;
      }
      images.add(ImageTask.of(new InputImage(name, dataset.imageRoot().resolve(name)), boxes));
    }
    return images;
  }
}
