package io.sadi.predict.output;

import com.google.gson.JsonObject;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.ImageOutcome;
import io.sadi.predict.engine.InputFailure;
import io.sadi.predict.output.PredictionOutput.Existing;
import io.sadi.predict.output.RunOutput.Writing;
import io.sadi.torch.Numerics;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a film's frames go as they are done, in their order. As with photos a file grows in {@code
 * NAME.tmp}; the {@link Journal} in {@code NAME.part} keeps what the network found, before anybody
 * is followed: a run that goes on follows the people of all frames from the first on.
 */
public final class FilmOutput implements Closeable {
  private final PredictionOutput output;
  private final Progress progress;
  private final @Nullable Journal journal;
  private final AtomicFile.@Nullable Growing file;
  private final PredictionsWriter rows;
  private final List<InputFailure> failures = new ArrayList<>();
  private int kept;
  private int images;
  private int people;

  private FilmOutput(
      PredictionOutput output,
      Progress progress,
      @Nullable Journal journal,
      AtomicFile.@Nullable Growing file,
      PredictionsWriter rows) {
    this.output = output;
    this.progress = progress;
    this.journal = journal;
    this.file = file;
    this.rows = rows;
    this.kept = journal == null ? 0 : journal.size();
  }

  /**
   * Begins to write, or goes on.
   *
   * @param settings that what is found depends on
   * @param stdout where no file is named
   */
  public static FilmOutput open(
      PredictionOutput output,
      Writing writing,
      JsonObject settings,
      OutputStream stdout,
      Progress progress)
      throws IOException {
    Path file = output.file();
    if (file == null) {
      return new FilmOutput(output, progress, null, null, writing.to(stdout));
    }
    boolean resume = output.existing() == Existing.RESUME;
    Journal journal = Journal.open(AtomicFile.part(file), settings, resume);
    try {
      AtomicFile.Growing growing = AtomicFile.begin(file, RunOutput.growing(file));
      return new FilmOutput(output, progress, journal, growing, writing.to(growing.out()));
    } catch (IOException | RuntimeException e) {
      RunOutput.closeUnused(journal);
      throw e;
    }
  }

  /**
   * Forgets what an earlier run did from the first frame on that is another one now, or that could
   * not be read then.
   *
   * @param names of the frames, where they are known
   */
  public void keepOnly(@Nullable List<String> names) throws IOException {
    if (journal == null) {
      return;
    }
    List<String> done = journal.names();
    int same = 0;
    while (same < done.size()
        && !journal.failed(done.get(same))
        && (names == null || (same < names.size() && names.get(same).equals(done.get(same))))) {
      same++;
    }
    if (same < done.size()) {
      progress.warn(
          journal.file()
              + ": from "
              + done.get(same)
              + " on it is done anew: it is another frame, or could not be read");
      journal.keepFirst(same);
      kept = same;
    }
  }

  /** How many frames an earlier run has done: the first ones. */
  public int kept() {
    return kept;
  }

  /** What the earlier run found in them. */
  public Iterator<ImageOutcome> keptFrames() {
    if (journal == null) {
      return List.<ImageOutcome>of().iterator();
    }
    Journal from = journal;
    Iterator<String> names = from.names().iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return names.hasNext();
      }

      @Override
      public ImageOutcome next() {
        try {
          return from.get(names.next());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  /**
   * Says what the frames that come are computed with.
   *
   * @throws BadInputException if that would make a mixture of an unfinished run
   */
  public void computing(Numerics numerics) throws IOException {
    if (journal != null) {
      journal.computing(numerics, output.resuming().allowMixed());
    }
  }

  /** Keeps what became of a new frame, for a run that goes on. */
  public void keep(ImageOutcome found) throws IOException {
    if (journal != null) {
      journal.add(found);
    }
  }

  /** Writes a frame's rows. */
  public void write(ImageOutcome frame) throws IOException {
    if (frame instanceof InputFailure failure) {
      failures.add(failure);
      progress.warn(failure.image() + ": " + failure.error());
    } else if (frame instanceof FoundImage found) {
      rows.write(found);
      images++;
      people += found.people().size();
    }
  }

  /** Lists something that could not be used before it was known to be a frame. */
  public void leaveOut(InputFailure failure) {
    failures.add(failure);
    progress.warn(failure.image() + ": " + failure.error());
  }

  /** How many frames there were so far, those that could not be read among them. */
  public int frames() {
    return images + failures.size();
  }

  /**
   * Writes what is written at the end.
   *
   * @param film why the whole film was not read; null where it was
   * @throws BadInputException if no frame could be used; no file of predictions appears then
   */
  public PredictionOutcome finish(@Nullable InputFailure film) throws IOException {
    List<InputFailure> all = new ArrayList<>(failures);
    if (film != null) {
      all.add(film);
    }
    if (output.errors() != null) {
      RunOutput.writeErrors(output.errors(), all);
    }
    if (images == 0 && !failures.isEmpty()) {
      if (journal != null) {
        journal.delete();
      }
      throw RunOutput.noneUsable(failures);
    }
    rows.finish(all);
    if (file != null && journal != null) {
      file.finish();
      if (failures.isEmpty()) {
        journal.delete();
      } else {
        journal.close(); // it stays, so that the failures can be tried again
      }
    }
    return new PredictionOutcome(images, people, kept, List.copyOf(failures));
  }

  /** Forgets what was done, as nothing can go on from it. */
  public void discard() throws IOException {
    if (journal != null) {
      journal.delete();
    }
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
          journal.size()
              + " frames are done and kept in "
              + journal.file()
              + "; --resume goes on from there");
    }
    RunOutput.closeUnused(journal);
  }
}
