package io.sadi.config;

import io.sadi.io.BadInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The text of a config file. The presets of {@code configs/} are also in the jar, so that an
 * installed tool has them without a checkout.
 */
record ConfigFile(String origin, String text) {
  private static final Path PRESETS = Path.of("configs");

  /** A file; below {@code configs/} it is the preset of that name where there is no such file. */
  static ConfigFile read(Path file) throws IOException {
    Path place = file.normalize();
    if (Files.notExists(file) && place.startsWith(PRESETS) && place.toString().endsWith(".yaml")) {
      String name = PRESETS.relativize(place).toString().replace('\\', '/');
      String text = resource(name);
      if (text != null) {
        return preset(name, text);
      }
    }
    return new ConfigFile(file.toString(), Yaml.readText(file));
  }

  /** A preset by its name without {@code .yaml}, whatever files there are. */
  static ConfigFile preset(String name) throws IOException {
    String file = name + ".yaml";
    String text = resource(file);
    if (text == null) {
      throw new BadInputException("no preset '" + name + "' in configs/");
    }
    return preset(file, text);
  }

  private static ConfigFile preset(String file, String text) {
    return new ConfigFile(PRESETS.resolve(file) + " in the jar", text);
  }

  private static @Nullable String resource(String name) throws IOException {
    try (InputStream in = ConfigFile.class.getResourceAsStream(name)) {
      return in == null ? null : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
