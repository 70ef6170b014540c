package io.sadi.predict.detect;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.sadi.io.BadInputException;
import io.sadi.predict.detect.DetectorInput.Fit;
import io.sadi.predict.detect.DetectorInput.ValueRange;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a detector's input and outputs mean: read from names, shapes and metadata, else by the
 * convention of those who write such files, else from the options.
 */
final class DetectorForm {
  /** Side of an input that leaves it open. */
  private static final int USUAL_SIDE = 640;

  /** End-to-end heads have no more rows; grids have thousands. */
  private static final int FEW_BOXES = 1000;

  private static final Pattern NAME = Pattern.compile("(\\d+)\\s*:\\s*['\"]([^'\"]*)['\"]");

  private final DetectorOptions options;
  private final TensorInfo image;
  private final String imageName;
  private final @Nullable String sizesName;
  private final boolean colourLast;
  private final int batch;
  private final DetectorInput input;
  private final DetectorLayout layout;
  private final int category;
  private final Map<Integer, String> names;

  /**
   * Reads what a file says.
   *
   * @throws BadInputException if it is no detector whose layout is known
   */
  DetectorForm(DetectorOptions options, OrtSession session) throws OrtException {
    this.options = options;
    Map<String, TensorInfo> inputs = tensors(session.getInputInfo());
    Map<String, TensorInfo> outputs = tensors(session.getOutputInfo());
    String found = null;
    String sizes = null;
    for (Map.Entry<String, TensorInfo> one : inputs.entrySet()) {
      int rank = one.getValue().getShape().length;
      if (rank >= 3 && found == null) {
        found = one.getKey();
      } else if (one.getKey().contains("target_sizes")) {
        sizes = one.getKey();
      } else {
        throw wrong("the input " + one.getKey() + " " + shape(one.getValue()), "one photo");
      }
    }
    TensorInfo info = found == null ? null : inputs.get(found);
    if (found == null || info == null) {
      throw wrong("no input of the shape [N, 3, H, W]", "one photo");
    }
    imageName = found;
    image = info;
    sizesName = sizes;
    long[] shape = image.getShape();
    int last = shape.length - 1;
    colourLast = shape[last] == 3 && shape[last - 2] != 3;
    if (!colourLast && shape[last - 2] != 3 && shape[last - 2] > 0) {
      throw wrong("the input " + found + " " + shape(image), "three colours");
    }
    batch = shape.length < 4 || shape[0] < 1 ? 1 : (int) shape[0];
    Map<String, String> metadata = session.getMetadata().getCustomMetadata();
    names = names(metadata.getOrDefault("names", ""));
    layout = options.layout() != null ? options.layout() : layout(outputs, metadata);
    input = input(shape, metadata, outputs);
    category = category(outputs);
  }

  /** What was made of the file, in a line. */
  @Override
  public String toString() {
    return String.format(
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

  String imageName() {
    return imageName;
  }

  /** Of the values of the input. */
  OnnxJavaType type() {
    return image.type;
  }

  /** The shape of the input for a photo, repeated where a file wants so many at a time. */
  long[] imageShape() {
    long[] shape =
        colourLast
            ? new long[] {batch, input.height(), input.width(), 3}
            : new long[] {batch, 3, input.height(), input.width()};
    return image.getShape().length == 4 ? shape : Arrays.copyOfRange(shape, 1, 4);
  }

  /** The input that takes the photo's size; null where there is none. */
  @Nullable String sizesName() {
    return sizesName;
  }

  /** Whether a pixel's colours lie beside each other. */
  boolean colourLast() {
    return colourLast;
  }

  /** Photos at a time. */
  int batch() {
    return batch;
  }

  DetectorInput input() {
    return input;
  }

  DetectorLayout layout() {
    return layout;
  }

  /** Number of the class to look for. */
  int category() {
    return category;
  }

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

  private DetectorLayout layout(Map<String, TensorInfo> outputs, Map<String, String> metadata) {
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
    long[] shape = image.getShape();
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
    boolean bytes = image.type == OnnxJavaType.UINT8;
    boolean huggingFace = imageName.equals("pixel_values");
    DetectorInput convention =
        new DetectorInput(
            (int) (width < 1 ? USUAL_SIDE : width),
            (int) (height < 1 ? USUAL_SIDE : height),
            layout == DetectorLayout.YOLOX || dets,
            bytes || layout == DetectorLayout.YOLOX
                ? ValueRange.BYTES
                : dets || (huggingFace && !hasClasses(outputs, 80))
                    ? ValueRange.IMAGENET
                    : ValueRange.UNIT,
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

  private int category(Map<String, TensorInfo> outputs) {
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

  BadInputException wrong(String found, String expected) {
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
}
