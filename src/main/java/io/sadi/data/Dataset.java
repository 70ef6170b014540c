package io.sadi.data;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A dataset folder's description: {@code dataset.yaml}. The people of a split are read with {@code
 * DatasetReader.people}.
 *
 * @param folder where dataset.yaml lies; or the COCO file that is the dataset
 * @param name for reports
 * @param skeleton joints, flip pairs and edges
 * @param metric what its results are measured in
 * @param splits number of people in each split
 * @param imageRoot the folder that image names are relative to, resolved
 */
public record Dataset(
    Path folder,
    String name,
    Skeleton skeleton,
    Metric metric,
    Map<String, Integer> splits,
    Path imageRoot) {
  public Dataset {
    splits = Collections.unmodifiableMap(new LinkedHashMap<>(splits)); // in the file's order
  }
}
