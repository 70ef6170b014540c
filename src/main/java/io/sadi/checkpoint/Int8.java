package io.sadi.checkpoint;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.config.Field;
import io.sadi.data.Fingerprint;
import io.sadi.io.Safetensors;
import io.sadi.model.Quantization;
import io.sadi.torch.Uint8Range;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What {@code --precision int8} takes of a checkpoint beside its weights.
 *
 * @param weights which tensors it was made for: {@link #sum} of them
 * @param quantization the layers and their ranges
 * @param people whose crops the ranges were found on
 * @param budget how far the network was allowed to be off
 * @param deviation how far it was, on those crops
 */
public record Int8(
    String weights,
    Quantization quantization,
    Fingerprint people,
    double budget,
    double deviation) {
  private static final String WEIGHTS = "weights";
  private static final String PEOPLE = "calibrated_on";
  private static final String BUDGET = "budget";
  private static final String DEVIATION = "deviation";
  private static final String CONVOLUTIONS = "convolutions";
  private static final String LAYERS = "layers";
  private static final String MAPS = "maps";

  /** Tells tensors apart: eight hexadecimal digits. */
  static String sum(Map<String, Safetensors.Entry> tensors) {
    return Safetensors.sum(tensors);
  }

  /** For people: how much of the network, found on whom, how far off. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "int8: %d convolutions, calibrated on %s, off by %.1f %% of a budget of %.1f %%",
        quantization.layers().size(),
        people,
        100 * deviation,
        100 * budget);
  }

  /** The same for programs: the header's, but for the layers and their ranges. */
  public JsonObject summary() {
    JsonObject json = new JsonObject();
    json.addProperty(WEIGHTS, weights);
    json.add(PEOPLE, people.json());
    json.addProperty(BUDGET, budget);
    json.addProperty(DEVIATION, deviation);
    json.addProperty(CONVOLUTIONS, quantization.layers().size());
    return json;
  }

  /** As the header keeps it. */
  JsonObject json() {
    JsonObject json = summary();
    json.remove(CONVOLUTIONS);
    JsonArray layers = new JsonArray();
    quantization.layers().forEach(layers::add);
    json.add(LAYERS, layers);
    JsonObject maps = new JsonObject();
    quantization
        .maps()
        .forEach(
            (name, range) -> {
              JsonArray pair = new JsonArray();
              pair.add(range.scale());
              pair.add(range.zeroPoint());
              maps.add(name, pair);
            });
    json.add(MAPS, maps);
    return json;
  }

  /** Reads {@link #json}. */
  static Int8 from(Field json) {
    json.allow(List.of(WEIGHTS, PEOPLE, BUDGET, DEVIATION, LAYERS, MAPS));
    Map<String, Uint8Range> maps = new TreeMap<>();
    json.get(MAPS)
        .entries()
        .forEach(
            (name, pair) -> {
              if (!pair.isList(2)) {
                throw pair.wrong("a scale and a zero point");
              }
              double scale =
                  pair.list().get(0).number(s -> s > 0 && s < Float.MAX_VALUE, "a number above 0");
              maps.put(
                  name,
                  new Uint8Range(scale, (int) pair.list().get(1).integer(0, Uint8Range.CODES)));
            });
    return new Int8(
        json.get(WEIGHTS).text(),
        new Quantization(new TreeSet<>(json.get(LAYERS).texts()), maps),
        Fingerprint.from(json.get(PEOPLE)),
        json.get(BUDGET).number(),
        json.get(DEVIATION).number());
  }
}
