package io.sadi.train;

import io.sadi.config.Config;
import io.sadi.io.BadInputException;
import java.util.Locale;

/** What a network is trained for. */
public enum Task {
  /** To find a person's joints in a crop. */
  POSE("a network that finds joints"),
  /** To find people's boxes in a photo. */
  DETECT("a detector of people");

  /** The key of a config. */
  public static final String KEY = "train.task";

  private final String what;

  Task(String what) {
    this.what = what;
  }

  /** What a config says. */
  public static Task of(Config config) {
    return config.choice(
        KEY, Task.class, POSE, "pose: find joints; detect: find people's boxes in whole photos");
  }

  /**
   * Reads the key, and refuses another task.
   *
   * @throws BadInputException for a config that is for something else
   */
  void require(Config config) {
    Task given = of(config);
    if (given != this) {
      throw BadInputException.at(
          config.where(KEY),
          given + ": " + given.what,
          this + ": " + what,
          given == DETECT ? "'sadi train' and 'sadi info' take such a config" : "");
    }
  }

  /** As options are written: lower case. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
