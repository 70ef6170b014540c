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
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

/**
 * Where images go as they are done, and what is made of all of them at the end. Stdout and folders
 * get each at once. A file is written at the end, from what a {@link Journal} in {@code NAME.part}
 * has kept: so that it does not matter how often the run was interrupted.
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
   * @param report of all that is found; null where nobody asked for it
   * @param part what this process's images are a part of; null where they are all
   */
  public record Plan(
      PredictionOutput output,
      Writing writing,
      List<InputImage> images,
      List<InputFailure> unusable,
      @Nullable OutputFolder folder,
      @Nullable Report report,
      @Nullable Part part) {}

  /**
   * The job of which this process does a part.
   *
   * @param names of all inputs, in order
   * @param numbered whether the images' ids are their places in that order
   * @param settings that what is found depends on
   */
  public record Part(Shard shard, List<String> names, boolean numbered, JsonObject settings) {}

  /**
   * How people are written.
   *
   * @param about the model
   * @param ids the numbers of images, for COCO
   * @param test what a submission to MPII must list, else null
   */
  public record Writing(
      PredictionsFormat format,
      ModelInfo about,
      Map<String, CocoId> ids,
      @Nullable MpiiTestImages test) {
    PredictionsWriter to(OutputStream out) {
      return format.writer(out, about, ids, test);
    }
  }

  private final Plan plan;
  private final Progress progress;
  private final @Nullable Journal journal;
  private final @Nullable PredictionsWriter stream;
  private final Map<String, String> failures = new HashMap<>();
  private int kept;
  private int images;
  private int people;

  private RunOutput(
      Plan plan, Progress progress, @Nullable Journal journal, @Nullable PredictionsWriter stream) {
    this.plan = plan;
    this.progress = progress;
    this.journal = journal;
    this.stream = stream;
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
    if (output.file() != null) {
      Path part = AtomicFile.part(output.file());
      boolean resume = output.existing() == Existing.RESUME;
      return new RunOutput(plan, progress, Journal.open(part, settings, resume), null);
    }
    PredictionsWriter stream = output.folder() == null ? plan.writing().to(stdout) : null;
    return new RunOutput(plan, progress, null, stream);
  }

  /** The images that are still to be done. */
  public List<InputImage> remaining() throws IOException {
    List<InputImage> remaining = new ArrayList<>();
    int again = 0;
    for (InputImage image : plan.images()) {
      if (isDone(image)) {
        kept++;
      } else {
        remaining.add(image);
        again += failures.containsKey(image.name()) ? 1 : 0;
      }
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
    FileTime made = modified(plan.folder().of(image.name()));
    if (made == null) {
      return false;
    }
    FileTime source = modified(image.file());
    return source != null && made.compareTo(source) >= 0;
  }

  /** When a file was last written to, asked once; null where there is none that can be read. */
  private static @Nullable FileTime modified(Path file) throws IOException {
    try {
      return Files.getLastModifiedTime(file);
    } catch (FileSystemException e) {
      return null; // whoever reads it says why it cannot be
    }
  }

  /** Crops in a batch of the run that this one goes on with; 0 where nothing was computed. */
  public int batch() {
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
  }

  /** Takes an image whose people, and pictures, are there. */
  public void found(FoundImage image) throws IOException {
    failures.remove(image.name()); // it may have been tried again
    if (stream != null) {
      stream.write(image);
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
    if (journal != null) {
      journal.add(image);
    } else if (plan.report() != null) {
      plan.report().add(image);
    }
    images++;
    people += image.people().size();
  }

  /** Takes an image that could not be used. */
  public void failed(InputFailure failure) throws IOException {
    if (journal != null) {
      journal.add(failure);
    }
    failures.put(failure.image(), failure.error());
    say(failure);
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
    if (plan.output().file() != null && journal != null) {
      people = 0;
      Path file = plan.output().file();
      if (plan.report() != null) { // first: where the predictions are, nothing is left to do
        for (InputImage image : plan.images()) {
          if (journal.get(image.name()) instanceof FoundImage found) {
            plan.report().add(found);
          }
        }
        writeReport(plan.report(), all);
      }
      if (plan.part() != null) {
        writePart(file, plan.part(), journal);
      }
      AtomicFile.write(
          file, file.resolveSibling(file.getFileName() + ".tmp"), out -> copy(journal, out, all));
      journal.delete();
    } else {
      if (stream != null) {
        stream.finish(all);
      }
      if (plan.report() != null) {
        writeReport(plan.report(), all);
      }
    }
    return new PredictionOutcome(journal == null ? images : done, people, kept, List.copyOf(all));
  }

  private void writeReport(Report report, List<InputFailure> all) throws IOException {
    Path file = plan.output().report();
    if (file != null) {
      report.write(file, all, progress);
    }
  }

  private void writePart(Path file, Part part, Journal from) throws IOException {
    Map<String, ImageOutcome> unusable = new HashMap<>();
    plan.unusable().forEach(failure -> unusable.put(failure.image(), failure));
    Writing writing = plan.writing();
    ShardFile.write(
        ShardFile.of(file),
        part,
        writing,
        from.computed(),
        name -> {
          ImageOutcome failure = unusable.get(name);
          return failure == null ? from.get(name) : failure;
        });
  }

  private void copy(Journal from, OutputStream out, List<InputFailure> all) throws IOException {
    PredictionsWriter writer = plan.writing().to(out);
    for (InputImage image : plan.images()) {
      if (from.get(image.name()) instanceof FoundImage found) {
        writer.write(found);
        people += found.people().size();
      }
    }
    writer.finish(all);
  }

  static BadInputException noneUsable(List<InputFailure> failures) {
    InputFailure first = failures.get(0);
    return new BadInputException(
        failures.size() == 1
            ? first.image() + ": " + first.error()
            : "none of " + failures.size() + " images could be read; nothing was predicted");
  }

  static void writeErrors(Path file, List<InputFailure> failures) throws IOException {
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
    if (journal == null || !journal.isOpen()) {
      return;
    }
    if (journal.size() == 0) {
      journal.delete();
      return;
    }
    journal.close();
    progress.note(
        String.format(
            Locale.ROOT,
            "%d of %d images are done and kept in %s; --resume goes on from there",
            journal.size(),
            plan.images().size(),
            journal.file()));
  }
}
