package io.sadi.cli.options;

import io.sadi.ablate.study.StudyDesign;
import io.sadi.checkpoint.Decode;
import io.sadi.config.Config;
import io.sadi.model.Variant;
import io.sadi.train.DetectorRunConfig;
import io.sadi.train.RunConfig;
import io.sadi.train.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a shell offers for the value of an option whose type does not say. Picocli makes these with
 * every command; they look nothing up until they are iterated.
 */
public final class Candidates {
  private Candidates() {}

  public static final class Devices implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("auto", "cpu", "cuda").iterator();
    }
  }

  static final class Precisions implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("auto", "fp32", "bf16").iterator();
    }
  }

  static final class InferencePrecisions implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("auto", "fp32", "bf16", "int8").iterator();
    }
  }

  public static final class Splits implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("train", "val", "test").iterator();
    }
  }

  public static final class Metrics implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("pckh@0.5", "pck@0.2", "pck-box@0.2", "pckh-auc@0.5", "pck-auc@0.2", "oks")
          .iterator();
    }
  }

  public static final class Decodes implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      List<String> names = new ArrayList<>();
      for (Decode decode : Decode.values()) {
        names.add(decode.toString());
      }
      names.add("all");
      return names.iterator();
    }
  }

  public static final class Variants implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      try {
        return StudyDesign.variantNames().iterator();
      } catch (IOException e) {
        throw new UncheckedIOException(e); // of the jar itself
      }
    }
  }

  public static final class Studies implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return StudyDesign.names().iterator();
    }
  }

  /** {@code KEY=VALUE} where a key has named values, {@code KEY=} where it has others. */
  static final class Settings implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      Config config = Config.empty();
      RunConfig.from(config);
      Map<String, Config.Key> keys = new LinkedHashMap<>();
      config.keys().forEach(key -> keys.put(key.name(), key));
      Config detector = Config.empty();
      detector.set(Task.KEY + "=detect");
      DetectorRunConfig.from(detector);
      detector.keys().forEach(key -> keys.putIfAbsent(key.name(), key));
      List<String> settings = new ArrayList<>();
      for (Config.Key key : keys.values()) {
        List<String> values = new ArrayList<>();
        if (key.name().equals("model.variant")) {
          Variant.names().forEach(values::add);
        } else {
          for (String value : key.type().split(" \\| ", -1)) {
            if (value.matches("[a-z0-9-]+") && key.type().contains(" | ")) {
              values.add(value);
            }
          }
        }
        if (values.isEmpty()) {
          values.add("");
        }
        values.forEach(value -> settings.add(key.name() + "=" + value));
      }
      return settings.iterator();
    }
  }
}
