package io.sadi.eval;

import io.sadi.data.Person;
import io.sadi.io.BadInputException;
import io.sadi.io.MatArray;
import io.sadi.io.MatFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Predictions in a MATLAB file as the repositories of HRNet and SimpleBaseline ({@code pred.mat})
 * and pytorch-pose ({@code preds_valid.mat}) write them: the variable {@code preds}, people x
 * joints x 2 (x, y from 1) or 3 (and the score), in the order of the split's people.
 */
final class PredMat {
  private static final String VARIABLE = "preds";

  private PredMat() {}

  /**
   * Reads a file.
   *
   * @param split for messages
   * @param people the split's, whom the file has in their order
   */
  static List<Detection> read(Path file, List<String> joints, String split, List<Person> people)
      throws IOException {
    MatArray preds = MatFile.read(file, VARIABLE);
    int[] sides = preds.dimensions();
    boolean fits =
        preds.kind() == MatArray.ArrayKind.NUMBERS
            && sides.length == 3
            && sides[1] == joints.size()
            && (sides[2] == 2 || sides[2] == 3);
    if (!fits || preds.size() != sides[0] * sides[1] * sides[2]) {
      throw BadInputException.at(
          preds.where(),
          "an array of " + Arrays.toString(sides),
          "people x " + joints.size() + " joints x 2",
          "the joints must be those of the dataset, in its order");
    }
    if (sides[0] != people.size()) {
      throw BadInputException.at(
          preds.where(),
          sides[0] + " people",
          people.size() + ", those of split " + split + " in its order",
          "prepare the dataset from the file that was predicted, or name images in a CSV");
    }
    List<Detection> found = new ArrayList<>();
    for (int i = 0; i < people.size(); i++) {
      Person person = people.get(i);
      Prediction prediction = Prediction.empty(person.image(), person.person(), joints.size());
      for (int k = 0; k < joints.size(); k++) {
        prediction.x()[k] = value(preds, i, k, 0) - 1; // MATLAB counts pixels from 1
        prediction.y()[k] = value(preds, i, k, 1) - 1;
        if (sides[2] == 3) {
          prediction.score()[k] = value(preds, i, k, 2);
        }
      }
      found.add(Detection.of(prediction));
    }
    return found;
  }

  /** NaN where it is not finite. */
  private static float value(MatArray preds, int person, int joint, int axis) {
    int[] sides = preds.dimensions();
    float value = (float) preds.number(person + sides[0] * (joint + sides[1] * axis));
    return Float.isFinite(value) ? value : Float.NaN;
  }
}
