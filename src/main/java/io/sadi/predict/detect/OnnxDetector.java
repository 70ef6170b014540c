package io.sadi.predict.detect;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.platform.Fp16Conversions;
import io.sadi.data.Detected;
import io.sadi.geom.Affine;
import io.sadi.geom.Box;
import io.sadi.image.LazyImage;
import io.sadi.io.BadInputException;
import io.sadi.io.FailedException;
import io.sadi.predict.detect.DetectorReading.DetectorBox;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A detector from an ONNX file. What its input and outputs mean is read from names, shapes and
 * metadata, else by the convention of those who write such files, else from the options. Several
 * threads may detect at once; each photo is computed by one thread.
 */
public final class OnnxDetector implements Detector {
  private final DetectorOptions options;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final DetectorForm form;

  /** Held while somebody detects: a session that is closed under a thread takes the JVM with it. */
  private final ReadWriteLock use = new ReentrantReadWriteLock();

  private boolean closed;

  /**
   * Loads a detector.
   *
   * @throws BadInputException if it is no ONNX file, or no detector whose layout is known
   */
  public static OnnxDetector open(DetectorOptions options) {
    Path file = options.model();
    if (!Files.isRegularFile(file)) {
      throw BadInputException.at(
          file,
          "no such file",
          "a detector: an ONNX file, or a checkpoint of 'sadi train --task detect'",
          "");
    }
    OrtEnvironment environment = OnnxRuntime.load();
    OrtSession session = null;
    try (OrtSession.SessionOptions how = new OrtSession.SessionOptions()) {
      how.setIntraOpNumThreads(1); // photos are detected side by side
      how.setInterOpNumThreads(1);
      how.addConfigEntry("session.intra_op.allow_spinning", "0");
      session = environment.createSession(file.toString(), how);
      return new OnnxDetector(options, environment, session, new DetectorForm(options, session));
    } catch (OrtException e) {
      close(session);
      throw BadInputException.at(
          file, "no network that ONNX Runtime can load (" + oneLine(e) + ")", "an ONNX file", "");
    } catch (RuntimeException e) {
      close(session);
      throw e;
    }
  }

  private static void close(@Nullable OrtSession session) {
    try {
      if (session != null) {
        session.close();
      }
    } catch (OrtException e) {
      // nothing is left to be lost
    }
  }

  private OnnxDetector(
      DetectorOptions options, OrtEnvironment environment, OrtSession session, DetectorForm form) {
    this.options = options;
    this.environment = environment;
    this.session = session;
    this.form = form;
  }

  @Override
  public String description() {
    return form.toString();
  }

  @Override
  public List<String> warnings() {
    return List.of();
  }

  // --- One photo
  // ----------------------------------------------------------------------------------

  /**
   * Detects people.
   *
   * @return at most as many as the options allow, the largest first
   * @throws BadInputException if the outputs are not of the layout
   */
  @Override
  public List<Detected> detect(LazyImage photo) {
    List<DetectorOutput> outputs;
    use.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the detector is closed");
      }
      outputs = run(photo);
    } catch (OrtException e) {
      throw BadInputException.at(
          options.model(), "a failure: " + oneLine(e), "boxes", "see --detector-input");
    } finally {
      use.readLock().unlock();
    }
    List<DetectorBox> found;
    try {
      found =
          new DetectorReading(
                  form.layout(),
                  form.input().width(),
                  form.input().height(),
                  form.category(),
                  options.score())
              .read(outputs);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw form.wrong(String.valueOf(e.getMessage()), "the layout " + form.layout());
    }
    if (form.layout().overlaps()) {
      found = distinct(found);
    }
    Affine back = form.input().photoToInput(photo.width(), photo.height()).inverse();
    List<Detected> people = new ArrayList<>();
    for (DetectorBox one : found) {
      double left = Math.max(0, back.x(one.left(), one.top()));
      double top = Math.max(0, back.y(one.left(), one.top()));
      double right = Math.min(photo.width(), back.x(one.right(), one.bottom()));
      double bottom = Math.min(photo.height(), back.y(one.right(), one.bottom()));
      if (right - left >= 1 && bottom - top >= 1) {
        people.add(new Detected(new Box(left, top, right - left, bottom - top), one.score()));
      }
    }
    people.sort(LARGEST_FIRST);
    return List.copyOf(people.subList(0, Math.min(options.most(), people.size())));
  }

  /** Of boxes that overlap the surest. */
  private List<DetectorBox> distinct(List<DetectorBox> found) {
    List<DetectorBox> sorted = new ArrayList<>(found);
    sorted.sort(Comparator.comparingDouble(DetectorBox::score).reversed());
    List<DetectorBox> kept = new ArrayList<>();
    for (DetectorBox one : sorted) {
      if (kept.stream().noneMatch(other -> other.overlap(one) > options.overlap())) {
        kept.add(one);
      }
    }
    return kept;
  }

  private List<DetectorOutput> run(LazyImage photo) throws OrtException {
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    try (OnnxTensor image = image(photo);
        OnnxTensor sizes = form.sizesName() == null ? null : sizes()) {
      inputs.put(form.imageName(), image);
      if (sizes != null) {
        inputs.put(String.valueOf(form.sizesName()), sizes);
      }
      try (OrtSession.Result result = session.run(inputs)) {
        List<DetectorOutput> outputs = new ArrayList<>();
        for (Map.Entry<String, OnnxValue> one : result) {
          if (one.getValue() instanceof OnnxTensor tensor) {
            outputs.add(first(one.getKey(), tensor));
          }
        }
        return outputs;
      }
    }
  }

  private OnnxTensor image(LazyImage photo) throws OrtException {
    int values = 3 * form.input().width() * form.input().height();
    int batch = form.batch();
    FloatBuffer one = FloatBuffer.allocate(values);
    form.input().write(photo, form.colourLast(), one);
    long[] own = form.imageShape();
    return switch (form.type()) {
      case FLOAT -> {
        FloatBuffer all = direct(4L * batch * values).asFloatBuffer();
        for (int b = 0; b < batch; b++) {
          all.put(one.array());
        }
        yield OnnxTensor.createTensor(environment, all.rewind(), own);
      }
      case FLOAT16 -> {
        ShortBuffer all = direct(2L * batch * values).asShortBuffer();
        for (int i = 0; i < batch * values; i++) {
          all.put(Fp16Conversions.floatToFp16(one.get(i % values)));
        }
        yield OnnxTensor.createTensor(environment, all.rewind(), own, OnnxJavaType.FLOAT16);
      }
      case UINT8 -> {
        ByteBuffer all = direct((long) batch * values);
        for (int i = 0; i < batch * values; i++) {
          all.put((byte) Math.rint(one.get(i % values)));
        }
        yield OnnxTensor.createTensor(environment, all.rewind(), own, OnnxJavaType.UINT8);
      }
      default ->
          throw form.wrong(
              "the input " + form.imageName() + " of " + form.type(), "float32, float16 or uint8");
    };
  }

  private static ByteBuffer direct(long bytes) {
    return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
  }

  /** Boxes are wanted in pixels of the input. */
  private OnnxTensor sizes() throws OrtException {
    LongBuffer sizes = LongBuffer.allocate(2 * form.batch());
    for (int b = 0; b < form.batch(); b++) {
      sizes.put(form.input().width()).put(form.input().height());
    }
    return OnnxTensor.createTensor(environment, sizes.rewind(), new long[] {form.batch(), 2});
  }

  /** A tensor's part for the first photo of a batch. */
  private DetectorOutput first(String name, OnnxTensor tensor) {
    int batch = form.batch();
    long[] shape = tensor.getInfo().getShape();
    float[] values = floats(tensor);
    boolean boxes = shape.length == 2 && shape[1] == 4; // torchvision's have no batch
    boolean batched = shape.length > 1 && shape[0] == batch && !boxes;
    if (!batched) {
      return new DetectorOutput(name, shape, values);
    }
    return new DetectorOutput(
        name,
        Arrays.copyOfRange(shape, 1, shape.length),
        Arrays.copyOf(values, values.length / batch));
  }

  private static float[] floats(OnnxTensor tensor) {
    OnnxJavaType type = tensor.getInfo().type;
    return switch (type) {
      case FLOAT, FLOAT16, BFLOAT16 -> {
        FloatBuffer buffer = tensor.getFloatBuffer();
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        yield values;
      }
      case INT64 -> {
        LongBuffer buffer = tensor.getLongBuffer();
        float[] values = new float[buffer.remaining()];
        for (int i = 0; i < values.length; i++) {
          values[i] = buffer.get();
        }
        yield values;
      }
      case INT32 -> {
        IntBuffer buffer = tensor.getIntBuffer();
        float[] values = new float[buffer.remaining()];
        for (int i = 0; i < values.length; i++) {
          values[i] = buffer.get();
        }
        yield values;
      }
      default -> new float[0];
    };
  }

  private static String oneLine(Exception e) {
    return String.valueOf(e.getMessage()).replaceAll("\\s+", " ").strip();
  }

  /** Waits for those who detect. */
  @Override
  public void close() {
    use.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        session.close();
      }
    } catch (OrtException e) {
      throw new FailedException("the detector could not be closed: " + oneLine(e), e);
    } finally {
      use.writeLock().unlock();
    }
  }
}
