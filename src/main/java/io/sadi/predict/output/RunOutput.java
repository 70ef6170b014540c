package io.sadi.predict.output;

import com.google.gson.JsonObject;
import io.sadi.data.CocoId;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Csv;
import io.sadi.io.Progress;
import io.sadi.io.Shard;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.ImageOutcome;
import io.sadi.predict.engine.InputFailure;
import io.sadi.predict.engine.InputImage;
import io.sadi.predict.engine.ModelInfo;
import io.sadi.predict.input.MpiiTestImages;
import io.sadi.predict.output.PredictionOutput.Existing;
import io.sadi.show.Report;
import io.sadi.torch.Numerics;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

/**
 * Where images go as they are done, each once. A file grows in {@code NAME.tmp}, and beside it a
 * {@link Journal} in {@code NAME.part} keeps what was found: a run that goes on reads there what
 * the one before it has found, so that it does not matter how often it was interrupted.
 */
public final class RunOutput implements Closeable {

  /**
   * What is written, apart from what is found.
   *
   * @param output where it goes
   * @param writing how people are written
   * @param images of this process, in order
   * @param unusable inputs that are no images
   * @param folder of files, planned; null where there is none
   * @param yolo what else is written around a folder of labels; else null
   * @param report of all that is found; null where nobody asked for it
   * @param part what this process's images are a part of; null where they are all
   */
  public record Plan(
      PredictionOutput output,
      Writing writing,
      List<InputImage> images,
      List<InputFailure> unusable,
      @Nullable OutputFolder folder,
      @Nullable YoloDataset yolo,
      @Nullable Report report,
      @Nullable Part part) {}

  /**
   * The job of which this process does a part.
   *
   * @param names of all inputs, in order
   * @param numbered whether the images' ids are their places in that order
   */
  public record Part(Shard shard, List<String> names, boolean numbered) {}

  /**
   * How people are written.
   *
   * @param about the model
   * @param ids the numbers of images, for COCO
   * @param test what a submission to MPII must list, else null
   * @param extra columns of CSV
   */
  public record Writing(
      PredictionsFormat format,
      ModelInfo about,
      Map<String, CocoId> ids,
      @Nullable MpiiTestImages test,
      ExtraColumns extra) {
    PredictionsWriter to(OutputStream out) {
      return format.writer(out, about, ids, test, extra);
    }
  }

  private final Plan plan;
  private final Progress progress;
  private final @Nullable Journal journal;

  /** What made the files of a folder; null where there is none. */
  private final @Nullable FolderRecord record;

  /** The file that is written; null for stdout and folders. */
  private final AtomicFile.@Nullable Growing file;

  /** Everybody's rows; null for folders. */
  private final @Nullable PredictionsWriter rows;

  private final Map<String, String> failures = new HashMap<>();
  private int kept;
  private int images;
  private int people;

  /** Images of the plan that are written or left out, from the first on. */
  private int settled;

  private RunOutput(
      Plan plan,
      Progress progress,
      @Nullable Journal journal,
      @Nullable FolderRecord record,
      AtomicFile.@Nullable Growing file,
      @Nullable PredictionsWriter rows) {
    this.plan = plan;
    this.progress = progress;
    this.journal = journal;
    this.record = record;
    this.file = file;
    this.rows = rows;
    if (journal != null) {
      failures.putAll(journal.failures());
    }
    for (InputFailure failure : plan.unusable()) {
      say(failure);
    }
  }

  /**
   * Begins to write, or goes on.
   *
   * @param settings that what is found depends on
   * @param stdout for predictions that no file or folder is named for
   */
  public static RunOutput open(
      Plan plan, JsonObject settings, OutputStream stdout, Progress progress) throws IOException {
    PredictionOutput output = plan.output();
    Path file = output.file();
    if (file == null) {
      Path folder = output.folder();
      return folder == null
          ? new RunOutput(plan, progress, null, null, null, plan.writing().to(stdout))
          : new RunOutput(
              plan, progress, null, FolderRecord.open(folder, settings, output), null, null);
    }
    boolean resume = output.existing() == Existing.RESUME;
    Journal journal = Journal.open(AtomicFile.part(file), settings, resume);
    try {
      AtomicFile.Growing growing = AtomicFile.begin(file, growing(file));
      PredictionsWriter rows = plan.writing().to(growing.out());
      return new RunOutput(plan, progress, journal, null, growing, rows);
    } catch (IOException | RuntimeException e) {
      closeUnused(journal);
      throw e;
    }
  }

  /** Where a file grows until all its rows are there; {@code NAME.part} is the journal's. */
  public static Path growing(Path file) {
    return file.resolveSibling(file.getFileName() + ".tmp");
  }

  /** The images that are still to be done. */
  public List<InputImage> remaining() throws IOException {
    List<InputImage> remaining = new ArrayList<>();
    int again = 0;
    int changed = 0;
    for (InputImage image : plan.images()) {
      if (!isDone(image)) {
        remaining.add(image);
        again += failures.containsKey(image.name()) ? 1 : 0;
      } else if (hasChanged(image)) {
        remaining.add(image);
        changed++;
      } else {
        kept++;
      }
    }
    if (changed > 0) {
      progress.note(
          changed
              + (changed == 1 ? " image is" : " images are")
              + " done again: the file has another size or time than when it was done");
    }
    if (record != null && kept > 0 && record.isUnknown()) {
      progress.warn(
          record.file()
              + ": there is none, so nothing says which model made the "
              + kept
              + " files that are kept");
    }
    if (again > 0) {
      progress.note(
          again
              + " images that could not be used are tried again; --keep-failures leaves them out");
    }
    return remaining;
  }

  private boolean isDone(InputImage image) throws IOException {
    if (journal != null) {
      boolean stays = plan.output().resuming().keepFailures();
      return journal.has(image.name()) && (stays || !journal.failures().containsKey(image.name()));
    }
    if (plan.folder() == null || plan.output().existing() != Existing.RESUME) {
      return false;
    }
    FileState made = FileState.of(plan.folder().of(image.name()));
    if (made == null) {
      return false;
    }
    FileState source = FileState.of(image.file());
    return source != null && made.modified().compareTo(source.modified()) >= 0;
  }

  /** Whether an image that is done was another file then. */
  private boolean hasChanged(InputImage image) throws IOException {
    if (journal == null || failures.containsKey(image.name())) {
      return false; // what failed stays out or is tried again, whatever it is now
    }
    FileState before = journal.state(image.name());
    return before != null && !before.equals(FileState.of(image.file()));
  }

  /** Whether an image could not be used, now or in the run that this one goes on with. */
  public boolean failed(String image) {
    return failures.containsKey(image);
  }

  /** Crops in a batch of the run that this one goes on with; 0 where nothing was computed. */
  public int batch() {
    if (record != null) {
      return record.batch();
    }
    return journal == null
        ? 0
        : journal.computed().stream().mapToInt(Numerics::batch).findFirst().orElse(0);
  }

  /**
   * Says what the images that come are computed with.
   *
   * @throws BadInputException if that would make a mixture of an unfinished run
   */
  public void computing(Numerics numerics) throws IOException {
    if (journal != null) {
      journal.computing(numerics, plan.output().resuming().allowMixed());
    }
    if (record != null) {
      record.computing(numerics);
    }
  }

  /** Takes what became of an image: of those that {@link #remaining} gave, in their order. */
  public void add(ImageOutcome outcome) throws IOException {
    writeKept(outcome.name());
    if (journal != null) {
      journal.add(outcome, FileState.of(plan.images().get(settled - 1).file()));
    }
    if (outcome instanceof InputFailure failure) {
      failures.put(failure.image(), failure.error());
      say(failure);
    } else if (outcome instanceof FoundImage found) {
      failures.remove(found.name()); // it may have been tried again
      write(found);
    }
  }

  /** Writes what an earlier run has found in the images before this one; null: in all others. */
  private void writeKept(@Nullable String before) throws IOException {
    while (journal != null && settled < plan.images().size()) {
      String name = plan.images().get(settled).name();
      settled++;
      if (name.equals(before)) {
        return;
      }
      if (journal.get(name) instanceof FoundImage found) {
        write(found);
      }
    }
  }

  private void write(FoundImage image) throws IOException {
    if (rows != null) {
      rows.write(image);
    }
    if (plan.yolo() != null) {
      plan.yolo().link(image); // before the labels, which say that the image is done
    }
    if (plan.folder() != null) {
      AtomicFile.write(
          plan.folder().of(image.name()),
          out -> {
            PredictionsWriter writer = plan.writing().to(out);
            writer.write(image);
            writer.finish(List.of());
          });
    }
    if (plan.report() != null) {
      plan.report().add(image);
    }
    images++;
    people += image.people().size();
  }

  /** At once; the only input's failure is the command's own and said by that. */
  private void say(InputFailure failure) {
    if (plan.images().size() + plan.unusable().size() > 1) {
      progress.warn(failure.image() + ": " + failure.error());
    }
  }

  /**
   * Writes what is written at the end.
   *
   * @throws BadInputException if no input could be used; no file of predictions appears then
   */
  public PredictionOutcome finish() throws IOException {
    List<InputFailure> all = new ArrayList<>(plan.unusable());
    for (InputImage image : plan.images()) {
      String error = failures.get(image.name());
      if (error != null) {
        all.add(new InputFailure(image.name(), error));
      }
    }
    if (plan.output().errors() != null) {
      writeErrors(plan.output().errors(), all);
    }
    int done = plan.images().size() - (all.size() - plan.unusable().size());
    if (done == 0 && !all.isEmpty() && plan.part() == null) {
      if (journal != null) {
        journal.delete();
      }
      throw noneUsable(all);
    }
    writeKept(null);
    if (rows != null) {
      rows.finish(all);
    }
    // Before the file has its name: where the predictions are, nothing is left to do.
    if (plan.report() != null && plan.output().report() != null) {
      plan.report().write(plan.output().report(), all, progress);
    }
    if (file != null && journal != null) {
      if (plan.part() != null) {
        writePart(file.file(), plan.part(), journal);
      }
      file.finish();
      if (all.isEmpty()) {
        journal.delete();
      } else {
        journal.close(); // it stays, so that the failures can be tried again
      }
    }
    if (plan.yolo() != null) {
      plan.yolo().finish(progress);
    }
    return new PredictionOutcome(images, people, kept, List.copyOf(all));
  }

  private void writePart(Path file, Part part, Journal from) throws IOException {
    Writing writing = plan.writing();
    List<Place> places = new ArrayList<>();
    for (int i = 0; i < part.names().size(); i++) {
      String name = part.names().get(i);
      if (part.shard().holds(name)) {
        places.add(new Place(i, name, writing.ids().get(name)));
      }
    }
    from.finish(
        Journal.shard(file),
        WholeJob.of(
            part.shard(),
            part.names(),
            part.numbered(),
            writing.extra(),
            writing.ids(),
            writing.about()),
        plan.unusable(),
        places);
  }

  public static BadInputException noneUsable(List<InputFailure> failures) {
    InputFailure first = failures.get(0);
    return new BadInputException(
        failures.size() == 1
            ? first.image() + ": " + first.error()
            : "none of " + failures.size() + " images could be read; nothing was predicted");
  }

  public static void writeErrors(Path file, List<InputFailure> failures) throws IOException {
    StringBuilder text = new StringBuilder();
    try (CSVPrinter csv = Csv.printer(text)) {
      csv.printRecord("image", "error");
      for (InputFailure failure : failures) {
        csv.printRecord(failure.image(), failure.error());
      }
    }
    AtomicFile.writeString(file, text.toString());
  }

  /** Closes what is open; what was done so far stays for a run that goes on. */
  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
    if (journal == null || !journal.isOpen()) {
      return;
    }
    if (journal.size() > 0) {
      progress.note(
          String.format(
              Locale.ROOT,
              "%d of %d images are done and kept in %s; --resume goes on from there",
              journal.size(),
              plan.images().size(),
              journal.file()));
    }
    closeUnused(journal);
  }

  /** A journal in which nothing is kept does not stay. */
  static void closeUnused(Journal journal) throws IOException {
    if (journal.size() == 0) {
      journal.delete();
    } else {
      journal.close();
    }
  }
}
