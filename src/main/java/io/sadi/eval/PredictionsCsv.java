package io.sadi.eval;

import io.sadi.data.ImageColumn;
import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.io.Csv;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Predictions as CSV, one row a person: {@code image} and {@code NAME_x,NAME_y} for every joint, in
 * any order. {@code person}, {@code score}, {@code box_w,box_h} and {@code
 * NAME_score,NAME_sigma_x,NAME_sigma_y} are read where they are there; other columns do not matter.
 * Without {@code person}, or with {@code box_score}, a row is for the person who is nearest. A
 * joint that was not found is empty, or NaN.
 */
final class PredictionsCsv {
  private PredictionsCsv() {}

  /** Reads a whole file; every error names its line and column. */
  static List<Detection> read(Path file, List<String> joints) throws IOException {
    Predictions people = new Predictions();
    List<Detection> found = new ArrayList<>();
    try (Csv csv = Csv.open(file)) {
      Csv.Column image = ImageColumn.of(csv);
      Csv.Column person = csv.find("person");
      Csv.Column score = csv.find("score");
      Csv.Column width = csv.find("box_w");
      Csv.Column height = csv.find("box_h");
      Csv.Column boxScore = csv.find("box_score");
      List<JointColumns> columns =
          joints.stream().map(joint -> JointColumns.of(csv, joint)).toList();
      for (Csv.Row row = csv.next(); row != null; row = csv.next()) {
        int number =
            person == null || row.isMissing(person) ? Prediction.UNNUMBERED : row.index(person);
        Prediction prediction = prediction(row, row.text(image), number, columns);
        if (number != Prediction.UNNUMBERED && !people.add(prediction)) {
          throw BadInputException.at(
              row.where(),
              "a second row for " + row.text(image) + ", person " + number,
              "one row a person",
              "remove one");
        }
        double w = row.numberOrNaN(width);
        double h = row.numberOrNaN(height);
        Box box = Double.isNaN(w * h) ? null : new Box(0, 0, w, h);
        found.add(
            Detection.of(prediction, row.numberOrNaN(score), box, "")
                .detected(!Double.isNaN(row.numberOrNaN(boxScore))));
      }
    }
    return found;
  }

  /** Where a joint's values stand; the last three need not be there. */
  private record JointColumns(
      Csv.Column x,
      Csv.Column y,
      Csv.@Nullable Column score,
      Csv.@Nullable Column sigmaX,
      Csv.@Nullable Column sigmaY) {

    static JointColumns of(Csv csv, String name) {
      return new JointColumns(
          csv.column(name + "_x"),
          csv.column(name + "_y"),
          csv.find(name + "_score"),
          csv.find(name + "_sigma_x"),
          csv.find(name + "_sigma_y"));
    }
  }

  private static Prediction prediction(
      Csv.Row row, String image, int person, List<JointColumns> joints) {
    Prediction prediction = Prediction.empty(image, person, joints.size());
    for (int k = 0; k < joints.size(); k++) {
      JointColumns joint = joints.get(k);
      prediction.x()[k] = row.numberOrNaN(joint.x); // NaN: the joint was not found
      prediction.y()[k] = row.numberOrNaN(joint.y);
      prediction.score()[k] = row.numberOrNaN(joint.score);
      prediction.sigmaX()[k] = row.numberOrNaN(joint.sigmaX);
      prediction.sigmaY()[k] = row.numberOrNaN(joint.sigmaY);
    }
    return prediction;
  }
}
