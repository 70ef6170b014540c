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
import io.sadi.predict.engine.InputFailure;
import io.sadi.predict.input.Inputs;
import io.sadi.predict.output.RunOutput.Writing;
import io.sadi.predict.output.ShardFile.Entry;
import io.sadi.predict.output.ShardFile.Head;
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
  private final List<ShardFile> parts;
  private final boolean sameOrder;
  private final String mixed;

  private Merge(List<ShardFile> parts, String mixed) {
    this.parts = parts;
    this.mixed = mixed;
    this.sameOrder = parts.stream().map(part -> part.head().order()).distinct().count() == 1;
  }

  /** The file that a part's predictions need beside them. */
  public static Path companion(Path predictions) {
    return ShardFile.of(predictions);
  }

  /**
   * Opens the parts of one job.
   *
   * @param files of predictions, in any order, each with its {@code .shard} beside it
   * @param allowMixed whether they may have been computed differently
   * @throws BadInputException if one is missing or there twice, or they are of different jobs
   */
  public static Merge of(List<Path> files, boolean allowMixed) throws IOException {
    List<ShardFile> parts = new ArrayList<>();
    try {
      for (Path file : files) {
        parts.add(ShardFile.open(companionOf(file)));
      }
      check(parts);
      return new Merge(parts, mixture(parts, allowMixed));
    } catch (IOException | RuntimeException e) {
      for (ShardFile part : parts) {
        part.close();
      }
      throw e;
    }
  }

  private static Path companionOf(Path file) {
    if (file.toString().endsWith(".shard") && Files.exists(file)) {
      return file;
    }
    Path companion = ShardFile.of(file);
    if (Files.exists(companion)) {
      return companion;
    }
    if (Files.exists(AtomicFile.part(file))) {
      throw new BadInputException(
          AtomicFile.part(file) + ": this part is not finished; 'sadi predict --resume' goes on");
    }
    throw new BadInputException(
        Files.exists(file)
            ? companion + ": no such file; 'sadi predict --shard' wrote it beside " + file
            : file + ": no such file");
  }

  private static void check(List<ShardFile> parts) {
    ShardFile first = parts.get(0);
    Head head = first.head();
    Map<Integer, ShardFile> byNumber = new HashMap<>();
    for (ShardFile part : parts) {
      Head other = part.head();
      if (other.shard().of() != head.shard().of()) {
        throw BadInputException.at(
            part.file(),
            "part " + other.shard(),
            "one of " + head.shard().of() + " as " + first.file() + " is",
            "");
      }
      ShardFile twice = byNumber.put(other.shard().part(), part);
      if (twice != null) {
        throw new BadInputException(
            twice.file() + " and " + part.file() + " are both part " + other.shard());
      }
      checkSettings(first, part);
      if (!other.names().equals(head.names())) {
        throw BadInputException.at(
            part.file(),
            "a part of " + other.inputs() + " inputs",
            "of the same " + head.inputs() + " as " + first.file(),
            "every part must be given all inputs");
      }
    }
    String missing =
        IntStream.rangeClosed(1, head.shard().of())
            .filter(number -> !byNumber.containsKey(number))
            .mapToObj(number -> number + "/" + head.shard().of())
            .collect(Collectors.joining(", "));
    if (!missing.isEmpty()) {
      throw new BadInputException(
          "parts "
              + missing
              + " are missing: found "
              + parts.size()
              + " of "
              + head.shard().of()
              + "; make them with 'sadi predict --shard'");
    }
  }

  private static void checkSettings(ShardFile first, ShardFile other) {
    JsonObject expected = first.head().settings();
    JsonObject found = other.head().settings();
    Set<String> names = new LinkedHashSet<>(expected.keySet());
    names.addAll(found.keySet());
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
  private static String mixture(List<ShardFile> parts, boolean allowed) {
    ShardFile first = null;
    Numerics expected = null;
    for (ShardFile part : parts) {
      for (Numerics found : part.head().computed()) {
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

  /** A place in a part. */
  private record Place(ShardFile part, int i, int index, String name) {}

  private List<Place> inOrder() throws IOException {
    List<Place> places = new ArrayList<>();
    for (ShardFile part : parts) {
      for (int i = 0; i < part.size(); i++) {
        Entry entry = part.entry(i);
        places.add(new Place(part, i, entry.index(), entry.outcome().name()));
      }
    }
    places.sort(
        sameOrder
            ? Comparator.comparingInt(Place::index)
            : Comparator.comparing(Place::name, Inputs.CODE_POINTS));
    List<String> names = places.stream().map(Place::name).sorted(Inputs.CODE_POINTS).toList();
    if (!Checksum.sha256(names).equals(parts.get(0).head().names())) {
      throw BadInputException.at(
          parts.get(0).file(),
          places.size() + " images in all parts, not the ones that it names",
          "each of its " + parts.get(0).head().inputs() + " once",
          "make the parts again");
    }
    return places;
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
    for (ShardFile part : parts) {
      for (Path output : Stream.of(file, errors).filter(Objects::nonNull).toList()) {
        if (part.belongsTo(output)) {
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
    List<Place> places = inOrder();
    List<InputFailure> failures = new ArrayList<>();
    Map<String, CocoId> ids = new LinkedHashMap<>();
    for (Place place : places) {
      Entry entry = place.part().entry(place.i());
      if (entry.outcome() instanceof InputFailure failure) {
        failures.add(failure);
        progress.warn(failure.image() + ": " + failure.error());
      }
      if (entry.id() != null) {
        ids.put(place.name(), entry.id());
      }
    }
    if (errors != null) {
      RunOutput.writeErrors(errors, failures);
    }
    if (failures.size() == places.size()) {
      throw RunOutput.noneUsable(failures);
    }
    Head head = parts.get(0).head();
    // A place counts in the order of the whole, which its part may not have had.
    Map<String, CocoId> merged = head.numbered() ? ImageIds.places(List.copyOf(ids.keySet())) : ids;
    Writing writing = new Writing(format, head.about(), merged, null);
    int people;
    if (file == null) {
      people = copy(places, failures, writing, stdout);
    } else {
      int[] count = new int[1]; // what leaves the lambda
      AtomicFile.write(file, out -> count[0] = copy(places, failures, writing, out));
      people = count[0];
    }
    return new PredictionOutcome(places.size() - failures.size(), people, 0, failures);
  }

  private static int copy(
      List<Place> places, List<InputFailure> failures, Writing writing, OutputStream out)
      throws IOException {
    int people = 0;
    PredictionsWriter writer = writing.to(out);
    for (Place place : places) {
      if (place.part().entry(place.i()).outcome() instanceof FoundImage found) {
        writer.write(found);
        people += found.people().size();
      }
    }
    writer.finish(failures);
    return people;
  }

  @Override
  public void close() throws IOException {
    for (ShardFile part : parts) {
      part.close();
    }
  }
}
