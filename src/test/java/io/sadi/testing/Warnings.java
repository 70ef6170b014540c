package io.sadi.testing;

import io.sadi.io.Progress;
import java.util.List;

/** Keeps what a person would be warned of. */
public final class Warnings {
  private Warnings() {}

  /** Nothing else is kept. */
  public static Progress into(List<String> warnings) {
    return new Progress() {
      @Override
      public Work start(String what, long total, String unit) {
        return Work.NONE;
      }

      @Override
      public void note(String line) {}

      @Override
      public void warn(String line) {
        warnings.add(line);
      }
    };
  }
}
