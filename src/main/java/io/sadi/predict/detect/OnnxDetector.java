package io.sadi.predict.detect;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.platform.Fp16Conversions;
import io.sadi.geom.Affine;
import io.sadi.geom.Box;
import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.FailedException;
import io.sadi.predict.detect.DetectorAnswers.BoxCandidate;
import io.sadi.predict.detect.DetectorInput.Fit;
import io.sadi.predict.detect.DetectorInput.PixelRange;
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
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A detector from an ONNX file. What its input and outputs mean is read from names, shapes and
 * metadata, else by the convention of those who write such files, else from the options. Several
 * threads may detect at once; each photo is computed by one thread.
 */
public final class OnnxDetector implements AutoCloseable {
  /** Side of an input that leaves it open. */
  private static final int USUAL_SIDE = 640;

  /** End-to-end heads have no more rows; grids have thousands. */
  private static final int FEW_BOXES = 1000;

  private static final Pattern NAME = Pattern.compile("(\\d+)\\s*:\\s*['\"]([^'\"]*)['\"]");

  private final DetectorOptions options;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final String imageName;
  private final TensorInfo imageInfo;
  private final @Nullable String sizesName;
  private final boolean colourLast;
  private final int batch;
  private final DetectorInput input;
  private final DetectorLayout layout;
  private final int category;
  private final String description;

  /**
   * Loads a detector.
   *
   * @throws BadInputException if it is no ONNX file, or no detector whose layout is known
   */
  public static OnnxDetector open(DetectorOptions options) {
    Path file = options.model();
    if (!Files.isRegularFile(file)) {
      throw BadInputException.at(file, "no such file", "a detector as an ONNX file", "");
    }
    OrtEnvironment environment = OnnxRuntime.load();
    OrtSession session = null;
    try (OrtSession.SessionOptions how = new OrtSession.SessionOptions()) {
      how.setIntraOpNumThreads(1); // photos are detected side by side
      how.setInterOpNumThreads(1);
      how.addConfigEntry("session.intra_op.allow_spinning", "0");
      session = environment.createSession(file.toString(), how);
      return new OnnxDetector(options, environment, session);
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

  private OnnxDetector(DetectorOptions options, OrtEnvironment environment, OrtSession session)
      throws OrtException {
    this.options = options;
    this.environment = environment;
    this.session = session;
    Map<String, TensorInfo> inputs = tensors(session.getInputInfo());
    Map<String, TensorInfo> outputs = tensors(session.getOutputInfo());
    String image = null;
    String sizes = null;
    for (Map.Entry<String, TensorInfo> one : inputs.entrySet()) {
      int rank = one.getValue().getShape().length;
      if (rank >= 3 && image == null) {
        image = one.getKey();
      } else if (one.getKey().contains("target_sizes")) {
        sizes = one.getKey();
      } else {
        throw wrong("the input " + one.getKey() + " " + shape(one.getValue()), "one photo");
      }
    }
    TensorInfo info = image == null ? null : inputs.get(image);
    if (image == null || info == null) {
      throw wrong("no input of the shape [N, 3, H, W]", "one photo");
    }
    imageName = image;
    imageInfo = info;
    sizesName = sizes;
    long[] shape = imageInfo.getShape();
    int last = shape.length - 1;
    colourLast = shape[last] == 3 && shape[last - 2] != 3;
    if (!colourLast && shape[last - 2] != 3 && shape[last - 2] > 0) {
      throw wrong("the input " + image + " " + shape(imageInfo), "three colours");
    }
    batch = shape.length < 4 || shape[0] < 1 ? 1 : (int) shape[0];
    Map<String, String> metadata = session.getMetadata().getCustomMetadata();
    Map<Integer, String> names = names(metadata.getOrDefault("names", ""));
    layout = options.layout() != null ? options.layout() : layout(outputs, names, metadata);
    input = input(shape, metadata, outputs);
    category = category(names, outputs);
    description =
        String.format(
            Locale.ROOT,
            "%s: layout %s, input %dx%d %s %s %s, class %d%s",
            options.model(),
            layout,
            input.width(),
            input.height(),
            input.blueFirst() ? "bgr" : "rgb",
            input.range().name().toLowerCase(Locale.ROOT),
            input.fit().name().toLowerCase(Locale.ROOT),
            category,
            names.containsKey(category) ? " (" + names.get(category) + ")" : "");
  }

  /** What was made of the file, in a line. */
  public String description() {
    return description;
  }

  // --- What the file says
  // -------------------------------------------------------------------------

  private static Map<String, TensorInfo> tensors(Map<String, NodeInfo> nodes) {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    nodes.forEach(
        (name, node) -> {
          if (node.getInfo() instanceof TensorInfo tensor) {
            tensors.put(name, tensor);
          }
        });
    return tensors;
  }

  private DetectorLayout layout(
      Map<String, TensorInfo> outputs, Map<Integer, String> names, Map<String, String> metadata) {
    boolean boxes =
        outputs.keySet().stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .anyMatch(name -> name.contains("box") || name.contains("dets"));
    if (outputs.size() > 1 && boxes) {
      return DetectorLayout.SEPARATE;
    }
    for (TensorInfo output : outputs.values()) {
      long[] shape = output.getShape();
      if (shape.length == 3) {
        DetectorLayout found = layout(shape[1], shape[2], names.size(), metadata);
        if (found != null) {
          return found;
        }
      }
    }
    if (outputs.size() > 1 && outputs.values().stream().anyMatch(o -> endsWith(o.getShape(), 4))) {
      return DetectorLayout.SEPARATE;
    }
    throw wrong(
        "outputs "
            + outputs.entrySet().stream()
                .map(one -> one.getKey() + " " + shape(one.getValue()))
                .collect(Collectors.joining(", ")),
        "one of "
            + Arrays.stream(DetectorLayout.values())
                .map(known -> known + " " + known.shapes())
                .collect(Collectors.joining("; ")));
  }

  private static boolean endsWith(long[] shape, long size) {
    return shape.length > 1 && shape[shape.length - 1] == size;
  }

  /** Of one output [B, a, b]; sizes below 1 are not known. Null where it is none. */
  private @Nullable DetectorLayout layout(
      long a, long b, int classes, Map<String, String> metadata) {
    if (b == 6 && (a < 1 || a <= FEW_BOXES)) {
      return DetectorLayout.END_TO_END;
    }
    boolean pose = "pose".equals(metadata.get("task"));
    if (pose && b > 6 && a > 0 && a <= FEW_BOXES && b < a) {
      return DetectorLayout.END_TO_END; // with joints behind the six
    }
    if (a >= 5 && (b < 1 || b > a)) {
      return pose || (a == 56 && classes <= 1) ? DetectorLayout.YOLO_POSE : DetectorLayout.YOLO;
    }
    if (b < 5) {
      return null;
    }
    if (classes == b - 4 || b == 84) {
      return DetectorLayout.YOLO;
    }
    // YOLOX has a box a cell, YOLOv5 three.
    long cells = IntStream.of(8, 16, 32).mapToLong(s -> side() / s * (side() / s)).sum();
    return a == cells ? DetectorLayout.YOLOX : DetectorLayout.YOLOV5;
  }

  private long side() {
    long[] shape = imageInfo.getShape();
    long side = colourLast ? shape[shape.length - 2] : shape[shape.length - 1];
    return side < 1 ? USUAL_SIDE : side;
  }

  private DetectorInput input(
      long[] shape, Map<String, String> metadata, Map<String, TensorInfo> outputs) {
    int last = shape.length - 1;
    long height = colourLast ? shape[last - 2] : shape[last - 1];
    long width = colourLast ? shape[last - 1] : shape[last];
    Matcher sizes = Pattern.compile("(\\d+)\\D+(\\d+)").matcher(metadata.getOrDefault("imgsz", ""));
    if (height < 1 && sizes.find()) {
      height = Long.parseLong(sizes.group(1));
      width = Long.parseLong(sizes.group(2));
    }
    boolean dets = outputs.keySet().stream().anyMatch(name -> name.contains("dets"));
    boolean few =
        layout == DetectorLayout.YOLO
            && outputs.values().stream()
                .anyMatch(o -> o.getShape().length == 3 && o.getShape()[1] == 300);
    boolean bytes = imageInfo.type == OnnxJavaType.UINT8;
    boolean huggingFace = imageName.equals("pixel_values");
    DetectorInput convention =
        new DetectorInput(
            (int) (width < 1 ? USUAL_SIDE : width),
            (int) (height < 1 ? USUAL_SIDE : height),
            layout == DetectorLayout.YOLOX || dets,
            bytes || layout == DetectorLayout.YOLOX
                ? PixelRange.BYTES
                : dets || (huggingFace && !hasClasses(outputs, 80))
                    ? PixelRange.IMAGENET
                    : PixelRange.UNIT,
            layout == DetectorLayout.YOLOX || dets
                ? Fit.CORNER
                : sizesName != null || few || huggingFace || bytes ? Fit.STRETCH : Fit.LETTERBOX);
    DetectorInput asked = options.input() == null ? convention : convention.with(options.input());
    boolean fixed = width > 0 && height > 0;
    if (fixed && (asked.width() != width || asked.height() != height)) {
      throw BadInputException.at(
          "--detector-input",
          asked.width() + "x" + asked.height(),
          width + "x" + height + ", which " + options.model() + " is made for",
          "");
    }
    return asked;
  }

  private static boolean hasClasses(Map<String, TensorInfo> outputs, int classes) {
    return outputs.values().stream().anyMatch(output -> endsWith(output.getShape(), classes));
  }

  /** {@code {0: 'person', 1: 'bicycle'}}, as Ultralytics writes it. */
  private static Map<Integer, String> names(String text) {
    Map<Integer, String> names = new LinkedHashMap<>();
    Matcher matcher = NAME.matcher(text);
    while (matcher.find()) {
      names.put(Integer.parseInt(matcher.group(1)), matcher.group(2));
    }
    return names;
  }

  private int category(Map<Integer, String> names, Map<String, TensorInfo> outputs) {
    String wanted = options.category() == null ? "person" : options.category();
    if (wanted.matches("\\d{1,4}")) {
      return Integer.parseInt(wanted);
    }
    for (Map.Entry<Integer, String> name : names.entrySet()) {
      if (name.getValue().equalsIgnoreCase(wanted)) {
        return name.getKey();
      }
    }
    if (options.category() != null || (names.size() > 1 && !names.containsValue(wanted))) {
      throw BadInputException.at(
          options.category() == null ? options.model().toString() : "--detector-class",
          names.isEmpty()
              ? "'" + wanted + "', where " + options.model() + " has no names"
              : "no class '" + wanted + "' among " + String.join(", ", names.values()),
          "one of its classes",
          "--detector-class takes a number, too");
    }
    // Lists of their own count from 1 where 0 is the background: torchvision's, TensorFlow's.
    boolean background =
        layout == DetectorLayout.SEPARATE
            && sizesName == null
            && outputs.keySet().stream().noneMatch(name -> name.contains("dets"))
            && !hasClasses(outputs, 80);
    return background ? 1 : 0;
  }

  private BadInputException wrong(String found, String expected) {
    return BadInputException.at(
        options.model(),
        found,
        expected,
        "--detector-layout names a layout; a network that finds no boxes is no detector");
  }

  private static String shape(TensorInfo info) {
    return Arrays.stream(info.getShape())
        .mapToObj(size -> size < 0 ? "?" : String.valueOf(size))
        .collect(Collectors.joining(",", "[", "]"));
  }

  // --- One photo
  // ----------------------------------------------------------------------------------

  /**
   * Detects people.
   *
   * @return at most as many as the options allow, the largest first
   * @throws BadInputException if the outputs are not of the layout
   */
  public List<Detected> detect(Image photo) {
    List<DetectorOutput> outputs;
    try {
      outputs = run(photo);
    } catch (OrtException e) {
      throw BadInputException.at(
          options.model(), "a failure: " + oneLine(e), "boxes", "see --detector-input");
    }
    List<BoxCandidate> found;
    try {
      found =
          new DetectorAnswers(layout, input.width(), input.height(), category, options.score())
              .read(outputs);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw wrong(String.valueOf(e.getMessage()), "the layout " + layout);
    }
    if (layout != DetectorLayout.END_TO_END && layout != DetectorLayout.SEPARATE) {
      found = distinct(found);
    }
    Affine back = input.photoToInput(photo.width(), photo.height()).inverse();
    List<Detected> people = new ArrayList<>();
    for (BoxCandidate one : found) {
      double left = Math.max(0, back.x(one.left(), one.top()));
      double top = Math.max(0, back.y(one.left(), one.top()));
      double right = Math.min(photo.width(), back.x(one.right(), one.bottom()));
      double bottom = Math.min(photo.height(), back.y(one.right(), one.bottom()));
      if (right - left >= 1 && bottom - top >= 1) {
        people.add(new Detected(new Box(left, top, right - left, bottom - top), one.score()));
      }
    }
    people.sort(
        Comparator.comparingDouble((Detected one) -> one.box().area())
            .reversed()
            .thenComparing(Comparator.comparingDouble(Detected::score).reversed()));
    return List.copyOf(people.subList(0, Math.min(options.most(), people.size())));
  }

  /** Of boxes that overlap the surest. */
  private List<BoxCandidate> distinct(List<BoxCandidate> found) {
    List<BoxCandidate> sorted = new ArrayList<>(found);
    sorted.sort(Comparator.comparingDouble(BoxCandidate::score).reversed());
    List<BoxCandidate> kept = new ArrayList<>();
    for (BoxCandidate one : sorted) {
      if (kept.stream().noneMatch(other -> other.overlap(one) > options.overlap())) {
        kept.add(one);
      }
    }
    return kept;
  }

  private List<DetectorOutput> run(Image photo) throws OrtException {
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    try (OnnxTensor image = image(photo);
        OnnxTensor sizes = sizesName == null ? null : sizes()) {
      inputs.put(imageName, image);
      if (sizes != null) {
        inputs.put(String.valueOf(sizesName), sizes);
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

  private OnnxTensor image(Image photo) throws OrtException {
    int values = 3 * input.width() * input.height();
    FloatBuffer one = FloatBuffer.allocate(values);
    input.write(photo, colourLast, one);
    boolean batched = imageInfo.getShape().length == 4;
    long[] shape =
        colourLast
            ? new long[] {batch, input.height(), input.width(), 3}
            : new long[] {batch, 3, input.height(), input.width()};
    long[] own = batched ? shape : Arrays.copyOfRange(shape, 1, 4);
    return switch (imageInfo.type) {
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
          throw wrong(
              "the input " + imageName + " of " + imageInfo.type, "float32, float16 or uint8");
    };
  }

  private static ByteBuffer direct(long bytes) {
    return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
  }

  /** Boxes are wanted in pixels of the input. */
  private OnnxTensor sizes() throws OrtException {
    LongBuffer sizes = LongBuffer.allocate(2 * batch);
    for (int b = 0; b < batch; b++) {
      sizes.put(input.width()).put(input.height());
    }
    return OnnxTensor.createTensor(environment, sizes.rewind(), new long[] {batch, 2});
  }

  /** A tensor's part for the first photo of a batch. */
  private DetectorOutput first(String name, OnnxTensor tensor) {
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

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new FailedException("the detector could not be closed: " + oneLine(e), e);
    }
  }
}
