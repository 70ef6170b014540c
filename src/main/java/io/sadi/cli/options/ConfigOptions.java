package io.sadi.cli.options;

import io.sadi.config.Config;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** For commands that are configured: a file, and values that win over it. */
public final class ConfigOptions {
  @Option(
      names = {"-c", "--config"},
      order = 1,
      paramLabel = "FILE",
      description = "YAML of sections and keys (configs/*.yaml); every key has a default.")
  public @Nullable Path config;

  @Option(
      names = {"-s", "--set"},
      order = 10,
      paramLabel = "KEY=VALUE",
      completionCandidates = Candidates.Settings.class,
      description = "Set one key, as in --set train.lr=5e-4. Repeatable; wins over the file.")
  public List<String> set = new ArrayList<>();

  /** Whether any of these options was used. */
  public boolean given() {
    return config != null || !set.isEmpty();
  }

  /** The config of these options and the environment. */
  public Config load() throws IOException {
    return Config.load(config, set, System.getenv());
  }

  /** The same over another file, which counts where these say nothing. */
  public Config loadOver(Path base) throws IOException {
    return Config.load(config == null ? base : config, set, System.getenv());
  }

  /** For an option that is another name of a key. */
  public void set(String key, @Nullable Object value) {
    if (value != null) {
      set.add(key + "=" + value);
    }
  }
}
