package io.sadi.predict.engine;

import io.sadi.checkpoint.Readout;
import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.data.PersonBox;
import io.sadi.eval.Prediction;
import io.sadi.eval.Predictions;
import io.sadi.io.BadInputException;
import io.sadi.io.Interruption;
import io.sadi.io.Progress;
import io.sadi.predict.engine.ImageCrops.Task;
import io.sadi.predict.engine.ImagePredictor.Plan;
import io.sadi.predict.engine.ImagePredictor.Sink;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
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
   * Predicts everyone, reading each answer in several ways: one pass of the network serves all. It
   * ends with an InterruptedIOException, unchecked, where the process is told to.
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
    ImagePyramid one = ImagePyramid.ONE;
    predict(estimator, dataset, people, crop, one, readings, batch, threads, progress);
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
      int crop,
      ImagePyramid pyramid,
      List<Reading> readings,
      int batch,
      int threads,
      Progress progress) {
    long crops = (long) people.size() * pyramid.size();
    Batching batching = Batching.of(batch, crops, estimator.device());
    try (Progress.Work work = progress.start("evaluating", people.size(), "people")) {
      new ImagePredictor<List<Prediction>>(
              estimator,
              new Plan(crop, batching, threads, pyramid, null),
              (image, person, maps, b) ->
                  readings.stream()
                      .map(
                          reading ->
                              estimator.read(
                                  maps,
                                  b,
                                  person.crop(crop, estimator.pixels()),
                                  reading.readout(),
                                  image.name(),
                                  person.person()))
                      .toList(),
              new Sink<>() {
                @Override
                public void found(
                    InputImage image, int width, int height, List<List<Prediction>> found)
                    throws IOException {
                  if (Interruption.requested()) {
                    throw new InterruptedIOException("interrupted while predicting a dataset");
                  }
                  for (List<Prediction> person : found) {
                    for (int i = 0; i < readings.size(); i++) {
                      readings.get(i).predictions().add(person.get(i));
                    }
                  }
                  work.advance(found.size());
                }

                @Override
                public void failed(InputImage image, String error) {
                  throw new BadInputException(image.file() + ": " + error);
                }
              })
          .run(tasks(dataset, people));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An image's people together where they follow each other, so that it is decoded once. */
  private static List<Task> tasks(Dataset dataset, List<Person> people) {
    List<Task> tasks = new ArrayList<>();
    for (int at = 0; at < people.size(); ) {
      String name = people.get(at).image();
      List<PersonBox> boxes = new ArrayList<>();
      while (at < people.size() && people.get(at).image().equals(name)) {
        boxes.add(PersonBox.of(people.get(at)));
        at++;
      }
      tasks.add(new Task(new InputImage(name, dataset.imageRoot().resolve(name)), boxes));
    }
    return tasks;
  }
}
