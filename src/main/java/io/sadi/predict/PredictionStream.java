package io.sadi.predict;

import io.sadi.checkpoint.Decode;
import io.sadi.checkpoint.Readout;
import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.data.PersonBox;
import io.sadi.model.SadiNet;
import io.sadi.predict.engine.Batching;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.ImageCrops.Task;
import io.sadi.predict.engine.ImagePredictor;
import io.sadi.predict.engine.ImagePredictor.Plan;
import io.sadi.predict.engine.ImagePredictor.Sink;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.InputImage;
import io.sadi.predict.engine.PoseEstimator;
import io.sadi.predict.output.CsvPredictionsWriter;
import io.sadi.predict.output.PredictionsWriter;
import io.sadi.torch.Precision;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Predicts a dataset's photos again and again, from files to rows of CSV that nobody reads, with
 * the threads and queues of {@code sadi predict}: to see how fast it is.
 */
public final class PredictionStream implements AutoCloseable {
  /** Images that may have been worked out before anybody asked for them. */
  private final int ahead;

  private final PoseEstimator estimator;
  private final Thread thread;

  /** Images that may be done, and images that are. */
  private final Semaphore wanted = new Semaphore(0);

  private final Semaphore done = new Semaphore(0);
  private volatile boolean closed;
  private volatile @Nullable Throwable failure;

  /**
   * Begins.
   *
   * @param net which the caller closes after this
   * @param people whom their photos show, at least one
   */
  public PredictionStream(
      SadiNet net,
      Dataset dataset,
      List<Person> people,
      Precision precision,
      InferenceConfig config) {
    int batch = config.batch();
    int crop = net.config().input();
    this.estimator =
        new PoseEstimator(
            net, dataset.skeleton().flipPermutation(), config.flip(), config.refine(), precision);
    Batching batching = Batching.endless(batch, estimator.device());
    this.ahead = (batching.lanes() + 3) * batch;
    PredictionsWriter rows =
        new CsvPredictionsWriter(OutputStream.nullOutputStream(), dataset.skeleton().joints());
    Readout readout = new Readout(Decode.FUSED, 0.5);
    ImagePredictor<FoundPerson> predictor =
        new ImagePredictor<>(
            estimator,
            new Plan(crop, batching, config.workers(), config.pyramid(), null),
            (image, person, maps, b) ->
                new FoundPerson(
                    person,
                    estimator.read(
                        maps,
                        b,
                        person.crop(crop, estimator.pixels()),
                        readout,
                        image.name(),
                        person.person()),
                    null),
            new Sink<>() {
              @Override
              public void found(InputImage image, int width, int height, List<FoundPerson> found)
                  throws IOException {
                wanted.acquireUninterruptibly();
                if (closed) {
                  throw new CancellationException();
                }
                rows.write(new FoundImage(image.name(), width, height, found));
                done.release();
              }

              @Override
              public void failed(InputImage image, String error) throws IOException {
                throw new IOException(image.name() + ": " + error);
              }
            });
    this.thread = new Thread(() -> run(predictor, dataset, people), "sadi-prediction");
    thread.setDaemon(true);
    thread.start();
  }

  private void run(ImagePredictor<FoundPerson> predictor, Dataset dataset, List<Person> people) {
    try {
      predictor.run(() -> tasks(dataset, people));
    } catch (Throwable t) { // thrown where somebody waits for images
      if (!closed) {
        failure = t;
        done.release(Integer.MAX_VALUE / 2);
      }
    }
  }

  /** Without end. */
  private static Iterator<Task> tasks(Dataset dataset, List<Person> people) {
    return IntStream.iterate(0, i -> (i + 1) % people.size())
        .mapToObj(people::get)
        .map(
            person ->
                new Task(
                    new InputImage(person.image(), dataset.imageRoot().resolve(person.image())),
                    List.of(PersonBox.of(person))))
        .iterator();
  }

  /** Waits until so many more images are done. */
  public void next(int images) {
    wanted.release(images);
    done.acquireUninterruptibly(images);
    if (failure != null) {
      throw new IllegalStateException("photos could not be predicted", failure);
    }
  }

  /** Uses up what was done ahead while nobody asked for images, so that all that follows is new. */
  public void settle() {
    next(ahead);
  }

  @Override
  public void close() {
    closed = true;
    wanted.release(1);
    try {
      thread.join();
      estimator.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
