package io.sadi.prepare.synthetic;

import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.geom.Box;
import io.sadi.image.Image;
import io.sadi.prepare.synthetic.BodyPose.Arm;
import io.sadi.prepare.synthetic.BodyPose.Leg;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * A film of two drawn people who walk through a picture, one to the right and one, behind, to the
 * left, and cross in its middle. Where each joint is at any time is known.
 */
public final class DrawnFilm {
  /** How long they take from one side to the other, in seconds. */
  public static final double SECONDS = 4;

  private static final int[] LOOKS = {3, 8};
  private static final double[] STRIDES_A_SECOND = {0.9, 1.15};

  private final int width;
  private final int height;
  private final double phase;

  /** A picture and who is in it, the first the one in front. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Drawn(byte[] rgb, int width, int height, List<Person> people) {
    /** The caller closes it. */
    public Image image() {
      return Image.of(rgb, width, height);
    }
  }

  /**
   * A film.
   *
   * @param width of the pictures, in pixels
   * @param height in pixels; people are three quarters as tall
   * @param phase of their steps, 0 to 1: films of other phases show the same people
   */
  public DrawnFilm(int width, int height, double phase) {
    this.width = width;
    this.height = height;
    this.phase = phase;
  }

  /** Who is where at a time, 0 to {@link #SECONDS}, the one in front first; nothing is drawn. */
  public List<Person> people(double seconds) {
    List<Person> people = new ArrayList<>();
    for (int who = 0; who < 2; who++) {
      boolean[] seen = new boolean[16];
      Arrays.fill(seen, true);
      Walker walker = walker(who, seconds);
      people.add(person(who, walker.body, walker.painter, seen));
    }
    return people;
  }

  /** The picture at a time, 0 to {@link #SECONDS}. */
  public Drawn at(double seconds) {
    Picture picture = new Picture(width, height);
    new Scenery(picture, new SplittableRandom(5)).behind();
    List<Person> people = new ArrayList<>();
    for (int who = 1; who >= 0; who--) { // the one behind first
      Walker walker = walker(who, seconds);
      SolidLayer layer =
          new SolidLayer(
              SolidLayer.OVERSAMPLING * width,
              SolidLayer.OVERSAMPLING * height,
              new Vector(0.3, -0.6, 0.7).unit(),
              0.6);
      walker.painter.paint(layer, walker.outfit);
      picture.add(layer);
      people.add(0, person(who, walker.body, walker.painter, walker.painter.seen(layer)));
    }
    byte[] rgb = picture.develop(new double[] {1, 1, 1}, 0, 0, 2, new SplittableRandom(1));
    return new Drawn(rgb, width, height, people);
  }

  /** Somebody on the way. */
  private record Walker(Body body, FigurePainter painter, Outfit outfit) {}

  private Walker walker(int who, double seconds) {
    SplittableRandom random = new SplittableRandom(LOOKS[who]);
    double step = 2 * Math.PI * (STRIDES_A_SECOND[who] * seconds + phase);
    Body body = Body.of(walking(who, step), random);
    double margin = 0.14 * width;
    double way = (width - 2 * margin) * seconds / SECONDS;
    double x = who == 0 ? margin + way : width - margin - way;
    double y = (who == 0 ? 0.53 : 0.5) * height + 0.012 * height * Math.cos(2 * step);
    return new Walker(body, new FigurePainter(body, x, y, 0.74 * height), Outfit.draw(random));
  }

  private static BodyPose walking(int who, double step) {
    double swing = Math.sin(step);
    double turn = who == 0 ? 62 : -62;
    return new BodyPose(
        turn,
        0,
        4,
        0,
        8 * swing,
        5,
        0,
        arm(-swing),
        arm(swing),
        leg(swing, Math.cos(step)),
        leg(-swing, -Math.cos(step)));
  }

  private static Arm arm(double swing) {
    return new Arm(30 * Math.abs(swing), swing > 0 ? 10 : 165, 25 + 15 * swing, 0.3);
  }

  private static Leg leg(double swing, double forward) {
    return new Leg(26 * swing, 3, 12 + 28 * Math.max(0, forward));
  }

  private Person person(int who, Body body, FigurePainter painter, boolean[] seen) {
    Vector[] joints = body.joints();
    float[] x = new float[joints.length];
    float[] y = new float[joints.length];
    byte[] visibility = new byte[joints.length];
    for (int k = 0; k < joints.length; k++) {
      Vector p = painter.project(joints[k]);
      x[k] = (float) p.x();
      y[k] = (float) p.y();
      visibility[k] = seen[k] ? Person.VISIBLE : Person.OCCLUDED;
    }
    double[] head = painter.headBox();
    Box headBox = new Box(head[0], head[1], head[2] - head[0], head[3] - head[1]);
    Person person =
        new Person(
            "",
            who,
            width,
            height,
            x,
            y,
            visibility,
            null,
            0,
            0,
            0,
            Person.headSize(headBox),
            headBox);
    Box extent = person.extent();
    return person.inBox(
        new Box(
            extent.x() - 0.04 * height,
            Math.min(extent.y(), headBox.y()) - 0.01 * height,
            extent.width() + 0.08 * height,
            extent.height() + 0.07 * height));
  }

  /**
   * Writes what test-data/film/walkers.safetensors has learned from: frames of films of twelve
   * phases, and where their joints are.
   *
   * @param arguments a folder
   */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    List<String> joints = Skeleton.mpii16().joints();
    StringBuilder rows = new StringBuilder("image,person,box_x,box_y,box_w,box_h");
    joints.forEach(joint -> rows.append(("," + joint + "_x," + joint + "_y," + joint + "_v")));
    Random random = new Random(1);
    for (int p = 0; p < 12; p++) {
      DrawnFilm film = new DrawnFilm(240, 160, p / 12.0);
      for (int t = 0; t < 40; t++) {
        Drawn drawn = film.at(SECONDS * (t + random.nextDouble()) / 40);
        String name = String.format(Locale.ROOT, "%02d_%03d.png", p, t);
        try (Image image = drawn.image()) {
          image.writePng(folder.resolve("images").resolve(name));
        }
        for (Person person : drawn.people()) {
          Box box = person.box();
          double rough = 0.05 * box.height();
          rows.append(String.format(Locale.ROOT, "%n%s,%d", name, person.person()));
          for (double side : new double[] {box.x(), box.y(), box.width(), box.height()}) {
            double about = side + rough * (random.nextDouble() - 0.5);
            rows.append(String.format(Locale.ROOT, ",%.2f", about));
          }
          for (int k = 0; k < joints.size(); k++) {
            rows.append(
                String.format(
                    Locale.ROOT,
                    ",%.3f,%.3f,%d",
                    person.x()[k],
                    person.y()[k],
                    person.visibility()[k]));
          }
        }
      }
    }
    Files.writeString(folder.resolve("joints.csv"), rows.append('\n'));
  }
}
