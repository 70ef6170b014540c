package io.sadi.bench;

import com.google.gson.JsonObject;
import java.util.Locale;

/**
 * The result of a check.
 *
 * @param what its name, such as {@code memory}
 * @param found what was found
 * @param advice what to do; empty if nothing
 */
public record DoctorFinding(Level level, String what, String found, String advice) {

  /** The severity. */
  public enum Level {
    OK,
    /** Works, but slower or less than possible. */
    WARN,
    /** Something that was asked for does not work. */
    FAIL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static DoctorFinding ok(String what, String found) {
    return new DoctorFinding(Level.OK, what, found, "");
  }

  static DoctorFinding warn(String what, String found, String advice) {
    return new DoctorFinding(Level.WARN, what, found, advice);
  }

  static DoctorFinding fail(String what, String found, String advice) {
    return new DoctorFinding(Level.FAIL, what, found, advice);
  }

  JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty("what", what);
    json.addProperty("level", level.toString());
    json.addProperty("found", found);
    json.addProperty("advice", advice);
    return json;
  }
}
