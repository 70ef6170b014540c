package io.sadi.eval;

import io.sadi.data.Dataset;
import io.sadi.data.Person;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Csv;
import io.sadi.io.Json;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;

/**
 * How far every joint of every person was off, for each way to read a network's answers: what
 * networks are compared by, person by person.
 *
 * @param joints in dataset order
 * @param people whom they belong to, in the split's order
 * @param decodes by the decode's name, the default one first: [people][K] errors in reference
 *     lengths, NaN for joints that do not count, infinite without a prediction
 */
public record PersonErrors(List<String> joints, List<Who> people, Map<String, double[][]> decodes) {
  private static final int DECIMALS = 6;
  private static final String MISSING = "inf";
  private static final List<String> NAMES = List.of("image", "person", "decode");

  /** An annotated person: the image's name in the dataset, and the person's index in it. */
  public record Who(String image, int person) {}

  public PersonErrors {
    joints = List.copyOf(joints);
    people = List.copyOf(people);
    decodes = Collections.unmodifiableMap(new LinkedHashMap<>(decodes));
  }

  /** Measures predictions in the reference length of a metric other than OKS. */
  public static PersonErrors of(
      Dataset dataset,
      List<Person> people,
      Map<String, Predictions> predictions,
      PoseMetric metric) {
    return of(dataset, people, predictions, metric, null);
  }

  /**
   * Measures predictions in the reference length of a metric.
   *
   * @param oks null where the metric is not OKS
   */
  public static PersonErrors of(
      Dataset dataset,
      List<Person> people,
      Map<String, Predictions> predictions,
      PoseMetric metric,
      @Nullable OksTruth oks) {
    int joints = dataset.skeleton().size();
    Map<String, double[][]> decodes = new LinkedHashMap<>();
    predictions.forEach(
        (decode, predicted) -> {
          JointErrors of =
              JointErrors.of(people, predicted, dataset.skeleton(), metric.reference(), oks);
          double[][] errors = new double[people.size()][joints];
          for (int i = 0; i < errors.length; i++) {
            for (int k = 0; k < joints; k++) {
              errors[i][k] = of.counts(i, k) ? of.error(i, k) : Double.NaN;
            }
          }
          decodes.put(decode, errors);
        });
    return new PersonErrors(
        dataset.skeleton().joints(),
        people.stream().map(person -> new Who(person.image(), person.person())).toList(),
        decodes);
  }

  /** The decode that counts unless another is asked for. */
  String first() {
    return decodes.keySet().iterator().next();
  }

  /** The same with another decode as the one that counts; as it is if there is no such decode. */
  public PersonErrors withFirst(String decode) {
    double[][] errors = decodes.get(decode);
    if (errors == null) {
      return this;
    }
    Map<String, double[][]> all = new LinkedHashMap<>();
    all.put(decode, errors);
    decodes.forEach(all::putIfAbsent);
    return new PersonErrors(joints, people, all);
  }

  /** Whether others are errors of the same joints of the same people: what can be compared. */
  public boolean isOfSame(PersonErrors other) {
    return joints.equals(other.joints)
        && people.equals(other.people)
        && counted().equals(other.counted());
  }

  /** Which joints count: person after person, K bits each. */
  private BitSet counted() {
    BitSet counted = new BitSet();
    int at = 0;
    for (double[] person : decodes.values().iterator().next()) {
      for (double error : person) {
        counted.set(at++, !Double.isNaN(error));
      }
    }
    return counted;
  }

  /** What every joint is worth under a metric. */
  Tally tally(String decode, PoseMetric metric) {
    double[][] errors = decodes.get(decode);
    if (errors == null) {
      throw new IllegalArgumentException(decode);
    }
    return Tally.of(JointErrors.ofLengths(errors), metric, joints);
  }

  /**
   * How many of a person's joints are right in the default decode.
   *
   * @param right of those that count
   * @param counted that are annotated
   */
  public record Right(int right, int counted) {}

  /** How many of a person's joints are right under a metric. */
  public Right right(Who who, PoseMetric metric) {
    double[][] errors = decodes.get(first());
    int i = people.indexOf(who);
    int right = 0;
    int counted = 0;
    for (double error : i < 0 || errors == null ? new double[0] : errors[i]) {
      counted += Double.isNaN(error) ? 0 : 1;
      right += metric.right(error) ? 1 : 0;
    }
    return new Right(right, counted);
  }

  /** Writes {@code image,person,decode} and a column a joint, a row a person and decode. */
  public void write(Path file) throws IOException {
    AtomicFile.write(
        file,
        out -> {
          BufferedWriter text =
              new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
          CSVPrinter csv = Csv.printer(text);
          List<String> header = new ArrayList<>(NAMES);
          header.addAll(joints);
          csv.printRecord(header);
          for (Map.Entry<String, double[][]> decode : decodes.entrySet()) {
            for (int i = 0; i < people.size(); i++) {
              List<String> row = new ArrayList<>();
              row.add(people.get(i).image());
              row.add(String.valueOf(people.get(i).person()));
              row.add(decode.getKey());
              for (double error : decode.getValue()[i]) {
                row.add(text(error));
              }
              csv.printRecord(row);
            }
          }
          csv.flush();
        });
  }

  private static String text(double error) {
    if (Double.isNaN(error)) {
      return "";
    }
    return Double.isInfinite(error) ? MISSING : Json.number(error, DECIMALS).getAsString();
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws BadInputException naming the line and column of what is wrong
   */
  public static PersonErrors read(Path file) throws IOException {
    Map<String, Map<Who, double[]>> decodes = new LinkedHashMap<>();
    List<String> joints;
    try (Csv csv = Csv.open(file)) {
      joints = csv.header().stream().filter(name -> !NAMES.contains(name)).toList();
      List<Csv.Column> columns = joints.stream().map(csv::column).toList();
      Csv.Column image = csv.column("image");
      Csv.Column person = csv.column("person");
      Csv.Column decode = csv.column("decode");
      for (Csv.@Nullable Row row = csv.next(); row != null; row = csv.next()) {
        double[] errors = new double[columns.size()];
        for (int k = 0; k < errors.length; k++) {
          Csv.Column column = columns.get(k);
          errors[k] =
              row.text(column).equals(MISSING) ? Double.POSITIVE_INFINITY : row.numberOrNaN(column);
        }
        Who who = new Who(row.text(image), row.index(person));
        if (decodes
                .computeIfAbsent(row.text(decode), name -> new LinkedHashMap<>())
                .put(who, errors)
            != null) {
          throw BadInputException.at(row.where(), "a second row for " + who, "one a decode", "");
        }
      }
    }
    if (decodes.isEmpty()) {
      throw BadInputException.at(file, "no rows", "a row a person and decode", "");
    }
    List<Who> people = List.copyOf(decodes.values().iterator().next().keySet());
    Map<String, double[][]> arrays = new LinkedHashMap<>();
    decodes.forEach(
        (name, rows) -> {
          if (!List.copyOf(rows.keySet()).equals(people)) {
            throw BadInputException.at(
                file + ": decode " + name, "other people", "those of the first decode", "");
          }
          arrays.put(name, rows.values().toArray(double[][]::new));
        });
    return new PersonErrors(joints, people, arrays);
  }
}
