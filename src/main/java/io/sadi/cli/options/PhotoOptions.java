package io.sadi.cli.options;

import io.sadi.cli.console.Console;
import io.sadi.prepare.Preparation;
import io.sadi.prepare.Preparation.Treatment;
import io.sadi.prepare.check.Checks;
import io.sadi.prepare.read.AnnotatedFrame;
import io.sadi.prepare.read.Annotations;
import io.sadi.prepare.read.ImageFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What every kind of {@code sadi prepare} takes that starts from photos. */
public final class PhotoOptions {
  @Mixin private PrepareOptions prepare;

  @Option(
      names = "--limit",
      order = 14,
      paramLabel = "N",
      description = "At most the first N people of each split.")
  private int limit;

  @Option(
      names = "--check",
      order = 15,
      paramLabel = "[KIND=]ACTION",
      converter = RuleConverter.class,
      description =
          "What to do about what is wrong: report (default) lists it in DIR/faults.csv, drop leaves"
              + " it out, fail prepares nothing. KIND: entry (one that cannot be read; fail by"
              + " default), missing, broken, exif, as-stored, grey, cmyk, deep, alpha, size, empty-box,"
              + " box-corners, box-outside, joint-outside, left-right, duplicate; without KIND: all."
              + " Repeatable.")
  private List<Checks.Rule> rules = new ArrayList<>();

  @Option(
      names = "--pack",
      order = 16,
      paramLabel = "SIZE",
      description =
          "Store everybody's crop, its side SIZE pixels, with room around it to be turned and"
              + " enlarged, instead of pointing to the photos: large photos are then decoded once."
              + " Take at least the network's input.")
  private int pack;

  @Option(
      names = "--flip-pairs",
      order = 17,
      split = ",",
      paramLabel = "LEFT:RIGHT,...",
      description =
          "Which joints swap in a mirrored image, instead of what their names say: for names that"
              + " say no side. Training mirrors crops.")
  private List<String> flipPairs = new ArrayList<>();

  @Option(
      names = "--exif",
      order = 18,
      paramLabel = "HOW",
      description =
          "In which picture people were annotated whose photo its EXIF data turns: upright, as it is"
              + " to be seen; stored, as the file has it, and joints and boxes are turned along; auto"
              + " (default): what sizes and joints tell.")
  private AnnotatedFrame frame = AnnotatedFrame.AUTO;

  static final class RuleConverter implements ITypeConverter<Checks.Rule> {
    @Override
    public Checks.Rule convert(String text) {
      try {
        return Checks.Rule.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /**
   * From annotations that have been read to the folder.
   *
   * @param options of this kind that dataset.yaml records, before these
   */
  public int prepare(Map<String, ?> options, Annotations annotations, Path images, Console console)
      throws IOException {
    Map<String, Object> all = new LinkedHashMap<>(options);
    if (limit > 0) {
      all.put("limit", limit);
    }
    if (!rules.isEmpty()) {
      all.put("check", rules.stream().map(Checks.Rule::toString).toList());
    }
    if (pack > 0) {
      all.put("pack", pack);
    }
    if (!flipPairs.isEmpty()) {
      all.put("flip_pairs", flipPairs);
    }
    if (frame != AnnotatedFrame.AUTO) {
      all.put("exif", frame.toString());
    }
    Annotations paired = flipPairs.isEmpty() ? annotations : annotations.withFlipPairs(flipPairs);
    Treatment treatment = new Treatment(limit, Checks.of(rules), pack, prepare.previews(), frame);
    Preparation preparation =
        new Preparation(
            ImageFiles.find(paired, images, console), images, prepare.output(all), treatment);
    return prepare.report(preparation.run(console), console);
  }
}
