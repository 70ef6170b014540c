package io.sadi.testing;

import io.sadi.io.Progress;
import java.util.ArrayList;
import java.util.List;

/** Keeps what a person would be warned of, or told. */
public final class Warnings {
  private Warnings() {}

  /** Warnings alone. */
  public static Progress into(List<String> warnings) {
    return into(warnings, new ArrayList<>());
  }

  /** Notes alone. */
  public static Progress notesInto(List<String> notes) {
    return into(new ArrayList<>(), notes);
  }

  private static Progress into(List<String> warnings, List<String> notes) {
    return new Progress() {
      @Override
      public Work start(String what, long total, String unit) {
        return Work.NONE;
      }

      @Override
      public void note(String line) {
        notes.add(line);
      }

      @Override
      public void warn(String line) {
        warnings.add(line);
      }
    };
  }
}
