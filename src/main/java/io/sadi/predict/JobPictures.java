package io.sadi.predict;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.image.Image;
import io.sadi.io.Progress;
import io.sadi.predict.engine.CropAttention;
import io.sadi.predict.engine.CropMaps;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.input.AnnotatedPeople;
import io.sadi.predict.output.OutputFolder;
import io.sadi.predict.output.Pictures.DrawingSeries;
import io.sadi.show.AttentionPicture;
import io.sadi.show.HeatmapPicture;
import io.sadi.show.HeatmapPicture.MapSource;
import io.sadi.show.OverlayPicture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pictures that a prediction was asked for, and the networks that only they need. */
final class JobPictures implements AutoCloseable {
  /**
   * What is drawn, each null for nothing.
   *
   * @param truth annotated joints beside the heatmaps
   */
  record PicturePlan(
      @Nullable OutputFolder overlays,
      @Nullable OutputFolder heatmaps,
      @Nullable OutputFolder attention,
      PredictionRequest request,
      AnnotatedPeople truth) {}

  private final List<DrawingSeries> series = new ArrayList<>();
  private @Nullable CropMaps other;
  private @Nullable CropAttention attention;

  private JobPictures() {}

  /**
   * Loads what is needed.
   *
   * @param checkpoint of the network that predicts
   * @param against whose heatmaps stand beside its own; null for nobody's
   */
  static JobPictures open(
      PicturePlan plan, Checkpoint checkpoint, @Nullable Checkpoint against, Progress progress) {
    JobPictures pictures = new JobPictures();
    try {
      if (plan.overlays() != null) {
        OverlayPicture overlay = new OverlayPicture(checkpoint.skeleton());
        pictures.series.add(new DrawingSeries(plan.overlays(), overlay::draw));
      }
      if (plan.heatmaps() != null) {
        pictures.addHeatmaps(plan.heatmaps(), plan, checkpoint, against, progress);
      }
      if (plan.attention() != null) {
        CropAttention looks =
            new CropAttention(checkpoint, plan.request().model(), plan.request().inference());
        pictures.attention = looks;
        looks.warnings().forEach(progress::warn);
        pictures.series.add(
            new DrawingSeries(
                plan.attention(),
                (photo, people) ->
                    AttentionPicture.draw(
                        photo,
                        people.stream()
                            .map(
                                person ->
                                    new AttentionPicture.Looked(
                                        person.place(), looks.of(photo, person.place())))
                            .toList())));
      }
      return pictures;
    } catch (RuntimeException | Error e) {
      pictures.close();
      throw e;
    }
  }

  private void addHeatmaps(
      OutputFolder folder,
      PicturePlan plan,
      Checkpoint checkpoint,
      @Nullable Checkpoint against,
      Progress progress) {
    Path file = plan.request().output().drawings().against();
    MapSource beside = null;
    if (against != null && file != null) {
      InferenceConfig config = plan.request().inference();
      other = new CropMaps(against, file, config);
      other.warnings().forEach(progress::warn);
      beside = MapSource.of(against, name(file));
    }
    HeatmapPicture picture =
        new HeatmapPicture(
            checkpoint.skeleton(),
            checkpoint.targetSigma(),
            MapSource.of(checkpoint, beside == null ? "" : name(plan.request().model())),
            beside);
    series.add(
        new DrawingSeries(
            folder,
            (photo, people) ->
                picture.draw(
                    photo,
                    people.stream().map(person -> row(photo, person, plan.truth())).toList())));
  }

  private HeatmapPicture.PersonRow row(Image photo, FoundPerson person, AnnotatedPeople truth) {
    return new HeatmapPicture.PersonRow(
        person,
        other == null ? null : other.of(photo, person.place()),
        truth.of(person.joints().image(), person.place()));
  }

  /** A run is told from another by its folder: its files are all called best.safetensors. */
  private static String name(Path file) {
    String name = String.valueOf(file.getFileName()).replaceFirst("\\.safetensors$", "");
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null && String.valueOf(parent.getFileName()).equals("checkpoints")) {
      Path run = parent.getParent();
      if (run != null && run.getFileName() != null) {
        String folder = run.getFileName().toString();
        Path variant = run.getParent();
        return folder.startsWith("seed-") && variant != null && variant.getFileName() != null
            ? variant.getFileName() + " " + folder
            : folder;
      }
    }
    return name;
  }

  /** What is drawn of each image. */
  List<DrawingSeries> series() {
    return series;
  }

  @Override
  public void close() {
    try {
      if (other != null) {
        other.close();
      }
    } finally {
      if (attention != null) {
        attention.close();
      }
    }
  }
}
