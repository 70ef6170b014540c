package io.sadi.checkpoint;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.config.Field;
import io.sadi.data.Metric;
import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
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
    List<String> joints = field("joints").texts();
    return new Skeleton(
        joints,
        Skeleton.pairs(field("flip_pairs"), joints.size()),
        Skeleton.pairs(field("skeleton"), joints.size()));
  }

  Metric metric() {
    return Metric.of(text("metric"), where("metric"));
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
    Map<Decode, List<Double>> temperatures = new EnumMap<>(Decode.class);
    if (!metadata.containsKey(TEMPERATURES)) {
      return temperatures;
    }
    Field json = field(TEMPERATURES);
    json.allow(Stream.of(Decode.values()).map(Decode::toString).toList());
    for (Decode decode : Decode.values()) {
      Field list = json.get(decode.toString());
      if (list.isThere()) {
        if (!list.isList(joints)) {
          throw list.wrong("a list of " + joints + " numbers above 0, one a joint");
        }
        double[] ofJoints =
            list.numbers(t -> t > 0 && t < Double.POSITIVE_INFINITY, "a number above 0");
        temperatures.put(decode, DoubleStream.of(ofJoints).boxed().toList());
      }
    }
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

  /** What is JSON. */
  Field field(String name) {
    return Field.root(Json.parse(text(name), where(name)), where(name));
  }
}
