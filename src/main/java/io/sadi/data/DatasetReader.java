package io.sadi.data;

import io.sadi.config.Field;
import io.sadi.config.Names;
import io.sadi.config.Yaml;
import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads a dataset folder: {@code dataset.yaml} and {@code annotations/SPLIT.json}. Whatever is
 * wrong with them is a {@link BadInputException} that names file and field. Images are not looked
 * at.
 */
public final class DatasetReader {
  /** The name of a COCO file's one split. */
  public static final String WHOLE_FILE = "all";

  static final String DESCRIPTION = "dataset.yaml";
  static final String ANNOTATIONS = "annotations";
  static final String DEFAULT_IMAGE_ROOT = "images";

  /** A split's name is a file's name. */
  private static final Pattern SPLIT_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*");

  private DatasetReader() {}

  /**
   * The description of a dataset. Required are name, joints, flip_pairs and metric; edges of known
   * skeletons, an image root of {@code images/} and the splits' counts are filled in.
   */
  public static Dataset read(Path folder) throws IOException {
    Path file = folder.resolve(DESCRIPTION);
    if (!Files.isRegularFile(file)) {
      throw BadInputException.at(
          folder,
          Files.isDirectory(folder)
              ? "no " + DESCRIPTION
              : Files.exists(folder) ? "a file" : "no such folder",
          "a dataset folder",
          "'sadi prepare' makes one");
    }
    Field yaml = Field.root(Yaml.readMap(file), file);
    List<String> joints = names(yaml.get("joints"));
    Skeleton.checkNames(joints, yaml.get("joints").where());
    List<Skeleton.Pair> flipPairs = pairs(yaml.get("flip_pairs"), joints);
    checkFlipPairs(flipPairs, joints, yaml.get("flip_pairs").where());
    List<Skeleton.Pair> edges =
        yaml.entries().containsKey("skeleton")
            ? pairs(yaml.get("skeleton"), joints)
            : knownEdges(joints);
    Skeleton skeleton = new Skeleton(joints, flipPairs, edges);
    return new Dataset(
        folder,
        name(yaml.get("name")),
        skeleton,
        Metric.of(name(yaml.get("metric")), yaml.get("metric").where()),
        splits(yaml.get("splits"), folder, skeleton),
        imageRoot(yaml.get("image_root"), folder));
  }

  /**
   * The people of a split, in file order.
   *
   * @throws BadInputException also where the file does not hold as many people as dataset.yaml says
   */
  public static List<Person> people(Dataset dataset, String split) throws IOException {
    Integer count = dataset.splits().get(split);
    if (count == null) {
      throw BadInputException.at(
          dataset.folder(),
          "no split '" + split + "'",
          "one of " + String.join(", ", dataset.splits().keySet()),
          "");
    }
    Path file = annotations(dataset.folder(), split);
    List<Person> people = file(dataset, split).people();
    if (people.size() != count) {
      throw BadInputException.at(
          file,
          people.size() + " people",
          count + " as " + DESCRIPTION + " says",
          "one of them is not the original: prepare the dataset again");
    }
    return people;
  }

  /**
   * A split's whole file: also who is ignored in it, and images without people.
   *
   * @throws BadInputException where it is damaged or has other joints than the dataset
   */
  public static CocoFile file(Dataset dataset, String split) throws IOException {
    Path file = annotations(dataset.folder(), split);
    return file.equals(dataset.folder())
        ? CocoFile.readWithoutPhotos(file, dataset.skeleton())
        : CocoFile.read(file, dataset.skeleton());
  }

  /** Whether a split is there, also one whose people have boxes alone. */
  public static boolean hasSplit(Dataset dataset, String split) {
    return dataset.splits().containsKey(split)
        || (isSplitName(split) && Files.isRegularFile(annotations(dataset.folder(), split)));
  }

  /** The names of all splits, those whose people have boxes alone at the end. */
  public static List<String> splits(Dataset dataset) throws IOException {
    List<String> names = new ArrayList<>(dataset.splits().keySet());
    Path file = dataset.folder().resolve(DESCRIPTION);
    Field boxes = Field.root(Yaml.readMap(file), file).get("unannotated");
    if (boxes.isGiven()) {
      boxes.entries().keySet().stream().filter(DatasetReader::isSplitName).forEach(names::add);
    }
    return names;
  }

  /** The names of a split's images by the ids that its COCO file gives them. */
  public static Map<CocoId, String> imageIds(Dataset dataset, String split) throws IOException {
    return CocoFile.imageIds(annotations(dataset.folder(), split));
  }

  /**
   * A dataset folder as {@link #read} has it, or a COCO file: that is a dataset of one split called
   * {@link #WHOLE_FILE}, measured in OKS. Its joints are those of its categories, its images lie
   * beside it.
   */
  public static Dataset readFolderOrFile(Path path) throws IOException {
    return Files.isRegularFile(path) ? cocoFile(path) : read(path);
  }

  private static Dataset cocoFile(Path file) throws IOException {
    CocoFile coco = CocoFile.readWithoutPhotos(file, null);
    String name = file.getFileName().toString().replaceFirst("\\.json$", "");
    Path folder = file.toAbsolutePath().getParent();
    return new Dataset(
        file,
        name,
        coco.skeleton(),
        Metric.OKS,
        Map.of(WHOLE_FILE, coco.people().size()),
        folder == null ? file.toAbsolutePath() : folder);
  }

  static Path annotations(Path folder, String split) {
    if (Files.isRegularFile(folder)) {
      return folder;
    }
    return folder.resolve(ANNOTATIONS).resolve(split + ".json");
  }

  /** Whether a text can name a split. */
  public static boolean isSplitName(String name) {
    return SPLIT_NAME.matcher(name).matches();
  }

  private static Map<String, Integer> splits(Field value, Path folder, Skeleton skeleton)
      throws IOException {
    Map<String, Integer> splits = new LinkedHashMap<>();
    if (!value.isThere()) {
      for (String name : splitFiles(folder)) {
        splits.put(name, CocoFile.read(annotations(folder, name), skeleton).people().size());
      }
    } else if (value.isObject()) {
      value
          .entries()
          .forEach(
              (name, count) -> {
                if (!isSplitName(name)) {
                  throw BadInputException.at(
                      count.where(), "'" + name + "'", "a name such as train or val", "");
                }
                splits.put(name, (int) count.integer(0, Integer.MAX_VALUE));
              });
    } else {
      throw value.wrong("split names with their number of people");
    }
    if (splits.isEmpty()) {
      throw BadInputException.at(
          folder, "no splits", "files such as " + ANNOTATIONS + "/train.json", "");
    }
    return splits;
  }

  private static List<String> splitFiles(Path folder) throws IOException {
    Path annotations = folder.resolve(ANNOTATIONS);
    if (!Files.isDirectory(annotations)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(annotations)) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(".json"))
          .map(name -> name.substring(0, name.length() - ".json".length()))
          .filter(DatasetReader::isSplitName)
          .sorted()
          .toList();
    }
  }

  private static Path imageRoot(Field value, Path folder) {
    String root = value.isThere() ? name(value) : DEFAULT_IMAGE_ROOT;
    try {
      return folder.resolve(root).normalize();
    } catch (InvalidPathException e) {
      throw value.wrong("a folder");
    }
  }

  private static List<Skeleton.Pair> knownEdges(List<String> joints) {
    return Stream.of(Skeleton.mpii16(), Skeleton.lsp14())
        .filter(skeleton -> skeleton.joints().equals(joints))
        .findFirst()
        .map(Skeleton::edges)
        .orElse(List.of());
  }

  private static List<Skeleton.Pair> pairs(Field value, List<String> joints) {
    List<Skeleton.Pair> pairs = new ArrayList<>();
    for (Field element : value.list()) {
      List<Field> ends = element.list();
      if (ends.size() != 2) {
        throw element.wrong("two joints");
      }
      pairs.add(new Skeleton.Pair(joint(ends.get(0), joints), joint(ends.get(1), joints)));
    }
    return pairs;
  }

  private static int joint(Field end, List<String> joints) {
    String name = name(end);
    int index = joints.indexOf(name);
    if (index < 0) {
      throw end.wrong("one of the joints", "the nearest is " + Names.nearest(name, joints));
    }
    return index;
  }

  private static void checkFlipPairs(List<Skeleton.Pair> pairs, List<String> joints, String where) {
    boolean[] paired = new boolean[joints.size()];
    for (Skeleton.Pair pair : pairs) {
      for (int k : new int[] {pair.a(), pair.b()}) {
        if (paired[k]) {
          throw BadInputException.at(
              where, joints.get(k) + " for the second time", "each joint in one pair", "");
        }
        paired[k] = true;
      }
    }
  }

  private static List<String> names(Field value) {
    return value.list().stream().map(DatasetReader::name).toList();
  }

  /** A text that is not blank. */
  private static String name(Field value) {
    String name = value.text();
    if (name.isBlank()) {
      throw value.wrong("text");
    }
    return name;
  }
}
