package io.sadi.ablate.study;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a paper prints for a variant, in percent. Which mean a printed number is may be in question:
 * each stands where the study's file puts it, and the study's notes say why.
 *
 * @param source the table and its row
 * @param data what was measured, and in which metric
 * @param beside the one metric of ours that the row is shown beside; empty: any
 * @param groups by joint group; empty where the paper prints none
 * @param meanJointWeighted null where none is printed
 * @param meanUnweighted null where none is printed
 */
public record PaperRow(
    String source,
    String data,
    String beside,
    Map<String, Double> groups,
    @Nullable Double meanJointWeighted,
    @Nullable Double meanUnweighted) {
  public PaperRow {
    groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
  }
}
