package io.sadi.model;

import io.sadi.torch.Uint8Range;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What of a network is computed in int8, and the ranges of its eight-bit maps. Weights need none:
 * theirs follow from the weights.
 *
 * @param layers paths of the convolutions
 * @param maps by the name of the layer or the sum that gives a map. {@code NAME.input} is the range
 *     of a map that only that layer needs in eight bits, {@code NAME.scaled} that of a block's map
 *     times its squeeze-and-excitation, {@code NAME.added} that of a convolution whose sum with
 *     another map is NAME, before it is added: for programs that round it by itself
 */
public record Quantization(Set<String> layers, Map<String, Uint8Range> maps) {
  static final String INPUT = ".input";
  private static final String SCALED = ".scaled";
  private static final String ADDED = ".added";

  public Quantization {
    layers = new TreeSet<>(layers);
    maps = new TreeMap<>(maps);
  }

  /** Nothing in int8. */
  public static final Quantization NONE = new Quantization(Set.of(), Map.of());

  /** Whether a convolution is computed in int8. */
  public boolean computes(Conv layer) {
    return layers.contains(layer.path());
  }

  /** The range of a map; null where it stays in floating point. */
  public @Nullable Uint8Range map(String name) {
    return maps.get(name);
  }

  /** The name of a map as a layer takes it. */
  public static String input(Conv layer) {
    return layer.path() + INPUT;
  }

  /** The name of a block's map times its squeeze-and-excitation. */
  public static String scaled(String name) {
    return name + SCALED;
  }

  /** The name of a convolution's result before it is added to another map. */
  public static String added(Conv layer) {
    return layer.path() + ADDED;
  }

  /** The part of the network that a map or layer belongs to: a block, or else a layer. */
  static String part(String name) {
    return name.replaceFirst("(\\.input|\\.scaled|\\.added)$", "")
        .replaceFirst("\\.conv$", "")
        .replaceFirst("\\.(conv[123]|dilated|shortcut|se\\..*)$", "");
  }

  /**
   * The same with some parts of the network in floating point. A map stays in eight bits where
   * another part uses it so.
   *
   * @param users by a map's name, the parts that use it
   */
  Quantization without(Set<String> parts, Map<String, Set<String>> users) {
    Set<String> fewer = new TreeSet<>(layers);
    fewer.removeIf(name -> parts.contains(part(name)));
    Map<String, Uint8Range> ranges = new TreeMap<>(maps);
    ranges
        .keySet()
        .removeIf(name -> parts.containsAll(users.getOrDefault(name, Set.of(part(name)))));
    return new Quantization(fewer, ranges);
  }

  /** The parts that have layers in int8. */
  Set<String> parts() {
    Set<String> parts = new TreeSet<>();
    layers.forEach(layer -> parts.add(part(layer)));
    return parts;
  }

  /** The same with all but one part of the network in floating point. */
  Quantization alone(String part, Map<String, Set<String>> users) {
    Set<String> others = parts();
    maps.keySet().forEach(name -> others.add(part(name)));
    others.remove(part);
    return without(others, users);
  }
}
