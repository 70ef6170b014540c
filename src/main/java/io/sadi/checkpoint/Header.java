package io.sadi.checkpoint;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sadi.data.Metric;
import io.sadi.data.Skeleton;
import io.sadi.data.Skeleton.Pair;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The metadata of a checkpoint, read with checks.
 *
 * @param file named in messages
 */
record Header(Path file, Map<String, String> metadata) {
  static final String TEMPERATURES = "sigma_temperatures";

  private String where(String name) {
    return file + ": metadata '" + name + "'";
  }

  /** Refuses another value than one. */
  void expect(String name, String value, String expected) {
    String found = metadata.getOrDefault(name, "nothing");
    if (!found.equals(value)) {
      throw BadInputException.at(where(name), found, expected, "");
    }
  }

  Skeleton skeleton() {
    List<String> joints = new ArrayList<>();
    for (JsonElement joint : array("joints")) {
      joints.add(joint.getAsString());
    }
    return new Skeleton(
        joints, pairs("flip_pairs", joints.size()), pairs("skeleton", joints.size()));
  }

  Metric metric() {
    String label = text("metric");
    return Stream.of(Metric.values())
        .filter(metric -> metric.label().equals(label))
        .findFirst()
        .orElseThrow(() -> BadInputException.at(where("metric"), label, "pckh@0.5 or pck@0.2", ""));
  }

  static JsonObject json(Map<Decode, List<Double>> temperatures) {
    JsonObject object = new JsonObject();
    temperatures.forEach(
        (decode, ofJoints) -> {
          JsonArray array = new JsonArray();
          ofJoints.forEach(array::add);
          object.add(decode.toString(), array);
        });
    return object;
  }

  /** Empty in the files of networks that were not calibrated. */
  Map<Decode, List<Double>> temperatures(int joints) {
    String text = metadata.get(TEMPERATURES);
    Map<Decode, List<Double>> temperatures = new EnumMap<>(Decode.class);
    if (text == null) {
      return temperatures;
    }
    String where = where(TEMPERATURES);
    String expected = "a list of " + joints + " numbers above 0 for each decode";
    JsonElement value = Json.parse(text, where);
    if (!value.isJsonObject()) {
      throw BadInputException.at(where, Json.kind(value), expected, "");
    }
    value
        .getAsJsonObject()
        .asMap()
        .forEach(
            (name, list) -> {
              Decode decode =
                  Stream.of(Decode.values())
                      .filter(known -> known.toString().equals(name))
                      .findFirst()
                      .orElseThrow(() -> BadInputException.at(where, name, expected, ""));
              List<Double> ofJoints = new ArrayList<>();
              try {
                list.getAsJsonArray().forEach(number -> ofJoints.add(number.getAsDouble()));
              } catch (RuntimeException e) {
                throw BadInputException.at(where, list.toString(), expected, "");
              }
              if (ofJoints.size() != joints
                  || !ofJoints.stream().allMatch(t -> t > 0 && t < Double.POSITIVE_INFINITY)) {
                throw BadInputException.at(where, list.toString(), expected, "");
              }
              temperatures.put(decode, List.copyOf(ofJoints));
            });
    return temperatures;
  }

  String text(String name) {
    String value = metadata.get(name);
    if (value == null) {
      throw new BadInputException(
          file + ": metadata '" + name + "' is missing; is this a checkpoint of sadi train?");
    }
    return value;
  }

  double number(String name, double max) {
    String text = text(name);
    try {
      double value = Double.parseDouble(text);
      if (value >= 0 && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // The same message as for a number out of range.
    }
    throw BadInputException.at(where(name), text, "a number from 0 to " + (long) max, "");
  }

  private JsonArray array(String name) {
    String where = where(name);
    JsonElement value = Json.parse(text(name), where);
    if (!value.isJsonArray()) {
      throw BadInputException.at(where, Json.kind(value), "a list", "");
    }
    return value.getAsJsonArray();
  }

  private List<Pair> pairs(String name, int joints) {
    List<Pair> pairs = new ArrayList<>();
    for (JsonElement element : array(name)) {
      try {
        int a = element.getAsJsonArray().get(0).getAsInt();
        int b = element.getAsJsonArray().get(1).getAsInt();
        if (a < 0 || b < 0 || a >= joints || b >= joints) {
          throw new IndexOutOfBoundsException();
        }
        pairs.add(new Pair(a, b));
      } catch (RuntimeException e) {
        throw BadInputException.at(
            where(name), element.toString(), "pairs of joint numbers below " + joints, "");
      }
    }
    return pairs;
  }
}
