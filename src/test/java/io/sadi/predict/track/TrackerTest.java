package io.sadi.predict.track;

import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.data.Person;
import io.sadi.data.PersonBox;
import io.sadi.data.Skeleton;
import io.sadi.eval.OksSigmas;
import io.sadi.eval.Prediction;
import io.sadi.geom.Box;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.FrameTime;
import io.sadi.prepare.synthetic.DrawnFilm;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whoever takes one person for another measures steps that nobody made. */
class TrackerTest {
  private static final OksSigmas SIGMAS = OksSigmas.of(Skeleton.mpii16());

  private final Tracker tracker = new Tracker(SIGMAS, false);

  private static FoundPerson person(float[] x, float[] y, Box box) {
    Prediction joints = Prediction.empty("", 0, x.length);
    System.arraycopy(x, 0, joints.x(), 0, x.length);
    System.arraycopy(y, 0, joints.y(), 0, x.length);
    return new FoundPerson(PersonBox.of(0, box), joints, null);
  }

  /** Sixteen joints in a box 40 wide and 100 high. */
  private static FoundPerson at(double left) {
    float[] x = new float[16];
    float[] y = new float[16];
    for (int k = 0; k < 16; k++) {
      x[k] = (float) (left + 40.0 * (k % 4) / 3);
      y[k] = 100f * (k / 4) / 3;
    }
    return person(x, y, new Box(left, 0, 40, 100));
  }

  private List<Integer> follow(double time, FoundPerson... people) {
    FoundImage frame = new FoundImage("f", 500, 100, List.of(people)).at(new FrameTime(0, time));
    return tracker.follow(frame).people().stream().map(FoundPerson::track).toList();
  }

  /** Boxes come in any order, and two are one for a while where people cover each other. */
  @Test
  void peopleWhoCrossKeepTheirNumbers() {
    for (double rate : new double[] {25, 10}) {
      for (double phase : new double[] {0, 0.3, 0.7}) {
        Tracker crossing = new Tracker(SIGMAS, false);
        DrawnFilm film = new DrawnFilm(240, 160, phase);
        Random random = new Random(1);
        List<Set<Integer>> numbers = List.of(new HashSet<>(), new HashSet<>());
        for (int i = 0; i < DrawnFilm.SECONDS * rate; i++) {
          double time = i / rate;
          List<Person> people = film.people(time);
          List<Integer> order = new ArrayList<>(List.of(0, 1));
          Collections.shuffle(order, random);
          if (Math.abs(time - DrawnFilm.SECONDS / 2) < 0.15) {
            order.remove(Integer.valueOf(1)); // who is behind is not seen
          }
          List<FoundPerson> found = new ArrayList<>();
          for (int who : order) {
            Person one = people.get(who);
            float[] x = one.x().clone();
            float[] y = one.y().clone();
            for (int k = 0; k < x.length; k++) {
              x[k] += (float) (2 * random.nextGaussian());
              y[k] += (float) (2 * random.nextGaussian());
            }
            found.add(person(x, y, one.box()));
          }
          FoundImage followed =
              crossing.follow(new FoundImage("f", 240, 160, found, new FrameTime(i, time)));
          for (int p = 0; p < order.size(); p++) {
            numbers.get(order.get(p)).add(followed.people().get(p).track());
          }
        }
        assertThat(numbers.get(0)).as("%s a second, %s", rate, phase).hasSize(1);
        assertThat(numbers.get(1)).as("%s a second, %s", rate, phase).hasSize(1);
        assertThat(crossing.count()).isEqualTo(2);
      }
    }
  }

  @Test
  void whoComesIsNewAndWhoIsGoneForASecondIsGone() {
    assertThat(follow(0, at(100))).containsExactly(0);
    assertThat(follow(0.04, at(300), at(101))).containsExactly(1, 0);
    assertThat(follow(0.08, at(301))).containsExactly(1);
    assertThat(follow(0.9, at(321), at(122))).as("seen again in time").containsExactly(1, 0);
    assertThat(follow(1.0)).isEmpty();
    assertThat(follow(2.5, at(122))).as("too late").containsExactly(2);
    assertThat(tracker.count()).isEqualTo(3);
  }

  @Test
  void framesThatAreFarApartAreFollowedAsWell() {
    for (int i = 0; i < 5; i++) {
      assertThat(follow(2 * i, at(100 + 5 * i), at(300 - 5 * i))).containsExactly(0, 1);
    }
    assertThat(follow(10, at(125))).as("one frame missed").containsExactly(0);
    assertThat(follow(12, at(130), at(270))).containsExactly(0, 1);
  }

  @Test
  void aJointThatIsNowhereHurtsNobody() {
    float[] nowhere = new float[16];
    java.util.Arrays.fill(nowhere, Float.NaN);
    assertThat(follow(0, at(100))).containsExactly(0);
    assertThat(follow(0.04, person(nowhere, nowhere, new Box(100, 0, 40, 100)))).containsExactly(0);
    assertThat(follow(0.08, at(102))).containsExactly(0);
  }

  @Test
  void oneWhoFillsEachFrameIsOne() {
    Tracker alone = new Tracker(SIGMAS, true);
    for (int i = 0; i < 3; i++) {
      FoundImage frame = new FoundImage("f", 500, 100, List.of(at(150 * i)), new FrameTime(i, i));
      assertThat(alone.follow(frame).people().get(0).track()).isZero();
    }
    assertThat(alone.count()).isEqualTo(1);
  }
}
