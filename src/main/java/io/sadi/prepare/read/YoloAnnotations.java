package io.sadi.prepare.read;

import io.sadi.config.Field;
import io.sadi.config.Yaml;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.image.ImageSize;
import io.sadi.io.BadInputException;
import io.sadi.io.InputFile;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Ultralytics' datasets of poses (YOLOv8 to YOLO11): {@code data.yaml} says {@code path}, the
 * images of {@code train}, {@code val} and {@code test} (folders, or lists in text files), {@code
 * kpt_shape}, {@code flip_idx} and names; a text file beside each image, or in {@code labels} where
 * that is in {@code images}, has a line for each person: {@link YoloLabels}.
 *
 * @param annotations of all, image names relative to {@code imageRoot}
 * @param imageRoot the nearest folder that holds all images
 */
public record YoloAnnotations(Annotations annotations, Path imageRoot) {
  private static final List<String> SPLITS = List.of("train", "val", "test");

  /** COCO's joints, which Ultralytics' own networks find. */
  private static final List<String> COCO =
      List.of(
          "nose",
          "left_eye",
          "right_eye",
          "left_ear",
          "right_ear",
          "left_shoulder",
          "right_shoulder",
          "left_elbow",
          "right_elbow",
          "left_wrist",
          "right_wrist",
          "left_hip",
          "right_hip",
          "left_knee",
          "right_knee",
          "left_ankle",
          "right_ankle");

  private static final List<Integer> COCO_FLIPS =
      List.of(0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15);

  /**
   * How a dataset is to be understood.
   *
   * @param joints names of the joints in order; empty for those that the file says
   * @param images the folder that the file's paths are relative to; null for its own {@code path}
   * @param minScore joints of a lower score, where a network wrote the labels, count as not
   *     annotated; NaN where scores do not matter
   */
  public record YoloOptions(List<String> joints, @Nullable Path images, double minScore) {
    public YoloOptions {
      joints = List.copyOf(joints);
    }
  }

  /**
   * Reads a dataset.
   *
   * @param file its {@code data.yaml}
   * @param splits image numbers are those of the lists, train before val before test, from 1; empty
   *     for the file's own splits
   * @param seed of fractions
   */
  public static YoloAnnotations read(Path file, YoloOptions options, List<Split> splits, long seed)
      throws IOException {
    InputFile.require(file);
    return new YoloReader(file, Field.root(Yaml.readMap(file), file), options).read(splits, seed);
  }

  private static final class YoloReader {
    private final Path file;
    private final Field yaml;
    private final YoloOptions options;
    private final int joints;
    private final int numbers;
    private final PersonList people = new PersonList();
    private final List<Path> labels = new ArrayList<>();

    YoloReader(Path file, Field yaml, YoloOptions options) {
      this.file = file;
      this.yaml = yaml;
      this.options = options;
      List<Integer> shape = integers("kpt_shape");
      if (shape == null || shape.size() != 2 || shape.get(0) < 1 || shape.get(0) > 200) {
        throw yaml.get("kpt_shape").wrong("[joints, 2 or 3]");
      }
      joints = shape.get(0);
      numbers = shape.get(1);
      if (numbers != 2 && numbers != 3) {
        throw yaml.get("kpt_shape").wrong("[joints, 2 (x, y) or 3 (x, y, visible)]");
      }
    }

    YoloAnnotations read(List<Split> splits, long seed) throws IOException {
      Skeleton skeleton = skeleton();
      Map<String, Set<Path>> images = images();
      Path root = root(images.values());
      Map<String, List<Person>> bySplit = new LinkedHashMap<>();
      Map<Path, String> splitOf = new LinkedHashMap<>();
      int shared = 0;
      for (Map.Entry<String, Set<Path>> split : images.entrySet()) {
        List<Person> inSplit = new ArrayList<>();
        for (Path image : split.getValue()) {
          boolean again = splitOf.putIfAbsent(image, split.getKey()) != null;
          shared += again ? 1 : 0;
          if (!again || splits.isEmpty()) {
            inSplit.addAll(people(image, root));
          }
        }
        bySplit.put(split.getKey(), inSplit);
      }
      if (shared > 0 && splits.isEmpty()) {
        people.warn(
            file + ": " + shared + " images are in two splits: what is learned is measured, too");
      }
      if (!Double.isNaN(options.minScore) && !hasScores) {
        people.warn(file + ": no label has a score, so --min-score drops nothing");
      }
      List<Annotations.SourceFile> source =
          List.of(
              Annotations.SourceFile.of(file),
              Annotations.SourceFile.of(labels.size() + " files of labels", labels));
      bySplit.values().removeIf(List::isEmpty);
      return new YoloAnnotations(
          splits.isEmpty() && !bySplit.isEmpty()
              ? people.annotations(file, skeleton, bySplit, source)
              : people.annotations(file, skeleton, splits, seed, source),
          root);
    }

    private boolean hasScores;

    private List<Person> people(Path image, Path root) throws IOException {
      Path text = labelsOf(image);
      if (text == null) {
        return List.of(); // an image without people
      }
      labels.add(text);
      String name = root.relativize(image).toString().replace(File.separatorChar, '/');
      ImageSize size;
      try {
        size = ImageSize.read(image);
      } catch (BadInputException e) {
        people.leaveOut(name, Fault.FaultKind.BROKEN.label(), String.valueOf(e.getMessage()));
        return List.of();
      }
      try {
        YoloLabels read = YoloLabels.read(text, joints, numbers, options.minScore);
        read.unreadable().forEach(people::addUnreadable);
        hasScores |= read.scores();
        return people.addAll(read.people(name, size));
      } catch (BadInputException e) {
        people.addUnreadable(e);
        return List.of();
      }
    }

    /** In labels where the image is in images, as Ultralytics has it, or else beside the image. */
    private static @Nullable Path labelsOf(Path image) {
      String name = String.valueOf(image.getFileName()).replaceFirst("\\.[^.]*$", "") + ".txt";
      Path beside = image.resolveSibling(name);
      int at = -1;
      for (int i = 0; i < image.getNameCount() - 1; i++) {
        at = image.getName(i).toString().equals("images") ? i : at;
      }
      Path root = image.getRoot();
      if (at >= 0 && root != null) {
        Path labels = at == 0 ? root : root.resolve(image.subpath(0, at));
        labels = labels.resolve("labels");
        for (int i = at + 1; i < image.getNameCount() - 1; i++) {
          labels = labels.resolve(image.getName(i));
        }
        if (Files.exists(labels.resolve(name))) {
          return labels.resolve(name);
        }
      }
      return Files.exists(beside) ? beside : null;
    }

    private Skeleton skeleton() {
      List<Integer> flips = integers("flip_idx");
      List<String> named = options.joints;
      if (named.isEmpty()) {
        named = said();
      }
      if (named.isEmpty() && joints == COCO.size() && (flips == null || flips.equals(COCO_FLIPS))) {
        named = COCO;
      }
      List<String> names = new ArrayList<>(named);
      for (int k = 1; named.isEmpty() && k <= joints; k++) {
        names.add("joint_" + k);
      }
      if (names.size() != joints) {
        throw BadInputException.at(
            options.joints.isEmpty() ? file + ": kpt_names" : "--joints",
            names.size() + " names",
            joints + ", as kpt_shape in " + file + " says",
            "");
      }
      Skeleton skeleton =
          Skeleton.named(
              names, List.of(), options.joints.isEmpty() ? file + ": kpt_names" : "--joints");
      return flips == null
          ? skeleton
          : new Skeleton(skeleton.joints(), pairs(flips), skeleton.edges());
    }

    /** The names of the first class's joints; empty where the file does not say. */
    private List<String> said() {
      Object names = yaml.get("kpt_names").value();
      if (names instanceof Map<?, ?> byClass && !byClass.isEmpty()) {
        names = byClass.values().iterator().next();
      } else if (names instanceof List<?> list && !list.isEmpty() && list.get(0) instanceof List) {
        names = list.get(0);
      }
      List<String> texts = new ArrayList<>();
      if (names instanceof List<?> list) {
        list.forEach(name -> texts.add(String.valueOf(name)));
      } else if (names != null) {
        throw yaml.get("kpt_names").wrong("a list of joints, or one for each class");
      }
      return texts;
    }

    private List<Skeleton.Pair> pairs(List<Integer> flips) {
      List<Skeleton.Pair> pairs = new ArrayList<>();
      for (int k = 0; k < flips.size(); k++) {
        int other = flips.get(k);
        boolean mutual = other >= 0 && other < flips.size() && flips.get(other) == k;
        if (!mutual || flips.size() != joints) {
          throw yaml.get("flip_idx")
              .wrong(joints + " numbers of joints, each of a pair naming the other");
        }
        if (other > k) {
          pairs.add(new Skeleton.Pair(k, other));
        }
      }
      return pairs;
    }

    /** The images of each split, sorted or in their list's order. */
    private Map<String, Set<Path>> images() throws IOException {
      Path base = base();
      Map<String, Set<Path>> images = new LinkedHashMap<>();
      for (String split : SPLITS) {
        Object places = yaml.get(split).value();
        if (places == null) {
          continue;
        }
        Set<Path> inSplit = new LinkedHashSet<>();
        for (Object place : places instanceof List<?> list ? list : List.of(places)) {
          Path path = found(base, String.valueOf(place), split);
          if (Files.isDirectory(path)) {
            for (String name : ImageFiles.below(path)) {
              inSplit.add(path.resolve(name));
            }
          } else {
            inSplit.addAll(listed(path));
          }
        }
        images.put(split, inSplit);
      }
      if (images.values().stream().allMatch(Set::isEmpty)) {
        throw BadInputException.at(
            file, "no image", "folders or lists of images as train, val or test", "");
      }
      return images;
    }

    private Path base() {
      Path own = file.toAbsolutePath().normalize().getParent();
      if (own == null) {
        own = Path.of("").toAbsolutePath();
      }
      if (options.images != null) {
        return options.images.toAbsolutePath().normalize();
      }
      Object path = yaml.get("path").value();
      Path said = path == null ? own : resolved(own, String.valueOf(path), "path");
      // "../datasets/mine" is below wherever Ultralytics was told to keep its datasets.
      return Files.isDirectory(said) ? said : own;
    }

    private Path found(Path base, String place, String key) {
      Path path = resolved(base, place, key);
      if (!Files.exists(path) && place.startsWith("../")) { // as Roboflow writes it
        path = resolved(base, place.substring(3), key);
      }
      if (!Files.exists(path)) {
        throw BadInputException.at(
            file + ": " + key,
            path + ", which is not there",
            "a folder or a list of images",
            "--images DIR names the folder that the paths are relative to");
      }
      return path;
    }

    private Path resolved(Path base, String place, String key) {
      try {
        return base.resolve(place).normalize();
      } catch (InvalidPathException e) {
        throw BadInputException.at(file + ": " + key, "no path", "a folder or a file", "");
      }
    }

    /** A path a line, relative to the list. */
    private List<Path> listed(Path list) throws IOException {
      List<Path> images = new ArrayList<>();
      try (BufferedReader lines = InputFile.text(list)) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (!line.isBlank()) {
            Path beside = list.resolveSibling(line.strip()).normalize();
            Path inBase = base().resolve(line.strip()).normalize();
            images.add(Files.exists(beside) ? beside : inBase);
          }
        }
      } catch (CharacterCodingException | InvalidPathException e) {
        throw BadInputException.at(
            list, "bytes that are no paths", "a path of an image a line", "");
      }
      return images;
    }

    /** The nearest folder that holds all images. */
    private Path root(Iterable<Set<Path>> splits) {
      Path root = null;
      Set<Path> folders = new HashSet<>();
      for (Set<Path> images : splits) {
        for (Path image : images) {
          Path folder = image.getParent();
          if (folder != null && folders.add(folder)) {
            while (root != null && !folder.startsWith(root)) {
              root = root.getParent();
            }
            root = root == null ? folder : root;
          }
        }
      }
      return root == null ? base() : root;
    }

    private @Nullable List<Integer> integers(String key) {
      Field value = yaml.get(key);
      return value.isThere() ? value.list().stream().map(Field::index).toList() : null;
    }
  }
}
