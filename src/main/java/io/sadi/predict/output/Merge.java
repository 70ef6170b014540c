package io.sadi.predict.output;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sadi.data.CocoId;
import io.sadi.io.AtomicFile;
import io.sadi.io.BadInputException;
import io.sadi.io.Checksum;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.ImageOutcome;
import io.sadi.predict.engine.InputFailure;
import io.sadi.predict.input.Inputs;
import io.sadi.predict.output.RunOutput.Writing;
import io.sadi.torch.Numerics;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a prediction that several processes have made, put together to what one would have
 * written: the same rows in the same order, and the same errors.
 */
public final class Merge implements Closeable {
  private final List<Journal> parts;
  private final boolean sameOrder;
  private final String mixed;

  private Merge(List<Journal> parts, String mixed) {
    this.parts = parts;
    this.mixed = mixed;
    this.sameOrder = parts.stream().map(part -> part.whole().order()).distinct().count() == 1;
  }

  /** The file that a part's predictions need beside them. */
  public static Path companion(Path predictions) {
    return Journal.shard(predictions);
  }

  /**
   * Opens the parts of one job.
   *
   * @param files of predictions, in any order, each with its {@code .shard} beside it
   * @param allowMixed whether they may have been computed differently
   * @throws BadInputException if one is missing or there twice, or they are of different jobs
   */
  public static Merge of(List<Path> files, boolean allowMixed) throws IOException {
    List<Journal> parts = new ArrayList<>();
    try {
      for (Path file : files) {
        parts.add(Journal.finished(companionOf(file)));
      }
      check(parts);
      return new Merge(parts, mixture(parts, allowMixed));
    } catch (IOException | RuntimeException e) {
      for (Journal part : parts) {
        part.close();
      }
      throw e;
    }
  }

  private static Path companionOf(Path file) {
    if (file.toString().endsWith(".shard") && Files.exists(file)) {
      return file;
    }
    Path companion = Journal.shard(file);
    if (Files.exists(companion)) {
      return companion;
    }
    if (!Files.exists(file) && Files.exists(AtomicFile.part(file))) {
      throw new BadInputException(
          AtomicFile.part(file) + ": this part is not finished; 'sadi predict --resume' goes on");
    }
    throw new BadInputException(
        Files.exists(file)
            ? companion + ": no such file; 'sadi predict --shard' wrote it beside " + file
            : file + ": no such file");
  }

  private static void check(List<Journal> parts) {
    Journal first = parts.get(0);
    WholeJob job = first.whole();
    Map<Integer, Journal> byNumber = new HashMap<>();
    for (Journal part : parts) {
      WholeJob other = part.whole();
      if (other.shard().of() != job.shard().of()) {
        throw BadInputException.at(
            part.file(),
            "part " + other.shard(),
            "one of " + job.shard().of() + " as " + first.file() + " is",
            "");
      }
      Journal twice = byNumber.put(other.shard().part(), part);
      if (twice != null) {
        throw new BadInputException(
            twice.file() + " and " + part.file() + " are both part " + other.shard());
      }
      checkSettings(first, part);
      if (!other.names().equals(job.names())) {
        throw BadInputException.at(
            part.file(),
            "a part of " + other.inputs() + " inputs",
            "of the same " + job.inputs() + " as " + first.file(),
            "every part must be given all inputs");
      }
    }
    String missing =
        IntStream.rangeClosed(1, job.shard().of())
            .filter(number -> !byNumber.containsKey(number))
            .mapToObj(number -> number + "/" + job.shard().of())
            .collect(Collectors.joining(", "));
    if (!missing.isEmpty()) {
      throw new BadInputException(
          "parts "
              + missing
              + " are missing: found "
              + parts.size()
              + " of "
              + job.shard().of()
              + "; make them with 'sadi predict --shard'");
    }
  }

  private static void checkSettings(Journal first, Journal other) {
    JsonObject expected = first.settings();
    JsonObject found = other.settings();
    Set<String> names = new LinkedHashSet<>(expected.keySet());
    names.addAll(found.keySet());
    names.remove(Journal.SHARD);
    for (String name : names) {
      JsonElement here = found.get(name);
      JsonElement there = expected.get(name);
      if (!Objects.equals(here, there)) {
        throw BadInputException.at(
            other.file() + ": " + name,
            here == null ? "nothing" : Json.compact(here),
            (there == null ? "nothing" : Json.compact(there)) + " as in " + first.file(),
            "parts must be made alike");
      }
    }
  }

  /**
   * How parts differ in what they were computed with.
   *
   * @return empty where they do not
   * @throws BadInputException if they do and may not
   */
  private static String mixture(List<Journal> parts, boolean allowed) {
    Journal first = null;
    Numerics expected = null;
    for (Journal part : parts) {
      for (Numerics found : part.computed()) {
        if (first == null || expected == null) {
          first = part;
          expected = found;
        }
        String differing = found.where(expected);
        if (!differing.isEmpty()) {
          String other = expected.where(found) + " as in " + first.file();
          if (!allowed) {
            throw BadInputException.at(
                part.file(),
                "images computed with " + differing,
                other,
                "make it again alike, or mix the two with --allow-mixed");
          }
          return part.file() + ": images computed with " + differing + ", beside " + other;
        }
      }
    }
    return "";
  }

  /** An input, and the part that has it. */
  private record Input(Journal part, Place place) {
    String name() {
      return place.image();
    }

    ImageOutcome outcome() throws IOException {
      return part.get(place.image());
    }
  }

  private List<Input> inOrder() {
    List<Input> inputs = new ArrayList<>();
    for (Journal part : parts) {
      part.places().forEach(place -> inputs.add(new Input(part, place)));
    }
    inputs.sort(
        sameOrder
            ? Comparator.comparingInt(input -> input.place().index())
            : Comparator.comparing(Input::name, Inputs.CODE_POINTS));
    List<String> names = inputs.stream().map(Input::name).sorted(Inputs.CODE_POINTS).toList();
    WholeJob job = parts.get(0).whole();
    if (!Checksum.sha256(names).equals(job.names())) {
      throw BadInputException.at(
          parts.get(0).file(),
          inputs.size() + " images in all parts, not the ones that it names",
          "each of its " + job.inputs() + " once",
          "make the parts again");
    }
    return inputs;
  }

  /**
   * Writes predictions as one process would have.
   *
   * @param file null for stdout
   * @param stdout where there is no file
   * @param errors a CSV file for inputs that could not be used, or null
   * @param progress is told of those inputs
   * @throws BadInputException if no input of any part could be used
   */
  public PredictionOutcome write(
      @Nullable Path file,
      OutputStream stdout,
      PredictionsFormat format,
      @Nullable Path errors,
      Progress progress)
      throws IOException {
    for (Journal part : parts) {
      for (Path output : Stream.of(file, errors).filter(Objects::nonNull).toList()) {
        if (belongs(output, part.file())) {
          throw BadInputException.at(output, "a part", "another file to write", "");
        }
      }
    }
    if (!sameOrder) {
      progress.warn(
          "the parts were given their inputs in different orders; merged in the order of names");
    }
    if (!mixed.isEmpty()) {
      progress.warn(mixed);
    }
    List<Input> inputs = inOrder();
    List<InputFailure> failures = new ArrayList<>();
    Map<String, CocoId> ids = new LinkedHashMap<>();
    for (Input input : inputs) {
      String error = input.part().failures().get(input.name());
      if (error != null) {
        failures.add(new InputFailure(input.name(), error));
        progress.warn(input.name() + ": " + error);
      }
      if (input.place().id() != null) {
        ids.put(input.name(), input.place().id());
      }
    }
    if (errors != null) {
      RunOutput.writeErrors(errors, failures);
    }
    if (failures.size() == inputs.size()) {
      throw RunOutput.noneUsable(failures);
    }
    WholeJob job = parts.get(0).whole();
    // A place counts in the order of the whole, which its part may not have had.
    ids.putAll(job.numbered() ? Map.of() : job.otherIds());
    Map<String, CocoId> merged = job.numbered() ? ImageIds.places(List.copyOf(ids.keySet())) : ids;
    Writing writing = new Writing(format, job.about(), merged, null, job.extra());
    int people;
    if (file == null) {
      people = copy(inputs, failures, writing, stdout);
    } else {
      int[] count = new int[1]; // what leaves the lambda
      AtomicFile.write(file, out -> count[0] = copy(inputs, failures, writing, out));
      people = count[0];
    }
    return new PredictionOutcome(inputs.size() - failures.size(), people, 0, failures);
  }

  /** Whether a path is a part's journal or the predictions beside it. */
  private static boolean belongs(Path output, Path part) {
    Path place = output.toAbsolutePath().normalize();
    Path here = part.toAbsolutePath().normalize();
    return here.equals(place) || here.equals(Journal.shard(place));
  }

  private static int copy(
      List<Input> inputs, List<InputFailure> failures, Writing writing, OutputStream out)
      throws IOException {
    int people = 0;
    PredictionsWriter writer = writing.to(out);
    for (Input input : inputs) {
      if (input.outcome() instanceof FoundImage found) {
        writer.write(found);
        people += found.people().size();
      }
    }
    writer.finish(failures);
    return people;
  }

  @Override
  public void close() throws IOException {
    for (Journal part : parts) {
      part.close();
    }
  }
}
