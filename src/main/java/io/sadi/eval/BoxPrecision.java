package io.sadi.eval;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.data.Detected;
import io.sadi.geom.Box;
import io.sadi.io.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How well a detector finds people: average precision of boxes, as COCO defines it and pycocotools
 * computes it. Percentages, NaN where nobody counts.
 *
 * @param values by name: AP, AP50, AP75, APm, APl, and AR likewise
 * @param intervals95 bootstrap intervals of all of them over images, or null if not asked for
 * @param images that were searched
 * @param people in them
 * @param found boxes that the detector gave, of which 100 an image count
 */
public record BoxPrecision(
    Map<String, Double> values,
    @Nullable Map<String, Interval> intervals95,
    int images,
    int people,
    int found) {

  /** What rows of CSV call it. */
  private static final String METRIC = "box";

  /**
   * An image's boxes.
   *
   * @param people who are to be found
   * @param unknown places where a find is neither right nor wrong
   * @param found what the detector gave
   */
  public record ImageBoxes(List<Box> people, List<Box> unknown, List<Detected> found) {
    public ImageBoxes {
      people = List.copyOf(people);
      unknown = List.copyOf(unknown);
      found = List.copyOf(found);
    }
  }

  /** Measures boxes. */
  public static BoxPrecision of(List<ImageBoxes> images, boolean withIntervals) {
    AveragePrecision precision = AveragePrecision.of(Detections.ofBoxes(images), withIntervals);
    return new BoxPrecision(
        precision.values(),
        precision.intervals95(),
        images.size(),
        precision.people(),
        precision.detections());
  }

  /** At an overlap of 0.5. */
  public double ap50() {
    return values.getOrDefault("AP50", Double.NaN);
  }

  /** The mean over overlaps of 0.5 to 0.95. */
  public double ap() {
    return values.getOrDefault("AP", Double.NaN);
  }

  /**
   * As text that ends in a newline: JSON, the table, that for a page, or CSV with the columns of
   * {@link EvaluationFormat#CSV}, where the metric is box.
   *
   * @param dataset its name
   * @param split its name
   */
  public String write(EvaluationFormat format, String dataset, String split) {
    return switch (format) {
      case TABLE -> table();
      case MARKDOWN -> markdown();
      case JSON -> Json.compact(json()) + "\n";
      case CSV -> EvaluationCsv.of(dataset, split, csvValues());
    };
  }

  private List<EvaluationValue> csvValues() {
    List<EvaluationValue> rows = new ArrayList<>();
    values.forEach(
        (name, value) ->
            rows.add(
                new EvaluationValue(
                    METRIC,
                    "",
                    EvaluationValue.AVERAGE_PRECISION,
                    name,
                    value,
                    null,
                    intervals95 == null ? null : intervals95.get(name))));
    rows.add(new EvaluationValue(METRIC, "", EvaluationValue.PEOPLE, "all", people, null, null));
    rows.add(
        new EvaluationValue(METRIC, "", EvaluationValue.PEOPLE, "detections", found, null, null));
    return rows;
  }

  private String markdown() {
    StringBuilder names = new StringBuilder("|");
    StringBuilder rule = new StringBuilder("|");
    StringBuilder numbers = new StringBuilder("|");
    StringBuilder ranges = new StringBuilder("|");
    values.forEach(
        (name, value) -> {
          names.append(' ').append(name).append(" |");
          rule.append("---:|");
          numbers.append(' ').append(number(value)).append(" |");
          Interval interval = intervals95 == null ? null : intervals95.get(name);
          if (interval != null) {
            ranges.append(' ').append(number(interval.low())).append("..");
            ranges.append(number(interval.high())).append(" |");
          }
        });
    String last = intervals95 == null ? "" : ranges + "\n";
    return String.format(
        Locale.ROOT,
        "%d people in %d images; %d boxes found\n\n%s\n%s\n%s\n%s",
        people,
        images,
        found,
        names,
        rule,
        numbers,
        last);
  }

  /** As a table for people. */
  String table() {
    StringBuilder names = new StringBuilder();
    StringBuilder numbers = new StringBuilder();
    StringBuilder ranges = new StringBuilder();
    values.forEach(
        (name, value) -> {
          names.append(String.format(Locale.ROOT, "%14s", name));
          numbers.append(String.format(Locale.ROOT, "%14s", number(value)));
          Interval interval = intervals95 == null ? null : intervals95.get(name);
          if (interval != null) {
            String range = number(interval.low()) + ".." + number(interval.high());
            ranges.append(String.format(Locale.ROOT, "%14s", range));
          }
        });
    String counts =
        String.format(
            Locale.ROOT, "%d people in %d images; %d boxes found%n", people, images, found);
    String last = ranges.isEmpty() ? "" : String.format("%s%n", ranges);
    return String.format("%s%s%n%s%n%s", counts, names, numbers, last);
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.2f", value);
  }

  /** For programs. */
  public JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty(Json.SCHEMA_VERSION, 1);
    json.addProperty("images", images);
    json.addProperty("people", people);
    json.addProperty("found", found);
    values.forEach((name, value) -> json.add(name, Json.number(value, 4)));
    if (intervals95 != null) {
      JsonObject intervals = new JsonObject();
      intervals95.forEach(
          (name, interval) -> {
            JsonArray range = new JsonArray();
            range.add(Json.number(interval.low(), 4));
            range.add(Json.number(interval.high(), 4));
            intervals.add(name, range);
          });
      json.add("intervals95", intervals);
    }
    return json;
  }
}
