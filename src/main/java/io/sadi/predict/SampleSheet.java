package io.sadi.predict;

import io.sadi.data.Batch;
import io.sadi.data.Batches;
import io.sadi.data.Crop;
import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.eval.Prediction;
import io.sadi.image.Canvas;
import io.sadi.image.Image;
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
  private static final int GAP = 6;
  private static final int TEXT = 9;
  private static final int LINE = TEXT + 12;

  /** A person's three pictures stand together; so many people a row. */
  private static final int PEOPLE = 2;

  private static final List<String> COLUMNS = List.of("annotated", "found", "H1");
  private static final int PAPER = 0x202020;
  private static final int INK = 0xE8E8E8;
  private static final int QUALITY = 88;

  private final Dataset dataset;
  private final List<Person> people;
  private final SkeletonDrawing skeleton;
  private final HeatDrawing heat;

  /**
   * @param people of the dataset, at least one
   */
  public SampleSheet(Dataset dataset, List<Person> people) {
    this.dataset = dataset;
    this.people = List.copyOf(people);
    this.skeleton = new SkeletonDrawing(dataset.skeleton());
    this.heat = new HeatDrawing(skeleton, dataset.skeleton().size());
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
    int columns = Math.min(PEOPLE, people.size());
    int rows = (people.size() + columns - 1) / columns;
    int across = COLUMNS.size() * (TILE + GAP) + GAP;
    int down = TILE + LINE;
    try (Image sheet = Image.filled(columns * across + GAP, 2 * LINE + rows * down, PAPER);
        Batches batches = Batches.inOrder(dataset, people, crop, people.size(), 1)) {
      Canvas canvas = sheet.canvas();
      canvas.text(
          title + "; left orange, right blue, hollow: occluded or unsure",
          GAP,
          LINE - 6,
          TEXT,
          INK);
      Batch batch = batches.next();
      if (batch == null) {
        throw new IllegalStateException("nobody to draw");
      }
      Maps maps = estimator.run(batch);
      for (int i = 0; i < people.size(); i++) {
        Person person = people.get(i);
        Prediction found =
            estimator.read(
                maps,
                i,
                Crop.of(person, crop),
                new Readout(Decode.FUSED, fusionWeight),
                person.image(),
                person.person());
        draw(
            person,
            found,
            maps.of(i),
            canvas,
            GAP + i % columns * across,
            LINE + i / columns * down);
      }
      batches.release(batch);
      sheet.writeJpeg(file, QUALITY);
    }
  }

  private void draw(Person person, Prediction found, Maps maps, Canvas canvas, int x, int y)
      throws IOException {
    Crop crop = Crop.of(person, TILE);
    for (int i = 0; i < COLUMNS.size(); i++) {
      canvas.text(COLUMNS.get(i), x + i * (TILE + GAP), y + LINE - 6, TEXT, INK);
    }
    try (Image photo = Image.read(dataset.imageRoot().resolve(person.image()));
        Image plain = photo.warp(crop.imageToCrop().inverse(), TILE, TILE);
        Image truth = Image.of(plain.rgb(), TILE, TILE);
        Image seen = heat.draw(plain, maps.h1(), maps.size())) {
      double line = Math.max(2, TILE / 90.0);
      skeleton.draw(truth.canvas(), SkeletonDrawing.annotated(person), crop.imageToCrop(), line);
      skeleton.draw(plain.canvas(), found, crop.imageToCrop(), line);
      canvas.picture(truth, x, y + LINE);
      canvas.picture(plain, x + TILE + GAP, y + LINE);
      canvas.picture(seen, x + 2 * (TILE + GAP), y + LINE);
    }
  }
}
