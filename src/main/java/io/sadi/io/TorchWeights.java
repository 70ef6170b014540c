package io.sadi.io;

import io.sadi.io.Pickle.Opaque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The weights in what was saved: a state_dict, or a checkpoint that holds one.
 *
 * @param place the keys that lead to them, from the outside in, with dots between; empty where they
 *     are what was saved
 * @param tensors by name, without the prefixes of wrappers
 */
record TorchWeights(String place, Map<String, TorchTensor> tensors) {
  /** Where checkpoints keep them, the first that is there. */
  static final List<String> PLACES =
      List.of(
          "state_dict",
          "model_state_dict",
          "model",
          "module",
          "ema",
          "ema_state_dict",
          "state_dict_ema",
          "net",
          "network");

  private static final int MAX_DEPTH = 3;

  /** What wraps networks to train them; a "model." with numbers is a network's own. */
  private static final Pattern WRAPPER = Pattern.compile("(?:module|_orig_mod|model(?!\\.\\d))\\.");

  /** Finds them; there may be none. */
  static TorchWeights find(Object root) {
    TorchWeights below = below(root, MAX_DEPTH);
    return below.tensors.isEmpty() ? new TorchWeights("", unwrapped(tensors(root))) : below;
  }

  private static TorchWeights below(Object value, int depth) {
    Map<?, ?> items = items(value);
    for (String key : depth == 0 ? List.<String>of() : PLACES) {
      Object inner = items.get(key);
      if (inner instanceof Map || inner instanceof Opaque) {
        TorchWeights deeper = below(inner, depth - 1);
        if (!deeper.tensors.isEmpty()) {
          return new TorchWeights(key + "." + deeper.place, deeper.tensors);
        }
        Map<String, TorchTensor> here = tensors(inner);
        if (!here.isEmpty()) {
          return new TorchWeights(key, unwrapped(here));
        }
      }
    }
    return new TorchWeights("", Map.of());
  }

  /** The tensors of a dictionary or a list, or the one that this is. */
  private static Map<String, TorchTensor> tensors(Object value) {
    Map<String, TorchTensor> tensors = new LinkedHashMap<>();
    if (value instanceof TorchTensor one) {
      tensors.put("tensor", one);
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        if (list.get(i) instanceof TorchTensor tensor) {
          tensors.put(String.valueOf(i), tensor);
        }
      }
    }
    items(value)
        .forEach(
            (name, item) -> {
              if (item instanceof TorchTensor tensor) {
                tensors.put(String.valueOf(name), tensor);
              }
            });
    return tensors;
  }

  /**
   * Names without what all of them begin with, as long as that is a wrapper. Those without a dot
   * are the wrapper's own, such as the number of steps that an average counts.
   */
  private static Map<String, TorchTensor> unwrapped(Map<String, TorchTensor> tensors) {
    Map<String, TorchTensor> plain = tensors;
    for (String wrapper = wrapper(plain); !wrapper.isEmpty(); wrapper = wrapper(plain)) {
      Map<String, TorchTensor> shorter = new LinkedHashMap<>();
      int length = wrapper.length();
      plain.forEach(
          (name, tensor) ->
              shorter.put(name.indexOf('.') < 0 ? name : name.substring(length), tensor));
      plain = shorter;
    }
    return plain;
  }

  private static String wrapper(Map<String, TorchTensor> tensors) {
    String common = "";
    for (String name : tensors.keySet()) {
      if (name.indexOf('.') >= 0) {
        Matcher matcher = WRAPPER.matcher(name);
        if (!matcher.lookingAt() || !(common.isEmpty() || common.equals(matcher.group()))) {
          return "";
        }
        common = matcher.group();
      }
    }
    return common;
  }

  /** The items of a dictionary, of whichever class; none of anything else. */
  static Map<?, ?> items(Object value) {
    return value instanceof Map<?, ?> map
        ? map
        : value instanceof Opaque opaque ? opaque.items() : Map.of();
  }
}
