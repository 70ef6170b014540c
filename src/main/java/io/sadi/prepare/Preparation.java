package io.sadi.prepare;

import io.sadi.data.Person;
import io.sadi.geom.Box;
import io.sadi.io.AtomicFolder;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Brings annotations and their images together and writes the dataset folder. */
public final class Preparation {
  private final Annotations annotations;
  private final Path imageRoot;
  private final Output output;
  private final int limit;

  /**
   * What to prepare.
   *
   * @param imageRoot the folder that the annotations' image names are relative to
   * @param limit at most so many people of each split, the first ones; 0 for all
   */
  public Preparation(Annotations annotations, Path imageRoot, Output output, int limit) {
    this.annotations = annotations;
    this.imageRoot = imageRoot;
    this.output = output;
    this.limit = limit;
  }

  /**
   * Looks at every image, leaves out people whose image is missing or broken, fills in image sizes,
   * and writes the folder.
   *
   * @throws BadInputException where a split is left without people, or the folder may not be
   *     written
   */
  public PreparedDataset run(Progress progress) throws IOException {
    output.check();
    checkImageRoot();
    Map<String, List<Person>> wanted = limited();
    Set<String> images = new LinkedHashSet<>();
    wanted.values().forEach(people -> people.forEach(person -> images.add(person.image())));
    Map<String, ImageCheck.Finding> findings =
        ImageCheck.run(imageRoot, images, !output.dryRun(), progress);

    List<LeftOut> leftOut = new ArrayList<>(annotations.leftOut());
    Map<String, List<Person>> splits = new LinkedHashMap<>();
    wanted.forEach((split, people) -> splits.put(split, usable(people, findings, leftOut)));
    checkNotEmpty(wanted, splits);
    PreparedDataset prepared =
        new PreparedDataset(
            annotations.name(),
            annotations.skeleton(),
            annotations.metric(),
            splits,
            leftOut,
            annotations.boxes().description(),
            annotations.source());
    prepared.reportLeftOut(progress, !output.dryRun());
    if (!output.dryRun()) {
      AtomicFolder.write(
          output.folder(),
          output.overwrite(),
          Output.MARKER,
          (part, guard) -> prepared.write(part, output.nameOf(imageRoot), output.options()));
    }
    return prepared;
  }

  private void checkImageRoot() throws IOException {
    if (!Files.isDirectory(imageRoot)) {
      throw BadInputException.at(
          imageRoot,
          Files.exists(imageRoot) ? "a file" : "no such folder",
          "the folder of the images",
          "name it with --images");
    }
    if (Files.exists(output.folder())
        && imageRoot.toRealPath().startsWith(output.folder().toRealPath())) {
      throw BadInputException.at(
          output.folder(),
          "the images in it",
          "another folder",
          "the output replaces the whole folder");
    }
  }

  private Map<String, List<Person>> limited() {
    Map<String, List<Person>> limited = new LinkedHashMap<>();
    annotations
        .splits()
        .forEach(
            (split, people) ->
                limited.put(
                    split, limit > 0 && limit < people.size() ? people.subList(0, limit) : people));
    return limited;
  }

  private List<Person> usable(
      List<Person> people, Map<String, ImageCheck.Finding> findings, List<LeftOut> leftOut) {
    List<Person> usable = new ArrayList<>();
    for (Person person : people) {
      ImageCheck.Finding finding = findings.get(person.image());
      if (finding == null || !finding.good()) {
        String reason = finding == null ? LeftOut.MISSING : finding.reason();
        String detail = finding == null ? "" : finding.detail();
        leftOut.add(new LeftOut(person.image(), person.person(), reason, detail));
      } else {
        usable.add(inImage(person, finding.width(), finding.height()));
      }
    }
    return usable;
  }

  private Person inImage(Person person, int width, int height) {
    Person sized = person.withImageSize(width, height);
    return annotations.boxes() != Annotations.Boxes.WHOLE_IMAGE
        ? sized
        : sized.withCrop(
            new Box(-0.5, -0.5, width, height),
            (width - 1) / 2.0,
            (height - 1) / 2.0,
            height / Person.SCALE_UNIT);
  }

  private void checkNotEmpty(Map<String, List<Person>> wanted, Map<String, List<Person>> splits) {
    splits.forEach(
        (split, people) -> {
          List<Person> all = wanted.getOrDefault(split, List.of());
          if (people.isEmpty() && all.isEmpty()) {
            throw BadInputException.at(
                "--split " + split, "nobody annotated in it", "at least one person", "");
          }
          if (people.isEmpty()) {
            throw BadInputException.at(
                imageRoot,
                "no image of split '" + split + "'",
                all.get(0).image() + " and others",
                "name the folder of the images with --images, or choose another --split");
          }
        });
  }
}
