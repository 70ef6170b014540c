package io.sadi.testing;

import io.sadi.data.Dataset;
import io.sadi.data.DatasetWriter;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Pictures of noise with joints anywhere in them, and a network as small as it goes. */
public final class NoisePeople {
  /** 3 epochs of 2 steps. */
  public static final String CONFIG =
      """
      model: {input: 64, stem: 4, channels: [4, 4, 4, 4, 8], blocks: [1, 1, 1, 1, 1], features: 4}
      sfm: {width: [4, 4, 4, 4], attention: 4, planes: [2, 2, 2, 2], final: 8}
      dlm: {lattice: 33, training_lattice: 33}
      train: {epochs: 3, batch: 4, milestones: [2], threads: 1, precision: fp32}
      """;

  private NoisePeople() {}

  /** A dataset of 8 people in train and 4 in val. */
  public static Path write(Path data) throws IOException {
    return write(data, 3);
  }

  /** As many others. */
  public static Path write(Path data, long seed) throws IOException {
    Files.createDirectories(data.resolve("images"));
    Random random = new Random(seed);
    List<Person> people = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      byte[] pixels = new byte[48 * 48 * 3];
      random.nextBytes(pixels);
      try (Image image = Image.of(pixels, 48, 48)) {
        image.writePng(data.resolve("images/" + i + ".png"));
      }
      float[] x = new float[14];
      float[] y = new float[14];
      for (int j = 0; j < 14; j++) {
        x[j] = random.nextInt(48);
        y[j] = random.nextInt(48);
      }
      byte[] visible = new byte[14];
      Arrays.fill(visible, Person.VISIBLE);
      people.add(
          new Person(i + ".png", 0, 48, 48, x, y, visible, null, 24, 24, 0.24, Double.NaN, null));
    }
    Map<String, List<Person>> splits =
        Map.of("train", people.subList(0, 8), "val", people.subList(8, 12));
    Dataset dataset =
        new Dataset(
            data,
            "noise",
            Skeleton.lsp14(),
            Metric.PCK_02,
            Map.of("train", 8, "val", 4),
            data.resolve("images"));
    DatasetWriter.write(dataset, "images", Map.of(), splits);
    return data;
  }
}
