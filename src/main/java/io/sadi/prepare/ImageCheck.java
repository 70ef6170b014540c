package io.sadi.prepare;

import io.sadi.image.Image;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Decodes every image once: is it there, is it whole, how large is it. */
final class ImageCheck {
  /**
   * What became of one image.
   *
   * @param reason empty for a good one, else {@link LeftOut#MISSING} or {@link LeftOut#BROKEN}
   */
  record Finding(int width, int height, String reason, String detail) {
    boolean good() {
      return reason.isEmpty();
    }
  }

  private ImageCheck() {}

  /**
   * Looks at all images; the result does not depend on the number of threads.
   *
   * @param decode false only to see whether they are there
   */
  static Map<String, Finding> run(
      Path root, Collection<String> images, boolean decode, Progress progress) throws IOException {
    List<String> names = List.copyOf(images);
    Finding[] findings = new Finding[names.size()];
    try (Progress.Work work = progress.start("checking", names.size(), "images")) {
      IntStream.range(0, findings.length)
          .parallel()
          .forEach(
              i -> {
                findings[i] = look(root.resolve(names.get(i)), decode);
                work.advance(1);
              });
    }
    Map<String, Finding> result = new LinkedHashMap<>();
    for (int i = 0; i < findings.length; i++) {
      result.put(names.get(i), findings[i]);
    }
    return result;
  }

  private static Finding look(Path file, boolean decode) {
    if (!Files.exists(file)) {
      return new Finding(0, 0, LeftOut.MISSING, "");
    }
    if (!decode) {
      return new Finding(0, 0, "", "");
    }
    try (Image image = Image.read(file)) {
      return new Finding(image.width(), image.height(), "", "");
    } catch (BadInputException | IOException e) {
      return new Finding(0, 0, LeftOut.BROKEN, String.valueOf(e.getMessage()));
    }
  }
}
