package io.sadi.eval;

import io.sadi.io.BadInputException;
import io.sadi.io.Csv;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Predictions as CSV, one row a person: {@code image,person} and {@code NAME_x,NAME_y} for every
 * joint, in any order. {@code NAME_score,NAME_sigma_x,NAME_sigma_y} are read where they are there;
 * other columns do not matter.
 */
final class PredictionsCsv {
  private PredictionsCsv() {}

  /** Reads a whole file; every error names its line and column. */
  static List<Prediction> read(Path file, List<String> joints) throws IOException {
    Predictions predictions = new Predictions();
    try (Csv csv = Csv.open(file)) {
      Csv.Column image = csv.column("image");
      Csv.Column person = csv.column("person");
      List<Joint> columns = joints.stream().map(joint -> Joint.of(csv, joint)).toList();
      for (Csv.Row row = csv.next(); row != null; row = csv.next()) {
        if (!predictions.add(prediction(row, row.text(image), row.index(person), columns))) {
          throw BadInputException.at(
              row.where(),
              "a second row for " + row.text(image) + ", person " + row.index(person),
              "one row a person",
              "remove one");
        }
      }
    }
    return List.copyOf(predictions.all());
  }

  /** Where a joint's values stand; the last three need not be there. */
  private record Joint(
      Csv.Column x,
      Csv.Column y,
      Csv.@Nullable Column score,
      Csv.@Nullable Column sigmaX,
      Csv.@Nullable Column sigmaY) {

    static Joint of(Csv csv, String name) {
      return new Joint(
          csv.column(name + "_x"),
          csv.column(name + "_y"),
          csv.find(name + "_score"),
          csv.find(name + "_sigma_x"),
          csv.find(name + "_sigma_y"));
    }
  }

  private static Prediction prediction(Csv.Row row, String image, int person, List<Joint> joints) {
    Prediction prediction = Prediction.empty(image, person, joints.size());
    for (int k = 0; k < joints.size(); k++) {
      Joint joint = joints.get(k);
      prediction.x()[k] = row.number(joint.x);
      prediction.y()[k] = row.number(joint.y);
      prediction.score()[k] = row.numberOrNaN(joint.score);
      prediction.sigmaX()[k] = row.numberOrNaN(joint.sigmaX);
      prediction.sigmaY()[k] = row.numberOrNaN(joint.sigmaY);
    }
    return prediction;
  }
}
