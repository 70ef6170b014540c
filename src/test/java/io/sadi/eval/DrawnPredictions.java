package io.sadi.eval;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.sadi.testing.TestData;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sinks;

/**
 * Writes {@code test-data/predictions}: what some program may have found of the people of {@code
 * test-data/annotations}, in every format that {@code sadi eval --predictions} reads. Joints lie
 * about a pixel beside the truth, and one was not found.
 */
final class DrawnPredictions {
  static final Path FOLDER = TestData.path("predictions");
  static final Path TRUTH = TestData.path("annotations/expected.csv");

  private static final Gson GSON = new GsonBuilder().setPrettyPrinting().serializeNulls().create();

  /**
   * One person's.
   *
   * @param x null where it was not found
   */
  private record Found(String image, int person, List<Double> x, List<Double> y) {
    double score(int k) {
      return (50 + 3 * k) / 100.0;
    }

    double meanScore() {
      return 0.5 + 0.03 * (x.size() - 1) / 2;
    }
  }

  private final List<String> joints = new ArrayList<>();
  private final List<Found> people = new ArrayList<>();

  static void write() throws IOException {
    DrawnPredictions drawn = new DrawnPredictions();
    drawn.find();
    drawn.table();
    drawn.own();
    drawn.cocoResults();
    drawn.pred();
    drawn.openPose();
    drawn.mmpose();
  }

  private void find() throws IOException {
    List<String> lines = Files.readAllLines(TRUTH);
    List<String> header = List.of(lines.get(0).split(","));
    header.stream()
        .filter(column -> column.endsWith("_v"))
        .forEach(column -> joints.add(column.substring(0, column.length() - 2)));
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split(",");
      List<Double> x = new ArrayList<>();
      List<Double> y = new ArrayList<>();
      for (int k = 0; k < joints.size(); k++) {
        int at = header.indexOf(joints.get(k) + "_x");
        boolean annotated = !fields[at].isEmpty();
        boolean found = people.size() != 2 || k != 4;
        double trueX = annotated ? Double.parseDouble(fields[at]) : 50;
        double trueY = annotated ? Double.parseDouble(fields[at + 1]) : 60;
        x.add(found ? hundredths(trueX + 0.5 * (7 * k % 5 - 2)) : null);
        y.add(found ? hundredths(trueY + 0.5 * (3 * k % 5 - 2)) : null);
      }
      people.add(new Found(fields[0], Integer.parseInt(fields[1]), x, y));
    }
  }

  private static double hundredths(double value) {
    return Math.rint(100 * value) / 100;
  }

  private void table() throws IOException {
    StringBuilder text = new StringBuilder("image,person");
    for (String joint : joints) {
      text.append(String.format(",%1$s_x,%1$s_y,%1$s_score", joint));
    }
    for (Found p : people) {
      text.append('\n').append(p.image).append(',').append(p.person);
      for (int k = 0; k < joints.size(); k++) {
        text.append(',').append(number(p.x.get(k))).append(',').append(number(p.y.get(k)));
        text.append(',').append(number(p.score(k)));
      }
    }
    text.append('\n');
    write("expected.csv", text.toString());
    write(
        "semicolons.csv",
        text.toString().replace(',', ';').replaceAll("([0-9])\\.([0-9])", "$1,$2"));
  }

  private static String number(Double value) {
    return value == null ? "" : String.format(Locale.ROOT, "%.2f", value);
  }

  /** As sadi predict writes them, whole and an image a line. */
  private void own() throws IOException {
    Map<String, List<Object>> byImage = new LinkedHashMap<>();
    for (Found p : people) {
      List<Object> keypoints = new ArrayList<>();
      for (int k = 0; k < joints.size(); k++) {
        keypoints.add(
            map("name", joints.get(k), "x", p.x.get(k), "y", p.y.get(k), "score", p.score(k)));
      }
      byImage
          .computeIfAbsent(p.image, image -> new ArrayList<>())
          .add(map("person", p.person, "score", p.meanScore(), "keypoints", keypoints));
    }
    List<Object> images = new ArrayList<>();
    byImage.forEach((image, found) -> images.add(map("image", image, "people", found)));
    json("sadi.json", map("schema_version", 1, "images", images));
    StringBuilder lines = new StringBuilder();
    Gson compact = new GsonBuilder().serializeNulls().create();
    images.forEach(image -> lines.append(compact.toJson(image)).append('\n'));
    write("sadi.jsonl", lines.toString());
  }

  /** Which number images as coco.json does, and no people. */
  private void cocoResults() throws IOException {
    List<Object> results = new ArrayList<>();
    for (Found p : people) {
      int number = Integer.parseInt(p.image.replaceAll("\\D", ""));
      results.add(
          map(
              "image_id",
              10 * number,
              "category_id",
              1,
              "keypoints",
              triples(p, null),
              "score",
              p.meanScore()));
    }
    json("coco-results.json", results);
  }

  private List<Object> triples(Found p, Double notFound) {
    List<Object> numbers = new ArrayList<>();
    for (int k = 0; k < joints.size(); k++) {
      boolean found = p.x.get(k) != null;
      numbers.add(found ? p.x.get(k) : notFound);
      numbers.add(found ? p.y.get(k) : notFound);
      numbers.add(found || notFound == null ? p.score(k) : notFound);
    }
    return numbers;
  }

  /** HRNet's: people x joints x (x, y, score), from (1, 1) on. */
  private void pred() throws IOException {
    Matrix preds = Mat5.newMatrix(new int[] {people.size(), joints.size(), 3});
    for (int i = 0; i < people.size(); i++) {
      Found p = people.get(i);
      for (int k = 0; k < joints.size(); k++) {
        boolean found = p.x.get(k) != null;
        preds.setDouble(new int[] {i, k, 0}, found ? p.x.get(k) + 1 : Double.NaN);
        preds.setDouble(new int[] {i, k, 1}, found ? p.y.get(k) + 1 : Double.NaN);
        preds.setDouble(new int[] {i, k, 2}, p.score(k));
      }
    }
    Path file = FOLDER.resolve("pred.mat");
    Files.deleteIfExists(file);
    try (MatFile content = Mat5.newMatFile();
        var sink = Sinks.newStreamingFile(file.toFile())) {
      content.addArray("preds", preds);
      content.writeTo(sink);
    }
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      // The library writes the time there.
      String text = String.format("%-116s", "MATLAB 5.0 MAT-file");
      bytes.write(text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** A file an image; a joint that was not found is three zeros. */
  private void openPose() throws IOException {
    for (String image : people.stream().map(Found::image).distinct().toList()) {
      List<Object> here = new ArrayList<>();
      for (Found p : people) {
        if (p.image.equals(image)) {
          here.add(map("person_id", List.of(-1), "pose_keypoints_2d", triples(p, 0.0)));
        }
      }
      String name = "openpose/" + image.replace(".jpg", "_keypoints.json");
      json(name, map("version", 1.3, "people", here));
    }
  }

  private void mmpose() throws IOException {
    for (String image : people.stream().map(Found::image).distinct().toList()) {
      List<Object> here = new ArrayList<>();
      for (Found p : people) {
        if (p.image.equals(image)) {
          List<Object> places = new ArrayList<>();
          List<Object> scores = new ArrayList<>();
          for (int k = 0; k < joints.size(); k++) {
            List<Double> place = new ArrayList<>();
            place.add(p.x.get(k));
            place.add(p.y.get(k));
            places.add(place);
            scores.add(p.score(k));
          }
          here.add(map("keypoints", places, "keypoint_scores", scores, "bbox_score", 1.0));
        }
      }
      json("mmpose/" + image.replace(".jpg", ".json"), here);
    }
  }

  private static void json(String name, Object content) throws IOException {
    write(name, GSON.toJson(content) + "\n");
  }

  private static void write(String name, String text) throws IOException {
    Path file = FOLDER.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static Map<String, Object> map(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }
}
