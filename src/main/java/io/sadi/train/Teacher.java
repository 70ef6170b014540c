package io.sadi.train;

import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.data.TrainedOn.TeacherFile;
import io.sadi.data.TrainingSet;
import io.sadi.eval.Prediction;
import io.sadi.eval.PredictionsFile;
import io.sadi.eval.SecondOpinion;
import io.sadi.io.BadInputException;
import io.sadi.io.Checksum;
import io.sadi.io.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A second opinion on the labels of the people to learn from: joints without a label are learned
 * from the teacher where it is sure, labels that it confirms count more, labels that it contradicts
 * are kept, dropped or put right. A joint keeps its annotated place where both agree, because
 * datasets differ in where, say, a hip is.
 */
final class Teacher {
  private final TeacherConfig config;
  private final List<Path> files;
  private final List<SecondOpinion> opinions;
  private final List<TeacherFile> fingerprints;
  private final int joints;
  private int filled;
  private int confirmed;
  private int contradicted;

  private Teacher(TeacherConfig config, int joints) {
    this.config = config;
    this.joints = joints;
    files = config.files().stream().map(Path::of).toList();
    opinions = new ArrayList<>();
    fingerprints = new ArrayList<>();
  }

  /**
   * What a teacher makes of labels.
   *
   * @param set what is learned from
   * @param files that it was made with
   * @param remarks on that, a line each
   */
  record Lesson(TrainingSet set, List<TeacherFile> files, List<String> remarks) {}

  /**
   * Reads the teacher's files and applies them.
   *
   * @param people of the training split; nobody else is touched
   * @throws BadInputException where a file cannot be read, or has nothing of these people
   */
  static Lesson of(TeacherConfig config, Dataset dataset, String split, List<Person> people)
      throws IOException {
    if (!config.isGiven()) {
      return new Lesson(TrainingSet.of(people), List.of(), List.of());
    }
    Teacher teacher = new Teacher(config, dataset.skeleton().size());
    List<String> remarks = new ArrayList<>();
    for (Path file : teacher.files) {
      SecondOpinion opinion =
          PredictionsFile.secondOpinion(file, dataset, split, people, new Remarks(remarks));
      teacher.opinions.add(opinion);
      teacher.fingerprints.add(fingerprint(file));
      remarks.add(words(file, opinion, split, people.size()));
    }
    TrainingSet set = teacher.apply(people);
    remarks.add(teacher.summary());
    return new Lesson(set, List.copyOf(teacher.fingerprints), remarks);
  }

  /** Keeps lines for later: a process of a job does not know yet whether it reports. */
  private record Remarks(List<String> lines) implements Progress {
    @Override
    public Work start(String what, long total, String unit) {
      return Work.NONE;
    }

    @Override
    public void note(String line) {
      lines.add(line);
    }

    @Override
    public void warn(String line) {
      lines.add(line);
    }
  }

  private static TeacherFile fingerprint(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    if (!Files.isDirectory(file)) {
      return TeacherFile.of(file);
    }
    List<String> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(file)) {
      for (Path one : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        all.add(String.valueOf(one.getFileName()));
        all.add(Checksum.sha256(one));
      }
    }
    return new TeacherFile(name, Checksum.sha256(all));
  }

  private static String words(Path file, SecondOpinion opinion, String split, int people) {
    StringBuilder words = new StringBuilder("teacher ").append(file).append(": has ");
    words.append(opinion.found()).append(" of ").append(people).append(" people");
    if (!opinion.missingJoints().isEmpty()) {
      words.append("; lacks ").append(String.join(", ", opinion.missingJoints()));
    }
    if (!opinion.ignoredJoints().isEmpty()) {
      words.append("; ignored: ").append(opinion.ignoredJoints().size());
      words.append(" joints that the dataset does not have (");
      words.append(String.join(", ", opinion.ignoredJoints())).append(")");
    }
    if (opinion.others() > 0) {
      words.append("; ignored: ").append(opinion.others()).append(" people outside split ");
      words.append(split).append(", the first in ").append(opinion.otherImage());
    }
    if (opinion.unscored() > 0) {
      words.append("; ").append(opinion.unscored());
      words.append(" joints have no score, which counts as 1");
    }
    return words.toString();
  }

  private String summary() {
    String fate =
        switch (config.disagreement()) {
          case KEEP -> "kept";
          case DROP -> "dropped";
          case REPLACE -> "put right";
        };
    return "teacher: "
        + filled
        + " joints without a label learned from it, "
        + confirmed
        + " labels confirmed, "
        + contradicted
        + " contradicted and "
        + fate;
  }

  private TrainingSet apply(List<Person> people) {
    List<Person> taught = new ArrayList<>();
    List<float[]> weights = new ArrayList<>();
    for (Person person : people) {
      float[] weight = new float[joints];
      taught.add(taught(person, weight));
      weights.add(weight);
    }
    return new TrainingSet(taught, weights, null);
  }

  /**
   * A person as they are learned.
   *
   * @param weight receives how much each joint counts
   */
  private Person taught(Person person, float[] weight) {
    float[] x = person.x().clone();
    float[] y = person.y().clone();
    byte[] visibility = person.visibility().clone();
    for (int k = 0; k < joints; k++) {
      weight[k] = person.annotated(k) ? 1 : 0;
      Opinion opinion = opinion(person, k);
      if (opinion == null) {
        continue;
      }
      float sure = (float) (config.weight() * opinion.score);
      if (!person.annotated(k)) {
        if (opinion.agreed && sure > 0) {
          filled++;
          place(k, opinion, x, y, visibility);
          weight[k] = sure;
        }
      } else if (opinion.confirms) {
        confirmed++;
        weight[k] = 1 + sure;
      } else if (opinion.contradicts) {
        contradicted++;
        switch (config.disagreement()) {
          case KEEP -> {}
          case DROP -> drop(k, weight, visibility);
          case REPLACE -> {
            if (opinion.agreed && sure > 0) {
              place(k, opinion, x, y, visibility);
              weight[k] = sure;
            } else {
              drop(k, weight, visibility);
            }
          }
        }
      }
    }
    return person.withJoints(person.image(), x, y, visibility);
  }

  private static void place(int k, Opinion opinion, float[] x, float[] y, byte[] visibility) {
    x[k] = (float) opinion.x;
    y[k] = (float) opinion.y;
    visibility[k] = Person.VISIBLE;
  }

  private static void drop(int k, float[] weight, byte[] visibility) {
    weight[k] = 0;
    visibility[k] = Person.NOT_ANNOTATED;
  }

  /**
   * What all files say of a joint.
   *
   * @param x mean of their places, in image pixels
   * @param score the lowest of theirs, at most 1
   * @param agreed whether they place it alike
   * @param confirms whether all of them have it near its label
   * @param contradicts whether all of them have it far from its label
   */
  private record Opinion(
      double x, double y, double score, boolean agreed, boolean confirms, boolean contradicts) {}

  /** Null where one of the files does not say, or is not sure. */
  private @Nullable Opinion opinion(Person person, int k) {
    double far = config.distance() * person.scale() * Person.SCALE_UNIT;
    double score = 1;
    double x = 0;
    double y = 0;
    int near = 0;
    int n = opinions.size();
    for (SecondOpinion one : opinions) {
      Prediction prediction = one.predictions().of(person);
      if (prediction == null || !prediction.isPlaced(k)) {
        return null;
      }
      float said = prediction.score()[k];
      score = Float.isNaN(said) ? score : Math.min(score, said);
      x += prediction.x()[k] / n;
      y += prediction.y()[k] / n;
      near += distance(prediction, k, person.x()[k], person.y()[k]) < far ? 1 : 0;
    }
    if (score < config.minScore()) {
      return null;
    }
    boolean agreed = true;
    for (SecondOpinion one : opinions) {
      Prediction prediction = one.predictions().of(person);
      agreed &= prediction != null && distance(prediction, k, x, y) < far;
    }
    return new Opinion(x, y, score, agreed || n == 1, near == n, near == 0);
  }

  private static double distance(Prediction prediction, int k, double x, double y) {
    return Math.hypot(prediction.x()[k] - x, prediction.y()[k] - y);
  }
}
