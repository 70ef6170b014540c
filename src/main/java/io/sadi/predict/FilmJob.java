package io.sadi.predict;

import com.google.gson.JsonObject;
import io.sadi.checkpoint.Checkpoint;
import io.sadi.checkpoint.Decode;
import io.sadi.eval.OksSigmas;
import io.sadi.film.Film;
import io.sadi.film.FilmWriter;
import io.sadi.film.FrameChoice;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.model.Arithmetic;
import io.sadi.predict.Frames.FrameStream;
import io.sadi.predict.Frames.SourceFrame;
import io.sadi.predict.engine.Batching;
import io.sadi.predict.engine.Engine;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FrameTime;
import io.sadi.predict.engine.ImageOutcome;
import io.sadi.predict.engine.ImageTask;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.InputFailure;
import io.sadi.predict.engine.InputImage;
import io.sadi.predict.engine.ModelInfo;
import io.sadi.predict.engine.People;
import io.sadi.predict.engine.PersonFinder;
import io.sadi.predict.input.Boxes;
import io.sadi.predict.input.Inputs;
import io.sadi.predict.output.ExtraColumns;
import io.sadi.predict.output.FilmOutput;
import io.sadi.predict.output.OutputFolder;
import io.sadi.predict.output.PredictionOutcome;
import io.sadi.predict.output.PredictionOutput;
import io.sadi.predict.output.PredictionOutput.Existing;
import io.sadi.predict.output.RunOutput;
import io.sadi.predict.output.RunOutput.Writing;
import io.sadi.predict.track.Smoother;
import io.sadi.predict.track.Tracker;
import io.sadi.show.OverlayPicture;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A film whose people are to be found and followed, checked before a native library is loaded:
 * {@code prepare} reads everything small, {@code run} goes through the frames, a few at a time in
 * memory.
 */
public final class FilmJob {
  private final PredictionRequest request;
  private final FilmRequest film;
  private final Checkpoint checkpoint;
  private final Decode decode;
  private final Frames frames;
  private final List<InputFailure> unusable;
  private final @Nullable Boxes boxes;
  private final FilmWriter.@Nullable Encoding encoding;

  /**
   * What came of it.
   *
   * @param predicted images are the frames
   * @param tracks how many people were followed
   * @param problem why the film ended too early, one line with its name; null where it did not
   */
  public record FilmOutcome(PredictionOutcome predicted, int tracks, @Nullable String problem) {}

  private FilmJob(
      PredictionRequest request,
      FilmRequest film,
      Checkpoint checkpoint,
      Decode decode,
      Frames frames,
      List<InputFailure> unusable,
      @Nullable Boxes boxes,
      FilmWriter.@Nullable Encoding encoding) {
    this.request = request;
    this.film = film;
    this.checkpoint = checkpoint;
    this.decode = decode;
    this.frames = frames;
    this.unusable = unusable;
    this.boxes = boxes;
    this.encoding = encoding;
  }

  /** Whether one of the inputs is called as films are. */
  public static boolean isAsked(List<String> inputs) {
    return inputs.stream().anyMatch(FilmJob::isFilm);
  }

  /** Whether a name is that of a film. */
  public static boolean isFilm(String name) {
    try {
      return Film.isOne(Path.of(name)) && !Files.isDirectory(Path.of(name));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /**
   * Reads and checks what the job needs.
   *
   * @param stdin for paths, where {@code -} is among the inputs
   * @param progress is told what is odd
   * @throws BadInputException where nothing sensible can be done
   */
  public static FilmJob prepare(
      PredictionRequest request, FilmRequest film, InputStream stdin, Progress progress)
      throws IOException {
    Checkpoint checkpoint = Checkpoint.read(request.model());
    checkpoint.checkPrecision(request.inference().precision(), request.model());
    Decode decode = checkpoint.available(request.decode(), request.model(), progress);
    List<InputImage> inputs;
    List<InputFailure> unusable = List.of();
    Frames frames;
    if (Double.isNaN(film.frameRate())) {
      if (request.inputs().size() != 1) {
        throw BadInputException.at(
            String.join(" ", request.inputs()),
            request.inputs().size() + " inputs",
            "one film at a time",
            "");
      }
      Path file = Path.of(request.inputs().get(0));
      inputs = List.of(new InputImage(file.toString(), file));
      frames = new FilmFrames(Film.open(file), film.frames());
    } else {
      Inputs found = Inputs.find(request.inputs(), stdin, "predicted", progress);
      inputs = found.images();
      unusable = found.failures();
      if (inputs.isEmpty()) {
        throw RunOutput.noneUsable(unusable);
      }
      frames =
          NumberedFrames.of(
              String.join(" ", request.inputs()),
              inputs,
              Film.FrameRate.of(film.frameRate()),
              film.frames(),
              progress);
    }
    Boxes boxes =
        request.boxes() == null
            ? null
            : Boxes.read(
                request.boxes(),
                request.boxChoice(),
                Double.isNaN(film.frameRate()) ? List.of() : inputs,
                progress);
    if (boxes != null && frames instanceof FilmFrames) {
      boxes = boxes.ofFilm(String.valueOf(Path.of(frames.name()).getFileName()));
    }
    PredictionChecks checks = new PredictionChecks(request, inputs, boxes, null);
    checks.outputs();
    if (frames instanceof NumberedFrames) {
      checks.boxes(progress);
    }
    if (request.detection() != null) {
      request.detection().detector().require();
    }
    return new FilmJob(
        request,
        film,
        checkpoint,
        decode,
        frames,
        unusable,
        boxes,
        encoding(request.output(), frames));
  }

  private static FilmWriter.@Nullable Encoding encoding(PredictionOutput output, Frames frames)
      throws IOException {
    Path overlays = output.drawings().overlays();
    if (overlays == null) {
      return null;
    }
    boolean replace = output.existing() != Existing.REFUSE;
    if (isFilm(overlays.toString())) {
      if (!replace && Files.exists(overlays)) {
        throw new BadInputException(
            overlays + ": exists already; name another file, or give --overwrite");
      }
      return FilmWriter.Encoding.of(overlays);
    }
    if (Files.exists(overlays) && !Files.isDirectory(overlays)) {
      throw BadInputException.at(overlays, "a file", "a folder, or a film such as drawn.mp4", "");
    }
    if (frames instanceof NumberedFrames pictures) {
      OutputFolder.ofPictures(overlays, pictures.images(), replace);
      return null;
    }
    Path folder = overlays.resolve(String.valueOf(Path.of(frames.name()).getFileName()));
    if (!replace && isFull(folder)) {
      throw new BadInputException(
          folder + ": has files in it; name another folder, or give --overwrite");
    }
    return null;
  }

  private static boolean isFull(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isPresent();
    }
  }

  /** What would be done, for {@code --dry-run}. */
  public String describe() {
    long count = frames.count(0);
    return String.format(
        Locale.ROOT,
        "would find %d joints of %s in %s frames of %s with %s (%s, %d px); %s to %s",
        checkpoint.skeleton().size(),
        request.detection() != null
            ? "the detected people"
            : boxes != null ? "the people in boxes" : "one person each",
        count == 0 ? "the" : "about " + count,
        frames.name(),
        request.model(),
        decode,
        checkpoint.model().input(),
        request.output().format(),
        request.output().file() != null ? request.output().file() : "stdout");
  }

  /**
   * Predicts, and follows people. A film that ends too early is used as far as it goes.
   *
   * @param stdout where predictions go if no file is named
   * @throws BadInputException if no frame could be used; no file of predictions appears then
   */
  public FilmOutcome run(OutputStream stdout, Progress progress) throws IOException {
    ModelInfo about = ModelInfo.of(checkpoint, request.model(), decode, request.inference());
    about.model().addProperty("passes", passes());
    boolean scored = request.detection() != null || (boxes != null && boxes.scored());
    Writing writing =
        new Writing(
            request.output().format(), about, Map.of(), null, new ExtraColumns(scored, true));
    try (FilmOutput results =
        FilmOutput.open(request.output(), writing, settings(about), stdout, progress)) {
      return predict(results, progress);
    } catch (UncheckedIOException e) { // of a thread that draws
      throw e.getCause();
    }
  }

  /** What frames depend on; how people are followed and smoothed is found out from all of them. */
  private JsonObject settings(ModelInfo about) throws IOException {
    if (request.output().file() == null) {
      return new JsonObject();
    }
    JsonObject settings = PredictionJob.settings(request, checkpoint, about);
    FrameChoice choice = film.frames();
    settings.addProperty("film", frames.name());
    settings.addProperty("every", choice.every());
    settings.addProperty("from", choice.from());
    if (Double.isFinite(choice.to())) {
      settings.addProperty("to", choice.to());
    }
    if (!Double.isNaN(film.frameRate())) {
      settings.addProperty("frame_rate", film.frameRate());
    }
    return settings;
  }

  /** People in boxes are as close as they should be. */
  private int passes() {
    return boxes == null ? request.passes() : 1;
  }

  private FilmOutcome predict(FilmOutput results, Progress progress) throws IOException {
    InferenceConfig config = request.inference();
    OksSigmas sigmas = OksSigmas.of(checkpoint.skeleton());
    Tracker tracker = new Tracker(sigmas, request.detection() == null && boxes == null);
    Smoother smoother = new Smoother();
    results.keepOnly(frames.names());
    unusable.forEach(results::leaveOut);
    int kept = results.kept();
    try (FrameStream stream = frames.after(kept);
        DetectedPeople detected =
            DetectedPeople.open(request.detection(), config.precision(), progress);
        Engine engine = Engine.open(checkpoint, request.model(), decode, config)) {
      Batching batching = engine.endless();
      Arithmetic arithmetic = engine.prove(batching.size());
      arithmetic.warnings().forEach(progress::warn);
      results.computing(engine.numerics(batching.size(), arithmetic));
      FrameTasks tasks = new FrameTasks(stream, detected.finder());
      try (Progress.Work work = progress.start("predicting", frames.count(0), "frames");
          FilmPictures pictures = pictures(config, progress);
          People people = engine.people(() -> tasks, batching, passes(), false)) {
        Iterator<ImageOutcome> followed =
            new Followed(
                results.keptFrames(),
                new Kept(people.iterator(), tasks, results),
                tracker,
                film.smooth() ? smoother : null);
        Iterator<ImageOutcome> drawn = pictures == null ? followed : pictures.drawn(followed);
        while (drawn.hasNext()) {
          results.write(drawn.next());
          work.advance(1);
        }
        detected.report();
        String problem = stream.problem();
        String line = problem == null ? null : frames.name() + ": " + problem;
        checkAny(results, stream, line);
        if (kept == 0 && !tasks.boxesFit()) {
          results.discard();
          throw tasks.otherBoxes();
        }
        if (line == null && !stream.complaints().isEmpty()) {
          progress.warn(
              String.format(
                  Locale.ROOT,
                  "%s: ffmpeg complained %d times, the first: %s",
                  frames.name(),
                  stream.complaints().size(),
                  stream.complaints().get(0)));
        }
        if (pictures != null) { // first: where the predictions are, nothing is left to do
          pictures.finish();
        }
        PredictionOutcome outcome =
            results.finish(problem == null ? null : new InputFailure(frames.name(), problem));
        return new FilmOutcome(outcome, tracker.count(), line);
      }
    }
  }

  private void checkAny(FilmOutput results, FrameStream stream, @Nullable String problem) {
    if (results.frames() > 0) {
      return;
    }
    if (problem != null) {
      throw new BadInputException(problem);
    }
    FrameChoice choice = film.frames();
    throw BadInputException.at(
        frames.name(),
        String.format(
            Locale.ROOT,
            "no frame from %s s%s",
            choice.from(),
            Double.isFinite(choice.to()) ? " to " + choice.to() + " s" : " on"),
        String.format(Locale.ROOT, "times below its end at %.1f s", stream.end()),
        "");
  }

  private @Nullable FilmPictures pictures(InferenceConfig config, Progress progress)
      throws IOException {
    Path overlays = request.output().drawings().overlays();
    return overlays == null
        ? null
        : new FilmPictures(
            frames,
            new OverlayPicture(checkpoint.skeleton()),
            overlays,
            encoding,
            config.workers(),
            progress);
  }

  /** Frames as tasks, made as they are pulled; remembers when those are that are on their way. */
  private final class FrameTasks implements Iterator<ImageTask> {
    private final FrameStream stream;
    private final PersonFinder finder;
    private final Deque<FrameTime> underWay = new ArrayDeque<>();
    private @Nullable SourceFrame next;
    private boolean ended;
    private boolean boxed;
    private String last = "";

    FrameTasks(FrameStream stream, PersonFinder finder) {
      this.stream = stream;
      this.finder = finder;
    }

    @Override
    public boolean hasNext() {
      if (next == null && !ended) {
        try {
          next = stream.next();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        ended = next == null;
      }
      return next != null;
    }

    @Override
    public ImageTask next() {
      if (!hasNext() || next == null) {
        throw new NoSuchElementException();
      }
      SourceFrame frame = next;
      next = null;
      underWay.add(frame.at());
      last = frame.name();
      boxed |= boxes != null && boxes.people().containsKey(last);
      return new ImageTask(
          frame.name(), frame.pixels(), boxes == null ? null : boxes.of(frame.name()), finder);
    }

    /** At the end: boxes of other images than a film's frames would be a film without people. */
    boolean boxesFit() {
      return boxes == null || boxed || boxes.people().isEmpty();
    }

    BadInputException otherBoxes() {
      return BadInputException.at(
          Objects.requireNonNull(request.boxes()),
          "no frame of the film, but such as "
              + Objects.requireNonNull(boxes).people().keySet().iterator().next(),
          "frames named as in the output, such as " + last,
          "");
    }
  }

  /** What was found, as frames, each kept as it comes. */
  private record Kept(Iterator<ImageOutcome> found, FrameTasks tasks, FilmOutput results)
      implements Iterator<ImageOutcome> {
    @Override
    public boolean hasNext() {
      return found.hasNext();
    }

    @Override
    public ImageOutcome next() {
      ImageOutcome outcome = found.next();
      FrameTime at = tasks.underWay.removeFirst();
      ImageOutcome frame = outcome instanceof FoundImage image ? image.at(at) : outcome;
      try {
        results.keep(frame);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return frame;
    }
  }

  /** Frames with people who are followed, and smoothed where that is asked for. */
  private record Followed(
      Iterator<ImageOutcome> before,
      Iterator<ImageOutcome> after,
      Tracker tracker,
      @Nullable Smoother smoother)
      implements Iterator<ImageOutcome> {
    @Override
    public boolean hasNext() {
      return before.hasNext() || after.hasNext();
    }

    @Override
    public ImageOutcome next() {
      ImageOutcome outcome = before.hasNext() ? before.next() : after.next();
      if (!(outcome instanceof FoundImage image)) {
        return outcome;
      }
      FoundImage followed = tracker.follow(image);
      return smoother == null ? followed : smoother.smooth(followed);
    }
  }
}
