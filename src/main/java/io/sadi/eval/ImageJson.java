package io.sadi.eval;

import io.sadi.config.Field;
import io.sadi.data.Skeleton;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The people of one image in a file that is called as the image is: as OpenPose 1.7 ({@code
 * NAME_keypoints.json}: {@code people[].pose_keypoints_2d}) and MMPose 1.x ({@code NAME.json}: a
 * list of {@code keypoints} and {@code keypoint_scores}) write them, and MMPose's demos ({@code
 * results_NAME.json}: that list as {@code instance_info}). Nobody in it is numbered. The joints are
 * the dataset's in its order; those of OpenPose's BODY_25 and COCO_18 bodies, which it always has
 * in the same order, are found by their names.
 */
final class ImageJson {
  private static final String OPENPOSE_ENDING = "_keypoints.json";
  private static final String DEMOS_BEGINNING = "results_";

  private static final List<String> BODY_25 =
      List.of(
          "nose",
          "neck",
          "right_shoulder",
          "right_elbow",
          "right_wrist",
          "left_shoulder",
          "left_elbow",
          "left_wrist",
          "pelvis",
          "right_hip",
          "right_knee",
          "right_ankle",
          "left_hip",
          "left_knee",
          "left_ankle",
          "right_eye",
          "left_eye",
          "right_ear",
          "left_ear",
          "left_big_toe",
          "left_small_toe",
          "left_heel",
          "right_big_toe",
          "right_small_toe",
          "right_heel");

  private static final List<String> COCO_18 =
      Stream.concat(BODY_25.subList(0, 8).stream(), BODY_25.subList(9, 19).stream()).toList();

  private final String image;
  private final List<String> joints;

  private ImageJson(String image, List<String> joints) {
    this.image = image;
    this.joints = joints;
  }

  /** A file of MMPose's. */
  static ImageJson ofMmpose(Path file, List<String> joints) {
    return new ImageJson(String.valueOf(file.getFileName()), joints);
  }

  /** A file that one of MMPose's demos wrote. */
  static ImageJson ofMmposesDemo(Path file, List<String> joints) {
    String name = String.valueOf(file.getFileName());
    String image =
        name.startsWith(DEMOS_BEGINNING) ? name.substring(DEMOS_BEGINNING.length()) : name;
    return new ImageJson(image, joints);
  }

  /** A file of OpenPose's. */
  static ImageJson ofOpenPose(Path file, List<String> joints) {
    String name = String.valueOf(file.getFileName());
    String image =
        name.endsWith(OPENPOSE_ENDING)
            ? name.substring(0, name.length() - OPENPOSE_ENDING.length()) + ".json"
            : name;
    return new ImageJson(image, joints);
  }

  /** Whether an element of a list is a person as MMPose writes them. */
  static boolean isMmposes(Field element) {
    return element.isObject()
        && element.get("keypoint_scores").isThere()
        && !element.get("image_id").isThere();
  }

  /**
   * Reads every {@code .json} of a folder, in the order of their names.
   *
   * @throws BadInputException naming the file that is wrong, or where there is none
   */
  static List<Detection> readFolder(Path folder, List<String> joints) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(f -> f.toString().endsWith(".json")).sorted().toList();
    }
    if (files.isEmpty()) {
      throw BadInputException.at(
          folder,
          "a folder without .json files",
          "one for each image, as OpenPose and MMPose write them",
          "or name a file: CSV, .json, .jsonl, .mat");
    }
    List<Detection> people = new ArrayList<>();
    Predictions numbered = new Predictions();
    for (Path file : files) {
      List<Detection> found =
          PredictionsJson.read(
              file,
              joints,
              () -> {
                throw BadInputException.at(
                    file,
                    "results of many images",
                    "the people of one image, in a folder",
                    "name the file itself");
              });
      for (Detection one : found) {
        Prediction of = one.joints();
        if (of.person() != Prediction.UNNUMBERED && !numbered.add(of)) {
          throw BadInputException.at(
              file,
              of.image() + ", person " + of.person() + ", which another file has, too",
              "one entry a person in all files of the folder",
              "remove one");
        }
      }
      people.addAll(found);
    }
    return people;
  }

  /** OpenPose's {@code people}. */
  List<Detection> openPose(Field people) {
    List<Detection> found = new ArrayList<>();
    for (Field person : people.list()) {
      Field keypoints = person.get("pose_keypoints_2d");
      List<Field> numbers = keypoints.list();
      int n = numbers.size() / 3;
      if (numbers.size() % 3 != 0 || order(n) == null) {
        throw joints(keypoints, numbers.size() + " numbers", 3 * joints.size() + " (x, y, score)");
      }
      float[] x = new float[n];
      float[] y = new float[n];
      float[] score = new float[n];
      for (int i = 0; i < n; i++) {
        x[i] = numbers.get(3 * i).floatingOrNaN();
        y[i] = numbers.get(3 * i + 1).floatingOrNaN();
        score[i] = numbers.get(3 * i + 2).floatingOrNaN();
        if (x[i] == 0 && y[i] == 0 && score[i] == 0) { // how it writes that there is none
          x[i] = Float.NaN;
          y[i] = Float.NaN;
        }
      }
      found.add(Detection.of(inOrder(x, y, score), Double.NaN, null, ""));
    }
    return found;
  }

  /** MMPose's {@code instance_info}, of one image. */
  List<Detection> mmpose(Field instances) {
    List<Detection> found = new ArrayList<>();
    for (Field person : instances.list()) {
      if (person.isObject() && person.get("frame_id").isThere()) {
        throw BadInputException.at(
            person.where(), "a frame of a film", "the people of one image", "");
      }
      found.addAll(person(person));
    }
    return found;
  }

  /** One of MMPose's people, alone in a list. */
  List<Detection> person(Field person) {
    List<Field> keypoints = person.get("keypoints").list();
    List<Field> scores = person.get("keypoint_scores").list();
    int n = keypoints.size();
    if (n != joints.size()) {
      throw joints(person.get("keypoints"), n + " joints", String.valueOf(joints.size()));
    }
    if (scores.size() != n) {
      throw BadInputException.at(
          person.get("keypoint_scores").where(),
          scores.size() + " numbers",
          n + ", one a joint",
          "");
    }
    float[] x = new float[n];
    float[] y = new float[n];
    float[] score = new float[n];
    for (int k = 0; k < n; k++) {
      List<Field> position = keypoints.get(k).list();
      if (position.size() != 2) {
        throw BadInputException.at(
            keypoints.get(k).where(),
            position.size() + " numbers",
            "x and y of a joint in the image",
            "");
      }
      x[k] = position.get(0).floatingOrNaN();
      y[k] = position.get(1).floatingOrNaN();
      score[k] = scores.get(k).floatingOrNaN();
    }
    Prediction joints = inOrder(x, y, score);
    Detection plain = Detection.of(joints, Double.NaN, corners(person.get("bbox")), "");
    double sure = bboxScore(person.get("bbox_score"));
    return List.of(
        Double.isNaN(sure)
            ? plain
            : new Detection(joints, plain.score() * sure, plain.area(), plain.category(), false));
  }

  /** Alone in a list in some versions. */
  private static double bboxScore(Field score) {
    return score.isList(1) ? score.list().get(0).floatingOrNaN() : score.numberOrNaN();
  }

  /** {@code bbox}: x1, y1, x2, y2, alone in a list in some versions. */
  private static @Nullable Box corners(Field bbox) {
    if (!bbox.isGiven()) {
      return null;
    }
    List<Field> corners = bbox.isList(1) ? bbox.list().get(0).list() : bbox.list();
    if (corners.size() != 4) {
      throw BadInputException.at(bbox.where(), corners.size() + " numbers", "x1, y1, x2, y2", "");
    }
    float left = corners.get(0).floating();
    float top = corners.get(1).floating();
    return new Box(
        left,
        top,
        Math.max(0, corners.get(2).floating() - left),
        Math.max(0, corners.get(3).floating() - top));
  }

  private BadInputException joints(Field at, String found, String expected) {
    return BadInputException.at(
        at.where(),
        found,
        expected + " of the dataset's " + joints.size() + " joints",
        "the joints must be those of the dataset, in its order");
  }

  /** The names of a body of n joints: the dataset's, or one of OpenPose's; null for neither. */
  private @Nullable List<String> order(int n) {
    if (n == joints.size()) {
      return joints;
    }
    return n == BODY_25.size() ? BODY_25 : n == COCO_18.size() ? COCO_18 : null;
  }

  /** The dataset's joints; those that the body does not have are not found. */
  private Prediction inOrder(float[] x, float[] y, float[] score) {
    Prediction prediction = Prediction.empty(image, Prediction.UNNUMBERED, joints.size());
    List<String> order = order(x.length);
    Skeleton body =
        order == null || order.equals(joints) ? null : new Skeleton(order, List.of(), List.of());
    for (int k = 0; k < joints.size(); k++) {
      int i = body == null ? k : body.index(joints.get(k));
      prediction.x()[k] = i < 0 ? Float.NaN : x[i];
      prediction.y()[k] = i < 0 ? Float.NaN : y[i];
      prediction.score()[k] = i < 0 ? Float.NaN : score[i];
    }
    return prediction;
  }
}
