package io.sadi.prepare;

import io.sadi.data.CocoFile;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.eval.Prediction;
import io.sadi.eval.Predictions;
import io.sadi.eval.PredictionsFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Decimal;
import io.sadi.io.Progress;
import io.sadi.prepare.read.Annotations;
import io.sadi.prepare.read.LeftOut;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A dataset folder without the joints that a network contradicts. Crowd-sourced annotations have
 * left and right exchanged, joints of another person, clicks beside the person; a network trained
 * on all of them still places such a joint elsewhere, with a high score. The joint then counts as
 * not annotated; nothing is moved. For training data only: test data must stay as it is.
 */
public final class CleanedDataset {
  private CleanedDataset() {}

  /**
   * When a joint is contradicted.
   *
   * @param distance from where it is annotated to where it is predicted, in sides of the person's
   *     crop, at least
   * @param score of the prediction, 0 to 1, at least
   */
  public record CleaningRule(double distance, double score) {}

  /**
   * Reads a folder and predictions for the people of one of its splits.
   *
   * @throws BadInputException where there is no such split, or the predictions are not of its
   *     people or carry no scores
   */
  public static ChangedSplit read(
      Path folder, String split, Path predictionsFile, CleaningRule rule, Progress progress)
      throws IOException {
    Dataset dataset = DatasetReader.read(folder);
    List<Person> people = DatasetReader.people(dataset, split); // who are as many as they should be
    Predictions predictions =
        PredictionsFile.read(predictionsFile, dataset, split, people, progress);
    List<LeftOut> leftOut = new ArrayList<>();
    List<Person> cleaned = new ArrayList<>();
    CocoFile file = DatasetReader.file(dataset, split);
    for (Person person : file.everybody()) {
      Prediction prediction = predictions.of(person);
      cleaned.add(
          prediction == null || person.ignored()
              ? person
              : clean(person, prediction, rule, dataset, predictionsFile, leftOut));
    }
    return ChangedSplit.of(
        dataset, split, cleaned, leftOut, Annotations.BoxSource.CLEANED, predictionsFile);
  }

  private static Person clean(
      Person person,
      Prediction prediction,
      CleaningRule rule,
      Dataset dataset,
      Path predictionsFile,
      List<LeftOut> leftOut) {
    byte[] visibility = person.visibility().clone();
    double side = person.scale() * Person.SCALE_UNIT;
    for (int k = 0; k < visibility.length; k++) {
      if (!person.annotated(k)) {
        continue;
      }
      float score = prediction.score()[k];
      if (Float.isNaN(score)) {
        throw BadInputException.at(
            predictionsFile + ": " + person.image() + ", " + dataset.skeleton().joints().get(k),
            "no score",
            "one for every joint",
            "write the file with 'sadi eval --save-predictions'");
      }
      double dx = (double) prediction.x()[k] - person.x()[k];
      double dy = (double) prediction.y()[k] - person.y()[k];
      double distance = Math.hypot(dx, dy) / side;
      if (distance >= rule.distance && score >= rule.score) {
        visibility[k] = Person.NOT_ANNOTATED;
        leftOut.add(
            new LeftOut(
                person.image(),
                person.person(),
                "joint contradicted",
                String.format(
                    Locale.ROOT,
                    "%s at %s, %s; predicted at %s, %s, score %.2f",
                    dataset.skeleton().joints().get(k),
                    Decimal.of(person.x()[k], 1),
                    Decimal.of(person.y()[k], 1),
                    Decimal.of(prediction.x()[k], 1),
                    Decimal.of(prediction.y()[k], 1),
                    score)));
      }
    }
    return person.withJoints(person.image(), person.x(), person.y(), visibility);
  }
}
