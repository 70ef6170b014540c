package io.sadi.eval;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.config.Field;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a network is shown of each person when it is measured, and how peaks are read. Numbers of
 * two protocols do not compare: a flip test alone is worth a point.
 *
 * @param flip whether every crop is also seen in a mirror, and the two answers averaged
 * @param scales factors of the crop's side, whose answers are averaged
 * @param refine how peaks are placed between pixels: quarter, dark or none
 */
public record TestProtocol(boolean flip, List<Double> scales, String refine) {
  /** One crop a person, as it is; peaks a quarter of a pixel towards the larger neighbour. */
  public static final TestProtocol PLAIN = new TestProtocol(false, List.of(1.0), "quarter");

  public TestProtocol {
    scales = List.copyOf(scales);
  }

  JsonObject json() {
    JsonObject object = new JsonObject();
    object.addProperty("flip", flip);
    JsonArray factors = new JsonArray();
    scales.forEach(factors::add);
    object.add("scales", factors);
    object.addProperty("refine", refine);
    return object;
  }

  /** Reads what {@link #json} writes. */
  static TestProtocol from(Field test) {
    return new TestProtocol(
        test.get("flip").flag(),
        Arrays.stream(test.get("scales").numbers(Double::isFinite, "finite numbers"))
            .boxed()
            .toList(),
        test.get("refine").text());
  }

  /** As in {@code flip, scales 0.8 0.9 1.0, refine dark}. */
  @Override
  public String toString() {
    return (flip ? "flip, " : "no flip, ")
        + (scales.size() == 1 ? "scale " : "scales ")
        + scales.stream().map(String::valueOf).collect(Collectors.joining(" "))
        + ", refine "
        + refine;
  }
}
