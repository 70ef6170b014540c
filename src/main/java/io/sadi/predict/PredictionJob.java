package io.sadi.predict;

import com.google.gson.JsonObject;
import io.sadi.checkpoint.Checkpoint;
import io.sadi.checkpoint.Decode;
import io.sadi.io.BadInputException;
import io.sadi.io.Checksum;
import io.sadi.io.Progress;
import io.sadi.model.Arithmetic;
import io.sadi.predict.engine.Batching;
import io.sadi.predict.engine.CropAttention;
import io.sadi.predict.engine.Engine;
import io.sadi.predict.engine.ImageOutcome;
import io.sadi.predict.engine.ImageTask;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.InputFailure;
import io.sadi.predict.engine.InputImage;
import io.sadi.predict.engine.ModelInfo;
import io.sadi.predict.engine.People;
import io.sadi.predict.engine.PersonFinder;
import io.sadi.predict.input.AnnotatedPeople;
import io.sadi.predict.input.BoxChoice;
import io.sadi.predict.input.Boxes;
import io.sadi.predict.input.Inputs;
import io.sadi.predict.input.MpiiTestImages;
import io.sadi.predict.output.ExtraColumns;
import io.sadi.predict.output.ImageIds;
import io.sadi.predict.output.Journal;
import io.sadi.predict.output.OutputFolder;
import io.sadi.predict.output.Pictures;
import io.sadi.predict.output.PredictedImages;
import io.sadi.predict.output.PredictionOutcome;
import io.sadi.predict.output.PredictionOutput;
import io.sadi.predict.output.PredictionOutput.Existing;
import io.sadi.predict.output.PredictionsFormat;
import io.sadi.predict.output.RunOutput;
import io.sadi.predict.output.RunOutput.Writing;
import io.sadi.predict.output.YoloDataset;
import io.sadi.show.Report;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A prediction that has been asked for, checked before a native library is loaded: {@code prepare}
 * finds the images and reads everything small, {@code run} predicts.
 */
public final class PredictionJob {
  private final PredictionRequest request;
  private final PredictionOutput output;
  private final Checkpoint checkpoint;
  private final Decode decode;
  private final Inputs inputs;

  /** All images, and those that this process predicts. */
  private final List<InputImage> all;

  private final List<InputImage> images;
  private final @Nullable Boxes boxes;
  private final @Nullable MpiiTestImages test;
  private final @Nullable OutputFolder folder;
  private final @Nullable YoloDataset yolo;
  private final @Nullable OutputFolder overlays;
  private final @Nullable OutputFolder heatmaps;
  private final @Nullable OutputFolder attention;

  /** Whose heatmaps are drawn beside the network's own; null for nobody's. */
  private final @Nullable Checkpoint against;

  private PredictionJob(
      PredictionRequest request,
      Checkpoint checkpoint,
      Decode decode,
      Inputs inputs,
      Progress progress)
      throws IOException {
    this.request = request;
    this.output = request.output();
    this.checkpoint = checkpoint;
    this.decode = decode;
    this.inputs = inputs;
    this.all = inputs.images();
    this.images = all.stream().filter(image -> isOurs(image.name())).toList();
    this.boxes =
        request.boxes() == null
            ? null
            : Boxes.read(request.boxes(), request.boxChoice(), all, progress);
    this.test = output.annotations() == null ? null : MpiiTestImages.read(output.annotations());
    boolean replace = output.existing() != Existing.REFUSE;
    String extension = output.format().extension();
    this.folder =
        output.folder() == null
            ? null
            : output.format() == PredictionsFormat.YOLO
                ? labels(output.folder(), replace)
                : OutputFolder.ofFiles(output.folder(), images, extension, replace);
    this.yolo =
        output.folder() == null || output.format() != PredictionsFormat.YOLO
            ? null
            : new YoloDataset(output.folder(), checkpoint.skeleton(), images, replace);
    this.overlays = pictures(output.drawings().overlays(), replace);
    this.heatmaps = pictures(output.drawings().heatmaps(), replace);
    this.attention = pictures(output.drawings().attention(), replace);
    this.against =
        output.drawings().against() == null ? null : Checkpoint.read(output.drawings().against());
  }

  private OutputFolder labels(Path place, boolean replace) {
    if (request.shard() != null) {
      YoloDataset.labels(place, all, true); // two images of different parts must not meet either
    }
    return YoloDataset.labels(place, images, replace);
  }

  private @Nullable OutputFolder pictures(@Nullable Path place, boolean replace) {
    if (place == null) {
      return null;
    }
    if (request.shard() != null) {
      OutputFolder.ofPictures(place, all, true); // as for labels
    }
    return OutputFolder.ofPictures(place, images, replace);
  }

  private boolean isOurs(String name) {
    return request.shard() == null || request.shard().holds(name);
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
    checkpoint.checkPrecision(request.inference().precision(), request.model());
    Decode decode = checkpoint.available(request.decode(), request.model(), progress);
    Inputs inputs = Inputs.find(request.inputs(), stdin, "predicted", progress);
    PredictionJob job = new PredictionJob(request, checkpoint, decode, inputs, progress);
    PredictionChecks checks = new PredictionChecks(request, job.all, job.boxes, job.test);
    checks.outputs();
    checks.boxes(progress);
    checks.submission(checkpoint.skeleton().joints(), progress);
    job.checkPictures();
    if (request.detection() != null) {
      request.detection().detector().require();
    }
    return job;
  }

  private void checkPictures() {
    if (attention != null) {
      CropAttention.check(checkpoint, request.model());
    }
    Path other = output.drawings().against();
    if (against != null && other != null) {
      against.checkPrecision(request.inference().precision(), other);
    }
    if (against != null && !against.skeleton().joints().equals(checkpoint.skeleton().joints())) {
      throw BadInputException.at(
          "--against " + output.drawings().against(),
          "joints " + String.join(" ", against.skeleton().joints()),
          String.join(" ", checkpoint.skeleton().joints()) + ", as " + request.model() + " has",
          "");
    }
  }

  /** What would be done, for {@code --dry-run}. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "would find %d joints of %s people in %d images with %s (%s, %d px); %s to %s",
        checkpoint.skeleton().size(),
        request.detection() == null ? people(images) : "the detected",
        images.size(),
        request.model(),
        decode,
        checkpoint.model().input(),
        output.format(),
        output.file() != null
            ? output.file()
            : output.folder() != null ? output.folder() : "stdout");
  }

  /** How many are looked for. */
  private int people(List<InputImage> in) {
    return boxes == null
        ? in.size()
        : in.stream().mapToInt(image -> boxes.of(image.name()).size()).sum();
  }

  /**
   * Predicts. Inputs that cannot be used are said, listed and left out.
   *
   * @param stdout where predictions go if no file is named
   * @throws BadInputException if no input could be used; no file of predictions appears then
   */
  public PredictionOutcome run(OutputStream stdout, Progress progress) throws IOException {
    ModelInfo about = ModelInfo.of(checkpoint, request.model(), decode, request.inference());
    about.model().addProperty("passes", passes());
    ImageIds ids = ids();
    Writing writing = new Writing(output.format(), about, ids.byName(), test, extra());
    List<InputFailure> unusable =
        inputs.failures().stream().filter(failure -> isOurs(failure.image())).toList();
    try (RunOutput results =
        RunOutput.open(
            new RunOutput.Plan(
                output, writing, images, unusable, folder, yolo, report(about), part(ids)),
            output.file() == null && output.folder() == null
                ? new JsonObject()
                : settings(request, checkpoint, about),
            stdout,
            progress)) {
      List<InputImage> remaining = results.remaining();
      warnOfPictures(remaining, results, progress);
      if (!remaining.isEmpty()) {
        predict(remaining, results, progress);
      }
      return results.finish();
    }
  }

  /** Images that an earlier run has done are not drawn: only now is anybody asking for pictures. */
  private void warnOfPictures(List<InputImage> remaining, RunOutput results, Progress progress) {
    if (remaining.size() == images.size()) {
      return;
    }
    Set<String> now = new HashSet<>();
    remaining.forEach(image -> now.add(image.name()));
    PredictionOutput.Drawings drawings = output.drawings();
    warnOfPictures(overlays, drawings.overlays(), now, results, progress);
    warnOfPictures(heatmaps, drawings.heatmaps(), now, results, progress);
    warnOfPictures(attention, drawings.attention(), now, results, progress);
  }

  private void warnOfPictures(
      @Nullable OutputFolder pictures,
      @Nullable Path place,
      Set<String> now,
      RunOutput results,
      Progress progress) {
    if (pictures == null) {
      return;
    }
    long without =
        images.stream()
            .map(InputImage::name)
            .filter(name -> !now.contains(name) && !results.failed(name))
            .filter(name -> !Files.exists(pictures.of(name)))
            .count();
    if (without > 0) {
      progress.warn(
          String.format(
              Locale.ROOT,
              "%s: no pictures of %d images that were done before; --overwrite draws all",
              place,
              without));
    }
  }

  /**
   * Refuses a finished file of predictions that lacks some of the images, where the file says which
   * it has.
   *
   * @throws BadInputException naming the first that it lacks
   */
  public void checkComplete(Path file) throws IOException {
    if (!PredictedImages.areNamedIn(output.format())) {
      return;
    }
    Set<String> there = PredictedImages.read(file, output.format());
    List<String> lacking =
        images.stream()
            .map(InputImage::name)
            .filter(name -> !there.contains(name) && mustBeIn(output.format(), name))
            .toList();
    if (!lacking.isEmpty()) {
      throw BadInputException.at(
          file,
          String.format(
              Locale.ROOT,
              "a complete run without %d of the %d images; the first is %s",
              lacking.size(),
              images.size(),
              lacking.get(0)),
          "all of them",
          "--overwrite predicts them all; or name another file for these");
    }
  }

  /** Whether an image that was done stands in the file: CSV has none in which nobody is. */
  private boolean mustBeIn(PredictionsFormat format, String image) {
    return format != PredictionsFormat.CSV
        || (boxes == null
            ? request.detection() == null || request.detection().wholeWhereNobody()
            : !boxes.of(image).isEmpty());
  }

  private ExtraColumns extra() {
    return new ExtraColumns(
        request.detection() != null || (boxes != null && boxes.scored()), false);
  }

  /** What predictions depend on: a run that goes on with others would end in a mixture. */
  static JsonObject settings(PredictionRequest request, Checkpoint checkpoint, ModelInfo about)
      throws IOException {
    JsonObject settings = about.model().deepCopy();
    settings.remove("file");
    settings.addProperty("weights", checkpoint.fingerprint());
    if (request.boxes() != null) {
      settings.addProperty("boxes", Checksum.sha256(request.boxes()));
      BoxChoice choice = request.boxChoice();
      if (!Double.isNaN(choice.minScore())) {
        settings.addProperty("boxes_score", choice.minScore());
      }
      if (choice.category() != null) {
        settings.addProperty("boxes_category", choice.category());
      }
      if (choice.images() != null) {
        settings.addProperty("boxes_images", Checksum.sha256(choice.images()));
      }
    }
    PredictionRequest.DetectorUse detection = request.detection();
    if (detection != null) {
      settings.addProperty("detector", detection.detector().fingerprint());
      settings.addProperty("detector_settings", detection.detector().settings());
      settings.addProperty("whole_where_nobody", detection.wholeWhereNobody());
    }
    if (request.shard() != null) {
      settings.addProperty(Journal.SHARD, request.shard().toString());
    }
    return settings;
  }

  private @Nullable Report report(ModelInfo about) {
    if (output.report() == null) {
      return null;
    }
    Map<String, Path> files = new HashMap<>();
    images.forEach(image -> files.put(image.name(), image.file()));
    return new Report(about, request.shard(), files, request.inference().workers());
  }

  private RunOutput.@Nullable Part part(ImageIds ids) {
    if (request.shard() == null || output.file() == null) {
      return null;
    }
    List<String> names = new ArrayList<>();
    inputs.failures().forEach(failure -> names.add(failure.image()));
    all.forEach(image -> names.add(image.name()));
    return new RunOutput.Part(request.shard(), names, ids.places());
  }

  private void predict(List<InputImage> remaining, RunOutput results, Progress progress)
      throws IOException {
    InferenceConfig config = request.inference();
    try (DetectedPeople detected =
            DetectedPeople.open(request.detection(), config.precision(), progress);
        Engine engine = Engine.open(checkpoint, request.model(), decode, config)) {
      // Of all images: it does not depend on which of them this process predicts, or when.
      Batching batching =
          request.detection() == null
              ? engine.batching(people(all), results.batch())
              : engine.endless();
      Arithmetic arithmetic = engine.prove(batching.size());
      arithmetic.warnings().forEach(progress::warn);
      results.computing(engine.numerics(batching.size(), arithmetic));
      List<ImageTask> tasks =
          remaining.stream().map(image -> task(image, detected.finder())).toList();
      try (Progress.Work work =
              tasks.size() > 1
                  ? progress.start("predicting", tasks.size(), "images")
                  : Progress.Work.NONE;
          JobPictures drawings =
              JobPictures.open(
                  new JobPictures.PicturePlan(
                      overlays, heatmaps, attention, request, truth(progress)),
                  checkpoint,
                  against,
                  progress);
          Pictures pictures = new Pictures(images, drawings.series(), config.workers(), progress);
          People people = engine.people(tasks, batching, passes(), heatmaps != null)) {
        for (ImageOutcome found : pictures.drawn(people)) {
          results.add(found);
          work.advance(1);
        }
        detected.report();
      }
    } catch (UncheckedIOException e) { // of a thread that draws
      throw e.getCause();
    }
  }

  /** People in boxes are as close as they should be. */
  private int passes() {
    return boxes == null ? request.passes() : 1;
  }

  private ImageTask task(InputImage image, PersonFinder finder) {
    return ImageTask.of(image, boxes == null ? null : boxes.of(image.name()), finder);
  }

  /** Annotated joints of the people in boxes, for pictures; none where nobody wants them. */
  private AnnotatedPeople truth(Progress progress) throws IOException {
    return heatmaps == null || request.boxes() == null
        ? AnnotatedPeople.NONE
        : AnnotatedPeople.read(request.boxes(), all, checkpoint.skeleton(), progress);
  }

  private ImageIds ids() {
    boolean numbered =
        output.format() == PredictionsFormat.COCO
            || output.format() == PredictionsFormat.COCO_DATASET;
    if (!numbered && request.shard() == null) {
      return ImageIds.NONE;
    }
    List<String> names = all.stream().map(InputImage::name).toList();
    boolean given =
        boxes != null
            && !boxes.ids().isEmpty()
            && names.stream()
                .allMatch(name -> boxes.ids().containsKey(name) || boxes.of(name).isEmpty());
    return boxes == null || !given ? ImageIds.of(names) : ImageIds.given(boxes.ids());
  }
}
