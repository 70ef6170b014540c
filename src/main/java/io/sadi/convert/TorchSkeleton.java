package io.sadi.convert;

import io.sadi.data.Skeleton;
import io.sadi.data.Skeleton.Pair;
import io.sadi.io.BadInputException;
import io.sadi.io.TorchFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a checkpoint of MMPose says of its maps: {@code meta.dataset_meta}. */
final class TorchSkeleton {
  private static final String META = "dataset_meta";

  private TorchSkeleton() {}

  /**
   * The joints as the file names them, or MPII's where it names none and has as many maps.
   *
   * @param joints number of maps
   * @param notes takes what is assumed
   * @throws BadInputException where nobody says what the maps show
   */
  static Skeleton of(TorchFile file, int joints, Object origin, List<String> notes) {
    int[] flips = flips(file, joints);
    List<String> names = names(file, joints);
    if (names.isEmpty()) {
      Skeleton mpii = Skeleton.mpii16();
      if (joints == mpii.size()
          && (flips == null || Arrays.equals(flips, mpii.flipPermutation()))) {
        notes.add("no names of joints in the file: " + joints + " maps are taken for MPII's");
        return mpii;
      }
      throw BadInputException.at(
          origin,
          joints + " maps without names",
          "the joints they show",
          "name them in the maps' order: --joints FILE");
    }
    Skeleton guessed = Skeleton.named(names, links(file, joints), origin + ": " + META);
    if (flips == null) {
      return guessed;
    }
    List<Pair> pairs = new ArrayList<>();
    for (int k = 0; k < joints; k++) {
      if (k < flips[k] && flips[flips[k]] == k) {
        pairs.add(new Pair(k, flips[k]));
      }
    }
    return new Skeleton(names, pairs, guessed.edges());
  }

  private static List<String> names(TorchFile file, int joints) {
    List<String> names = new ArrayList<>();
    if (file.value("meta", META, "keypoint_id2name") instanceof Map<?, ?> byNumber) {
      for (long k = 0; k < joints; k++) {
        if (byNumber.get(k) instanceof String name) {
          names.add(name);
        }
      }
    }
    return names.size() == joints ? names : List.of();
  }

  private static int @Nullable [] flips(TorchFile file, int joints) {
    if (!(file.value("meta", META, "flip_indices") instanceof List<?> list)
        || list.size() != joints) {
      return null;
    }
    int[] flips = new int[joints];
    for (int k = 0; k < joints; k++) {
      flips[k] = joint(list.get(k), joints);
      if (flips[k] < 0) {
        return null;
      }
    }
    return flips;
  }

  /** What a drawing connects; empty where the file says nothing that can be understood. */
  private static List<Pair> links(TorchFile file, int joints) {
    List<Pair> links = new ArrayList<>();
    if (file.value("meta", META, "skeleton_links") instanceof List<?> list) {
      for (Object item : list) {
        int a = item instanceof List<?> two && two.size() == 2 ? joint(two.get(0), joints) : -1;
        int b = item instanceof List<?> two && two.size() == 2 ? joint(two.get(1), joints) : -1;
        if (a < 0 || b < 0 || a == b) {
          return List.of();
        }
        links.add(new Pair(a, b));
      }
    }
    return links;
  }

  private static int joint(Object value, int joints) {
    return value instanceof Long k && k >= 0 && k < joints ? k.intValue() : -1;
  }
}
