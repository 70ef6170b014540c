package io.sadi.predict;

import io.sadi.checkpoint.Decode;
import io.sadi.checkpoint.Readout;
import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.data.PersonBox;
import io.sadi.model.SadiNet;
import io.sadi.predict.engine.Batching;
import io.sadi.predict.engine.Engine;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.ImageOutcome;
import io.sadi.predict.engine.ImageTask;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.InputFailure;
import io.sadi.predict.engine.InputImage;
import io.sadi.predict.engine.People;
import io.sadi.predict.engine.PersonFinder;
import io.sadi.predict.engine.PoseEstimator;
import io.sadi.predict.output.CsvPredictionsWriter;
import io.sadi.predict.output.ExtraColumns;
import io.sadi.predict.output.PredictionsWriter;
import io.sadi.torch.Precision;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Predicts a dataset's photos again and again, from files to rows of CSV that nobody reads, as
 * {@code sadi predict} does it: to see how fast it is.
 */
public final class PredictionStream implements AutoCloseable {
  /** Images that may have been worked out before anybody asked for them. */
  private final int ahead;

  private final Engine engine;
  private final People people;
  private final Iterator<ImageOutcome> images;
  private final PredictionsWriter rows;

  /**
   * Begins.
   *
   * @param net which the caller closes after this
   * @param shown whose photos are predicted, at least one
   */
  public PredictionStream(
      SadiNet net,
      Dataset dataset,
      List<Person> shown,
      Precision precision,
      InferenceConfig config) {
    this(net, dataset, shown, precision, config, null);
  }

  /**
   * The same.
   *
   * @param finder says who is in a photo; null for those annotated
   */
  public PredictionStream(
      SadiNet net,
      Dataset dataset,
      List<Person> shown,
      Precision precision,
      InferenceConfig config,
      @Nullable PersonFinder finder) {
    PoseEstimator estimator =
        new PoseEstimator(
            net, dataset.skeleton().flipPermutation(), config.flip(), config.refine(), precision);
    this.engine = Engine.of(estimator, new Readout(Decode.FUSED, 0.5), config);
    Batching batching = engine.endless();
    this.ahead = (batching.lanes() + 3) * config.batch();
    this.rows =
        new CsvPredictionsWriter(
            OutputStream.nullOutputStream(), dataset.skeleton().joints(), ExtraColumns.NONE);
    this.people = engine.people(() -> tasks(dataset, shown, finder), batching, 1, false);
    this.images = this.people.iterator();
  }

  /** Without end. */
  private static Iterator<ImageTask> tasks(
      Dataset dataset, List<Person> people, @Nullable PersonFinder finder) {
    return IntStream.iterate(0, i -> (i + 1) % people.size())
        .mapToObj(people::get)
        .map(
            person -> {
              InputImage image =
                  new InputImage(person.image(), dataset.imageRoot().resolve(person.image()));
              return finder == null
                  ? ImageTask.of(image, List.of(PersonBox.of(person)))
                  : ImageTask.of(image, null, finder);
            })
        .iterator();
  }

  /**
   * Writes the rows of so many more images.
   *
   * @return people in them
   */
  public int next(int count) {
    int written = 0;
    try {
      for (int i = 0; i < count; i++) {
        ImageOutcome outcome = images.next();
        if (outcome instanceof InputFailure failure) {
          throw new IllegalStateException(failure.image() + ": " + failure.error());
        } else if (outcome instanceof FoundImage found) {
          rows.write(found);
          written += found.people().size();
        }
      }
      return written;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Uses up what was done ahead while nobody asked for images, so that all that follows is new. */
  public void settle() {
    next(ahead);
  }

  @Override
  public void close() {
    people.close();
    engine.close();
  }
}
