package io.sadi.eval;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.data.Skeleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * Makes up people and predictions for {@code test-data/metrics}: heads, torsos and boxes of many
 * sizes, people who lack what a metric divides by, a crowd, somebody without joints, nobody found,
 * joints not found, detections of nobody. Places are quarters of pixels, which float32 holds.
 */
final class SmallMetrics {
  static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

  private static final List<String> JOINTS = Skeleton.mpii16().joints();
  private static final int IMAGES = 10;

  private final Random random = new Random(2026);
  private final JsonArray images = new JsonArray();
  private final JsonArray annotations = new JsonArray();
  private final JsonArray results = new JsonArray();
  private final StringBuilder predictions = new StringBuilder("image,person");

  /** Writes ground_truth.json, predictions.csv and results.json. */
  static void write(Path folder) throws IOException {
    SmallMetrics made = new SmallMetrics();
    made.make();
    Files.createDirectories(folder);
    JsonObject category = new JsonObject();
    category.addProperty("id", 1);
    category.addProperty("name", "person");
    JsonArray names = new JsonArray();
    JOINTS.forEach(names::add);
    category.add("keypoints", names);
    category.add("skeleton", new JsonArray());
    JsonArray categories = new JsonArray();
    categories.add(category);
    JsonObject truth = new JsonObject();
    truth.add("images", made.images);
    truth.add("annotations", made.annotations);
    truth.add("categories", categories);
    Files.writeString(folder.resolve("ground_truth.json"), new Gson().toJson(truth) + "\n");
    Files.writeString(folder.resolve("results.json"), new Gson().toJson(made.results) + "\n");
    Files.writeString(folder.resolve("predictions.csv"), made.predictions);
  }

  private void make() {
    JOINTS.forEach(
        joint -> predictions.append(",").append(joint).append("_x,").append(joint + "_y"));
    predictions.append('\n');
    for (int image = 1; image <= IMAGES; image++) {
      JsonObject object = new JsonObject();
      object.addProperty("id", image);
      object.addProperty("file_name", image + ".jpg");
      object.addProperty("width", 640);
      object.addProperty("height", 480);
      images.add(object);
      int people = 1 + random.nextInt(4);
      for (int p = 0; p < people; p++) {
        person(image, p);
      }
    }
  }

  private void person(int image, int number) {
    int id = annotations.size() + 1;
    double size = 25 + 250 * random.nextDouble();
    double left = quarter(300 * random.nextDouble());
    double top = quarter(150 * random.nextDouble());
    boolean crowd = id == 7;
    boolean jointless = id == 12;
    double[] x = new double[JOINTS.size()];
    double[] y = new double[JOINTS.size()];
    int[] v = new int[JOINTS.size()];
    JsonArray keypoints = new JsonArray();
    for (int k = 0; k < v.length; k++) {
      boolean left13 = id == 5 && k == 13; // no left shoulder, so no torso
      v[k] = crowd || jointless || left13 || random.nextInt(9) == 0 ? 0 : 1 + random.nextInt(2);
      x[k] = v[k] == 0 ? 0 : quarter(left + size * random.nextDouble());
      y[k] = v[k] == 0 ? 0 : quarter(top + size * random.nextDouble());
      keypoints.add(x[k]);
      keypoints.add(y[k]);
      keypoints.add(v[k]);
    }
    JsonObject person = new JsonObject();
    person.addProperty("id", id);
    person.addProperty("image_id", image);
    person.addProperty("category_id", 1);
    person.addProperty("iscrowd", crowd ? 1 : 0);
    if (!crowd) {
      person.addProperty("person", number);
    }
    JsonArray box = box(left, top, size, size);
    person.add("bbox", box);
    person.addProperty("area", quarter(0.6 * size * size));
    if (id != 3) { // no head
      person.addProperty("head_size", quarter(size / 8));
    }
    person.add("keypoints", keypoints);
    annotations.add(person);
    if (id != 9 && !crowd && !jointless) { // whom nobody found
      predictions.append(image).append(".jpg,").append(number);
      double[] off = off(size);
      for (int k = 0; k < v.length; k++) {
        boolean found = random.nextInt(20) > 0;
        double px = quarter(x[k] + off[k] * random.nextGaussian());
        double py = quarter(y[k] + off[k] * random.nextGaussian());
        predictions.append(found ? "," + px + "," + py : ",,");
      }
      predictions.append('\n');
    }
    // Right, not so right, and somewhere else.
    int tries = crowd ? 3 : random.nextInt(5) == 0 ? 0 : 1 + random.nextInt(2);
    for (int t = 0; t < tries; t++) {
      JsonObject result = new JsonObject();
      result.addProperty("image_id", image);
      result.addProperty("category_id", 1);
      double away = t == 1 && !crowd ? 0.1 * size : 0;
      double[] off = off(size);
      JsonArray found = new JsonArray();
      for (int k = 0; k < v.length; k++) {
        double px = v[k] == 0 ? left + size * random.nextDouble() : x[k];
        double py = v[k] == 0 ? top + size * random.nextDouble() : y[k];
        found.add(quarter(px + away + off[k] * random.nextGaussian()));
        found.add(quarter(py + away + off[k] * random.nextGaussian()));
        found.add(0.5);
      }
      result.add("keypoints", found);
      result.addProperty("score", (1 + results.size() * 37 % 97) / 100.0);
      result.add("bbox", box);
      results.add(result);
    }
  }

  /** How far from the truth each joint is found: most near, a few anywhere. */
  private double[] off(double size) {
    double[] off = new double[JOINTS.size()];
    for (int k = 0; k < off.length; k++) {
      off[k] = size * (random.nextInt(5) == 0 ? 0.2 : 0.03);
    }
    return off;
  }

  private static JsonArray box(double... sides) {
    JsonArray box = new JsonArray();
    for (double side : sides) {
      box.add(quarter(side));
    }
    return box;
  }

  private static double quarter(double value) {
    return Math.rint(4 * value) / 4;
  }
}
