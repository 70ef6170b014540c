package io.sadi.image;

import java.io.IOException;
import java.nio.file.Path;

/**
 * How large a picture is, turned upright, without decoding it.
 *
 * @param width in pixels
 * @param height in pixels
 */
public record ImageSize(int width, int height) {

  /**
   * Reads it from the file's header.
   *
   * @throws io.sadi.io.BadInputException as {@link Image#read} does, but for what only decoding
   *     shows
   */
  public static ImageSize read(Path file) throws IOException {
    return Image.header(file, Image.bytes(file)).upright();
  }
}
