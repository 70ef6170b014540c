package io.sadi.predict;

import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Csv;
import io.sadi.io.Progress;
import io.sadi.predict.ImagePredictor.Plan;
import io.sadi.predict.ImagePredictor.Sink;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

/**
 * A prediction that has been asked for, checked before a native library is loaded: {@code prepare}
 * finds the images and reads everything small, {@code run} predicts.
 */
public final class PredictionJob {

  /**
   * What came of it.
   *
   * @param images that were predicted
   * @param people found in them
   * @param failures inputs that could not be used
   */
  public record Outcome(int images, int people, List<InputFailure> failures) {}

  private final PredictionRequest request;
  private final Checkpoint checkpoint;
  private final Decode decode;
  private final Inputs inputs;
  private final List<InputImage> images;
  private final @Nullable Boxes boxes;
  private final @Nullable MpiiTestImages test;
  private final @Nullable PictureFolder overlays;
  private final @Nullable PictureFolder heatmaps;

  private PredictionJob(
      PredictionRequest request, Checkpoint checkpoint, Decode decode, Inputs inputs)
      throws IOException {
    this.request = request;
    this.checkpoint = checkpoint;
    this.decode = decode;
    this.inputs = inputs;
    this.images = inputs.images();
    this.boxes = request.boxes() == null ? null : Boxes.read(request.boxes());
    this.test = request.annotations() == null ? null : MpiiTestImages.read(request.annotations());
    this.overlays = folder(request.overlays());
    this.heatmaps = folder(request.heatmaps());
  }

  private @Nullable PictureFolder folder(@Nullable Path folder) {
    return folder == null ? null : PictureFolder.plan(folder, images, request.overwrite());
  }

  /**
   * Reads and checks what the job needs.
   *
   * @param stdin for paths, where {@code -} is among the inputs
   * @param progress is told what is odd
   * @throws BadInputException where nothing sensible can be done
   */
  public static PredictionJob prepare(
      PredictionRequest request, InputStream stdin, Progress progress) throws IOException {
    Checkpoint checkpoint = Checkpoint.read(request.model());
    Decode decode = checkpoint.available(request.decode(), request.model(), progress);
    Inputs inputs = Inputs.find(request.inputs(), stdin);
    if (inputs.repeated() > 0) {
      progress.warn(inputs.repeated() + " images named a second time are predicted once");
    }
    PredictionJob job = new PredictionJob(request, checkpoint, decode, inputs);
    if (job.boxes != null && request.boxes() != null) {
      job.checkBoxes(job.boxes, request.boxes(), progress);
    }
    if (request.format() == PredictionsFormat.MPII_MAT) {
      job.checkSubmission(progress);
    }
    return job;
  }

  private void checkBoxes(Boxes boxes, Path file, Progress progress) {
    Set<String> names = new HashSet<>();
    images.forEach(image -> names.add(image.name()));
    List<String> unknown =
        boxes.people().keySet().stream().filter(name -> !names.contains(name)).toList();
    List<String> without =
        images.stream()
            .map(InputImage::name)
            .filter(name -> !boxes.people().containsKey(name))
            .toList();
    if (without.size() == images.size() && !images.isEmpty()) {
      throw BadInputException.at(
          file,
          unknown.isEmpty() ? "no image" : "no image of the input, but such as " + unknown.get(0),
          "images named as in the output, such as " + without.get(0),
          "");
    }
    if (!unknown.isEmpty()) {
      progress.warn(
          String.format(
              Locale.ROOT,
              "%s: %d of %d images are not in the input; the first is %s",
              file,
              unknown.size(),
              boxes.people().size(),
              unknown.get(0)));
    }
    if (!without.isEmpty()) {
      progress.warn(
          String.format(
              Locale.ROOT,
              "%s: nothing for %d of %d images, in which nobody is looked for; the first is %s",
              file,
              without.size(),
              images.size(),
              without.get(0)));
    }
  }

  /** Half a submission is scored as if the rest were wrong. */
  private void checkSubmission(Progress progress) {
    if (test == null) {
      throw BadInputException.at(
          "--format mpii-mat",
          "no --annotations",
          "MPII's official file: --annotations mpii_human_pose_v1_u12_1.mat",
          "");
    }
    if (boxes == null) {
      throw BadInputException.at(
          "--format mpii-mat",
          "no --boxes",
          "those of MPII's test people",
          "'sadi prepare mpii --split official' writes them to annotations/test.json");
    }
    MpiiMatWriter.checkJoints(checkpoint.skeleton().joints(), request.model());
    int scored = test.scored();
    int among = test.scoredAmong(images, boxes);
    if (among == 0) {
      throw BadInputException.at(
          String.valueOf(request.boxes()),
          "nobody whom MPII tests on",
          scored + " people of the test images in " + request.annotations(),
          "");
    }
    if (among < scored) {
      progress.warn(
          String.format(
              Locale.ROOT,
              "%d of the %d people that MPII measures are not in the input and %s; they will count"
                  + " as wrong",
              scored - among,
              scored,
              request.boxes()));
    }
  }

  /** What would be done, for {@code --dry-run}. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "would find %d joints of %d people in %d images with %s (%s, %d px); %s to %s",
        checkpoint.skeleton().size(),
        people(),
        images.size(),
        request.model(),
        decode,
        checkpoint.model().input(),
        request.format(),
        request.out() == null ? "stdout" : request.out());
  }

  /** How many are looked for. */
  private int people() {
    return boxes == null
        ? images.size()
        : images.stream().mapToInt(image -> boxes.of(image.name()).size()).sum();
  }

  /**
   * Predicts. Inputs that cannot be used are said, listed and left out.
   *
   * @param stdout where predictions go if no file is named
   * @throws BadInputException if no input could be used; no file of predictions appears then
   */
  public Outcome run(OutputStream stdout, Progress progress) throws IOException {
    if (request.out() == null) {
      return predict(stdout, progress);
    }
    List<Outcome> outcome = new ArrayList<>(); // what leaves the lambda
    AtomicFile.write(request.out(), out -> outcome.add(predict(out, progress)));
    return outcome.get(0);
  }

  private Outcome predict(OutputStream out, Progress progress) throws IOException {
    InferenceConfig config = request.inference();
    ModelInfo about = ModelInfo.of(checkpoint, request.model(), decode, config);
    PredictionsWriter writer = request.format().writer(out, about, ids(), test);
    int total = images.size() + inputs.failures().size();
    List<InputFailure> failures = new ArrayList<>();
    for (InputFailure failure : inputs.failures()) {
      report(failure, total, failures, progress);
    }
    int crop = checkpoint.model().input();
    Readout readout = checkpoint.readout(decode);
    Tally tally = new Tally();
    try (TrainedModel model = new TrainedModel(checkpoint, request.model(), config);
        Pictures pictures = pictures(config, progress);
        Progress.Work work =
            images.size() > 1
                ? progress.start("predicting", images.size(), "images")
                : Progress.Work.NONE) {
      PoseEstimator estimator = model.estimator();
      Pictures.Drawn done =
          image -> {
            writer.write(image);
            tally.add(image);
            work.advance(1);
          };
      new ImagePredictor<FoundPerson>(
              estimator,
              new Plan(crop, shape(config), config.workers(), config.pyramid(), null),
              (image, person, maps, b) ->
                  new FoundPerson(
                      person,
                      estimator.read(
                          maps, b, person.crop(crop), readout, image.name(), person.person()),
                      heatmaps == null ? null : maps.of(b)),
              new Sink<>() {
                @Override
                public void found(InputImage image, int width, int height, List<FoundPerson> people)
                    throws IOException {
                  pictures.draw(new FoundImage(image.name(), width, height, people), done);
                }

                @Override
                public void failed(InputImage image, String error) {
                  report(new InputFailure(image.name(), error), total, failures, progress);
                  work.advance(1);
                }
              })
          .run(images.stream().map(this::task).toList());
      pictures.finish(done);
    }
    if (request.errors() != null) {
      writeErrors(request.errors(), failures);
    }
    if (tally.images == 0) {
      throw noneUsable(failures);
    }
    writer.finish(failures);
    return new Outcome(tally.images, tally.people, List.copyOf(failures));
  }

  private static final class Tally {
    private int images;
    private int people;

    void add(FoundImage image) {
      images++;
      people += image.people().size();
    }
  }

  private ImageCrops.Task task(InputImage image) {
    return new ImageCrops.Task(image, boxes == null ? null : boxes.of(image.name()));
  }

  /** Of all images, so that it does not depend on which of them this process predicts. */
  private int shape(InferenceConfig config) {
    long people = boxes == null ? images.size() : people();
    return ImagePredictor.shape(config.batch(), people * config.pyramid().size());
  }

  private Pictures pictures(InferenceConfig config, Progress progress) {
    return new Pictures(
        images,
        overlays,
        heatmaps,
        checkpoint.skeleton(),
        checkpoint.fusionWeight(),
        config.workers(),
        progress);
  }

  private Map<String, Long> ids() {
    if (request.format() != PredictionsFormat.COCO) {
      return Map.of();
    }
    return boxes == null || boxes.ids().isEmpty()
        ? CocoPredictionsWriter.number(images)
        : boxes.ids();
  }

  /** Says it at once; the only input's failure is the command's own and said by that. */
  private static void report(
      InputFailure failure, int total, List<InputFailure> failures, Progress progress) {
    failures.add(failure);
    if (total > 1) {
      progress.warn(failure.image() + ": " + failure.error());
    }
  }

  private static BadInputException noneUsable(List<InputFailure> failures) {
    InputFailure first = failures.get(0);
    return new BadInputException(
        failures.size() == 1
            ? first.image() + ": " + first.error()
            : "none of " + failures.size() + " images could be read; nothing was predicted");
  }

  private static void writeErrors(Path file, List<InputFailure> failures) throws IOException {
    StringBuilder text = new StringBuilder();
    try (CSVPrinter csv = Csv.printer(text)) {
      csv.printRecord("image", "error");
      for (InputFailure failure : failures) {
        csv.printRecord(failure.image(), failure.error());
      }
    }
    AtomicFile.writeString(file, text.toString());
  }
}
