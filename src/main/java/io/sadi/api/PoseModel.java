package io.sadi.api;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.checkpoint.Decode;
import io.sadi.eval.Prediction;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.predict.engine.Engine;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.ImageOutcome;
import io.sadi.predict.engine.ImageTask;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.InputFailure;
import io.sadi.predict.engine.People;
import io.sadi.predict.engine.Refine;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A network that finds the joints of people in images: the same people in the same places as {@code
 * sadi predict} with the same options.
 *
 * <p>Safe for use by several threads at once. A call starts threads that decode and compute, and
 * ends them before it returns; calls at the same time share the threads that compute, {@link
 * PoseOptions#threads} in all. So open one model a process, and let all callers use it.
 *
 * <p>The network lies in native memory, some 10 MB to some 500 MB, until the model is closed; the
 * garbage collector does not know of it. JavaCPP, which loads the native libraries, would count all
 * memory of the process against the Java heap; if nothing says otherwise, this class turns that off
 * ({@code org.bytedeco.javacpp.maxbytes} and {@code maxphysicalbytes} are 0). Native image
 * libraries may write a line of their own about a damaged photo to the process's standard error.
 */
public final class PoseModel implements AutoCloseable {
  static {
    for (String limit : List.of("maxbytes", "maxphysicalbytes")) {
      String property = "org.bytedeco.javacpp." + limit;
      if (System.getProperty(property) == null) {
        System.setProperty(property, "0");
      }
    }
  }

  private final Engine engine;
  private final int passes;
  private final Skeleton skeleton;
  private final List<String> notes;

  /** Closing waits for those who are looking for people. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock(true);

  private boolean closed;

  private PoseModel(Engine engine, int passes, Skeleton skeleton, List<String> notes) {
    this.engine = engine;
    this.passes = passes;
    this.skeleton = skeleton;
    this.notes = List.copyOf(notes);
  }

  /**
   * The network that comes with the program: small, and trained on 7,000 photos of the Leeds Sports
   * Poses Extended that were published for research; whoever sells what they build trains on photos
   * of their own.
   */
  public static PoseModel builtin() {
    return builtin(PoseOptions.DEFAULTS);
  }

  /**
   * The network that comes with the program.
   *
   * @throws PoseException as {@link #open(Path, PoseOptions)} does
   */
  public static PoseModel builtin(PoseOptions options) {
    return open(Checkpoint.BUILTIN, options);
  }

  /**
   * A trained network.
   *
   * @param file a checkpoint, such as {@code best.safetensors} of a run
   */
  public static PoseModel open(Path file) {
    return open(file, PoseOptions.DEFAULTS);
  }

  /**
   * A trained network, in the memory of a device. Loads LibTorch and, the first time on a machine,
   * proves that it computes right there: that may take a minute.
   *
   * @param file a checkpoint
   * @throws PoseException if it cannot be read or is none, an option has no such value, there is no
   *     such device, or a native library cannot be loaded
   */
  public static PoseModel open(Path file, PoseOptions options) {
    try {
      InferenceConfig config =
          new InferenceConfig(
              options.device(),
              options.precision(),
              options.batch(),
              options.threads(),
              options.flip(),
              choice("refine", options.refine(), Refine.values()),
              options.scales());
      Decode asked = choice("decode", options.decode(), Decode.values());
      if (options.passes() < 1 || options.passes() > 2) {
        throw BadInputException.at("passes", "" + options.passes(), "1 or 2", "");
      }
      Checkpoint checkpoint = Checkpoint.read(file);
      List<String> notes = new ArrayList<>();
      Decode decode = checkpoint.available(asked, file, new Notes(notes));
      Engine engine = Engine.open(checkpoint, file, decode, config);
      try {
        notes.addAll(engine.prove(config.batch()).warnings());
        return new PoseModel(engine, options.passes(), skeleton(checkpoint), notes);
      } catch (RuntimeException | Error e) {
        engine.close();
        throw e;
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      throw failure(e);
    }
  }

  private static <E extends Enum<E>> E choice(String option, String value, E[] values) {
    for (E one : values) {
      if (one.toString().equals(value)) {
        return one;
      }
    }
    throw BadInputException.at(option, value, "one of " + Arrays.toString(values), "");
  }

  private static Skeleton skeleton(Checkpoint checkpoint) {
    io.sadi.data.Skeleton joints = checkpoint.skeleton();
    return new Skeleton(joints.joints(), pairs(joints.edges()), pairs(joints.flipPairs()));
  }

  private static List<Skeleton.Pair> pairs(List<io.sadi.data.Skeleton.Pair> pairs) {
    return pairs.stream().map(pair -> new Skeleton.Pair(pair.a(), pair.b())).toList();
  }

  /** What it finds. */
  public Skeleton skeleton() {
    return skeleton;
  }

  /** What a person should know, a line each: such as that this processor computes slowly. */
  public List<String> notes() {
    return notes;
  }

  /**
   * Finds one person in the whole of an image.
   *
   * @return that person
   * @throws PoseException if the model is closed, or the machine has not enough memory
   */
  public List<Pose> find(BufferedImage image) {
    return find(Photo.of(image));
  }

  /**
   * Finds people in an image.
   *
   * @param boxes where they are
   * @return one in each box, in that order
   * @throws PoseException if the model is closed, or the machine has not enough memory
   */
  public List<Pose> find(BufferedImage image, List<Box> boxes) {
    return find(Photo.of(image).in(boxes));
  }

  /**
   * Finds one person in the whole of a photo.
   *
   * @return that person
   * @throws PoseException as {@link #find(Photo)} does
   */
  public List<Pose> find(Path file) {
    return find(Photo.of(file));
  }

  /**
   * Finds people in a photo.
   *
   * @param boxes where they are
   * @return one in each box, in that order
   * @throws PoseException as {@link #find(Photo)} does
   */
  public List<Pose> find(Path file, List<Box> boxes) {
    return find(Photo.of(file).in(boxes));
  }

  /**
   * Finds people in pixels.
   *
   * @param rgb [height, width, 3] bytes as {@link Photo#ofRgb} takes them
   * @param boxes where they are
   * @return one in each box, in that order
   * @throws PoseException if the bytes are not as many, the model is closed, or the machine has not
   *     enough memory
   */
  public List<Pose> find(byte[] rgb, int width, int height, List<Box> boxes) {
    return find(Photo.ofRgb(rgb, width, height).in(boxes));
  }

  /**
   * Finds people in a photo.
   *
   * @return one in each box, in that order; without boxes one
   * @throws PoseException if the photo cannot be read, the model is closed, or the machine has not
   *     enough memory
   */
  public List<Pose> find(Photo photo) {
    PhotoPoses found = findAll(List.of(photo)).get(0);
    if (found.error().isPresent()) {
      throw new PoseException(found.name() + ": " + found.error().get(), null);
    }
    return found.people();
  }

  /**
   * Finds people in photos. Faster than one after the other: their people share batches, and while
   * some are computed the next ones are decoded. All results are held in memory, photos are not.
   *
   * @return as many, in their order; a photo that cannot be read is one with an error
   * @throws PoseException if the model is closed, or the machine has not enough memory
   */
  public List<PhotoPoses> findAll(List<Photo> photos) {
    Lock reading = lock.readLock();
    reading.lock();
    try {
      if (closed) {
        throw new PoseException("the model is closed", null);
      }
      List<ImageTask> images = photos.stream().map(Photo::task).toList();
      long people = photos.stream().mapToLong(Photo::people).sum();
      List<PhotoPoses> found = new ArrayList<>();
      try (People outcomes = engine.people(images, engine.batching(people, 0), passes, false)) {
        for (ImageOutcome outcome : outcomes) {
          found.add(poses(outcome));
        }
      }
      return found;
    } catch (RuntimeException | LinkageError e) {
      throw failure(e);
    } finally {
      reading.unlock();
    }
  }

  private PhotoPoses poses(ImageOutcome outcome) {
    if (outcome instanceof FoundImage image) {
      return new PhotoPoses(
          image.name(),
          image.width(),
          image.height(),
          image.people().stream().map(this::pose).toList(),
          Optional.empty());
    }
    String error = outcome instanceof InputFailure failure ? failure.error() : "not read";
    return new PhotoPoses(outcome.name(), 0, 0, List.of(), Optional.of(error));
  }

  private Pose pose(FoundPerson person) {
    Prediction found = person.joints();
    List<Joint> joints = new ArrayList<>();
    for (int k = 0; k < skeleton.joints().size(); k++) {
      joints.add(
          new Joint(
              skeleton.joints().get(k),
              found.x()[k],
              found.y()[k],
              found.score()[k],
              found.sigmaX()[k],
              found.sigmaY()[k]));
    }
    io.sadi.geom.Box box = person.place().box();
    return new Pose(new Box(box.x(), box.y(), box.width(), box.height()), joints, person.score());
  }

  /** One line for whoever reads a log; what happened is its cause. */
  private static PoseException failure(Throwable e) {
    if (e instanceof PoseException already) {
      return already;
    }
    Throwable cause = e instanceof UncheckedIOException && e.getCause() != null ? e.getCause() : e;
    String message = String.valueOf(cause.getMessage());
    // Ours are whole sentences, in which options are those of the command line.
    return new PoseException(
        cause.getClass().getName().startsWith("io.sadi.")
            ? message.replaceFirst("^--", "")
            : cause.getClass().getSimpleName() + ": " + message,
        cause);
  }

  /** Gives back the native memory, once nobody looks for people; closing again does nothing. */
  @Override
  public void close() {
    Lock writing = lock.writeLock();
    writing.lock();
    try {
      if (!closed) {
        closed = true;
        engine.close();
      }
    } finally {
      writing.unlock();
    }
  }

  /** Keeps what a person should know. */
  private record Notes(List<String> lines) implements Progress {
    @Override
    public Work start(String what, long total, String unit) {
      return Work.NONE;
    }

    @Override
    public void note(String line) {
      lines.add(line);
    }

    @Override
    public void warn(String line) {
      lines.add(line);
    }
  }
}
