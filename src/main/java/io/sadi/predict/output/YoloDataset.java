package io.sadi.predict.output;

import io.sadi.config.Yaml;
import io.sadi.data.Skeleton;
import io.sadi.io.AtomicFile;
import io.sadi.io.Progress;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.InputImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A folder of predictions as Ultralytics has datasets: {@code labels/NAME.txt}, {@code
 * images/NAME.EXT}, links to the photos, and {@code data.yaml}.
 */
public final class YoloDataset {
  private static final String DESCRIPTION = "data.yaml";
  private static final String IMAGES = "images";

  private final Path folder;
  private final Skeleton skeleton;
  private final OutputFolder links;
  private final Map<String, Path> files = new LinkedHashMap<>();
  private int outside;

  /**
   * Plans a dataset.
   *
   * @param images that are predicted
   * @param replace whether links that are there may be replaced
   */
  public YoloDataset(Path folder, Skeleton skeleton, List<InputImage> images, boolean replace) {
    this.folder = folder;
    this.skeleton = skeleton;
    this.links = OutputFolder.ofLinks(folder.resolve(IMAGES), images, replace);
    images.forEach(image -> files.put(image.name(), image.file()));
  }

  /** Where the labels of the images go. */
  public static OutputFolder labels(Path folder, List<InputImage> images, boolean replace) {
    return OutputFolder.ofLabels(folder.resolve("labels"), images, replace);
  }

  /** Links an image whose labels are about to be written. */
  void link(FoundImage image) throws IOException {
    outside += YoloWriter.outside(image);
    Path link = links.of(image.name());
    Path file = files.getOrDefault(image.name(), Path.of(image.name())).toAbsolutePath();
    Path parent = link.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    if (Files.isSymbolicLink(link)) {
      Files.delete(link);
    }
    if (Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
      return; // a photo that somebody put there
    }
    try {
      Files.createSymbolicLink(link, file.normalize());
    } catch (UnsupportedOperationException e) { // as on FAT
      AtomicFile.write(link, out -> Files.copy(file, out)); // half a photo would stay for good
    }
  }

  /** Writes the description, and says what could not be written. */
  void finish(Progress progress) throws IOException {
    Map<String, Object> yaml = new LinkedHashMap<>();
    yaml.put("path", ".");
    yaml.put("train", IMAGES);
    yaml.put("kpt_shape", List.of(skeleton.size(), 3));
    List<Integer> flips = new ArrayList<>();
    for (int other : skeleton.flipPermutation()) {
      flips.add(other);
    }
    yaml.put("flip_idx", flips);
    yaml.put("names", Map.of(0, "person"));
    yaml.put("kpt_names", Map.of(0, skeleton.joints()));
    Files.createDirectories(folder);
    AtomicFile.writeString(folder.resolve(DESCRIPTION), Yaml.write(yaml));
    if (outside > 0) {
      progress.warn(
          outside + " joints outside their images are written as not annotated: YOLO has no place");
    }
  }
}
