package io.sadi.prepare;

import io.sadi.data.CocoFile;
import io.sadi.data.CocoImage;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import io.sadi.prepare.read.Annotations;
import io.sadi.prepare.read.MergedIds;
import io.sadi.prepare.read.PersonList;
import io.sadi.prepare.read.SkeletonMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Several dataset folders as one, on one skeleton: splits of the same name are joined, also those
 * of boxes alone. The images stay where they are, below the nearest folder that holds them all.
 *
 * @param annotations of all, image names relative to {@code imageRoot}
 * @param imageRoot the nearest folder that holds all images
 */
public record MergedDatasets(Annotations annotations, Path imageRoot) {

  /**
   * Reads the folders.
   *
   * @param target the skeleton of the result; null for that of the datasets, which all must have
   *     the same joints, in any order
   * @throws BadInputException where a folder is no dataset, has none of the skeleton's joints, or
   *     shares an image with another split
   */
  public static MergedDatasets read(List<Path> folders, @Nullable Skeleton target)
      throws IOException {
    if (folders.size() < 2) {
      throw BadInputException.at("DIR", folders.size() + " dataset", "at least two", "");
    }
    List<Dataset> datasets = new ArrayList<>();
    for (Path folder : folders) {
      datasets.add(DatasetReader.read(folder));
    }
    Skeleton skeleton = target == null ? common(datasets) : target;
    Path root = commonRoot(datasets);
    Map<String, List<Person>> splits = new LinkedHashMap<>();
    List<String> warnings = new ArrayList<>();
    Map<String, List<CocoImage>> empty = new LinkedHashMap<>();
    Map<String, String> splitOf = new HashMap<>();
    MergedIds ids = new MergedIds();
    for (Dataset dataset : datasets) {
      SkeletonMap map = map(dataset, skeleton, warnings);
      String prefix = prefix(root, dataset);
      for (String split : DatasetReader.splits(dataset)) {
        CocoFile file = DatasetReader.file(dataset, split);
        boolean boxes = datasets.stream().noneMatch(one -> one.splits().containsKey(split));
        MergedIds.Renumbering renumbered = ids.of(split, file);
        if (!renumbered.isEmpty()) {
          warnings.add(dataset.folder() + ": " + split + ": " + renumbered);
        }
        List<Person> joined = splits.computeIfAbsent(split, name -> new ArrayList<>());
        List<Person> everybody = boxes ? ChangedSplit.boxes(file.everybody()) : file.everybody();
        for (Person person : everybody) {
          Person moved = map.apply(person, prefix + person.image());
          checkSplit(moved.image(), split, splitOf, dataset);
          joined.add(renumbered.apply(moved));
        }
        List<CocoImage> alone = empty.computeIfAbsent(split, name -> new ArrayList<>());
        for (CocoImage image : file.empty()) {
          String name = prefix + image.name();
          checkSplit(name, split, splitOf, dataset);
          alone.add(
              new CocoImage(renumbered.image(image.id()), name, image.width(), image.height()));
        }
      }
    }
    splits.forEach(
        (split, people) ->
            PersonList.checkOnce("split " + split, people, "leave one of the datasets out"));
    List<Annotations.SourceFile> sources = new ArrayList<>();
    for (Dataset dataset : datasets) {
      sources.addAll(Annotations.SourceFile.of(dataset));
    }
    List<String> names = datasets.stream().map(Dataset::name).toList();
    return new MergedDatasets(
        new Annotations(
            String.join("+", names),
            skeleton,
            target == null ? metric(datasets, splits, skeleton) : metric(splits, skeleton),
            splits,
            empty,
            List.of(),
            List.of(),
            warnings,
            true,
            Annotations.BoxSource.MERGED,
            sources),
        root);
  }

  private static Skeleton common(List<Dataset> datasets) {
    Skeleton first = datasets.get(0).skeleton();
    Set<String> joints = Set.copyOf(first.joints());
    for (Dataset dataset : datasets) {
      if (!Set.copyOf(dataset.skeleton().joints()).equals(joints)) {
        throw BadInputException.at(
            dataset.folder(),
            "the joints " + dataset.skeleton().joints(),
            first.joints() + " as in " + datasets.get(0).folder(),
            "name the joints of the result with --skeleton");
      }
    }
    return first;
  }

  /** That of the datasets, or where they differ what all people can be measured in. */
  private static Metric metric(
      List<Dataset> datasets, Map<String, List<Person>> splits, Skeleton skeleton) {
    Metric first = datasets.get(0).metric();
    return datasets.stream().allMatch(dataset -> dataset.metric() == first)
        ? first
        : Annotations.metric(splits.values().stream().flatMap(List::stream).toList(), skeleton);
  }

  private static void checkSplit(
      String image, String split, Map<String, String> splitOf, Dataset dataset) {
    String other = splitOf.putIfAbsent(image, split);
    if (other != null && !other.equals(split)) {
      throw BadInputException.at(
          dataset.folder(),
          image + " in " + split + ", which another dataset has in " + other,
          "each image in one split",
          "prepare one of the two with other splits");
    }
  }

  private static SkeletonMap map(Dataset dataset, Skeleton skeleton, List<String> warnings) {
    SkeletonMap map = new SkeletonMap(dataset.skeleton(), skeleton);
    if (map.missing().size() == skeleton.size()) {
      throw BadInputException.at(
          dataset.folder(),
          "the joints " + dataset.skeleton().joints(),
          "some of " + skeleton.joints(),
          "");
    }
    if (!map.missing().isEmpty()) {
      warnings.add(
          dataset.folder() + ": has no " + String.join(", ", map.missing()) + ": not annotated");
    }
    return map;
  }

  private static Path commonRoot(List<Dataset> datasets) throws IOException {
    Path common = null;
    for (Dataset dataset : datasets) {
      if (!Files.isDirectory(dataset.imageRoot())) {
        throw BadInputException.at(
            dataset.folder(),
            "no folder " + dataset.imageRoot(),
            "its images",
            "prepare it again where the images are now");
      }
      Path root = dataset.imageRoot().toRealPath();
      while (common != null && !root.startsWith(common)) {
        common = common.getParent();
        if (common == null) {
          throw BadInputException.at(
              dataset.folder(), "images in " + root, "all on one drive", "copy some of them");
        }
      }
      common = common == null ? root : common;
    }
    return Objects.requireNonNull(common);
  }

  private static String prefix(Path root, Dataset dataset) throws IOException {
    String path = root.relativize(dataset.imageRoot().toRealPath()).toString().replace('\\', '/');
    return path.isEmpty() ? "" : path + "/";
  }

  /** PCKh where everybody with a joint has a head size; LSP's people have none. */
  private static Metric metric(Map<String, List<Person>> splits, Skeleton skeleton) {
    boolean heads =
        skeleton.index("pelvis") >= 0
            && Annotations.haveHeads(splits.values().stream().flatMap(List::stream).toList());
    return heads ? Metric.PCKH_05 : Metric.PCK_02;
  }
}
