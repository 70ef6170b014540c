package io.sadi.prepare.check;

import io.sadi.prepare.read.Fault.Action;
import io.sadi.prepare.read.Fault.FaultKind;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to do about each kind of fault.
 *
 * @param actions for every kind
 */
public record Checks(Map<FaultKind, Action> actions) {
  /** What is wrong is reported, except for entries that cannot be read. */
  public static final Checks REPORT = of(List.of());

  /**
   * What {@code --check} takes: {@code drop} for all kinds, {@code joint-outside=drop} for one.
   *
   * @param kind null for all that are not named
   */
  public record Rule(@Nullable FaultKind kind, Action action) {
    /** Reads a rule; an IllegalArgumentException says what was expected. */
    public static Rule parse(String text) {
      int eq = text.indexOf('=');
      String action = text.substring(eq + 1);
      for (Action one : Action.values()) {
        if (one.toString().equals(action)) {
          if (eq < 0) {
            return new Rule(null, one);
          }
          for (FaultKind kind : FaultKind.values()) {
            if (kind.toString().equals(text.substring(0, eq))) {
              return new Rule(kind, one);
            }
          }
        }
      }
      throw new IllegalArgumentException(
          "found '"
              + text
              + "', expected report, drop, fail, or KIND=ACTION with one of "
              + Arrays.toString(FaultKind.values()));
    }

    @Override
    public String toString() {
      return kind == null ? action.toString() : kind + "=" + action;
    }
  }

  /** Rules for one kind win over those for all, later ones over earlier ones. */
  public static Checks of(List<Rule> rules) {
    Map<FaultKind, Action> actions = new EnumMap<>(FaultKind.class);
    for (FaultKind kind : FaultKind.values()) {
      Action action = kind.standard();
      for (Rule rule : rules) {
        action = rule.kind == null ? rule.action : action;
      }
      for (Rule rule : rules) {
        action = rule.kind == kind ? rule.action : action;
      }
      actions.put(kind, action);
    }
    return new Checks(actions);
  }

  public Action of(FaultKind kind) {
    return actions.getOrDefault(kind, kind.standard());
  }

  /** Whether a fault costs the person. */
  public boolean leavesOut(FaultKind kind) {
    return kind.leavesNothing() || (of(kind) == Action.DROP && kind != FaultKind.JOINT_OUTSIDE);
  }

  public boolean dropsJoints() {
    return of(FaultKind.JOINT_OUTSIDE) == Action.DROP;
  }
}
