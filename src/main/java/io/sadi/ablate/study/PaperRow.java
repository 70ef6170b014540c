package io.sadi.ablate.study;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The paper's numbers for a variant, in percent. If it is unclear which mean a number is, the
 * study's file decides and its notes say why.
 *
 * @param source the table and its row
 * @param data the data and the metric
 * @param beside the only metric beside which the row is shown; empty: any
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
