package io.sadi.show;

import io.sadi.data.Skeleton;
import io.sadi.geom.Affine;
import io.sadi.image.Image;
import io.sadi.predict.engine.FoundPerson;
import java.util.List;

/** A photo with the people found in it drawn over it. Small photos are enlarged. */
public final class OverlayPicture {
  /** A photo is enlarged, by a whole number, to about this many pixels along its longer side. */
  private static final int LEGIBLE = 640;

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
    return picture;
  }
}
