package io.sadi.config;

import io.sadi.io.BadInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A value as it was given, with its conversions. A conversion that does not fit throws {@link
 * IllegalArgumentException}.
 *
 * @param origin where it stands
 * @param text of a plain value; null for a list
 * @param list the texts of a list; null for a plain value
 */
record Given(String origin, @Nullable String text, @Nullable List<String> list) {

  static Given of(@Nullable Node node, String origin) {
    if (node instanceof ScalarNode scalar) {
      return new Given(origin, scalar.getValue(), null);
    }
    if (node instanceof SequenceNode sequence) {
      List<String> list = new ArrayList<>();
      for (Node element : sequence.getValue()) {
        if (!(element instanceof ScalarNode scalar)) {
          throw BadInputException.at(origin, "a nested list", "a list of plain values", "");
        }
        list.add(scalar.getValue());
      }
      return new Given(origin, null, list);
    }
    return new Given(origin, "", null);
  }

  String shown() {
    return list != null ? list.toString() : "'" + text + "'";
  }

  Stream<Given> elements() {
    if (list == null) {
      throw new IllegalArgumentException("not a list");
    }
    return list.stream().map(element -> new Given(origin, element, null));
  }

  Integer integer(int min, int max) {
    int value = Integer.parseInt(plainText().replace("_", ""));
    if (value < min || value > max) {
      throw new IllegalArgumentException("out of range");
    }
    return value;
  }

  Double number(double min, double max) {
    double value = Double.parseDouble(plainText());
    if (!(value >= min && value <= max)) {
      throw new IllegalArgumentException("out of range");
    }
    return value;
  }

  Boolean flag() {
    return switch (plainText().toLowerCase(Locale.ROOT)) {
      case "true", "on", "yes" -> true;
      case "false", "off", "no" -> false;
      default -> throw new IllegalArgumentException("no flag");
    };
  }

  String plainText() {
    if (text == null) {
      throw new IllegalArgumentException("a list");
    }
    return text;
  }

  String oneOf(List<String> names) {
    String name = plainText();
    if (!names.contains(name)) {
      throw new IllegalArgumentException("none of the names");
    }
    return name;
  }
}
