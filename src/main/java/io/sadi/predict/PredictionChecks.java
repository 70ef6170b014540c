package io.sadi.predict;

import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Progress;
import io.sadi.predict.engine.InputImage;
import io.sadi.predict.input.Boxes;
import io.sadi.predict.input.MpiiTestImages;
import io.sadi.predict.output.Journal;
import io.sadi.predict.output.MpiiMatWriter;
import io.sadi.predict.output.PredictionOutput;
import io.sadi.predict.output.PredictionOutput.Existing;
import io.sadi.predict.output.PredictionsFormat;
import io.sadi.predict.output.RunOutput;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is to be said of a request before any work is done for it.
 *
 * @param images all of them, whichever part of them is predicted
 */
record PredictionChecks(
    PredictionRequest request,
    List<InputImage> images,
    @Nullable Boxes boxes,
    @Nullable MpiiTestImages test) {

  /** No output may be one of the inputs, also where overwriting is allowed. */
  void outputs() throws IOException {
    PredictionOutput output = request.output();
    List<Path> inputs = new ArrayList<>(List.of(request.model()));
    Stream.of(
            request.boxes(),
            request.boxChoice().images(),
            output.annotations(),
            output.drawings().against(),
            request.detection() == null ? null : request.detection().detector().model())
        .filter(Objects::nonNull)
        .forEach(inputs::add);
    for (String input : request.inputs()) {
      if (input.startsWith("@")) {
        inputs.add(Path.of(input.substring(1)));
      }
    }
    images.forEach(image -> inputs.add(image.file()));
    Path part = output.file() == null ? null : AtomicFile.part(output.file());
    Path growing = output.file() == null ? null : RunOutput.growing(output.file());
    Path shard =
        output.file() == null || request.shard() == null ? null : Journal.shard(output.file());
    refuseAny(
        inputs,
        Stream.of(
                output.file(),
                part,
                growing,
                shard,
                output.report(),
                output.errors(),
                output.drawings().overlays())
            .filter(Objects::nonNull)
            .toList());
    if (part != null && output.existing() == Existing.REFUSE && Files.exists(part)) {
      throw new BadInputException(
          part + ": an unfinished run; --resume goes on with it, --overwrite begins anew");
    }
  }

  /** There may be a million inputs: the system is asked about each once, if at all. */
  private static void refuseAny(List<Path> inputs, List<Path> outputs) throws IOException {
    Map<Path, Path> places = new HashMap<>();
    Map<Object, Path> files = new HashMap<>();
    for (Path output : outputs) {
      places.put(output.toAbsolutePath().normalize(), output);
      Object key = fileKey(output);
      if (key != null) {
        files.put(key, output);
      }
    }
    for (Path input : inputs) {
      Path output = places.get(input.toAbsolutePath().normalize());
      Object key = output != null || files.isEmpty() ? null : fileKey(input);
      if (key != null) {
        output = files.get(key);
      }
      if (output != null) {
        throw BadInputException.at(
            output, "an input, " + input, "the name of a file to write", "name another file");
      }
    }
  }

  /** What a file is by whichever of its names, links among them; null where there is none. */
  private static @Nullable Object fileKey(Path file) throws IOException {
    try {
      Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
      return key == null ? file.toRealPath() : key; // Windows has no keys
    } catch (FileSystemException e) {
      return null; // whoever reads it says why it cannot be
    }
  }

  void boxes(Progress progress) {
    if (boxes == null) {
      return;
    }
    Path file = Objects.requireNonNull(request.boxes());
    Set<String> names = new HashSet<>();
    images.forEach(image -> names.add(image.name()));
    List<String> unknown =
        boxes.people().keySet().stream().filter(name -> !names.contains(name)).toList();
    List<String> without =
        images.stream()
            .map(InputImage::name)
            .filter(name -> !boxes.people().containsKey(name))
            .toList();
    if (without.size() == images.size() && !images.isEmpty()) {
      throw BadInputException.at(
          file,
          unknown.isEmpty() ? "no image" : "no image of the input, but such as " + unknown.get(0),
          "images named as in the output, such as " + without.get(0),
          "");
    }
    if (!unknown.isEmpty()) {
      progress.warn(
          String.format(
              Locale.ROOT,
              "%s: %d of %d images are not in the input; the first is %s",
              file,
              unknown.size(),
              boxes.people().size(),
              unknown.get(0)));
    }
    if (!without.isEmpty()) {
      progress.warn(
          String.format(
              Locale.ROOT,
              "%s: nothing for %d of %d images, in which nobody is looked for; the first is %s",
              file,
              without.size(),
              images.size(),
              without.get(0)));
    }
  }

  /**
   * Half a submission is scored as if the rest were wrong.
   *
   * @param joints that the model finds
   */
  void submission(List<String> joints, Progress progress) {
    if (request.output().format() != PredictionsFormat.MPII_MAT) {
      return;
    }
    if (request.shard() != null) {
      throw BadInputException.at(
          "--format mpii-mat", "--shard " + request.shard(), "all test images in one run", "");
    }
    if (test == null) {
      throw BadInputException.at(
          "--format mpii-mat",
          "no --annotations",
          "MPII's official file: --annotations mpii_human_pose_v1_u12_1.mat",
          "");
    }
    if (boxes == null) {
      throw BadInputException.at(
          "--format mpii-mat",
          "no --boxes",
          "those of MPII's test people",
          "'sadi prepare mpii --split official' writes them to annotations/test.json");
    }
    MpiiMatWriter.checkJoints(joints, request.model());
    int scored = test.scored();
    int among = test.scoredAmong(images, boxes);
    if (among == 0) {
      throw BadInputException.at(
          String.valueOf(request.boxes()),
          "nobody whom MPII tests on",
          scored + " people of the test images in " + request.output().annotations(),
          "");
    }
    if (among < scored) {
      progress.warn(
          String.format(
              Locale.ROOT,
              "%d of the %d people that MPII measures are not in the input and %s; they will count"
                  + " as wrong",
              scored - among,
              scored,
              request.boxes()));
    }
  }
}
