package io.sadi.eval;

import io.sadi.config.Field;
import io.sadi.data.Fingerprint;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads what {@link EvaluationFormat#JSON} writes. */
public final class EvaluationReader {
  private static final int MOST = 1_000_000_000;

  private EvaluationReader() {}

  /**
   * The results and breakdowns of an evaluation as they were written, rounded, without what else it
   * held.
   *
   * @throws BadInputException naming the field that is missing or of another kind
   */
  public static Evaluation read(Path file) throws IOException {
    Field json = Field.root(Json.readObject(file), file);
    return new Evaluation(
            json.get("dataset").text(),
            json.get("split").text(),
            count(json.get("people")),
            json.get("results").list().stream().map(EvaluationReader::result).toList())
        .withBreakdowns(breakdowns(json.get("by")))
        .withNetwork(network(json.get("network")));
  }

  private static List<Breakdown> breakdowns(Field by) {
    return by.isThere() ? by.list().stream().map(EvaluationReader::breakdown).toList() : List.of();
  }

  private static Breakdown breakdown(Field json) {
    return new Breakdown(
        PoseMetric.parse(json.get("metric").text()),
        json.get("decode").text(),
        json.get("by").oneOf(Breakdown.By.values()),
        json.get("rows").list().stream().map(EvaluationReader::row).toList());
  }

  private static Breakdown.Slice row(Field json) {
    Field interval = json.get("interval_95");
    return new Breakdown.Slice(
        json.get("name").text(),
        count(json.get("people")),
        count(json.get("counted")),
        number(json.get("percent")),
        interval.isGiven() ? interval(interval) : null,
        json.get("inside_90").isGiven() ? number(json.get("inside_90")) : Double.NaN);
  }

  /** Evaluations of older versions, and of files, have none. */
  private static @Nullable MeasuredNetwork network(Field network) {
    if (!network.isThere()) {
      return null;
    }
    Field fusion = network.get("fusion");
    Field test = network.get("test");
    return new MeasuredNetwork(
        network.get("file").text(),
        count(network.get("epoch")),
        Fingerprint.from(network.get("measured_on")),
        test.isThere() ? TestProtocol.from(test) : null,
        fusion.isThere() ? fusion(fusion) : null);
  }

  private static Fusion fusion(Field fusion) {
    Fusion.ChosenOn chosenOn = Fusion.ChosenOn.of(fusion.get("chosen_on").text());
    if (chosenOn == null) {
      throw fusion
          .get("chosen_on")
          .wrong("halves, same-people, other-people, nobody, config or unknown");
    }
    Field ofHalves = fusion.get("of_halves");
    List<Field> halves = ofHalves.isThere() ? ofHalves.list() : List.of();
    return new Fusion(
        number(fusion.get("weight")),
        chosenOn,
        halves.stream().map(EvaluationReader::number).toList());
  }

  private static MetricResult result(Field json) {
    Field all = json.get("intervals_95");
    return new MetricResult(
        PoseMetric.parse(json.get("metric").text()),
        json.get("decode").text(),
        summary(json, EvaluationReader::number),
        json.get("interval_95").isGiven() ? summary(all, EvaluationReader::interval) : null,
        map(json.get("counted"), EvaluationReader::count),
        count(json.get("left_out")),
        count(json.get("missing")),
        averagePrecision(json));
  }

  private static @Nullable AveragePrecision averagePrecision(Field json) {
    if (!json.get(AveragePrecision.NAMES.get(0)).isThere()) {
      return null;
    }
    Field intervals = json.get("intervals_95");
    Map<String, Double> values = new LinkedHashMap<>();
    Map<String, Interval> intervals95 = new LinkedHashMap<>();
    for (String name : AveragePrecision.NAMES) {
      values.put(name, number(json.get(name)));
      if (intervals.isThere()) {
        intervals95.put(name, interval(intervals.get(name)));
      }
    }
    return new AveragePrecision(
        values,
        intervals.isThere() ? intervals95 : null,
        count(json.get("people")),
        count(json.get("ignored")),
        count(json.get("detections")),
        count(json.get("other_category")));
  }

  private static <T> Summary<T> summary(Field json, Function<Field, T> read) {
    return new Summary<>(
        read.apply(json.get("mean_joint_weighted")),
        read.apply(json.get("mean_unweighted")),
        map(json.get("groups"), read),
        map(json.get("joints"), read));
  }

  private static <T> Map<String, T> map(Field json, Function<Field, T> read) {
    Map<String, T> map = new LinkedHashMap<>();
    json.entries().forEach((name, value) -> map.put(name, read.apply(value)));
    return map;
  }

  /** Two numbers; null is NaN. */
  private static Interval interval(Field json) {
    if (json.isNull()) {
      return new Interval(Double.NaN, Double.NaN);
    }
    if (!json.isList(2)) {
      throw json.wrong("two numbers");
    }
    return new Interval(number(json.list().get(0)), number(json.list().get(1)));
  }

  private static int count(Field json) {
    return (int) json.integer(0, MOST);
  }

  /** A number; null is NaN. */
  private static double number(Field json) {
    return json.isNull() ? Double.NaN : json.number();
  }
}
