package io.sadi.prepare.check;

import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.geom.Box;
import io.sadi.io.Decimal;
import io.sadi.prepare.read.Fault;
import io.sadi.prepare.read.Fault.FaultKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Faults that annotations show without the photo. The bounds are chosen so that few correct people
 * of MPII's validation set, LSP and LSPET are reported: a crop of MPII has a head of a tenth of its
 * side, and joints that span 18 to 230 % of it.
 */
public final class PersonChecks {
  private static final double MIN_SIDE = 16;

  /** Of the crop's side to the image's larger one. */
  private static final double MAX_SIDE = 6;

  private static final double MIN_EXTENT = 0.1;
  private static final double MAX_EXTENT = 3;
  private static final double MIN_HEAD = 0.02;
  private static final double MAX_HEAD = 0.5;

  /** The fewest joints whose extent is compared. */
  private static final int SOME_JOINTS = 4;

  /** Mean distance between two people's joints to their extent; MPII's nearest two have 0.15. */
  private static final double SAME_PERSON = 0.05;

  /** Of the sides of a box given as corners: how far joints may lie outside it. */
  private static final double OVER = 0.1;

  /** Of the same: how far within it the last of them may lie. */
  private static final double LOOSE = 0.2;

  /** Of a box's sides: how much the two readings differ at least. */
  private static final double APART = 0.25;

  private final Skeleton skeleton;
  private final SwappedSides sides;

  public PersonChecks(Skeleton skeleton) {
    this.skeleton = skeleton;
    this.sides = new SwappedSides(skeleton);
  }

  /** A person's faults; image sizes of 0 are unknown. */
  public List<Fault> of(Person person) {
    List<Fault> faults = new ArrayList<>();
    box(person.box(), "bbox", person, faults);
    box(person.headBox(), "head_box", person, faults);
    placed(person, faults);
    sizes(person, faults);
    for (int k = 0; k < skeleton.size(); k++) {
      if (isOutside(person, k)) {
        faults.add(
            fault(
                FaultKind.JOINT_OUTSIDE,
                person,
                String.format(
                    Locale.ROOT,
                    "%s at %s, %s of %dx%d",
                    skeleton.joints().get(k),
                    Decimal.of(person.x()[k], 1),
                    Decimal.of(person.y()[k], 1),
                    person.imageWidth(),
                    person.imageHeight())));
      }
    }
    for (String limbs : sides.swapped(person)) {
      faults.add(fault(FaultKind.LEFT_RIGHT, person, limbs));
    }
    return faults;
  }

  private static void box(@Nullable Box box, String what, Person person, List<Fault> faults) {
    if (box != null && !(box.width() > 0 && box.height() > 0)) {
      faults.add(
          fault(
              FaultKind.EMPTY_BOX,
              person,
              String.format(Locale.ROOT, "%s of %.1fx%.1f", what, box.width(), box.height())));
    }
  }

  /** Whether the box lies in the image, and is x, y, width and height. */
  private static void placed(Person person, List<Fault> faults) {
    Box box = person.box();
    int width = person.imageWidth();
    int height = person.imageHeight();
    if (box == null || width == 0 || !(box.width() > 0 && box.height() > 0)) {
      return;
    }
    String detail =
        String.format(
            Locale.ROOT,
            "bbox at %.1f, %.1f of %.1fx%.1f in an image of %dx%d",
            box.x(),
            box.y(),
            box.width(),
            box.height(),
            width,
            height);
    if (asCorners(person, box)) {
      faults.add(fault(FaultKind.BOX_CORNERS, person, detail));
    } else if (box.x() >= width
        || box.y() >= height
        || box.x() + box.width() <= 0
        || box.y() + box.height() <= 0) {
      faults.add(fault(FaultKind.BOX_OUTSIDE, person, detail));
    }
  }

  /**
   * Whether a box fits the joints as x1, y1, x2, y2, in the image, and not as x, y, width and
   * height. Near the image's origin both are the same. Nobody of MPII's, LSP's and a sample of
   * COCO's people is found.
   */
  private static boolean asCorners(Person person, Box box) {
    double width = box.width() - box.x();
    double height = box.height() - box.y();
    if (width <= 0
        || height <= 0
        || box.width() > person.imageWidth() + 1
        || box.height() > person.imageHeight() + 1
        || annotated(person) < SOME_JOINTS) {
      return false;
    }
    Box extent = person.extent();
    double right = (extent.x() + extent.width() - box.width()) / width;
    double bottom = (extent.y() + extent.height() - box.height()) / height;
    boolean holds =
        extent.x() >= box.x() - OVER * width
            && extent.y() >= box.y() - OVER * height
            && right <= OVER
            && bottom <= OVER;
    boolean tight = right >= -LOOSE && bottom >= -LOOSE;
    return holds && tight && (box.x() > APART * box.width() || box.y() > APART * box.height());
  }

  private static int annotated(Person person) {
    int annotated = 0;
    for (int k = 0; k < person.visibility().length; k++) {
      annotated += person.annotated(k) ? 1 : 0;
    }
    return annotated;
  }

  private static void sizes(Person person, List<Fault> faults) {
    double side = person.scale() * Person.SCALE_UNIT;
    int larger = Math.max(person.imageWidth(), person.imageHeight());
    if (side < MIN_SIDE || (larger > 0 && side > MAX_SIDE * larger)) {
      faults.add(
          fault(FaultKind.SIZE, person, String.format(Locale.ROOT, "a crop of %.0f px", side)));
      return;
    }
    int annotated = annotated(person);
    Box extent = person.extent();
    double span = Math.max(extent.width(), extent.height()) / side;
    if (annotated >= SOME_JOINTS && (span < MIN_EXTENT || span > MAX_EXTENT)) {
      faults.add(
          fault(
              FaultKind.SIZE,
              person,
              String.format(Locale.ROOT, "joints over %.0f %% of the crop", 100 * span)));
    }
    double head = person.headSize() / side;
    if (head < MIN_HEAD || head > MAX_HEAD) {
      faults.add(
          fault(
              FaultKind.SIZE,
              person,
              String.format(Locale.ROOT, "a head of %.0f %% of the crop", 100 * head)));
    }
  }

  static boolean isOutside(Person person, int k) {
    return person.annotated(k)
        && person.imageWidth() > 0
        && !(person.x()[k] >= -0.5
            && person.y()[k] >= -0.5
            && person.x()[k] <= person.imageWidth() - 0.5
            && person.y()[k] <= person.imageHeight() - 0.5);
  }

  /** The same person without the joints that are outside. */
  public static Person withoutOutside(Person person) {
    byte[] visibility = person.visibility().clone();
    for (int k = 0; k < visibility.length; k++) {
      if (isOutside(person, k)) {
        visibility[k] = Person.NOT_ANNOTATED;
      }
    }
    return person.withJoints(person.image(), person.x(), person.y(), visibility);
  }

  /**
   * Whether two annotations are of the same person: their joints nearly coincide. Those with the
   * same number are one annotation in two splits.
   *
   * @param before those of the same image who came before
   */
  public @Nullable Fault duplicate(Person person, List<Person> before) {
    for (Person other : before) {
      if (person.person() != other.person() && distance(person, other) < SAME_PERSON) {
        return fault(FaultKind.DUPLICATE, person, "as person " + other.person());
      }
    }
    return null;
  }

  private static double distance(Person a, Person b) {
    double sum = 0;
    int both = 0;
    for (int k = 0; k < a.visibility().length; k++) {
      if (a.annotated(k) && b.annotated(k)) {
        sum += Math.hypot((double) a.x()[k] - b.x()[k], (double) a.y()[k] - b.y()[k]);
        both++;
      }
    }
    Box extent = a.extent();
    double size = Math.max(extent.width(), extent.height());
    return both < SOME_JOINTS || size == 0 ? Double.POSITIVE_INFINITY : sum / both / size;
  }

  private static Fault fault(FaultKind kind, Person person, String detail) {
    return new Fault(kind, person.image(), person.person(), detail);
  }
}
