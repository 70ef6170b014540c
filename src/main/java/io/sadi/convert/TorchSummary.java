package io.sadi.convert;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.io.Json;
import io.sadi.io.Safetensors.Entry;
import io.sadi.io.TorchFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** What is in a PyTorch file, for {@code sadi info}. */
public final class TorchSummary {
  private final Path path;
  private final TorchFile file;
  private final Map<String, Entry> tensors;

  /**
   * Opens a file.
   *
   * @throws io.sadi.io.BadInputException as {@link TorchFile}'s
   */
  public TorchSummary(Path path) throws IOException {
    this.path = path;
    this.file = TorchFile.read(path);
    this.tensors = file.tensors();
  }

  private boolean importable() {
    return MmposeHourglass.isOne(tensors.keySet());
  }

  private long numbers() {
    return tensors.values().stream()
        .mapToLong(entry -> entry.bytes() / entry.dtype().bytes())
        .sum();
  }

  /**
   * Lines for a person.
   *
   * @param details whether every tensor is listed, and the other toolkit's config
   */
  public String text(boolean details) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s: a PyTorch file (of %s): %d tensors%s, %,d numbers%n",
            path,
            file.format().writer(),
            tensors.size(),
            file.place().isEmpty() ? "" : " under '" + file.place() + "'",
            numbers()));
    line(text, "framework", file.framework().isEmpty() ? "not said" : file.framework());
    line(text, "epoch", file.epoch() == 0 ? "not said" : String.valueOf(file.epoch()));
    if (!file.others().isEmpty()) {
      line(text, "beside", String.join(", ", file.others()));
    }
    line(
        text,
        "looks like",
        Lookalikes.name(tensors.keySet())
            + (importable() ? "; 'sadi import' makes a checkpoint of it" : ""));
    if (details) {
      if (!file.config().isEmpty()) {
        text.append(
            String.format("%nconfig%n%s%n", file.config().strip().indent(2).stripTrailing()));
      }
      text.append(String.format("%n%-64s %-5s %s%n", "tensor", "type", "shape"));
      tensors.forEach(
          (name, entry) ->
              text.append(
                  String.format(
                      "%-64s %-5s %s%n", name, entry.dtype(), Arrays.toString(entry.shape()))));
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String what, String value) {
    text.append(String.format("%-12s %s%n", what, value));
  }

  /** The same for programs. */
  public JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty(Json.SCHEMA_VERSION, 1);
    json.addProperty("file", path.toString());
    json.addProperty("format", file.format().name().toLowerCase(Locale.ROOT));
    json.addProperty("framework", file.framework());
    json.addProperty("epoch", file.epoch());
    json.addProperty("config", file.config());
    json.addProperty("place", file.place());
    json.addProperty("looks_like", Lookalikes.name(tensors.keySet()));
    json.addProperty("importable", importable());
    json.addProperty("numbers", numbers());
    JsonArray all = new JsonArray();
    tensors.forEach(
        (name, entry) -> {
          JsonObject tensor = new JsonObject();
          tensor.addProperty("name", name);
          tensor.addProperty("dtype", entry.dtype().name());
          JsonArray shape = new JsonArray();
          for (long side : entry.shape()) {
            shape.add(side);
          }
          tensor.add("shape", shape);
          all.add(tensor);
        });
    json.add("tensors", all);
    return json;
  }
}
