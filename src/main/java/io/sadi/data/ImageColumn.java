package io.sadi.data;

import io.sadi.io.Csv;
import java.util.List;

/** The column of images in a table, which other programs do not call {@code image}. */
public final class ImageColumn {
  private static final List<String> NAMES =
      List.of("image", "file_name", "filename", "image_name", "image_path", "img", "path", "file");

  private ImageColumn() {}

  /**
   * The column of a table.
   *
   * @throws io.sadi.io.BadInputException where it has none
   */
  public static Csv.Column of(Csv csv) {
    return csv.firstOf(NAMES);
  }
}
