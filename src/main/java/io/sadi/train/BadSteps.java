package io.sadi.train;

import io.sadi.data.Batch;
import io.sadi.data.Person;
import io.sadi.image.Image;
import io.sadi.io.FailedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Steps whose loss or gradients are no numbers, or whose loss is a thousand times the usual: what
 * to do about them, and the pictures that made them.
 */
final class BadSteps {
  /** With so many in a row the weights themselves are lost. */
  private static final int PATIENCE = 20;

  private final TrainConfig.OnNan onNan;
  private final RunFolder folder;
  private final List<Person> people;
  private final int crop;
  private final List<String> names = new ArrayList<>();
  private final List<byte[]> pictures = new ArrayList<>();
  private int inARow;

  /**
   * @param people whom batches number
   * @param crop side of their pictures
   */
  BadSteps(TrainConfig.OnNan onNan, RunFolder folder, List<Person> people, int crop) {
    this.onNan = onNan;
    this.folder = folder;
    this.people = people;
    this.crop = crop;
  }

  /**
   * Keeps the crops of a batch whose loss is no number or has exploded.
   *
   * @param rgb as the network saw them, [B, H, W, 3]
   */
  void add(Batch batch, byte[] rgb) {
    int bytes = 3 * crop * crop;
    for (int b = 0; b < batch.size(); b++) {
      names.add(people.get(batch.indices()[b]).image());
      pictures.add(Arrays.copyOfRange(rgb, b * bytes, (b + 1) * bytes));
    }
  }

  /** After a good step. */
  void forget() {
    inARow = 0;
  }

  /**
   * After a bad one: writes down what was in it, and goes on or fails.
   *
   * @param position after it
   * @param sums of it
   */
  void handle(Position position, Sums sums, RunLog log) throws IOException {
    inARow++;
    String where =
        String.format(Locale.ROOT, "epoch %d, batch %d", position.epoch() + 1, position.batch());
    Path evidence =
        folder
            .path()
            .resolve(
                String.format(
                    Locale.ROOT,
                    "nan/epoch-%04d-batch-%06d",
                    position.epoch() + 1,
                    position.batch()));
    String of = names.isEmpty() ? "another process's images" : String.join(", ", names);
    if (!names.isEmpty()) {
      write(evidence);
    }
    String line = where + fault(sums, position) + " for " + of + "; its crops are in " + evidence;
    if (onNan == TrainConfig.OnNan.STOP) {
      throw new FailedException(
          line
              + "; the last state is intact: a lower train.lr, train.clip=1 or train.on_nan=skip"
              + " may help");
    }
    if (inARow >= PATIENCE) {
      throw new FailedException(
          line
              + "; it was the "
              + PATIENCE
              + "th in a row: the weights are lost, resume with a"
              + " lower train.lr");
    }
    log.warn(line + "; skipped");
  }

  private static String fault(Sums sums, Position position) {
    if (sums.badGradients() > 0) {
      return ": the gradients are no numbers";
    }
    return Double.isFinite(sums.loss())
        ? String.format(
            Locale.ROOT, ": the loss is %.3g, usually %.3g,", sums.loss(), position.usual())
        : ": the loss is no number";
  }

  private void write(Path evidence) throws IOException {
    Files.createDirectories(evidence);
    for (int i = 0; i < names.size(); i++) {
      try (Image image = Image.of(pictures.get(i), crop, crop)) {
        image.writePng(evidence.resolve(String.format(Locale.ROOT, "%03d.png", i)));
      }
    }
    Files.writeString(
        evidence.resolve("images.txt"), String.join("\n", names) + "\n", StandardCharsets.UTF_8);
    names.clear();
    pictures.clear();
  }
}
