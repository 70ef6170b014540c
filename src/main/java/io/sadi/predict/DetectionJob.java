package io.sadi.predict;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.data.CocoId;
import io.sadi.data.Detected;
import io.sadi.geom.Box;
import io.sadi.image.LazyImage;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Csv;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.io.Workers;
import io.sadi.predict.detect.Detector;
import io.sadi.predict.detect.DetectorOptions;
import io.sadi.predict.engine.ImageTask;
import io.sadi.predict.engine.InputFailure;
import io.sadi.predict.engine.InputImage;
import io.sadi.predict.input.Inputs;
import io.sadi.predict.output.ImageIds;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

/**
 * Boxes of the people in photos, as {@code sadi predict --boxes} takes them: {@code prepare} finds
 * the photos, {@code run} detects.
 *
 * @param options how
 * @param inputs where
 * @param threads photos at a time
 */
public record DetectionJob(DetectorOptions options, Inputs inputs, int threads) {
  private static final int PIXEL_DECIMALS = 2;
  private static final int SCORE_DECIMALS = 4;

  /** How boxes are written. */
  public enum BoxFormat {
    /** Columns {@code image,person,x,y,w,h,score}. */
    CSV,
    /** COCO's object of images, annotations and categories. */
    JSON
  }

  /**
   * What came of it.
   *
   * @param images that were read
   * @param people in them
   * @param nobody images without anybody
   * @param failures inputs that could not be used
   */
  public record DetectionOutcome(int images, int people, int nobody, List<InputFailure> failures) {}

  /** A photo and who is in it, or why it could not be read. */
  private record Searched(
      String name, int width, int height, List<Detected> people, @Nullable String error) {}

  /**
   * Finds the photos.
   *
   * @param stdin for paths, where {@code -} is among the inputs
   * @param progress is told what is odd
   */
  public static DetectionJob prepare(
      DetectorOptions options,
      List<String> inputs,
      int threads,
      InputStream stdin,
      Progress progress)
      throws IOException {
    Inputs found = Inputs.find(inputs, stdin, "searched", progress);
    return new DetectionJob(options, found, threads);
  }

  /**
   * Refuses to write over an input.
   *
   * @param outputs null for none
   */
  public void checkOutputs(@Nullable Path... outputs) {
    Set<Path> taken = new HashSet<>(Set.of(absolute(options.model())));
    inputs.images().forEach(image -> taken.add(absolute(image.file())));
    for (Path output : outputs) {
      if (output != null && taken.contains(absolute(output))) {
        throw BadInputException.at(
            output, "an input", "the name of a file to write", "name another file");
      }
    }
  }

  private static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }

  /** What would be done, for {@code --dry-run}. */
  public String describe() {
    return "would look for people in " + inputs.images().size() + " images with " + options.model();
  }

  /**
   * Detects. Inputs that cannot be used are said, and left out.
   *
   * @param file null for stdout
   * @throws BadInputException if no input could be used; no file appears then
   */
  public DetectionOutcome run(
      @Nullable Path file, BoxFormat format, OutputStream stdout, Progress progress)
      throws IOException {
    DetectionOutcome[] outcome = new DetectionOutcome[1];
    AtomicFile.FileContent content = out -> outcome[0] = write(out, format, progress);
    if (file == null) {
      content.writeTo(stdout);
    } else {
      AtomicFile.write(file, content);
    }
    return outcome[0];
  }

  private DetectionOutcome write(OutputStream out, BoxFormat format, Progress progress)
      throws IOException {
    List<InputImage> images = inputs.images();
    List<InputFailure> failures = new ArrayList<>(inputs.failures());
    failures.forEach(failure -> progress.warn(failure.image() + ": " + failure.error()));
    int read = 0;
    int people = 0;
    int nobody = 0;
    Writer text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
    BoxWriter boxes =
        format == BoxFormat.CSV ? new CsvBoxWriter(text) : new CocoBoxWriter(text, images);
    try (Detector detector = Detector.open(options);
        Workers<Searched> workers = new Workers<>("sadi-detector", threads);
        Progress.Work work =
            images.size() > 1
                ? progress.start("looking for people", images.size(), "images")
                : Progress.Work.NONE) {
      progress.detail(detector.description());
      detector.warnings().forEach(progress::warn);
      int submitted = 0;
      for (int i = 0; i < images.size(); i++) {
        while (submitted < images.size() && workers.underWay() < 2 * threads) {
          InputImage next = images.get(submitted++);
          workers.submit(() -> search(next, detector));
        }
        Searched one = workers.take();
        if (one.error() != null) {
          failures.add(new InputFailure(one.name(), one.error()));
          if (images.size() > 1) {
            progress.warn(one.name() + ": " + one.error());
          }
        } else {
          boxes.add(one);
          read++;
          people += one.people().size();
          nobody += one.people().isEmpty() ? 1 : 0;
        }
        work.advance(1);
      }
    }
    if (read == 0) {
      InputFailure first = failures.get(0);
      throw new BadInputException(
          failures.size() == 1
              ? first.image() + ": " + first.error()
              : "none of " + failures.size() + " images could be read; nobody was looked for");
    }
    boxes.finish();
    text.flush();
    return new DetectionOutcome(read, people, nobody, List.copyOf(failures));
  }

  private static Searched search(InputImage image, Detector detector) {
    LazyImage photo;
    try {
      photo = ImageTask.of(image, null).pixels().read();
    } catch (BadInputException | IOException e) {
      String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      return new Searched(image.name(), 0, 0, List.of(), why);
    }
    try (photo) {
      return new Searched(
          image.name(), photo.width(), photo.height(), detector.detect(photo), null);
    }
  }

  // --- Files
  // --------------------------------------------------------------------------------------

  /** Takes photos in their order. */
  private interface BoxWriter {
    void add(Searched photo) throws IOException;

    void finish() throws IOException;
  }

  /** Photos without anybody have no row: nobody is looked for there. */
  private static final class CsvBoxWriter implements BoxWriter {
    private final CSVPrinter csv;

    CsvBoxWriter(Writer text) throws IOException {
      csv = Csv.printer(text);
      csv.printRecord("image", "person", "x", "y", "w", "h", "score");
    }

    @Override
    public void add(Searched photo) throws IOException {
      for (int i = 0; i < photo.people().size(); i++) {
        Detected one = photo.people().get(i);
        Box box = one.box();
        csv.printRecord(
            photo.name(),
            i,
            Json.number(box.x(), PIXEL_DECIMALS),
            Json.number(box.y(), PIXEL_DECIMALS),
            Json.number(box.width(), PIXEL_DECIMALS),
            Json.number(box.height(), PIXEL_DECIMALS),
            Json.number(one.score(), SCORE_DECIMALS));
      }
    }

    @Override
    public void finish() throws IOException {
      csv.flush();
    }
  }

  /** COCO, photos without anybody among the images. */
  private static final class CocoBoxWriter implements BoxWriter {
    private final Writer text;
    private final Map<String, CocoId> ids;
    private final JsonArray images = new JsonArray();
    private int annotations;

    CocoBoxWriter(Writer text, List<InputImage> all) {
      this.text = text;
      this.ids = ImageIds.of(all.stream().map(InputImage::name).toList()).byName();
    }

    @Override
    public void add(Searched photo) throws IOException {
      CocoId id = ids.getOrDefault(photo.name(), CocoId.of(images.size() + 1));
      JsonObject image = new JsonObject();
      image.add("id", id.toJson());
      image.addProperty("file_name", photo.name());
      image.addProperty("width", photo.width());
      image.addProperty("height", photo.height());
      images.add(image);
      for (Detected one : photo.people()) {
        JsonObject annotation = new JsonObject();
        annotation.addProperty("id", annotations + 1);
        annotation.add("image_id", id.toJson());
        annotation.addProperty("category_id", 1);
        JsonArray bbox = new JsonArray();
        Box box = one.box();
        for (double side : new double[] {box.x(), box.y(), box.width(), box.height()}) {
          bbox.add(Json.number(side, PIXEL_DECIMALS));
        }
        annotation.add("bbox", bbox);
        annotation.add("area", Json.number(box.area(), PIXEL_DECIMALS));
        annotation.addProperty("iscrowd", 0);
        annotation.add("score", Json.number(one.score(), SCORE_DECIMALS));
        text.write(annotations++ == 0 ? "{\"annotations\":[\n" : ",\n");
        text.write(Json.compact(annotation));
      }
    }

    @Override
    public void finish() throws IOException {
      text.write(annotations == 0 ? "{\"annotations\":[" : "");
      text.write("\n],\n\"images\":[");
      for (int i = 0; i < images.size(); i++) {
        text.write(i == 0 ? "\n" : ",\n");
        text.write(Json.compact(images.get(i)));
      }
      text.write("\n],\n\"categories\":[\n{\"id\":1,\"name\":\"person\"}\n]}\n");
    }
  }
}
