package io.sadi.show;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.checkpoint.Decode;
import io.sadi.data.Batch;
import io.sadi.data.Batches;
import io.sadi.data.Crop;
import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.eval.Prediction;
import io.sadi.geom.PixelConvention;
import io.sadi.image.Image;
import io.sadi.predict.engine.InferenceConfig;
import io.sadi.predict.engine.Maps;
import io.sadi.predict.engine.TrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pictures for a page: annotated people, what the network saw in them and where it put them. */
public final class Gallery {
  private static final int QUALITY = 85;

  private Gallery() {}

  /**
   * One person's pictures, JPEGs of the crop.
   *
   * @param person who it is
   * @param found where the model says the joints are
   * @param crop as it is
   * @param truth with the annotated joints, occluded ones hollow
   * @param prediction with the joints that were found, unsure ones hollow
   * @param h1 under the first heatmaps
   * @param h2 under the second; null without the SFM
   */
  @SuppressWarnings("ArrayRecordComponent") // files, handed on as they are
  public record Exhibit(
      Person person,
      Prediction found,
      byte[] crop,
      byte[] truth,
      byte[] prediction,
      byte[] h1,
      byte @Nullable [] h2) {}

  /**
   * Shows people to a model.
   *
   * @param file the checkpoint's
   * @param decode which answer is drawn
   * @param people of the dataset
   * @param side of the pictures in pixels
   */
  public static List<Exhibit> of(
      Checkpoint checkpoint,
      Path file,
      Decode decode,
      Dataset dataset,
      List<Person> people,
      int side,
      InferenceConfig config)
      throws IOException {
    List<Exhibit> exhibits = new ArrayList<>();
    int input = checkpoint.model().input();
    PixelConvention pixels = checkpoint.model().pixels();
    Painter painter = new Painter(dataset.skeleton(), pixels, side);
    try (TrainedModel network = new TrainedModel(checkpoint, file, config);
        Batches batches =
            Batches.inOrder(dataset, people, input, pixels, config.batch(), config.workers())) {
      for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
        Maps maps = network.estimator().run(batch);
        for (int b = 0; b < batch.size(); b++) {
          Person person = people.get(batch.indices()[b]);
          Prediction found =
              network
                  .estimator()
                  .read(
                      maps,
                      b,
                      Crop.of(person, input, pixels),
                      checkpoint.readout(decode),
                      person.image(),
                      person.person());
          try (Image photo = Image.read(dataset.imageRoot().resolve(person.image()))) {
            exhibits.add(painter.exhibit(photo, person, found, maps.of(b)));
          }
        }
        batches.release(batch);
      }
    }
    return exhibits;
  }

  private static final class Painter {
    private final SkeletonDrawing skeleton;
    private final HeatDrawing heat;
    private final int side;

    Painter(Skeleton joints, PixelConvention pixels, int side) {
      this.skeleton = new SkeletonDrawing(joints);
      this.heat = new HeatDrawing(skeleton, joints.size(), pixels);
      this.side = side;
    }

    Exhibit exhibit(Image photo, Person person, Prediction found, Maps maps) {
      Crop crop = Crop.of(person, side);
      try (Image plain = photo.warp(crop.imageToCrop().inverse(), side, side)) {
        float[] h2 = maps.h2();
        return new Exhibit(
            person,
            found,
            plain.jpeg(QUALITY),
            joints(plain, crop, SkeletonDrawing.annotated(person)),
            joints(plain, crop, found),
            heat(plain, maps.h1(), maps.size()),
            h2 == null ? null : heat(plain, h2, maps.size()));
      }
    }

    private byte[] joints(Image plain, Crop crop, Prediction joints) {
      try (Image picture = Image.of(plain.rgb(), side, side)) {
        skeleton.draw(picture.canvas(), joints, crop.imageToCrop(), Math.max(2, side / 90.0));
        return picture.jpeg(QUALITY);
      }
    }

    private byte[] heat(Image plain, float[] maps, int size) {
      try (Image picture = heat.draw(plain, maps, size)) {
        return picture.jpeg(QUALITY);
      }
    }
  }
}
