package io.sadi.predict.engine;

import io.sadi.data.PersonBox;
import io.sadi.image.LazyImage;
import java.util.List;

/** Says where people are in a photo. Several threads may ask at once. */
@FunctionalInterface
public interface PersonFinder {
  /** One person, who fills the photo. */
  PersonFinder WHOLE = photo -> List.of(PersonBox.wholeImage(photo.width(), photo.height()));

  /** Those to look at, with different numbers; may be nobody. */
  List<PersonBox> find(LazyImage photo);
}
