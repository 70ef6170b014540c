package io.sadi.eval;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Something measured for each joint.
 *
 * @param inMeans for all joints together that the means are over: without pelvis and thorax
 * @param joints for each joint, in dataset order
 */
record PerJoint<T>(T inMeans, Map<String, T> joints) {
  public PerJoint {
    joints = Collections.unmodifiableMap(new LinkedHashMap<>(joints));
  }

  /** Measures every joint alone, then all in the means; {@code measure} takes their indices. */
  static <T> PerJoint<T> of(List<String> joints, Function<List<Integer>, T> measure) {
    Map<String, T> each = new LinkedHashMap<>();
    List<Integer> inMeans = new ArrayList<>();
    for (int k = 0; k < joints.size(); k++) {
      each.put(joints.get(k), measure.apply(List.of(k)));
      if (JointGroups.inMean(joints.get(k))) {
        inMeans.add(k);
      }
    }
    return new PerJoint<>(measure.apply(inMeans), each);
  }
}
