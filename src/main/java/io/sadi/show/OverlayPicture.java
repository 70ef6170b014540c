package io.sadi.show;

import io.sadi.data.Skeleton;
import io.sadi.eval.Prediction;
import io.sadi.geom.Affine;
import io.sadi.image.Canvas;
import io.sadi.image.Image;
import io.sadi.predict.engine.FoundPerson;
import java.util.List;

/**
 * A photo with the people found in it drawn over it. Small photos are enlarged. Who is followed
 * through a film has the number of the track above the head.
 */
public final class OverlayPicture {
  /** A photo is enlarged, by a whole number, to about this many pixels along its longer side. */
  private static final int LEGIBLE = 640;

  private static final int PLATE = 0x161616;
  private static final int NUMBER = 0xFFFFFF;

  private final SkeletonDrawing drawing;

  public OverlayPicture(Skeleton skeleton) {
    this.drawing = new SkeletonDrawing(skeleton);
  }

  /** A new picture; the caller closes it. */
  public Image draw(Image photo, List<FoundPerson> people) {
    int longer = Math.max(photo.width(), photo.height());
    int enlarged = Math.max(1, Math.round((float) LEGIBLE / longer));
    Affine toPicture = Affine.resize(enlarged, enlarged);
    Image picture =
        photo.warp(toPicture.inverse(), photo.width() * enlarged, photo.height() * enlarged);
    for (FoundPerson person : people) {
      double side =
          enlarged * Math.max(person.place().box().width(), person.place().box().height());
      double lineWidth = Math.max(2, Math.min(side / 130, longer * enlarged / 150.0));
      drawing.draw(picture.canvas(), person.joints(), toPicture, lineWidth);
    }
    if (people.stream().anyMatch(person -> person.track() > 0) || people.size() > 1) {
      people.forEach(person -> number(picture, person, toPicture));
    }
    return picture;
  }

  /** Numbers a person in a film; over all limbs, so that no other person hides it. */
  private static void number(Image picture, FoundPerson person, Affine toPicture) {
    if (person.track() == FoundPerson.NO_TRACK) {
      return;
    }
    double middle = 0;
    double top = Double.POSITIVE_INFINITY;
    Prediction joints = person.joints();
    for (int k = 0; k < joints.x().length; k++) {
      double y = toPicture.y(joints.x()[k], joints.y()[k]);
      if (y < top) {
        top = y;
        middle = toPicture.x(joints.x()[k], joints.y()[k]);
      }
    }
    double capital = Math.max(9, Math.max(picture.width(), picture.height()) / 55.0);
    String text = String.valueOf(person.track());
    double width = Canvas.textWidth(text, capital);
    double x = Math.max(capital, Math.min(middle, picture.width() - capital));
    double y = Math.max(1.2 * capital, top - 1.6 * capital);
    double half = width / 2;
    picture.canvas().line(x - half, y, x + half, y, 2 * capital, PLATE);
    picture.canvas().text(text, x - half, y + capital / 2, capital, NUMBER);
  }
}
