package io.sadi.prepare;

import io.sadi.data.Metric;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import java.util.List;
import java.util.Map;

/**
 * What an annotation file holds, before anybody has looked at the images.
 *
 * @param name the dataset's
 * @param splits people by split, both in order
 * @param leftOut annotations that are of no use, whatever the images
 * @param boxes where the people's boxes come from
 * @param source the files, as dataset.yaml records them
 */
public record Annotations(
    String name,
    Skeleton skeleton,
    Metric metric,
    Map<String, List<Person>> splits,
    List<LeftOut> leftOut,
    Boxes boxes,
    List<SourceFile> source) {

  /** A file that annotations were read from. */
  public record SourceFile(String file, String sha256) {}

  /** Where the people's boxes, centres and scales come from. */
  public enum Boxes {
    /** LSPET has no other. */
    JOINTS("the joints' extent x 1.25"),
    /** LSP: boxes from true joints would leak the answer. */
    WHOLE_IMAGE("the whole image: its centre and height"),
    ANNOTATED("bbox x 1.25, or center and scale where given");

    private final String description;

    Boxes(String description) {
      this.description = description;
    }

    /** As dataset.yaml and reports write it. */
    public String description() {
      return description;
    }
  }
}
