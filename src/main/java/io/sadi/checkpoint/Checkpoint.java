package io.sadi.checkpoint;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.config.Config;
import io.sadi.config.Field;
import io.sadi.data.Fingerprint;
import io.sadi.data.Metric;
import io.sadi.data.Skeleton;
import io.sadi.data.TrainedOn;
import io.sadi.eval.Fusion;
import io.sadi.eval.Fusion.ChosenOn;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import io.sadi.io.Progress;
import io.sadi.io.Safetensors;
import io.sadi.io.TorchFile;
import io.sadi.model.Architecture;
import io.sadi.model.LossConfig;
import io.sadi.model.ModelConfig;
import io.sadi.model.SadiNet;
import io.sadi.torch.ComputeDevice;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A trained network as a safetensors file: its tensors, and in the header everything that using it
 * takes.
 *
 * @param config the resolved config it was trained with, YAML
 * @param model read from that
 * @param skeleton the joints it finds
 * @param metric what its training data is measured in
 * @param epoch how many epochs it was trained
 * @param fusionWeight w of {@link Decode#FUSED}, 0 to 1
 * @param temperatures factors that calibrate the predicted deviations, one a joint, for each decode
 *     that was calibrated
 * @param tensors the network's, by name
 * @param card what a person should know of it: trained on what, how good, where it fails; may be
 *     empty
 * @param trainedOn whom it learned from; null where that was not written down
 */
public record Checkpoint(
    String config,
    ModelConfig model,
    Skeleton skeleton,
    Metric metric,
    int epoch,
    double fusionWeight,
    Map<Decode, List<Double>> temperatures,
    Map<String, Safetensors.Entry> tensors,
    String card,
    @Nullable TrainedOn trainedOn) {

  /** Tensors that only a resumed training needs lie under this prefix. */
  public static final String STATE = "state/";

  /** Metadata that says where crops and maps have their middle: center or corner. */
  public static final String PIXELS = "pixel_convention";

  /** In the place of a file: the network that comes with the program. */
  public static final Path BUILTIN = Path.of("builtin");

  private static final String BUILTIN_RESOURCE = "builtin.safetensors";

  private static final String FORMAT = "sadi-1";
  private static final String TEMPERATURES = "sigma_temperatures";
  private static final String CARD = "card";
  private static final String TRAINED_ON = "trained_on";

  /** The metadata that this writes itself. */
  private static final List<String> OWN =
      List.of(
          "format",
          "architecture",
          "config",
          PIXELS,
          "joints",
          "flip_pairs",
          "skeleton",
          "metric",
          "epoch",
          "fusion_weight",
          TEMPERATURES,
          CARD,
          TRAINED_ON);

  /** A network that nobody has described. */
  public Checkpoint(
      String config,
      ModelConfig model,
      Skeleton skeleton,
      Metric metric,
      int epoch,
      double fusionWeight,
      Map<Decode, List<Double>> temperatures,
      Map<String, Safetensors.Entry> tensors) {
    this(config, model, skeleton, metric, epoch, fusionWeight, temperatures, tensors, "", null);
  }

  /**
   * Reads and checks a checkpoint; its tensors stay mapped to the file.
   *
   * @param file or {@link #BUILTIN}
   */
  public static Checkpoint read(Path file) throws IOException {
    if (TorchFile.isOne(file)) {
      throw BadInputException.at(
          file, "a PyTorch file", "a checkpoint of sadi", "'sadi import' makes one of it");
    }
    Safetensors content = file.equals(BUILTIN) ? builtin() : Safetensors.read(file);
    Map<String, String> metadata = content.metadata();
    String format = metadata.getOrDefault("format", "nothing");
    if (!format.equals(FORMAT)) {
      throw BadInputException.at(
          file + ": metadata 'format'",
          format,
          FORMAT + ", a checkpoint written by sadi train",
          "");
    }
    String yaml = field(file, metadata, "config");
    Config config = Config.parse(yaml, file + ": config");
    String pixels = metadata.get(PIXELS); // files from before it was kept have none
    if (pixels != null) {
      config.withDefaults(Map.of(ModelConfig.PIXELS, pixels), file + ": pixel_convention");
    }
    ModelConfig model = ModelConfig.from(config);
    if (pixels != null && !pixels.equals(Config.name(model.pixels()))) {
      throw BadInputException.at(
          file + ": metadata '" + PIXELS + "'",
          pixels,
          Config.name(model.pixels()) + " as in its config",
          "");
    }
    List<String> joints = json(file, metadata, "joints").texts();
    Skeleton skeleton =
        new Skeleton(
            joints,
            Skeleton.pairs(json(file, metadata, "flip_pairs"), joints.size()),
            Skeleton.pairs(json(file, metadata, "skeleton"), joints.size()));
    Map<String, Safetensors.Entry> tensors = new LinkedHashMap<>();
    content
        .tensors()
        .forEach(
            (name, entry) -> {
              if (!name.startsWith(STATE)) {
                tensors.put(name, entry);
              }
            });
    return new Checkpoint(
        yaml,
        model,
        skeleton,
        Metric.of(field(file, metadata, "metric"), file + ": metadata 'metric'"),
        (int) number(file, metadata, "epoch", 1e9),
        number(file, metadata, "fusion_weight", 1),
        temperatures(file, metadata, joints.size()),
        tensors,
        metadata.getOrDefault(CARD, ""),
        trainedOn(content, file));
  }

  /** What a checkpoint's header says that it was trained on; null for an older one. */
  public static @Nullable TrainedOn trainedOn(Safetensors content, Path file) {
    return content.metadata().containsKey(TRAINED_ON)
        ? TrainedOn.from(json(file, content.metadata(), TRAINED_ON))
        : null;
  }

  private static Safetensors builtin() throws IOException {
    try (InputStream in = Checkpoint.class.getResourceAsStream(BUILTIN_RESOURCE)) {
      if (in == null) {
        throw BadInputException.at(
            "--model",
            BUILTIN.toString(),
            "a file",
            "this build has no network of its own: name a checkpoint");
      }
      return Safetensors.of(in.readAllBytes(), BUILTIN);
    }
  }

  /**
   * The same in half the bytes, for use and no longer for training: weights as float16. What
   * normalises (a number a channel) stays float32.
   *
   * @param origin the file, for messages
   * @throws BadInputException naming a tensor with a weight that float16 cannot hold
   */
  public Checkpoint compact(Object origin) {
    Map<String, Safetensors.Entry> compact = new LinkedHashMap<>();
    tensors.forEach(
        (name, entry) -> {
          boolean weight = entry.shape().length > 1 && entry.dtype() == Safetensors.Dtype.F32;
          try {
            compact.put(name, weight ? entry.toHalf() : entry);
          } catch (IllegalArgumentException e) {
            throw new BadInputException(
                origin
                    + ": tensor '"
                    + name
                    + "': "
                    + e.getMessage()
                    + ", which ends at 65504; use the network as it is, or export it as ONNX");
          }
        });
    return new Checkpoint(
        config,
        model,
        skeleton,
        metric,
        epoch,
        fusionWeight,
        temperatures,
        compact,
        card,
        trainedOn);
  }

  /**
   * Writes the checkpoint whole or not at all.
   *
   * @param state further tensors, by names that begin with {@link #STATE}
   * @param notes further metadata
   */
  public void write(Path file, Map<String, Safetensors.Entry> state, Map<String, String> notes)
      throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", FORMAT);
    metadata.put("architecture", Architecture.toJson(model, skeleton.size()));
    metadata.put("config", config);
    metadata.put(PIXELS, Config.name(model.pixels()));
    JsonArray joints = new JsonArray();
    skeleton.joints().forEach(joints::add);
    metadata.put("joints", Json.compact(joints));
    metadata.put("flip_pairs", Json.compact(Skeleton.json(skeleton.flipPairs())));
    metadata.put("skeleton", Json.compact(Skeleton.json(skeleton.edges())));
    metadata.put("metric", metric.label());
    metadata.put("epoch", String.valueOf(epoch));
    metadata.put("fusion_weight", String.valueOf(fusionWeight));
    if (!temperatures.isEmpty()) {
      metadata.put(TEMPERATURES, Json.compact(json(temperatures)));
    }
    if (!card.isEmpty()) {
      metadata.put(CARD, card);
    }
    if (trainedOn != null) {
      metadata.put(TRAINED_ON, Json.compact(trainedOn.json()));
    }
    metadata.putAll(notes);
    Map<String, Safetensors.Entry> all = new LinkedHashMap<>(tensors);
    all.putAll(state);
    new Safetensors(metadata, all).write(file);
  }

  /**
   * Writes the checkpoint in the place of the file it was read from, with what that holds for
   * resuming.
   */
  public void rewrite(Path file) throws IOException {
    Safetensors old = Safetensors.read(file);
    Map<String, Safetensors.Entry> state = new LinkedHashMap<>();
    old.tensors()
        .forEach(
            (name, entry) -> {
              if (name.startsWith(STATE)) {
                state.put(name, entry);
              }
            });
    Map<String, String> notes = new LinkedHashMap<>(old.metadata());
    OWN.forEach(notes::remove);
    write(file, state, notes);
  }

  /** The network with these weights. */
  public SadiNet network(ComputeDevice device, Object origin) {
    SadiNet net = SadiNet.empty(model, skeleton.size(), device);
    try {
      net.parameters().load(tensors, origin);
    } catch (RuntimeException e) {
      net.close();
      throw e;
    }
    return net;
  }

  /** The deviation of the target that the first heatmap has learned, in map pixels. */
  public double targetSigma() {
    return LossConfig.from(Config.parse(config, "config"), model).targetSigma();
  }

  /** How people are read from one of the network's answers. */
  public Readout readout(Decode decode) {
    return new Readout(decode, fusionWeight, temperatures.getOrDefault(decode, List.of()));
  }

  /** What its config sets w to; empty where it was chosen. */
  public OptionalDouble setFusionWeight() {
    return Readout.fusionWeight(Config.parse(config, "the checkpoint's config"));
  }

  /**
   * Where w comes from, as seen from people that it is measured on.
   *
   * @param people a whole split
   */
  public Fusion fusion(Fingerprint people) {
    return new Fusion(fusionWeight, chosenOn(people));
  }

  private ChosenOn chosenOn(Fingerprint people) {
    if (setFusionWeight().isPresent()) {
      return ChosenOn.CONFIG;
    }
    Fingerprint val = trainedOn == null ? null : trainedOn.val();
    if (val != null) {
      return val.samePeople(people) ? ChosenOn.SAME_PEOPLE : ChosenOn.OTHER_PEOPLE;
    }
    return isUnfused() ? ChosenOn.NOBODY : ChosenOn.UNKNOWN;
  }

  /** Whether nobody was there to choose w on, so that {@link Decode#FUSED} is H1. */
  private boolean isUnfused() {
    return trainedOn != null
        && trainedOn.val() == null
        && fusionWeight == 0
        && setFusionWeight().isEmpty();
  }

  /** The same with other temperatures. */
  public Checkpoint calibrated(Map<Decode, List<Double>> newTemperatures) {
    return with(newTemperatures, card, trainedOn);
  }

  /** The same with another description. */
  public Checkpoint described(String newCard) {
    return with(temperatures, newCard, trainedOn);
  }

  /** The same with what it was trained on. */
  public Checkpoint learnedFrom(TrainedOn newTrainedOn) {
    return with(temperatures, card, newTrainedOn);
  }

  private Checkpoint with(
      Map<Decode, List<Double>> newTemperatures, String newCard, @Nullable TrainedOn newTrainedOn) {
    return new Checkpoint(
        config,
        model,
        skeleton,
        metric,
        epoch,
        fusionWeight,
        newTemperatures,
        tensors,
        newCard,
        newTrainedOn);
  }

  /** What differs between any two networks that would find different joints: a CRC-32. */
  public String fingerprint() {
    CRC32 sum = new CRC32();
    tensors.forEach(
        (name, entry) -> {
          sum.update(name.getBytes(StandardCharsets.UTF_8));
          sum.update(entry.data());
        });
    sum.update((fusionWeight + " " + temperatures).getBytes(StandardCharsets.UTF_8));
    return String.format(Locale.ROOT, "%08x", sum.getValue());
  }

  /** Every way to read the network's answers, the default one first. */
  public List<Decode> decodes() {
    return model.sfm().enabled() ? List.of(Decode.values()) : List.of(Decode.H1);
  }

  /**
   * The decode to use where {@code asked} is asked for. Without the SFM there is one heatmap, so
   * that {@link Decode#FUSED} means {@link Decode#H1}, which is said; so is that it is no more
   * where there was nobody to choose w on.
   *
   * @throws BadInputException if the network has no such answer
   */
  public Decode available(Decode asked, Path file, Progress progress) {
    if (decodes().contains(asked)) {
      if (asked == Decode.FUSED && isUnfused()) {
        progress.note(
            file + ": trained without people to choose the fusion weight on: fused is h1");
      }
      return asked;
    }
    if (asked == Decode.FUSED) {
      progress.note(file + ": a network without SFM has one heatmap: fused is h1");
      return Decode.H1;
    }
    throw BadInputException.at(
        "--decode", asked.toString(), "h1", file + " is a network without SFM");
  }

  private static JsonObject json(Map<Decode, List<Double>> temperatures) {
    JsonObject object = new JsonObject();
    temperatures.forEach(
        (decode, ofJoints) -> {
          JsonArray array = new JsonArray();
          ofJoints.forEach(array::add);
          object.add(decode.toString(), array);
        });
    return object;
  }

  /** Files of networks that nobody has calibrated hold none. */
  private static Map<Decode, List<Double>> temperatures(
      Path file, Map<String, String> metadata, int joints) {
    Map<Decode, List<Double>> temperatures = new EnumMap<>(Decode.class);
    if (!metadata.containsKey(TEMPERATURES)) {
      return temperatures;
    }
    Field json = json(file, metadata, TEMPERATURES);
    json.allow(Stream.of(Decode.values()).map(Decode::toString).toList());
    for (Decode decode : Decode.values()) {
      Field list = json.get(decode.toString());
      if (list.isThere()) {
        if (!list.isList(joints)) {
          throw list.wrong("a list of " + joints + " numbers above 0, one a joint");
        }
        double[] ofJoints =
            list.numbers(t -> t > 0 && t < Double.POSITIVE_INFINITY, "a number above 0");
        temperatures.put(decode, DoubleStream.of(ofJoints).boxed().toList());
      }
    }
    return temperatures;
  }

  private static String field(Path file, Map<String, String> metadata, String name) {
    String value = metadata.get(name);
    if (value == null) {
      throw new BadInputException(
          file + ": metadata '" + name + "' is missing; is this a checkpoint of sadi train?");
    }
    return value;
  }

  private static double number(Path file, Map<String, String> metadata, String name, double max) {
    String text = field(file, metadata, name);
    try {
      double value = Double.parseDouble(text);
      if (value >= 0 && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Falls through to the same line as a number out of range.
    }
    throw BadInputException.at(
        file + ": metadata '" + name + "'", text, "a number from 0 to " + (long) max, "");
  }

  /** Metadata that is JSON. */
  private static Field json(Path file, Map<String, String> metadata, String name) {
    String where = file + ": metadata '" + name + "'";
    return Field.root(Json.parse(field(file, metadata, name), where), where);
  }
}
