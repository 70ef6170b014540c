package io.sadi.show;

import io.sadi.checkpoint.Decode;
import io.sadi.checkpoint.Readout;
import io.sadi.data.Batch;
import io.sadi.data.Batches;
import io.sadi.data.Crop;
import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.eval.Prediction;
import io.sadi.image.ContactSheet;
import io.sadi.image.Image;
import io.sadi.predict.engine.Maps;
import io.sadi.predict.engine.PoseEstimator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One picture of some people: what is annotated, what a network finds, and its first heatmaps, side
 * by side. Drawn every few epochs it shows what a number cannot.
 */
public final class SampleSheet {
  private static final int TILE = 176;

  /** A person's pictures stand together; so many people a row. */
  private static final int PEOPLE = 2;

  private static final int PICTURES = 3;

  private final Dataset dataset;
  private final List<Person> people;
  private final SkeletonDrawing skeleton;

  /**
   * @param people of the dataset, at least one
   */
  public SampleSheet(Dataset dataset, List<Person> people) {
    this.dataset = dataset;
    this.people = List.copyOf(people);
    this.skeleton = new SkeletonDrawing(dataset.skeleton());
  }

  /**
   * Some of many people: always the same, from everywhere among them.
   *
   * @param count at most so many
   */
  public static List<Person> some(List<Person> people, int count) {
    int n = Math.min(count, people.size());
    return IntStream.range(0, n)
        .mapToObj(i -> people.get((int) ((long) i * people.size() / n)))
        .toList();
  }

  /**
   * Draws the picture, a JPEG.
   *
   * @param crop side of the network's input
   * @param fusionWeight w of {@link Decode#FUSED}, which is drawn
   * @param title above it, in ASCII
   */
  public void write(PoseEstimator estimator, int crop, double fusionWeight, String title, Path file)
      throws IOException {
    String legend = title + "; left orange, right blue, hollow: occluded or unsure";
    int columns = PICTURES * Math.min(PEOPLE, people.size());
    try (ContactSheet sheet = new ContactSheet(PICTURES * people.size(), columns, TILE, 1, legend);
        Batches batches =
            Batches.inOrder(dataset, people, crop, estimator.pixels(), people.size(), 1)) {
      Batch batch = batches.next();
      if (batch == null) {
        throw new IllegalStateException("nobody to draw");
      }
      Maps maps = estimator.run(batch);
      HeatDrawing heat = new HeatDrawing(skeleton, dataset.skeleton().size(), estimator.pixels());
      for (int i = 0; i < people.size(); i++) {
        Person person = people.get(i);
        Prediction found =
            estimator.read(
                maps,
                i,
                Crop.of(person, crop, estimator.pixels()),
                new Readout(Decode.FUSED, fusionWeight),
                person.image(),
                person.person());
        draw(person, found, maps.of(i), heat, sheet);
      }
      batches.release(batch);
      sheet.write(file);
    }
  }

  private void draw(
      Person person, Prediction found, Maps maps, HeatDrawing heat, ContactSheet sheet)
      throws IOException {
    Crop crop = Crop.of(person, TILE);
    try (Image photo = Image.read(dataset.imageRoot().resolve(person.image()));
        Image plain = photo.warp(crop.imageToCrop().inverse(), TILE, TILE);
        Image truth = Image.of(plain.rgb(), TILE, TILE);
        Image seen = heat.draw(plain, maps.h1(), maps.size())) {
      double line = Math.max(2, TILE / 90.0);
      skeleton.draw(truth.canvas(), SkeletonDrawing.annotated(person), crop.imageToCrop(), line);
      skeleton.draw(plain.canvas(), found, crop.imageToCrop(), line);
      sheet.add(truth, "annotated");
      sheet.add(plain, "found");
      sheet.add(seen, "H1");
    }
  }
}
