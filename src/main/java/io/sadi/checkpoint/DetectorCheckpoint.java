package io.sadi.checkpoint;

import io.sadi.config.Config;
import io.sadi.data.TrainedOn;
import io.sadi.io.BadInputException;
import io.sadi.io.Json;
import io.sadi.io.Safetensors;
import io.sadi.io.TorchFile;
import io.sadi.model.DetectorConfig;
import io.sadi.model.DetectorNet;
import io.sadi.torch.ComputeDevice;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A trained detector as a safetensors file.
 *
 * @param config the resolved config it was trained with, YAML
 * @param model read from that
 * @param tensors its parameters, whose names begin with {@link DetectorNet#PREFIX}
 * @param origin where it comes from
 */
public record DetectorCheckpoint(
    String config,
    DetectorConfig model,
    Map<String, Safetensors.Entry> tensors,
    Checkpoint.Origin origin)
    implements NetworkFile {

  /** Stands for the detector that comes with the program. */
  public static final Path BUILTIN = Path.of("builtin-detector");

  private static final String BUILTIN_RESOURCE = BUILTIN + ".safetensors";

  /** Metadata {@code format} of such a file. */
  static final String FORMAT = "sadi-detector-1";

  /** No file that begins otherwise is safetensors. */
  private static final long LARGEST_HEADER = 100_000_000;

  private static final String CARD = "card";
  private static final String TRAINED_ON = "trained_on";
  private static final String WHAT = "a detector, as 'sadi train --task detect' writes it";

  /**
   * Whether a file is a checkpoint of a detector, by what its header says.
   *
   * @param file or {@link #BUILTIN}
   * @return false also for a file that is not there, or of another kind
   */
  public static boolean isOne(Path file) throws IOException {
    if (file.equals(BUILTIN)) {
      return true;
    }
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try {
      return FORMAT.equals(Safetensors.read(file).metadata().get("format"));
    } catch (BadInputException e) {
      return false; // whoever reads it says what is wrong
    }
  }

  /** Whether a file is of the kind that checkpoints are, safetensors, by its first bytes. */
  public static boolean isSafetensors(Path file) throws IOException {
    if (file.equals(BUILTIN)) {
      return true;
    }
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] first = in.readNBytes(Long.BYTES + 1);
      if (first.length <= Long.BYTES || first[Long.BYTES] != '{') {
        return false;
      }
      long header = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong();
      return header > 0 && header <= LARGEST_HEADER;
    }
  }

  /**
   * Reads and checks a checkpoint; its tensors stay in the file until they are needed.
   *
   * @param file or {@link #BUILTIN}
   * @throws BadInputException also where it is a network of another kind
   */
  public static DetectorCheckpoint read(Path file) throws IOException {
    if (TorchFile.isOne(file)) {
      throw BadInputException.at(file, "a PyTorch file", WHAT, "");
    }
    Safetensors content =
        file.equals(BUILTIN)
            ? Checkpoint.comesWithTheProgram(BUILTIN_RESOURCE, file)
            : Safetensors.read(file);
    Header header = new Header(file, content.metadata());
    if (Checkpoint.FORMAT.equals(content.metadata().get("format"))) {
      throw BadInputException.at(file, "a network that finds joints", WHAT, "");
    }
    header.expect("format", FORMAT, WHAT);
    String yaml = header.text("config");
    DetectorConfig model = DetectorConfig.from(Config.parse(yaml, file + ": config"));
    return new DetectorCheckpoint(
        yaml,
        model,
        Checkpoint.tensors(content, false),
        new Checkpoint.Origin(
            (int) header.number("epoch", 1e9),
            content.metadata().getOrDefault(CARD, ""),
            Checkpoint.trainedOn(content, file)));
  }

  /** As {@link Checkpoint#compact}. */
  public DetectorCheckpoint compact(Object file) {
    return new DetectorCheckpoint(config, model, Checkpoint.compact(tensors, file), origin);
  }

  /** The same with another description. */
  public DetectorCheckpoint described(String card) {
    return new DetectorCheckpoint(
        config, model, tensors, new Checkpoint.Origin(origin.epoch(), card, origin.trainedOn()));
  }

  /** What the weights are, as a checksum. */
  public String fingerprint() {
    return Safetensors.sum(tensors);
  }

  @Override
  public Safetensors content(Map<String, Safetensors.Entry> state, Map<String, String> notes) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", FORMAT);
    metadata.put("config", config);
    metadata.put("epoch", String.valueOf(origin.epoch()));
    if (!origin.card().isEmpty()) {
      metadata.put(CARD, origin.card());
    }
    TrainedOn trainedOn = origin.trainedOn();
    if (trainedOn != null) {
      metadata.put(TRAINED_ON, Json.compact(trainedOn.json()));
    }
    metadata.putAll(notes);
    Map<String, Safetensors.Entry> all = new LinkedHashMap<>(tensors);
    all.putAll(state);
    return new Safetensors(metadata, all);
  }

  /** The network with these weights. */
  public DetectorNet network(ComputeDevice device, Object file) {
    DetectorNet net = DetectorNet.empty(model, device);
    try {
      net.parameters().load(tensors, file);
    } catch (RuntimeException e) {
      net.close();
      throw e;
    }
    return net;
  }

  /** The people it was trained on; null if that was not written down. */
  public @Nullable TrainedOn trainedOn() {
    return origin.trainedOn();
  }
}
