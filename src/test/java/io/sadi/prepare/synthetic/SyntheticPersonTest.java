package io.sadi.prepare.synthetic;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SyntheticPersonTest {
  private static final Skeleton MPII = Skeleton.mpii16();

  @Test
  void theSameSeedDrawsTheSamePeople() {
    SyntheticPerson one = SyntheticPerson.draw("a.jpg", 5, 17);
    SyntheticPerson same = SyntheticPerson.draw("a.jpg", 5, 17);
    assertThat(same.rgb()).isEqualTo(one.rgb());
    assertThat(same.person()).usingRecursiveComparison().isEqualTo(one.person());
    assertThat(SyntheticPerson.draw("a.jpg", 5, 18).rgb()).isNotEqualTo(one.rgb());
    assertThat(SyntheticPerson.draw("a.jpg", 6, 17).rgb()).isNotEqualTo(one.rgb());
  }

  @Test
  void everybodyIsInThePicture() {
    int occluded = 0;
    for (Person person : people(300)) {
      for (int k = 0; k < MPII.size(); k++) {
        assertThat(person.x()[k]).isBetween(0f, person.imageWidth() - 1f);
        assertThat(person.y()[k]).isBetween(0f, person.imageHeight() - 1f);
        assertThat(person.annotated(k)).isTrue();
        occluded += person.visibility()[k] == Person.OCCLUDED ? 1 : 0;
      }
      assertThat(person.headSize()).isBetween(4.0, 40.0);
      assertThat(person.scale()).isBetween(0.15, 1.5);
    }
    assertThat(occluded / (300.0 * MPII.size())).isBetween(0.05, 0.35);
  }

  /**
   * Whoever does not look at the picture must find next to nothing: the mean pose of all people, in
   * crop coordinates, is the best such guess.
   */
  @Test
  void theMeanPoseIsNoGoodGuess() {
    List<Person> people = people(600);
    int joints = MPII.size();
    double[] meanX = new double[joints];
    double[] meanY = new double[joints];
    for (Person person : people) {
      for (int k = 0; k < joints; k++) {
        meanX[k] += (person.x()[k] - person.centerX()) / person.scale() / people.size();
        meanY[k] += (person.y()[k] - person.centerY()) / person.scale() / people.size();
      }
    }
    int correct = 0;
    int counted = 0;
    for (Person person : people) {
      for (int k = 0; k < joints; k++) {
        if (k == MPII.index("pelvis") || k == MPII.index("thorax")) {
          continue; // not in the benchmark's mean
        }
        double dx = person.centerX() + meanX[k] * person.scale() - person.x()[k];
        double dy = person.centerY() + meanY[k] * person.scale() - person.y()[k];
        correct += Math.hypot(dx, dy) <= 0.5 * person.headSize() ? 1 : 0;
        counted++;
      }
    }
    assertThat(100.0 * correct / counted).isLessThan(12);
  }

  /**
   * Joints are where the picture has them, and left is left: the ankles wear their side's socks.
   */
  @Test
  void leftIsColdAndRightIsWarm() {
    int right = 0;
    int seen = 0;
    for (int i = 0; i < 300; i++) {
      SyntheticPerson drawn = SyntheticPerson.draw("a.jpg", 3, i);
      Person person = drawn.person();
      for (String side : new String[] {"left", "right"}) {
        int k = MPII.index(side + "_ankle");
        if (person.visibility()[k] == Person.VISIBLE) {
          int x = Math.round(person.x()[k]);
          int y = Math.round(person.y()[k]);
          int at = 3 * (y * person.imageWidth() + x);
          boolean warm = (drawn.rgb()[at] & 0xFF) > (drawn.rgb()[at + 2] & 0xFF);
          seen++;
          right += warm == side.equals("right") ? 1 : 0;
        }
      }
    }
    assertThat(seen).isGreaterThan(400);
    assertThat((double) right / seen).isGreaterThan(0.95);
  }

  private static List<Person> people(int count) {
    return new ArrayList<>(
        IntStream.range(0, count)
            .parallel()
            .mapToObj(i -> SyntheticPerson.draw("a.jpg", 11, i).person())
            .toList());
  }
}
