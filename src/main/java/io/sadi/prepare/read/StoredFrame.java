package io.sadi.prepare.read;

import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.geom.Affine;
import io.sadi.image.Image;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether people were annotated in a photo as its file stores it, before EXIF data turned it, and
 * where they are in the photo turned upright. Programs that pass over the orientation (OpenCV with
 * IGNORE_ORIENTATION, and so MMPose and HRNet, and RectLabel) annotate so.
 */
public final class StoredFrame {
  /** Joints outside the stored picture that belie a size: one may well lie beyond an edge. */
  private static final int CLEAR = 3;

  private StoredFrame() {}

  /**
   * What a turned photo itself tells: by the size that its people were annotated in, or by joints
   * that lie in one picture and not in the other.
   *
   * @return null where it fits both
   */
  public static @Nullable AnnotatedFrame told(Image image, List<Person> people) {
    int width = image.width();
    int height = image.height();
    Affine toStored = image.fromStored().inverse();
    boolean aside = toStored.a() == 0;
    if (!aside || width == height) {
      return null;
    }
    int upright = 0;
    int stored = 0;
    for (Person person : people) {
      for (int k = 0; k < person.x().length; k++) {
        if (person.annotated(k)) {
          boolean inUpright = isIn(person.x()[k], person.y()[k], width, height);
          boolean inStored = isIn(person.x()[k], person.y()[k], height, width);
          upright += inUpright && !inStored ? 1 : 0;
          stored += inStored && !inUpright ? 1 : 0;
        }
      }
    }
    int saidWidth = people.get(0).imageWidth();
    int saidHeight = people.get(0).imageHeight();
    if (saidWidth == width && saidHeight == height) {
      return AnnotatedFrame.UPRIGHT;
    }
    if (saidWidth == height && saidHeight == width) {
      // Some programs take the size from the file and people from what they show.
      return upright >= CLEAR && stored == 0 ? AnnotatedFrame.UPRIGHT : AnnotatedFrame.STORED;
    }
    return upright > stored
        ? AnnotatedFrame.UPRIGHT
        : stored > upright ? AnnotatedFrame.STORED : null;
  }

  private static boolean isIn(float x, float y, int width, int height) {
    return x >= -0.5 && y >= -0.5 && x <= width - 0.5 && y <= height - 0.5;
  }

  /**
   * A person of the stored picture in the upright one. Where turning mirrors, left and right are
   * exchanged, as in any mirrored picture.
   */
  public static Person upright(Person person, Affine map, Skeleton skeleton) {
    Person there = person.under(map);
    if (map.determinant() > 0) {
      return there;
    }
    int[] permutation = skeleton.flipPermutation();
    float[] x = new float[permutation.length];
    float[] y = new float[permutation.length];
    byte[] visibility = new byte[permutation.length];
    for (int k = 0; k < permutation.length; k++) {
      x[permutation[k]] = there.x()[k];
      y[permutation[k]] = there.y()[k];
      visibility[permutation[k]] = there.visibility()[k];
    }
    return there.withJoints(there.image(), x, y, visibility);
  }
}
