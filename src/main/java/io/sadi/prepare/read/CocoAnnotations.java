package io.sadi.prepare.read;

import io.sadi.data.CocoFile;
import io.sadi.data.CocoImage;
import io.sadi.data.DatasetReader;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Any COCO keypoints files: joints and edges are their category's, left and right its names'.
 *
 * @param annotations of all files, image names relative to {@code imageRoot}
 * @param imageRoot the folder that holds all photos: the one that was named, or where some lie
 *     elsewhere the nearest that holds them all
 */
public record CocoAnnotations(Annotations annotations, Path imageRoot) {
  private static final List<Split> FALLBACK =
      List.of(new Split.Fraction("train", 0.9), new Split.Fraction("val", 0.1));

  /**
   * A file, and the split that it is.
   *
   * @param split null where the file's images are to be divided
   */
  public record SplitFile(@Nullable String split, Path file) {

    /** Reads {@code SPLIT=FILE} or {@code FILE}. */
    public static SplitFile parse(String text) {
      int eq = text.indexOf('=');
      return eq > 0
              && DatasetReader.isSplitName(text.substring(0, eq))
              && !Files.exists(Path.of(text))
          ? new SplitFile(text.substring(0, eq), Path.of(text.substring(eq + 1)))
          : new SplitFile(null, Path.of(text));
    }

    @Override
    public String toString() {
      return split == null ? file.toString() : split + "=" + file;
    }
  }

  /** One file, read, its photos found. */
  private record FoundFile(SplitFile source, CocoFile coco, Map<String, Path> photos) {
    Set<String> peopled() {
      Set<String> names = new HashSet<>();
      coco.people().forEach(person -> names.add(person.image()));
      return names;
    }
  }

  /** Reads one file whose photos are where it says. */
  public static Annotations read(Path file, List<Split> splits, long seed) throws IOException {
    return read(
            List.of(new SplitFile(null, file)),
            new CocoFile.Foreign(null, List.of()),
            null,
            splits,
            seed)
        .annotations;
  }

  /**
   * Reads files. Crowds and people without any annotated joint are kept where they have a box, but
   * ignored.
   *
   * @param sources one file; or several, each with its split
   * @param how which annotations, and what their joints are called
   * @param images the folder of the photos; null where they lie beside the files
   * @param splits of one file without a split: image numbers are those of its order, from 1; empty
   *     for nine tenths train and one tenth val
   * @param seed of fractions
   * @throws BadInputException where a file is none, or several do not go together
   */
  public static CocoAnnotations read(
      List<SplitFile> sources,
      CocoFile.Foreign how,
      @Nullable Path images,
      List<Split> splits,
      long seed)
      throws IOException {
    if (images != null && !Files.isDirectory(images)) {
      throw BadInputException.at(
          images,
          Files.exists(images) ? "a file" : "no such folder",
          "the folder of the images",
          "name it with --images");
    }
    List<FoundFile> files = new ArrayList<>();
    for (SplitFile source : sources) {
      checkSource(source, sources, splits);
      CocoFile coco = CocoFile.readForeign(source.file, how);
      if (coco.images().isEmpty()) {
        throw BadInputException.at(source.file + ": images", "none", "at least one", "");
      }
      List<String> names = coco.images().stream().map(CocoImage::name).toList();
      files.add(new FoundFile(source, coco, new PhotoFinder(images, source.file).find(names)));
    }
    Path root = root(files, images);
    Skeleton skeleton = skeleton(files);
    CocoGathering gathered = new CocoGathering();
    for (FoundFile found : files) {
      gathered.add(
          found.source, found.coco, names(found, root, gathered), splitOf(found, splits, seed));
    }
    List<Person> people = gathered.everybody().stream().filter(p -> !p.ignored()).toList();
    List<Annotations.SourceFile> checksums = new ArrayList<>();
    for (SplitFile source : sources) {
      checksums.add(Annotations.SourceFile.of(source.file));
    }
    List<String> stems =
        sources.stream()
            .map(source -> String.valueOf(source.file.getFileName()).replaceFirst("\\.json$", ""))
            .distinct()
            .toList();
    return new CocoAnnotations(
        new Annotations(
            String.join("+", stems),
            skeleton,
            Annotations.metric(people, skeleton),
            gathered.splits(),
            gathered.empty(),
            gathered.leftOut(),
            gathered.unreadable(),
            gathered.warnings(),
            false,
            Annotations.BoxSource.ANNOTATED,
            checksums),
        root);
  }

  private static void checkSource(SplitFile source, List<SplitFile> all, List<Split> splits) {
    if (source.split == null && all.size() > 1) {
      throw BadInputException.at(
          "--annotations " + source, "no split", "train=" + source.file + ", or val=", "");
    }
    if (source.split != null && !splits.isEmpty()) {
      throw BadInputException.at(
          "--split " + splits.get(0), "--annotations " + source + " too", "one of them", "");
    }
  }

  private static Skeleton skeleton(List<FoundFile> files) {
    Skeleton first = files.get(0).coco.skeleton();
    for (FoundFile found : files) {
      if (!found.coco.skeleton().joints().equals(first.joints())) {
        throw BadInputException.at(
            found.source.file.toString(),
            "the joints " + found.coco.skeleton().joints(),
            first.joints() + " as in " + files.get(0).source.file,
            "prepare each by itself, and 'sadi prepare merge' with --skeleton");
      }
    }
    return first;
  }

  /** The folder of the photos, or where some lie elsewhere the nearest that holds them all. */
  private static Path root(List<FoundFile> files, @Nullable Path images) {
    Path named = images == null ? null : images.toAbsolutePath().normalize();
    Path common = null;
    boolean below = named != null;
    for (FoundFile found : files) {
      for (Path photo : found.photos.values()) {
        Path folder = Objects.requireNonNull(photo.getParent());
        below &= folder.startsWith(Objects.requireNonNullElse(named, folder));
        while (common != null && !folder.startsWith(common)) {
          common = common.getParent();
        }
        common = common == null ? folder : common;
      }
    }
    if (images != null && (below || common == null)) {
      return images;
    }
    Path beside = files.get(0).source.file.toAbsolutePath().normalize().getParent();
    return common == null ? Objects.requireNonNull(beside) : common;
  }

  /** What images are called below the root. */
  private static Map<String, String> names(FoundFile found, Path root, CocoGathering gathered) {
    Path base = root.toAbsolutePath().normalize();
    Map<String, String> names = new LinkedHashMap<>();
    String example = null;
    int others = 0;
    for (CocoImage image : found.coco.images()) {
      Path photo = found.photos.get(image.name());
      String name =
          photo == null
              ? PhotoFinder.missing(image.name())
              : base.relativize(photo).toString().replace(base.getFileSystem().getSeparator(), "/");
      names.put(image.name(), name);
      if (photo != null && !("/" + name).endsWith("/" + image.name())) {
        example = example == null ? image.name() + " is taken for " + name : example;
        others++;
      }
    }
    if (example != null) {
      gathered.warn(
          String.format(
              Locale.ROOT,
              "%s: %d of %d images have other names than their files; %s",
              found.source.file,
              others,
              names.size(),
              example));
    }
    return names;
  }

  /** The splits, and which of them each image is in, by the file's names. */
  private static CocoGathering.ImageSplits splitOf(FoundFile found, List<Split> splits, long seed) {
    List<String> names = found.coco.images().stream().map(CocoImage::name).toList();
    Map<String, String> splitOf = new HashMap<>();
    String own = found.source.split;
    if (own != null) {
      names.forEach(name -> splitOf.put(name, own));
      return new CocoGathering.ImageSplits(List.of(own), splitOf);
    }
    List<Split.Range> official = List.of(new Split.Range("train", 1, names.size()));
    Split.Assignment assigned =
        Split.assign(splits, FALLBACK, official, names, found.peopled(), seed);
    for (int i = 0; i < names.size(); i++) {
      String split = assigned.of(i);
      if (split != null) {
        splitOf.put(names.get(i), split);
      }
    }
    return new CocoGathering.ImageSplits(assigned.names(), splitOf);
  }
}
