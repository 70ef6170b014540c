package io.sadi.ablate.study;

import io.sadi.config.Field;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Fingerprint;
import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The people of a study, which stay the same until its last network is measured.
 *
 * @param dataset the dataset's name
 * @param splits the splits that are used, by name
 */
public record StudyData(String dataset, Map<String, Fingerprint> splits) {
  public StudyData {
    splits = Collections.unmodifiableMap(new LinkedHashMap<>(splits));
  }

  /** The data of a dataset's splits. */
  public static StudyData of(Dataset dataset, Collection<String> splits) throws IOException {
    Map<String, Fingerprint> all = new LinkedHashMap<>();
    for (String split : splits) {
      if (!all.containsKey(split)) {
        all.put(
            split, Fingerprint.of(split, DatasetReader.people(dataset, split), dataset.skeleton()));
      }
    }
    return new StudyData(dataset.name(), all);
  }

  /**
   * Refuses other people in a split that both have.
   *
   * @param now the data given now
   * @param where its folder
   * @param study the study's folder
   */
  public void check(StudyData now, Path where, Path study) {
    for (Fingerprint before : splits.values()) {
      Fingerprint given = now.splits.get(before.split());
      if (given != null && !given.samePeople(before)) {
        throw BadInputException.at(
            where,
            given.toString(),
            before + ", as what " + study + " was trained and measured on",
            "name that dataset with --data, another study with --out, or go on with this dataset"
                + " with --override-config");
      }
    }
  }

  /** Merged with the splits that were used before: variants that are added may use other splits. */
  public StudyData with(StudyData before) {
    Map<String, Fingerprint> all = new LinkedHashMap<>(before.splits);
    all.putAll(splits);
    return new StudyData(dataset, all);
  }

  /** For {@code study.yaml}. */
  Map<String, Object> map() {
    Map<String, Object> named = new LinkedHashMap<>();
    splits.forEach(
        (split, of) -> {
          Map<String, Object> one = new LinkedHashMap<>();
          one.put("people", of.people());
          one.put("sha256", of.sha256());
          named.put(split, one);
        });
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("dataset", dataset);
    map.put("splits", named);
    return map;
  }

  /** Reads {@link #map}. */
  static StudyData from(Field yaml) {
    yaml.allow(List.of("dataset", "splits"));
    Map<String, Fingerprint> all = new LinkedHashMap<>();
    yaml.get("splits")
        .entries()
        .forEach(
            (split, people) -> {
              people.allow(List.of("people", "sha256"));
              all.put(split, Fingerprint.of(split, people));
            });
    return new StudyData(yaml.get("dataset").text(), all);
  }
}
