package io.sadi.train;

import com.google.gson.JsonArray;
import io.sadi.image.Image;
import io.sadi.io.FailedException;
import io.sadi.io.Json;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Ranks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Bad steps: writes down the crops of their batches, and decides whether the run goes on. Of
 * several processes each keeps its own crops, in its own run folder, and the first one hears of
 * all.
 */
final class BadSteps {
  /** After so many in a row the weights themselves must be damaged. */
  private static final int PATIENCE = 20;

  private final TrainConfig.OnNan onNan;
  private final RunFolder folder;
  private final List<String> images;
  private final int crop;
  private final Ranks ranks;
  private final ComputeDevice device;
  private int inARow;

  /**
   * @param images of the training split, by the places that batches name
   * @param crop side of the crops
   * @param ranks the processes of the job
   * @param device that they exchange tensors on
   */
  BadSteps(
      TrainConfig.OnNan onNan,
      RunFolder folder,
      List<String> images,
      int crop,
      Ranks ranks,
      ComputeDevice device) {
    this.onNan = onNan;
    this.folder = folder;
    this.images = images;
    this.crop = crop;
    this.ranks = ranks;
    this.device = device;
  }

  /** Where warnings go. */
  @FunctionalInterface
  interface Warning {
    void say(String line) throws IOException;
  }

  /**
   * After each step, in all processes of the job.
   *
   * @param position after the step
   * @param warning is told of a step that was left out
   * @throws FailedException if the step was bad and the run is to end
   */
  void after(Trainer.Step step, Position position, Warning warning) throws IOException {
    if (step.loss().isGood()) {
      inARow = 0;
      return;
    }
    inARow++;
    int epoch = position.epoch() + 1;
    int batch = position.current().steps();
    String line =
        String.format(Locale.ROOT, "epoch %d, batch %d", epoch, batch)
            + fault(step.loss(), position)
            + " for "
            + evidence(step.bad(), epoch, batch);
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
    warning.say(line + "; skipped");
  }

  /** Keeps this process's crops, and says which images those of all are of and where they are. */
  private String evidence(List<BadBatch> bad, int epoch, int batch) throws IOException {
    List<String> own = new ArrayList<>();
    if (!bad.isEmpty()) {
      String name = String.format(Locale.ROOT, "nan/epoch-%04d-batch-%06d", epoch, batch);
      // Processes of one machine share the folder.
      Path place = folder.path().resolve(ranks.first() ? name : name + "-rank-" + ranks.rank());
      own.add(place.toString());
      own.addAll(write(bad, place));
    }
    List<String> names = new ArrayList<>();
    List<String> places = new ArrayList<>();
    List<String> all = ranks.gather(Json.texts(own), device);
    for (int rank = 0; rank < all.size(); rank++) {
      JsonArray said = Json.parse(all.get(rank), "what rank " + rank + " says").getAsJsonArray();
      for (int i = 0; i < said.size(); i++) {
        String text = said.get(i).getAsString();
        if (i > 0) {
          names.add(text);
        } else {
          places.add(rank == 0 ? text : text + " of rank " + rank);
        }
      }
    }
    return String.join(", ", names) + "; its crops are in " + String.join(" and ", places);
  }

  private static String fault(StepLoss loss, Position position) {
    if (loss.badGradients() > 0) {
      return ": the gradients are no numbers";
    }
    double total = loss.mean().total();
    return Double.isFinite(total)
        ? String.format(Locale.ROOT, ": the loss is %.3g, usually %.3g,", total, position.usual())
        : ": the loss is no number";
  }

  /** Writes the crops of the batches, and returns the names of their images. */
  private List<String> write(List<BadBatch> batches, Path evidence) throws IOException {
    List<String> names = new ArrayList<>();
    Files.createDirectories(evidence);
    for (BadBatch batch : batches) {
      for (int i = 0; i < batch.people().size(); i++) {
        try (Image image = Image.of(batch.crops().get(i), crop, crop)) {
          image.writePng(evidence.resolve(String.format(Locale.ROOT, "%03d.png", names.size())));
        }
        names.add(images.get(batch.people().get(i)));
      }
    }
    Files.writeString(
        evidence.resolve("images.txt"), String.join("\n", names) + "\n", StandardCharsets.UTF_8);
    return names;
  }
}
