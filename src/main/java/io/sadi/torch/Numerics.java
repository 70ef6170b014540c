package io.sadi.torch;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sadi.config.Config;
import io.sadi.io.Version;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What decides the last bits of what a network computes, and with bf16 more than those: as it came
 * to be, never {@code auto}. What is kept of a job says it, so that no job is a mixture unawares.
 *
 * @param precision {@code fp32} or {@code bf16}
 * @param fallbacks the layers that are not computed by the fastest way, and how each is; empty for
 *     none
 * @param device the kind: {@code cpu} or {@code cuda}
 * @param batch crops that are computed together
 * @param libtorch version and build of LibTorch
 */
public record Numerics(
    String precision, String fallbacks, String device, int batch, String libtorch) {

  /**
   * What this process computes with.
   *
   * @param fallbacks the layers that are not computed by the fastest way, and how each is
   */
  public static Numerics of(
      Precision precision, List<String> fallbacks, ComputeDevice device, int batch) {
    return new Numerics(
        Config.name(precision),
        String.join(", ", fallbacks),
        device.cuda() ? "cuda" : "cpu",
        batch,
        Version.pytorch() + " " + Version.platform());
  }

  /** The same with other batches. */
  public Numerics ofBatch(int other) {
    return new Numerics(precision, fallbacks, device, other, libtorch);
  }

  /** An object that {@link #of(JsonObject)} reads again. */
  public JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty("precision", precision);
    json.addProperty("fallbacks", fallbacks);
    json.addProperty("device", device);
    json.addProperty("batch", batch);
    json.addProperty("libtorch", libtorch);
    return json;
  }

  /**
   * Reads what {@link #json} wrote.
   *
   * @throws RuntimeException where the object is none
   */
  public static Numerics of(JsonObject json) {
    return new Numerics(
        json.get("precision").getAsString(),
        json.get("fallbacks").getAsString(),
        json.get("device").getAsString(),
        json.get("batch").getAsInt(),
        json.get("libtorch").getAsString());
  }

  /**
   * This where it differs from another, such as {@code precision fp32, batch 8}; empty where the
   * two compute alike.
   */
  public String where(Numerics other) {
    Map<String, JsonElement> differing = new LinkedHashMap<>(json().asMap());
    JsonObject there = other.json();
    differing
        .entrySet()
        .removeIf(field -> Objects.equals(there.get(field.getKey()), field.getValue()));
    return differing.entrySet().stream()
        .map(field -> field.getKey() + " " + text(field.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String text(JsonElement value) {
    String text = value.getAsString();
    return text.isEmpty() ? "none" : text;
  }
}
