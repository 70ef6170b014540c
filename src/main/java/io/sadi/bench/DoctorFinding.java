package io.sadi.bench;

import com.google.gson.JsonObject;
import java.util.Locale;

/**
 * One thing that a checkup looked at.
 *
 * @param what its name, such as {@code memory}
 * @param found what is there
 * @param advice what to do about it; empty where nothing needs doing
 */
public record DoctorFinding(Level level, String what, String found, String advice) {

  /** How bad it is. */
  public enum Level {
    OK,
    /** Work is possible, slower or less of it than could be. */
    WARN,
    /** Something that was asked for will not work. */
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
