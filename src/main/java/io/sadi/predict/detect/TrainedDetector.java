package io.sadi.predict.detect;

import io.sadi.checkpoint.DetectorCheckpoint;
import io.sadi.config.Config;
import io.sadi.data.Detected;
import io.sadi.image.LazyImage;
import io.sadi.io.BadInputException;
import io.sadi.predict.engine.PersonDetector;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A detector that {@code sadi train --task detect} trained. */
final class TrainedDetector implements Detector {
  private final DetectorOptions options;
  private final PersonDetector network;
  private final String description;
  private final List<String> warnings;

  private TrainedDetector(DetectorOptions options, PersonDetector network, String description) {
    this.options = options;
    this.network = network;
    this.description = description;
    this.warnings = network.prove().warnings();
  }

  /**
   * Loads a checkpoint.
   *
   * @throws BadInputException if it is none of a detector, or an option is for ONNX files
   */
  static TrainedDetector open(DetectorOptions options, String precision) throws IOException {
    refuse("--detector-class", options.category(), options);
    refuse("--detector-layout", options.layout(), options);
    refuse("--detector-input", options.input(), options);
    DetectorCheckpoint checkpoint = DetectorCheckpoint.read(options.model());
    Precision arithmetic = Precision.of(precision, ComputeDevice.CPU);
    int side = checkpoint.model().input();
    String description =
        String.format(
            Locale.ROOT,
            "%s: a detector of sadi train, input %dx%d, trained %d epochs, %s",
            options.model(),
            side,
            side,
            checkpoint.origin().epoch(),
            Config.name(arithmetic));
    return new TrainedDetector(
        options,
        PersonDetector.open(
            checkpoint, options.model(), arithmetic, options.score(), options.overlap()),
        description);
  }

  private static void refuse(String option, @Nullable Object given, DetectorOptions options) {
    if (given != null) {
      throw BadInputException.at(
          option,
          "'" + given + "' for " + options.model() + ", a checkpoint of sadi",
          "an ONNX file as --detector",
          "leave it out");
    }
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public List<String> warnings() {
    return warnings;
  }

  @Override
  public List<Detected> detect(LazyImage photo) {
    List<Detected> people = new ArrayList<>(network.detect(photo));
    people.sort(LARGEST_FIRST);
    return List.copyOf(people.subList(0, Math.min(options.most(), people.size())));
  }

  @Override
  public void close() {
    network.close();
  }
}
