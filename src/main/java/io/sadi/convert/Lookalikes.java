package io.sadi.convert;

import io.sadi.io.BadInputException;
import io.sadi.io.Safetensors.Entry;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What other networks' tensors are called, so that a file that does not fit can be named. */
final class Lookalikes {
  private static final int SHOWN = 10;

  private static final Map<Pattern, String> SIGNS = signs();

  private Lookalikes() {}

  private static Map<Pattern, String> signs() {
    Map<Pattern, String> signs = new LinkedHashMap<>();
    signs.put(Pattern.compile("backbone\\.hourglass_modules\\..*"), "MMPose's Hourglass");
    signs.put(Pattern.compile("(module\\.)?hg\\.\\d+\\.hg\\..*"), "pytorch-pose's hourglass");
    signs.put(Pattern.compile("(hgs|pre)\\.\\d+\\..*"), "the stacked hourglass of princeton-vl");
    signs.put(Pattern.compile("(backbone\\.)?stage4\\..*"), "HRNet");
    signs.put(Pattern.compile("(keypoint_head\\.|head\\.)?deconv_layers\\..*"), "SimpleBaseline");
    signs.put(Pattern.compile("(backbone\\.)?blocks\\.\\d+\\.attn\\..*"), "a vision transformer");
    signs.put(Pattern.compile("model\\.\\d+\\..*"), "an Ultralytics YOLO");
    signs.put(Pattern.compile("model\\d+_[12]\\..*"), "OpenPose");
    signs.put(Pattern.compile("backbone\\.body\\..*|roi_heads\\..*"), "torchvision's detection");
    signs.put(Pattern.compile("(backbone\\.)?layer[1-4]\\.\\d+\\.conv\\d\\..*"), "a ResNet");
    signs.put(Pattern.compile("features\\.\\d+\\..*"), "a VGG or MobileNet");
    signs.put(Pattern.compile("hourglass\\.\\d+\\.(skip|down|up)\\..*"), "SADI-Net itself");
    return signs;
  }

  /** What the file looks like, in words; "no network that is known here" for others. */
  static String name(Collection<String> tensors) {
    for (Map.Entry<Pattern, String> sign : SIGNS.entrySet()) {
      if (tensors.stream().anyMatch(name -> sign.getKey().matcher(name).matches())) {
        return sign.getValue();
      }
    }
    return "no network that is known here";
  }

  /** The first ten of a list. */
  static String first(List<String> names) {
    return String.join(", ", names.subList(0, Math.min(SHOWN, names.size())))
        + (names.size() > SHOWN ? " and more" : "");
  }

  /** The tensors of a file as {@code name[shape]}. */
  static List<String> shown(Map<String, Entry> tensors) {
    return tensors.entrySet().stream()
        .map(e -> e.getKey() + Arrays.toString(e.getValue().shape()))
        .toList();
  }

  /**
   * The line for tensors that have no place.
   *
   * @param surplus those, as {@code name[shape]}
   * @param all of the file
   * @param as what the file was taken for
   */
  static BadInputException misfit(
      Object origin, List<String> surplus, Map<String, Entry> all, String as) {
    return BadInputException.at(
        origin,
        surplus.size() + " of " + all.size() + " tensors that fit nothing: " + first(surplus),
        "those of " + as,
        "the file looks like " + name(all.keySet()));
  }
}
