package io.sadi.prepare.write;

import com.google.gson.JsonObject;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetWriter;
import io.sadi.data.DatasetWriter.SplitContent;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.AtomicFile;
import io.sadi.io.Csv;
import io.sadi.io.Json;
import io.sadi.io.Version;
import io.sadi.prepare.check.PoseStatistics;
import io.sadi.prepare.read.Annotations;
import io.sadi.prepare.read.Fault;
import io.sadi.prepare.read.LeftOut;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.commons.csv.CSVPrinter;

/**
 * A finished dataset, and who was left out of it.
 *
 * @param contents of the splits: everybody has an image
 * @param faults what is wrong with those in it, or was
 * @param boxes where their boxes come from, for dataset.yaml
 * @param source the files that were read
 */
public record PreparedDataset(
    String name,
    Skeleton skeleton,
    Metric metric,
    Map<String, SplitContent> contents,
    List<LeftOut> leftOut,
    List<Fault> faults,
    String boxes,
    List<Annotations.SourceFile> source) {
  public static final String LEFT_OUT_FILE = "left_out.csv";
  public static final String FAULTS_FILE = "faults.csv";

  /** The people of each split, without those who are ignored. */
  public Map<String, List<Person>> splits() {
    Map<String, List<Person>> splits = new LinkedHashMap<>();
    contents.forEach((split, content) -> splits.put(split, content.counted()));
    return splits;
  }

  /**
   * Writes dataset.yaml, the annotations, and the lists of those left out and of faults.
   *
   * @param imageRoot as dataset.yaml names it
   * @param options as dataset.yaml records them
   */
  public void write(Path folder, String imageRoot, Map<String, ?> options) throws IOException {
    Map<String, Object> files = new LinkedHashMap<>();
    source.forEach(file -> files.put(file.file(), Map.of("sha256", file.sha256())));
    Map<String, Object> origin = new LinkedHashMap<>();
    origin.put("tool", "sadi " + Version.sadi());
    origin.put("options", options);
    origin.put("files", files);
    Map<String, Object> notes = new LinkedHashMap<>();
    notes.put("boxes", boxes);
    notes.put("left_out", countsByReason());
    if (!faults.isEmpty()) {
      notes.put("faults", faultsByKind());
    }
    notes.put("source", origin);
    Dataset dataset = new Dataset(folder, name, skeleton, metric, Map.of(), folder);
    DatasetWriter.writeSplits(dataset, imageRoot, notes, contents);
    List<List<?>> rows = new ArrayList<>();
    for (LeftOut one : leftOut) {
      rows.add(List.of(one.image(), number(one.person()), one.reason(), one.detail()));
    }
    list(folder.resolve(LEFT_OUT_FILE), List.of("image", "person", "reason", "detail"), rows);
    rows.clear();
    for (Fault one : faults) {
      rows.add(List.of(one.image(), number(one.person()), one.kind().label(), one.detail()));
    }
    list(folder.resolve(FAULTS_FILE), List.of("image", "person", "fault", "detail"), rows);
  }

  private static String number(int person) {
    return person < 0 ? "" : Integer.toString(person);
  }

  private static void list(Path file, List<String> header, List<List<?>> rows) throws IOException {
    if (rows.isEmpty()) {
      return;
    }
    StringBuilder text = new StringBuilder();
    try (CSVPrinter csv = Csv.printer(text)) {
      csv.printRecord(header);
      for (List<?> row : rows) {
        csv.printRecord(row);
      }
    }
    AtomicFile.writeString(file, text.toString());
  }

  private Map<String, Integer> faultsByKind() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    faults.forEach(one -> counts.merge(one.kind().label(), 1, Integer::sum));
    return counts;
  }

  /** How many were left out for each reason. */
  public Map<String, Integer> countsByReason() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    leftOut.forEach(one -> counts.merge(one.reason(), 1, Integer::sum));
    return counts;
  }

  /** One line for a person: {@code lsp: 1000 people in train, 1000 in test}. */
  public String summary() {
    List<String> counts = new ArrayList<>();
    splits()
        .forEach(
            (split, people) ->
                counts.add(people.size() + (counts.isEmpty() ? " people in " : " in ") + split));
    return name + ": " + String.join(", ", counts);
  }

  /**
   * Images, people and their poses in each split, how many were left out, and what was found: for
   * {@code --json}.
   */
  public JsonObject toJson() {
    JsonObject counts = new JsonObject();
    splits()
        .forEach(
            (split, people) -> {
              SplitContent content = Objects.requireNonNull(contents.get(split));
              JsonObject count = new JsonObject();
              count.addProperty("images", people.stream().map(Person::image).distinct().count());
              count.addProperty("people", people.size());
              count.addProperty("ignored", content.people().size() - people.size());
              count.addProperty("empty_images", content.empty().size());
              PoseStatistics.of(people, skeleton, metric).addTo(count);
              counts.add(split, count);
            });
    JsonObject reasons = new JsonObject();
    countsByReason().forEach(reasons::addProperty);
    JsonObject json = new JsonObject();
    json.addProperty(Json.SCHEMA_VERSION, 1);
    json.addProperty("dataset", name);
    json.addProperty("metric", metric.label());
    json.addProperty("joints", skeleton.size());
    json.add("splits", counts);
    json.add("left_out", reasons);
    JsonObject kinds = new JsonObject();
    faultsByKind().forEach(kinds::addProperty);
    json.add("faults", kinds);
    return json;
  }
}
