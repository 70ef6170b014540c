package io.sadi.checkpoint;

import com.google.gson.JsonArray;
import io.sadi.config.Config;
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
import io.sadi.model.Quantization;
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
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A trained network as a safetensors file: its tensors, and in the header all that is needed to use
 * it.
 *
 * @param design what kind of network it is and what it finds
 * @param reading how people are read from its answers
 * @param tensors its parameters, by name
 * @param origin where it comes from
 */
public record Checkpoint(
    Design design, Reading reading, Map<String, Safetensors.Entry> tensors, Origin origin)
    implements NetworkFile {

  /**
   * What kind of network it is.
   *
   * @param config the resolved config it was trained with, YAML
   * @param model read from that
   * @param skeleton the joints it finds
   * @param metric what its training data is measured in
   */
  public record Design(String config, ModelConfig model, Skeleton skeleton, Metric metric) {}

  /**
   * What was chosen for reading people once the network was trained.
   *
   * @param fusionWeight w of {@link Decode#FUSED}, 0 to 1
   * @param temperatures factors that calibrate the predicted deviations, one a joint, for each
   *     decode that was calibrated
   * @param int8 what it takes to compute the network in int8; null where nobody has found out
   */
  public record Reading(
      double fusionWeight, Map<Decode, List<Double>> temperatures, @Nullable Int8 int8) {}

  /**
   * Where a network comes from.
   *
   * @param epoch how many epochs it was trained
   * @param card a description for people: trained on what, how good, where it fails; may be empty
   * @param trainedOn the people it was trained on; null if that was not written down
   */
  public record Origin(int epoch, String card, @Nullable TrainedOn trainedOn) {}

  /** Prefix of the tensors that only a resumed training needs. */
  public static final String STATE = "state/";

  /** Metadata with the pixel convention: center or corner. */
  public static final String PIXELS = "pixel_convention";

  /** Stands for the network that comes with the program. */
  public static final Path BUILTIN = Path.of("builtin");

  private static final String BUILTIN_RESOURCE = "builtin.safetensors";

  static final String FORMAT = "sadi-1";
  private static final String CARD = "card";
  private static final String TRAINED_ON = "trained_on";
  private static final String INT8 = "int8";

  /** A network without a description, and without a note of what it was trained on. */
  public Checkpoint(
      String config,
      ModelConfig model,
      Skeleton skeleton,
      Metric metric,
      int epoch,
      double fusionWeight,
      Map<Decode, List<Double>> temperatures,
      Map<String, Safetensors.Entry> tensors) {
    this(
        new Design(config, model, skeleton, metric),
        new Reading(fusionWeight, temperatures, null),
        tensors,
        new Origin(epoch, "", null));
  }

  /**
   * Reads and checks a checkpoint; its tensors stay in the file until they are needed.
   *
   * @param file or {@link #BUILTIN}
   */
  public static Checkpoint read(Path file) throws IOException {
    if (TorchFile.isOne(file)) {
      throw BadInputException.at(
          file, "a PyTorch file", "a checkpoint of sadi", "'sadi import' makes one of it");
    }
    Safetensors content =
        file.equals(BUILTIN) ? comesWithTheProgram(BUILTIN_RESOURCE, file) : Safetensors.read(file);
    Header header = new Header(file, content.metadata());
    if (DetectorCheckpoint.FORMAT.equals(content.metadata().get("format"))) {
      throw BadInputException.at(
          file,
          "a detector, which finds people's boxes",
          "a network that finds joints",
          "'sadi predict' and 'sadi detect' take it as --detector");
    }
    header.expect("format", FORMAT, FORMAT + ", a checkpoint written by sadi train");
    String yaml = header.text("config");
    Config config = Config.parse(yaml, file + ": config");
    String pixels = content.metadata().get(PIXELS); // older files have none
    if (pixels != null) {
      config.withDefaults(Map.of(ModelConfig.PIXELS, pixels), file + ": pixel_convention");
    }
    ModelConfig model = ModelConfig.from(config);
    if (pixels != null) {
      String ofConfig = Config.name(model.pixels());
      header.expect(PIXELS, ofConfig, ofConfig + " as in its config");
    }
    Skeleton skeleton = header.skeleton();
    return new Checkpoint(
        new Design(yaml, model, skeleton, header.metric()),
        new Reading(
            header.number("fusion_weight", 1),
            header.temperatures(skeleton.size()),
            content.metadata().containsKey(INT8) ? Int8.from(header.field(INT8)) : null),
        tensors(content, false),
        new Origin(
            (int) header.number("epoch", 1e9),
            content.metadata().getOrDefault(CARD, ""),
            trainedOn(content, file)));
  }

  /** The tensors of a file that a resumed training alone needs, or all others. */
  static Map<String, Safetensors.Entry> tensors(Safetensors content, boolean state) {
    Map<String, Safetensors.Entry> tensors = new LinkedHashMap<>();
    content
        .tensors()
        .forEach(
            (name, entry) -> {
              if (name.startsWith(STATE) == state) {
                tensors.put(name, entry);
              }
            });
    return tensors;
  }

  /** The people that a checkpoint was trained on; null in older files. */
  public static @Nullable TrainedOn trainedOn(Safetensors content, Path file) {
    Header header = new Header(file, content.metadata());
    return content.metadata().containsKey(TRAINED_ON)
        ? TrainedOn.from(header.field(TRAINED_ON))
        : null;
  }

  /** A network of the program's own. */
  static Safetensors comesWithTheProgram(String resource, Path name) throws IOException {
    try (InputStream in = Checkpoint.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw BadInputException.at(
            name, "none", "a file", "this build has no network of its own: name a checkpoint");
      }
      return Safetensors.of(in.readAllBytes(), name);
    }
  }

  /**
   * The same with weights in float16, in half the bytes; for use, not for training. Batch norms and
   * biases stay float32.
   *
   * @param file named in messages
   * @throws BadInputException naming a tensor with a weight that float16 cannot hold
   */
  public Checkpoint compact(Object file) {
    return new Checkpoint(design, reading, compact(tensors, file), origin).withoutStrangeInt8();
  }

  static Map<String, Safetensors.Entry> compact(
      Map<String, Safetensors.Entry> tensors, Object file) {
    Map<String, Safetensors.Entry> compact = new LinkedHashMap<>();
    tensors.forEach(
        (name, entry) -> {
          boolean weight = entry.shape().length > 1 && entry.dtype() == Safetensors.Dtype.F32;
          try {
            compact.put(name, weight ? entry.toHalf() : entry);
          } catch (IllegalArgumentException e) {
            throw new BadInputException(
                file
                    + ": tensor '"
                    + name
                    + "': "
                    + e.getMessage()
                    + ", which ends at 65504; use the network as it is, or export it as ONNX");
          }
        });
    return compact;
  }

  @Override
  public Safetensors content(Map<String, Safetensors.Entry> state, Map<String, String> notes) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", FORMAT);
    metadata.put("architecture", Architecture.toJson(model(), skeleton().size()));
    metadata.put("config", config());
    metadata.put(PIXELS, Config.name(model().pixels()));
    JsonArray joints = new JsonArray();
    skeleton().joints().forEach(joints::add);
    metadata.put("joints", Json.compact(joints));
    metadata.put("flip_pairs", Json.compact(Skeleton.json(skeleton().flipPairs())));
    metadata.put("skeleton", Json.compact(Skeleton.json(skeleton().edges())));
    metadata.put("metric", metric().label());
    metadata.put("epoch", String.valueOf(epoch()));
    metadata.put("fusion_weight", String.valueOf(fusionWeight()));
    if (!temperatures().isEmpty()) {
      metadata.put(Header.TEMPERATURES, Json.compact(Header.json(temperatures())));
    }
    if (!card().isEmpty()) {
      metadata.put(CARD, card());
    }
    TrainedOn trainedOn = trainedOn();
    if (trainedOn != null) {
      metadata.put(TRAINED_ON, Json.compact(trainedOn.json()));
    }
    Int8 int8 = int8();
    if (int8 != null) {
      metadata.put(INT8, Json.compact(int8.json()));
    }
    metadata.putAll(notes);
    Map<String, Safetensors.Entry> all = new LinkedHashMap<>(tensors);
    all.putAll(state);
    return new Safetensors(metadata, all);
  }

  /**
   * Writes factors that calibrate the predicted deviations into the file that the checkpoint was
   * read from. All else in it stays as it is now, factors of other decodes among it.
   *
   * @param fitted one factor a joint, for each decode that was calibrated
   * @throws BadInputException if the file has other weights by now
   */
  public void calibrate(Path file, Map<Decode, List<Double>> fitted) throws IOException {
    Safetensors now = Safetensors.read(file);
    now.checkMetadataSum(file); // a new sum must not hide what is damaged
    if (!Safetensors.sum(tensors(now, false)).equals(Safetensors.sum(tensors))) {
      throw BadInputException.at(
          file,
          "other weights than when it was read",
          "those that were calibrated",
          "it has changed since, calibrate again");
    }
    Map<Decode, List<Double>> all = new EnumMap<>(Decode.class);
    all.putAll(new Header(file, now.metadata()).temperatures(skeleton().size()));
    all.putAll(fitted);
    Map<String, String> metadata = new LinkedHashMap<>(now.metadata());
    metadata.put(Header.TEMPERATURES, Json.compact(Header.json(all)));
    new Safetensors(metadata, now.tensors()).withMetadataSum().write(file);
  }

  /** The network with these weights. */
  public SadiNet network(ComputeDevice device, Object file) {
    SadiNet net = SadiNet.empty(model(), skeleton().size(), device);
    try {
      net.parameters().load(tensors, file);
    } catch (RuntimeException e) {
      net.close();
      throw e;
    }
    return net;
  }

  /** The same for {@link io.sadi.model.InferenceNet#inPlaceOf}, in little memory. */
  public SadiNet networkToLayOut(ComputeDevice device, Object file) {
    return SadiNet.toLayOut(model(), skeleton().size(), device, tensors, file);
  }

  /** Standard deviation of the first heatmap's target, in map pixels. */
  public double targetSigma() {
    return LossConfig.from(Config.parse(config(), "config"), model()).targetSigma();
  }

  /** How people are read with a decode. */
  public Readout readout(Decode decode) {
    return new Readout(decode, fusionWeight(), temperatures().getOrDefault(decode, List.of()));
  }

  /** The w that its config sets; empty if it was chosen. */
  public OptionalDouble setFusionWeight() {
    return Readout.fusionWeight(Config.parse(config(), "the checkpoint's config"));
  }

  /**
   * Where w comes from, relative to the people that it is measured on.
   *
   * @param people a whole split
   */
  public Fusion fusion(Fingerprint people) {
    return new Fusion(fusionWeight(), chosenOn(people));
  }

  private ChosenOn chosenOn(Fingerprint people) {
    if (setFusionWeight().isPresent()) {
      return ChosenOn.CONFIG;
    }
    TrainedOn trainedOn = trainedOn();
    Fingerprint val = trainedOn == null ? null : trainedOn.val();
    if (val != null) {
      return val.samePeople(people) ? ChosenOn.SAME_PEOPLE : ChosenOn.OTHER_PEOPLE;
    }
    return isUnfused() ? ChosenOn.NOBODY : ChosenOn.UNKNOWN;
  }

  /** Whether there were no people to choose w on, so that {@link Decode#FUSED} is H1. */
  private boolean isUnfused() {
    TrainedOn trainedOn = trainedOn();
    return trainedOn != null
        && trainedOn.val() == null
        && fusionWeight() == 0
        && setFusionWeight().isEmpty();
  }

  /** The same with what it takes to compute it in int8. */
  public Checkpoint quantized(
      Quantization quantization, Fingerprint people, double budget, double deviation) {
    Int8 int8 = new Int8(Int8.sum(tensors), quantization, people, budget, deviation);
    Reading with = new Reading(fusionWeight(), temperatures(), int8);
    return new Checkpoint(design, with, tensors, origin);
  }

  /** Ranges belong to the weights that they were found with. */
  private Checkpoint withoutStrangeInt8() {
    Int8 int8 = int8();
    return int8 == null || int8.weights().equals(Int8.sum(tensors))
        ? this
        : new Checkpoint(
            design, new Reading(fusionWeight(), temperatures(), null), tensors, origin);
  }

  /**
   * What is computed in int8.
   *
   * @param file named in messages
   * @throws BadInputException if the checkpoint has nothing of that, or for other weights
   */
  public Quantization quantization(Object file) {
    Int8 int8 = int8();
    String remedy = "'sadi export --int8 --calibrate DATASET --out FILE.safetensors' finds them";
    if (int8 == null) {
      throw new BadInputException(file + ": has no ranges for int8; " + remedy);
    }
    String sum = Int8.sum(tensors);
    if (!int8.weights().equals(sum)) {
      throw BadInputException.at(
          file + ": metadata 'int8'",
          "ranges for weights " + int8.weights(),
          "ranges for its own, " + sum,
          remedy);
    }
    return int8.quantization();
  }

  /**
   * Refuses a precision that these weights have not.
   *
   * @throws BadInputException as {@link #quantization} does
   */
  public void checkPrecision(String precision, Object file) {
    if (precision.equals("int8")) {
      quantization(file);
    }
  }

  /** The same with another description. */
  public Checkpoint described(String card) {
    return new Checkpoint(design, reading, tensors, new Origin(epoch(), card, trainedOn()));
  }

  /** The same with what it was trained on. */
  public Checkpoint learnedFrom(TrainedOn trainedOn) {
    return new Checkpoint(design, reading, tensors, new Origin(epoch(), card(), trainedOn));
  }

  /** A CRC-32 of all that decides which joints are found. */
  public String fingerprint() {
    CRC32 sum = new CRC32();
    tensors.forEach(
        (name, entry) -> {
          sum.update(name.getBytes(StandardCharsets.UTF_8));
          sum.update(entry.data());
        });
    sum.update((fusionWeight() + " " + temperatures()).getBytes(StandardCharsets.UTF_8));
    Int8 int8 = int8();
    if (int8 != null) {
      sum.update(Json.compact(int8.json()).getBytes(StandardCharsets.UTF_8));
    }
    return String.format(Locale.ROOT, "%08x", sum.getValue());
  }

  /** The decodes that the network has, the default first. */
  public List<Decode> decodes() {
    return model().sfm().enabled() ? List.of(Decode.values()) : List.of(Decode.H1);
  }

  /**
   * The decode to use when {@code asked} is asked for. Without the SFM there is one heatmap, so
   * {@link Decode#FUSED} means {@link Decode#H1}. A note says so, and also if {@link Decode#FUSED}
   * is H1 because there were no people to choose w on.
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

  /** The resolved config it was trained with, YAML. */
  public String config() {
    return design.config;
  }

  /** Its architecture. */
  public ModelConfig model() {
    return design.model;
  }

  /** The joints it finds. */
  public Skeleton skeleton() {
    return design.skeleton;
  }

  /** What its training data is measured in. */
  public Metric metric() {
    return design.metric;
  }

  /** How many epochs it was trained. */
  public int epoch() {
    return origin.epoch;
  }

  /** w of {@link Decode#FUSED}, 0 to 1. */
  public double fusionWeight() {
    return reading.fusionWeight;
  }

  /** Factors of the predicted deviations, one a joint, for each decode that was calibrated. */
  public Map<Decode, List<Double>> temperatures() {
    return reading.temperatures;
  }

  /** What it takes to compute it in int8; null where nobody has found out. */
  public @Nullable Int8 int8() {
    return reading.int8;
  }

  /** A description for people; may be empty. */
  public String card() {
    return origin.card;
  }

  /** The people it was trained on; null if that was not written down. */
  public @Nullable TrainedOn trainedOn() {
    return origin.trainedOn;
  }
}
