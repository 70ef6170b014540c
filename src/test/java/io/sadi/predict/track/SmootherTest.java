package io.sadi.predict.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sadi.data.Person;
import io.sadi.data.PersonBox;
import io.sadi.eval.Prediction;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.FrameTime;
import io.sadi.prepare.synthetic.DrawnFilm;
import io.sadi.testing.Motion;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SmootherTest {
  private static final double RATE = 25;

  private final Smoother smoother = new Smoother();

  private double[] smooth(double time, double at, double sigma) {
    Prediction joints = Prediction.empty("", 0, 1);
    joints.x()[0] = (float) at;
    joints.y()[0] = (float) at;
    joints.sigmaX()[0] = (float) sigma;
    joints.sigmaY()[0] = (float) sigma;
    FoundPerson person =
        new FoundPerson(PersonBox.of(0, new io.sadi.geom.Box(0, 0, 50, 100)), joints, null, 3);
    FoundImage frame = new FoundImage("f", 9, 9, List.of(person), new FrameTime(0, time));
    Prediction smoothed = smoother.smooth(frame).people().get(0).joints();
    return new double[] {smoothed.x()[0], smoothed.y()[0]};
  }

  /**
   * As sure as networks say they are: what shakes is two fifths of sigma, and the rest is wrong all
   * along.
   */
  @Test
  void halfOfTheJitterGoesAndNothingLagsByAFrame() {
    DrawnFilm film = new DrawnFilm(240, 160, 0.2);
    Random random = new Random(2);
    Motion raw = new Motion();
    Motion smooth = new Motion();
    for (int i = 0; i < DrawnFilm.SECONDS * RATE; i++) {
      Person truth = film.people(i / RATE).get(0);
      Prediction found = Prediction.empty("", 0, truth.x().length);
      for (int k = 0; k < truth.x().length; k++) {
        double sigma = 3 + k % 3;
        found.x()[k] = (float) (truth.x()[k] + 0.4 * sigma * random.nextGaussian());
        found.y()[k] = (float) (truth.y()[k] + 0.4 * sigma * random.nextGaussian());
        found.sigmaX()[k] = (float) sigma;
        found.sigmaY()[k] = (float) sigma;
      }
      FoundPerson person = new FoundPerson(PersonBox.of(0, truth.box()), found, null, 0);
      FoundImage frame = new FoundImage("f", 240, 160, List.of(person), new FrameTime(i, i / RATE));
      raw.add(truth, found);
      smooth.add(truth, smoother.smooth(frame).people().get(0).joints());
    }
    assertThat(smooth.jitter() / raw.jitter()).isLessThan(0.5);
    assertThat(smooth.lag()).isBetween(-0.5, 0.5);
    assertThat(smooth.error() / raw.error()).isLessThan(1.1);
  }

  /** The reason to have a sigma: what the network is sure of stays where it was found. */
  @Test
  void anUnsureJointMovesLessThanASureOne() {
    for (int i = 0; i < 20; i++) {
      smooth(i / RATE, 50, i == 19 ? 1 : 3);
    }
    double sure = smooth(20 / RATE, 60, 0.5)[0];
    assertThat(sure).isGreaterThan(58);
    for (int i = 100; i < 120; i++) { // a new person, as nobody was seen for so long
      smooth(i / RATE, 50, 3);
    }
    double unsure = smooth(120 / RATE, 60, 6)[0];
    assertThat(unsure).isBetween(50.0, 55.0);
  }

  @Test
  void whatStandsStillAndWhatWalksEvenlyAreWhereTheyAre() {
    for (int i = 0; i < 50; i++) {
      double[] there = smooth(i / RATE, 100 + 2 * i, 2);
      if (i > 25) {
        assertThat(there[0]).isCloseTo(100 + 2 * i, within(0.1));
      }
    }
  }

  @Test
  void aJumpIsNoMotionAndNowhereStaysNowhere() {
    for (int i = 0; i < 10; i++) {
      smooth(i / RATE, 50, 4);
    }
    assertThat(smooth(10 / RATE, 250, 4)[0]).as("a cut in the film").isEqualTo(250);
    assertThat(smooth(11 / RATE, Double.NaN, 4)[0]).isNaN();
    assertThat(smooth(12 / RATE, 70, 4)[0]).isEqualTo(70);
    assertThat(smooth(13 / RATE, 71, Double.NaN)[0]).as("without a sigma").isBetween(70.0, 71.0);
  }
}
