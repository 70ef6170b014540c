package io.sadi.data;

import org.jspecify.annotations.Nullable;

/**
 * What a person's annotation was in the COCO file that it comes from, kept so that results can be
 * measured against that file, and files made of it say the same.
 *
 * @param image the image's id; null where the image is none of that file's
 * @param annotation the annotation's id
 * @param category the annotation's category
 * @param area in square pixels, of the person's outline and not of the box; NaN where unknown
 * @param crowd whether it is many people and not one
 */
public record CocoSource(
    @Nullable CocoId image, CocoId annotation, CocoCategory category, double area, boolean crowd) {

  /** The same annotation with other ids. */
  public CocoSource withIds(
      @Nullable CocoId newImage, CocoId newAnnotation, CocoCategory newCategory) {
    return new CocoSource(newImage, newAnnotation, newCategory, area, crowd);
  }

  /** The same annotation in an image that is none of its file's. */
  public CocoSource inOtherImage() {
    return new CocoSource(null, annotation, category, area, crowd);
  }

  /** The same annotation, everything {@code factor} times as long and wide. */
  CocoSource enlarged(double factor) {
    return new CocoSource(image, annotation, category, area * factor * factor, crowd);
  }
}
