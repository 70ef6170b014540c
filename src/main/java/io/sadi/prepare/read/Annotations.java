package io.sadi.prepare.read;

import io.sadi.data.CocoImage;
import io.sadi.data.Dataset;
import io.sadi.data.DatasetReader;
import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.io.Checksum;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What an annotation file holds, before anybody has looked at the images.
 *
 * @param name the dataset's
 * @param splits people by split, both in order; also crowds and people without joints, which are
 *     kept and ignored
 * @param empty images with nobody in them, by split
 * @param leftOut annotations that are of no use, whatever the images
 * @param unreadable those that no sense can be made of; {@code detail} says why
 * @param warnings lines that a person should know
 * @param inspected whether the images have been looked at when these were prepared
 * @param boxes where the people's boxes come from
 * @param source the files, as dataset.yaml records them
 */
public record Annotations(
    String name,
    Skeleton skeleton,
    Metric metric,
    Map<String, List<Person>> splits,
    Map<String, List<CocoImage>> empty,
    List<LeftOut> leftOut,
    List<LeftOut> unreadable,
    List<String> warnings,
    boolean inspected,
    BoxSource boxes,
    List<SourceFile> source) {

  /** Annotations that list images only with the people in them. */
  public Annotations(
      String name,
      Skeleton skeleton,
      Metric metric,
      Map<String, List<Person>> splits,
      List<LeftOut> leftOut,
      List<String> warnings,
      boolean inspected,
      BoxSource boxes,
      List<SourceFile> source) {
    this(
        name, skeleton, metric, splits, Map.of(), leftOut, List.of(), warnings, inspected, boxes,
        source);
  }

  /** The same with other pairs that swap in a mirrored image, as {@code a:b}. */
  public Annotations withFlipPairs(List<String> pairs) {
    return new Annotations(
        name,
        skeleton.withFlipPairs(pairs),
        metric,
        splits,
        empty,
        leftOut,
        unreadable,
        warnings,
        inspected,
        boxes,
        source);
  }

  /**
   * What people are measured in who come without a metric: PCKh where {@link #haveHeads}, as MPII's
   * people do; PCK where there is a torso; else PCK by their boxes.
   */
  public static Metric metric(List<Person> people, Skeleton skeleton) {
    if (haveHeads(people)) {
      return Metric.PCKH_05;
    }
    return skeleton.index("left_shoulder") >= 0 && skeleton.index("right_hip") >= 0
        ? Metric.PCK_02
        : Metric.PCK_BOX_01;
  }

  /**
   * Whether everybody who can be measured has a head size, and somebody can: nobody asks for that
   * of people who are boxes alone.
   */
  public static boolean haveHeads(List<Person> people) {
    List<Person> measured = people.stream().filter(Person::annotated).toList();
    return !measured.isEmpty() && measured.stream().allMatch(person -> person.headSize() > 0);
  }

  /**
   * A file that annotations were read from, or many.
   *
   * @param file as dataset.yaml names it
   * @param paths where it lies, or all of them
   */
  public record SourceFile(String file, String sha256, List<Path> paths) {
    public static SourceFile of(Path file) throws IOException {
      return new SourceFile(file.toString(), Checksum.sha256(file), List.of(file));
    }

    /** Many files as one. */
    static SourceFile of(String name, List<Path> files) throws IOException {
      List<String> sums = new ArrayList<>();
      for (Path file : files) {
        sums.add(Checksum.sha256(file));
      }
      return new SourceFile(name, Checksum.sha256(sums), List.copyOf(files));
    }

    /** The files that a dataset folder consists of, beside its images. */
    public static List<SourceFile> of(Dataset dataset) throws IOException {
      List<SourceFile> files = new ArrayList<>();
      files.add(of(dataset.folder().resolve("dataset.yaml")));
      for (String split : DatasetReader.splits(dataset)) {
        files.add(of(dataset.folder().resolve("annotations").resolve(split + ".json")));
      }
      return files;
    }
  }

  /** Where the people's boxes, centres and scales come from. */
  public enum BoxSource {
    /** LSPET has no other. */
    JOINTS("the joints' extent x 1.25"),
    /** LSP: boxes from true joints would leak the answer. */
    WHOLE_IMAGE("the whole image: its centre and height"),
    ANNOTATED("box x 1.25, or center and scale where given; without a box the joints' extent"),
    MERGED("as the merged datasets have them"),
    CLEANED("as the cleaned dataset has them"),
    CORRECTED("as the corrected dataset has them"),
    MPII("objpos moved down by 15 x scale, scale x 1.25");

    private final String description;

    BoxSource(String description) {
      this.description = description;
    }

    /** As dataset.yaml and reports write it. */
    public String description() {
      return description;
    }
  }
}
