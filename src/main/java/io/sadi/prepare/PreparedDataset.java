package io.sadi.prepare;

import com.google.gson.JsonObject;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetWriter;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.AtomicFile;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.io.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * A dataset that is ready, and who did not get into it.
 *
 * @param splits people by split, every one with an image
 * @param boxes where their boxes come from, for dataset.yaml
 * @param source the files that were read
 */
public record PreparedDataset(
    String name,
    Skeleton skeleton,
    Metric metric,
    Map<String, List<Person>> splits,
    List<LeftOut> leftOut,
    String boxes,
    List<Annotations.SourceFile> source) {
  static final String LEFT_OUT_FILE = "left_out.csv";

  /**
   * Writes dataset.yaml, the annotations, and the list of those left out.
   *
   * @param imageRoot as dataset.yaml names it
   * @param options as dataset.yaml records them
   */
  void write(Path folder, String imageRoot, Map<String, ?> options) throws IOException {
    Map<String, Object> files = new LinkedHashMap<>();
    source.forEach(file -> files.put(file.file(), Map.of("sha256", file.sha256())));
    Map<String, Object> origin = new LinkedHashMap<>();
    origin.put("tool", "sadi " + Version.sadi());
    origin.put("options", options);
    origin.put("files", files);
    Map<String, Object> notes = new LinkedHashMap<>();
    notes.put("boxes", boxes);
    notes.put("left_out", countsByReason());
    notes.put("source", origin);
    Dataset dataset = new Dataset(folder, name, skeleton, metric, Map.of(), folder);
    DatasetWriter.write(dataset, imageRoot, notes, splits);
    if (!leftOut.isEmpty()) {
      StringBuilder text = new StringBuilder();
      try (CSVPrinter csv = new CSVPrinter(text, CSVFormat.RFC4180)) {
        csv.printRecord("image", "person", "reason", "detail");
        for (LeftOut one : leftOut) {
          csv.printRecord(
              one.image(), one.person() < 0 ? "" : one.person(), one.reason(), one.detail());
        }
      }
      AtomicFile.write(
          folder.resolve(LEFT_OUT_FILE),
          out -> out.write(text.toString().getBytes(StandardCharsets.UTF_8)));
    }
  }

  /**
   * One line for each reason.
   *
   * @param written whether the list of them has been
   */
  void reportLeftOut(Progress progress, boolean written) {
    countsByReason()
        .forEach(
            (reason, count) -> {
              List<String> names = new ArrayList<>();
              for (LeftOut one : leftOut) {
                if (one.reason().equals(reason) && names.size() < 3) {
                  names.add(one.image());
                }
              }
              progress.warn(
                  "left out: "
                      + count
                      + (count == 1 ? " person, " : " people, ")
                      + reason
                      + ": "
                      + String.join(", ", names)
                      + (count > names.size() ? ", ..." : "")
                      + (written ? " (" + LEFT_OUT_FILE + " lists them)" : ""));
            });
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
    splits.forEach(
        (split, people) ->
            counts.add(people.size() + (counts.isEmpty() ? " people in " : " in ") + split));
    return name + ": " + String.join(", ", counts);
  }

  /** Images and people of each split, and how many were left out: for {@code --json}. */
  public JsonObject toJson() {
    JsonObject counts = new JsonObject();
    splits.forEach(
        (split, people) -> {
          JsonObject count = new JsonObject();
          count.addProperty("images", people.stream().map(Person::image).distinct().count());
          count.addProperty("people", people.size());
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
    return json;
  }
}
