package io.sadi.io;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import io.sadi.io.Safetensors.Dtype;
import io.sadi.io.Safetensors.Entry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The JSON in front of a safetensors file's data.
 *
 * @param metadata its {@code __metadata__}
 * @param tensors in the order of the header; each fits its shape, none is listed twice, but whether
 *     they fit together and into the file is for the reader to see
 */
record SafetensorsHeader(Map<String, String> metadata, List<Placed> tensors) {
  private static final String METADATA = "__metadata__";

  /** A tensor and its bytes' place, counted from the end of the header. */
  @SuppressWarnings("ArrayRecordComponent")
  record Placed(String name, Dtype dtype, long[] shape, long begin, long end) {}

  /** The header of {@code tensors} laid one behind the other. */
  static String write(Map<String, String> metadata, Map<String, Entry> tensors) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonWriter json = new JsonWriter(text)) {
      json.beginObject();
      if (!metadata.isEmpty()) {
        json.name(METADATA).beginObject();
        for (Map.Entry<String, String> e : new TreeMap<>(metadata).entrySet()) {
          json.name(e.getKey()).value(e.getValue());
        }
        json.endObject();
      }
      long offset = 0;
      for (Map.Entry<String, Entry> e : tensors.entrySet()) {
        if (e.getKey().equals(METADATA)) {
          throw new IllegalArgumentException("a tensor cannot be called " + METADATA);
        }
        Entry entry = e.getValue();
        json.name(e.getKey()).beginObject();
        json.name("dtype").value(entry.dtype().name());
        json.name("shape").beginArray();
        for (long side : entry.shape()) {
          json.value(side);
        }
        json.endArray();
        json.name("data_offsets").beginArray().value(offset);
        offset += entry.bytes();
        json.value(offset).endArray().endObject();
      }
      json.endObject();
    }
    return text.toString();
  }

  static SafetensorsHeader parse(byte[] header, Object origin) {
    // Streamed, as a tree would let the second of two tensors of one name win.
    try (JsonReader json =
        new JsonReader(
            new InputStreamReader(
                new ByteArrayInputStream(header), StandardCharsets.UTF_8.newDecoder()))) {
      json.setStrictness(Strictness.STRICT);
      SafetensorsHeader parsed = parse(json, origin);
      if (json.peek() != JsonToken.END_DOCUMENT) {
        throw bad(origin, "something behind the header's object", "spaces");
      }
      return parsed;
    } catch (IOException | IllegalStateException e) { // how Gson reports what is no JSON
      throw new BadInputException(
          origin + ": not a safetensors file, or a damaged one: its header is no JSON", e);
    }
  }

  private static SafetensorsHeader parse(JsonReader json, Object origin) throws IOException {
    Map<String, String> metadata = null;
    Map<String, Placed> tensors = new LinkedHashMap<>();
    json.beginObject();
    while (json.hasNext()) {
      String name = json.nextName();
      if (name.equals(METADATA)) {
        metadata = once(metadata, parseMetadata(json, origin), origin, METADATA);
      } else {
        String where = origin + ": tensor '" + name + "'";
        once(tensors.put(name, parseTensor(json, name, where)), name, where, "it");
      }
    }
    json.endObject();
    return new SafetensorsHeader(
        metadata == null ? Map.of() : metadata, new ArrayList<>(tensors.values()));
  }

  private static Map<String, String> parseMetadata(JsonReader json, Object origin)
      throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>();
    json.beginObject();
    while (json.hasNext()) {
      String key = json.nextName();
      String where = origin + ": " + METADATA;
      if (json.peek() != JsonToken.STRING) {
        throw bad(where, "'" + key + "' with " + found(json), "a string");
      }
      once(metadata.put(key, json.nextString()), key, where, "'" + key + "'");
    }
    json.endObject();
    return metadata;
  }

  private static Placed parseTensor(JsonReader json, String name, String where) throws IOException {
    Dtype dtype = null;
    long[] shape = null;
    long[] offsets = null;
    json.beginObject();
    while (json.hasNext()) {
      String key = json.nextName();
      switch (key) {
        case "dtype" -> dtype = once(dtype, parseDtype(json, where), where, key);
        case "shape" -> shape = once(shape, parseSizes(json, where, key), where, key);
        case "data_offsets" -> offsets = once(offsets, parseSizes(json, where, key), where, key);
        default -> throw bad(where, "'" + key + "'", "dtype, shape and data_offsets alone");
      }
    }
    json.endObject();
    if (dtype == null || shape == null || offsets == null) {
      throw bad(where, "a key missing", "dtype, shape and data_offsets");
    }
    if (offsets.length != 2 || offsets[1] < offsets[0]) {
      throw bad(where, "data_offsets " + Arrays.toString(offsets), "[begin, end]");
    }
    long bytes;
    try {
      bytes = Safetensors.bytes(dtype, shape);
    } catch (ArithmeticException e) {
      throw bad(where, "shape " + Arrays.toString(shape), "less than 2^63 bytes");
    }
    if (offsets[1] - offsets[0] != bytes) {
      throw bad(
          where,
          "data_offsets " + Arrays.toString(offsets),
          bytes + " bytes for " + dtype + Arrays.toString(shape));
    }
    return new Placed(name, dtype, shape, offsets[0], offsets[1]);
  }

  private static <T> T once(@Nullable T before, T value, Object where, String key) {
    if (before != null) {
      throw bad(where, key + " twice", "once");
    }
    return value;
  }

  private static Dtype parseDtype(JsonReader json, String where) throws IOException {
    String name = json.peek() == JsonToken.STRING ? json.nextString() : found(json);
    for (Dtype dtype : Dtype.values()) {
      if (dtype.name().equals(name)) {
        return dtype;
      }
    }
    throw bad(where, "dtype " + name, "one of " + Arrays.toString(Dtype.values()));
  }

  private static long[] parseSizes(JsonReader json, String where, String key) throws IOException {
    List<Long> sizes = new ArrayList<>();
    json.beginArray();
    while (json.hasNext()) {
      String text = json.peek() == JsonToken.NUMBER ? json.nextString() : found(json);
      try {
        if (!Character.isDigit(text.charAt(0))) {
          throw new NumberFormatException("signed, or no number");
        }
        sizes.add(Long.parseLong(text));
      } catch (NumberFormatException e) {
        throw bad(where, key + " with " + text, "whole numbers from 0 below 2^63");
      }
    }
    json.endArray();
    return sizes.stream().mapToLong(Long::longValue).toArray();
  }

  private static String found(JsonReader json) throws IOException {
    return json.peek().toString().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
  }

  static BadInputException bad(Object where, String found, String expected) {
    return BadInputException.at(
        where, found, expected, "it is no safetensors file, or a damaged one");
  }
}
