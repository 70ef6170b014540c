package io.sadi.data;

import io.sadi.geom.Box;
import io.sadi.io.BadInputException;
import io.sadi.io.Csv;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * People whom nobody labelled, but whom a detector found: the rows of {@code sadi detect}, by
 * photo.
 *
 * @param file they are from
 * @param byImage boxes in image pixels
 */
public record FoundPeople(Path file, Map<String, List<Box>> byImage) {
  /** Who has more than this in common with somebody labelled is that person. */
  private static final double SAME = 0.3;

  /** Reads a CSV with the columns image, x, y, w and h. */
  public static FoundPeople read(Path file) throws IOException {
    Map<String, List<Box>> byImage = new HashMap<>();
    try (Csv csv = Csv.open(file)) {
      Csv.Column image = csv.column("image");
      Csv.Column x = csv.column("x");
      Csv.Column y = csv.column("y");
      Csv.Column width = csv.column("w");
      Csv.Column height = csv.column("h");
      for (Csv.@Nullable Row row = csv.next(); row != null; row = csv.next()) {
        Box box = new Box(row.number(x), row.number(y), row.number(width), row.number(height));
        if (!(box.width() > 0 && box.height() > 0)) {
          throw BadInputException.at(
              row.where(), box.width() + " x " + box.height(), "a box of some size", "");
        }
        byImage.computeIfAbsent(row.text(image), name -> new ArrayList<>()).add(box);
      }
    }
    return new FoundPeople(file, byImage);
  }

  /**
   * The same photos, with those found in them beside those labelled.
   *
   * @throws BadInputException where no box is of any of the photos
   */
  public List<LabelledPhoto> addTo(List<LabelledPhoto> photos) {
    if (!byImage.isEmpty() && photos.stream().noneMatch(p -> byImage.containsKey(p.image()))) {
      throw BadInputException.at(
          file,
          "boxes of images such as " + byImage.keySet().iterator().next(),
          "of the dataset's, such as " + photos.get(0).image(),
          "run 'sadi detect' on the dataset's folder of images");
    }
    return photos.stream().map(this::addTo).toList();
  }

  private LabelledPhoto addTo(LabelledPhoto photo) {
    List<Box> people = new ArrayList<>(photo.people());
    for (Box found : byImage.getOrDefault(photo.image(), List.of())) {
      if (people.stream().noneMatch(known -> known.overlap(found) > SAME)) {
        people.add(found);
      }
    }
    return new LabelledPhoto(photo.image(), photo.width(), photo.height(), people, photo.unknown());
  }
}
