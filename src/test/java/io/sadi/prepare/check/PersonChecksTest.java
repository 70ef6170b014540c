package io.sadi.prepare.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.geom.Box;
import io.sadi.prepare.read.Fault;
import io.sadi.prepare.read.Fault.FaultKind;
import io.sadi.prepare.read.LeedsPoses;
import io.sadi.prepare.read.LeedsPosesTest;
import io.sadi.prepare.read.Split;
import io.sadi.prepare.synthetic.SyntheticPerson;
import io.sadi.testing.Shared;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A check that cries wolf is switched off, and one that sleeps is none: both are held here. */
class PersonChecksTest {
  private final Skeleton skeleton = Skeleton.mpii16();
  private final PersonChecks checks = new PersonChecks(skeleton);

  private Person drawn() {
    return SyntheticPerson.draw("a.jpg", 1, 1).person();
  }

  @Test
  void drawnPeopleAreAsTheyShouldBe() {
    List<Fault> faults =
        IntStream.range(0, 60)
            .mapToObj(i -> SyntheticPerson.draw("a.jpg", 3, i).person())
            .flatMap(person -> checks.of(person).stream())
            .filter(fault -> fault.kind() != FaultKind.JOINT_OUTSIDE) // some stand at the edge
            .toList();
    assertThat(faults).isEmpty();
  }

  @Test
  void findsJointsOutsideTheImage() {
    Person person = drawn();
    int k = skeleton.index("left_wrist");
    person.x()[k] = person.imageWidth() - 0.5f;
    assertThat(kinds(person)).doesNotContain(FaultKind.JOINT_OUTSIDE);
    person.x()[k] = person.imageWidth() - 0.4f;
    assertThat(checks.of(person))
        .filteredOn(fault -> fault.kind() == FaultKind.JOINT_OUTSIDE)
        .singleElement()
        .satisfies(fault -> assertThat(fault.detail()).startsWith("left_wrist at "));
    assertThat(PersonChecks.withoutOutside(person).annotated(k)).isFalse();
    assertThat(kinds(PersonChecks.withoutOutside(person))).doesNotContain(FaultKind.JOINT_OUTSIDE);
    person.visibility()[k] = Person.NOT_ANNOTATED;
    assertThat(kinds(person)).doesNotContain(FaultKind.JOINT_OUTSIDE);
  }

  /** Whoever has x1, y1, x2, y2 learns from crops that hold too much. */
  @Test
  void findsBoxesAsCornersAndOutside() {
    Person person = drawn();
    Box extent = person.extent();
    Box corners =
        new Box(extent.x(), extent.y(), extent.x() + extent.width(), extent.y() + extent.height());
    assertThat(kinds(person.inBox(corners))).contains(FaultKind.BOX_CORNERS);
    assertThat(kinds(person.inBox(extent)))
        .doesNotContain(FaultKind.BOX_CORNERS, FaultKind.BOX_OUTSIDE);
    Box outside = new Box(person.imageWidth() + 1, 2, 30, 40);
    assertThat(kinds(person.inBox(outside))).contains(FaultKind.BOX_OUTSIDE);
    assertThat(kinds(person.inBox(new Box(-31, 2, 30, 40)))).contains(FaultKind.BOX_OUTSIDE);
    assertThat(kinds(person.inBox(new Box(-29, 2, 30, 40)))).doesNotContain(FaultKind.BOX_OUTSIDE);
  }

  @Test
  void findsBoxesAndSizesThatCannotBe() {
    Person person = drawn();
    assertThat(kinds(person)).doesNotContain(FaultKind.EMPTY_BOX, FaultKind.SIZE);
    double x = person.centerX();
    double y = person.centerY();
    Box box = new Box(1, 1, 10, 20);
    assertThat(kinds(person.withCrop(new Box(1, 1, 0, 20), x, y, person.scale())))
        .containsOnly(FaultKind.EMPTY_BOX);
    for (double scale : new double[] {15 / 200.0, 100, person.scale() * 20, person.scale() / 10}) {
      assertThat(kinds(person.withCrop(box, x, y, scale))).as("" + scale).contains(FaultKind.SIZE);
    }
  }

  @Test
  void findsTheSamePersonTwice() {
    Person person = drawn();
    float[] x = person.x().clone();
    float[] y = person.y().clone();
    x[3] += 4;
    y[7] -= 3;
    Person again =
        new Person(
            person.image(),
            person.person() + 1,
            person.imageWidth(),
            person.imageHeight(),
            x,
            y,
            person.visibility(),
            person.box(),
            person.centerX(),
            person.centerY(),
            person.scale(),
            person.headSize(),
            person.headBox());
    assertThat(checks.duplicate(again, List.of(person))).isNotNull();
    for (int k = 0; k < x.length; k++) {
      x[k] += 0.15 * person.extent().height(); // as near as MPII's nearest two
    }
    assertThat(checks.duplicate(again, List.of(person))).isNull();
    assertThat(checks.duplicate(again, List.of())).isNull();
  }

  /** Few of those whose annotation was checked by people, and most of those with a swapped pair. */
  @Test
  void findsLeftAndRightSwapped() throws IOException {
    List<Person> lsp =
        LeedsPosesTest.people(
            LeedsPoses.LSP.read(
                Shared.require("data/lsp/joints.mat"), List.of(Split.parse("train=1.0")), 1),
            "train");
    List<Person> mpii =
        DatasetReader.people(DatasetReader.read(Shared.require("oracles/mpii-val")), "val");
    Skeleton lsp14 = Skeleton.lsp14();
    assertThat(found(lsp, lsp14, "none")).isLessThan(0.01);
    assertThat(found(mpii, skeleton, "none")).isLessThan(0.02);
    for (String part : List.of("shoulder", "hip", "elbow")) {
      assertThat(found(lsp, lsp14, part)).as(part).isEqualTo(0.71, within(0.03));
      assertThat(found(mpii, skeleton, part)).as(part).isEqualTo(0.71, within(0.04));
    }
    assertThat(found(lsp, lsp14, "wrist")).isEqualTo(0.60, within(0.03));
    assertThat(found(lsp, lsp14, "knee")).isEqualTo(0.20, within(0.03));
    assertThat(found(lsp, lsp14, "ankle")).isEqualTo(0.20, within(0.03));
  }

  /** The share of people who are found with a pair of joints exchanged. */
  private static double found(List<Person> people, Skeleton skeleton, String part) {
    SwappedSides sides = new SwappedSides(skeleton);
    int left = skeleton.index("left_" + part);
    int right = skeleton.index("right_" + part);
    int found = 0;
    for (Person person : people) {
      float[] x = person.x().clone();
      float[] y = person.y().clone();
      byte[] visibility = person.visibility().clone();
      if (left >= 0) {
        x[left] = person.x()[right];
        y[left] = person.y()[right];
        visibility[left] = person.visibility()[right];
        x[right] = person.x()[left];
        y[right] = person.y()[left];
        visibility[right] = person.visibility()[left];
      }
      Person swapped = person.withJoints(person.image(), x, y, visibility);
      found += sides.swapped(swapped).isEmpty() ? 0 : 1;
    }
    return (double) found / people.size();
  }

  private List<FaultKind> kinds(Person person) {
    return checks.of(person).stream().map(Fault::kind).toList();
  }
}
