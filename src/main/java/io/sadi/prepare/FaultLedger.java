package io.sadi.prepare;

import io.sadi.data.Person;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.prepare.check.Checks;
import io.sadi.prepare.read.Fault;
import io.sadi.prepare.read.Fault.Action;
import io.sadi.prepare.read.Fault.FaultKind;
import io.sadi.prepare.read.LeftOut;
import io.sadi.prepare.write.PreparedDataset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gathers the faults that an inspection finds, and decides whether they leave out a person, end the
 * preparation, or are only reported.
 */
final class FaultLedger {
  private static final int EXAMPLES = 3;

  private final Checks checks;
  private final List<LeftOut> leftOut;
  private final List<Fault> faults = new ArrayList<>();
  private final Map<FaultKind, List<String>> fatal = new EnumMap<>(FaultKind.class);

  FaultLedger(Checks checks, List<LeftOut> before) {
    this.checks = checks;
    this.leftOut = new ArrayList<>(before);
  }

  /** Adds what was found in one image. */
  void add(List<Person> people, Inspection.InspectedPeople found) {
    for (Fault fault : found.faults()) {
      if (checks.of(fault.kind()) == Action.FAIL) {
        fatal.computeIfAbsent(fault.kind(), kind -> new ArrayList<>()).add(name(fault));
      }
    }
    for (int p = 0; p < people.size(); p++) {
      if (found.people().get(p) == null && !people.get(p).ignored()) {
        leftOut.add(leftOut(people.get(p), found.faults()));
      }
    }
    for (Fault fault : found.faults()) {
      if (isStillThere(fault, people, found)) {
        faults.add(fault);
      }
    }
  }

  /** The first fault that costs the person. */
  private LeftOut leftOut(Person person, List<Fault> found) {
    Fault cause = found.get(0);
    for (Fault fault : found) {
      boolean own = fault.person() < 0 || fault.person() == person.person();
      if (own && (checks.leavesOut(fault.kind()) || fault.kind() == FaultKind.JOINT_OUTSIDE)) {
        cause = fault;
        break;
      }
    }
    return new LeftOut(person.image(), person.person(), cause.kind().label(), cause.detail());
  }

  private static boolean isStillThere(
      Fault fault, List<Person> people, Inspection.InspectedPeople found) {
    for (int p = 0; p < people.size(); p++) {
      boolean own = fault.person() < 0 || fault.person() == people.get(p).person();
      if (own && found.people().get(p) != null) {
        return true;
      }
    }
    return false;
  }

  /** Who does not get into the dataset. */
  List<LeftOut> leftOut() {
    return leftOut;
  }

  /** What is wrong, or was, with those who get into it. */
  List<Fault> faults() {
    return faults;
  }

  /**
   * One line for each reason to leave people or joints out, and for each kind of fault.
   *
   * @param written whether lists of them are going to be
   */
  void report(Progress progress, boolean written) {
    Map<String, List<String>> reasons = new LinkedHashMap<>();
    for (LeftOut one : leftOut) {
      // Entries that cannot be read have no image; of these the first message is printed in full.
      reasons
          .computeIfAbsent(one.reason(), reason -> new ArrayList<>())
          .add(one.image().isEmpty() ? one.detail() : one.image());
    }
    reasons.forEach(
        (reason, images) ->
            progress.warn(
                "left out: "
                    + images.size()
                    + " x "
                    + reason
                    + ": "
                    + examples(images, reason.equals(FaultKind.ENTRY.label()) ? 1 : EXAMPLES)
                    + (written ? " (" + PreparedDataset.LEFT_OUT_FILE + " lists them)" : "")));
    Map<FaultKind, List<String>> kinds = new EnumMap<>(FaultKind.class);
    for (Fault fault : faults) {
      kinds.computeIfAbsent(fault.kind(), kind -> new ArrayList<>()).add(name(fault));
    }
    kinds.forEach(
        (kind, names) ->
            progress.warn(
                (kind == FaultKind.JOINT_OUTSIDE && checks.dropsJoints() ? "dropped: " : "found: ")
                    + names.size()
                    + " x "
                    + kind.label()
                    + ": "
                    + examples(names)
                    + (written ? " (" + PreparedDataset.FAULTS_FILE + " lists them)" : "")
                    + kind.hint()));
  }

  /**
   * Ends the preparation where something is wrong that must not be.
   *
   * @throws BadInputException saying what, how often and where first
   */
  void checkNotFatal() {
    if (fatal.isEmpty()) {
      return;
    }
    List<String> parts = new ArrayList<>();
    fatal.forEach(
        (kind, names) -> parts.add(names.size() + " x " + kind.label() + ": " + examples(names)));
    throw new BadInputException(
        "--check fail: "
            + String.join("; ", parts)
            + "; --check report lists them all, drop leaves them out");
  }

  private static String name(Fault fault) {
    return fault.person() <= 0 ? fault.image() : fault.image() + " #" + fault.person();
  }

  private static String examples(List<String> names) {
    return examples(names, EXAMPLES);
  }

  private static String examples(List<String> names, int most) {
    List<String> distinct = names.stream().distinct().limit(most).toList();
    return String.join(", ", distinct) + (names.size() > distinct.size() ? ", ..." : "");
  }
}
