package io.sadi.reference;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The float32 tensors of a safetensors file: eight bytes of header length, a JSON header that says
 * where each tensor lies, the numbers.
 */
public final class TensorFile {
  private final Map<String, double[]> values = new LinkedHashMap<>();
  private final Map<String, int[]> shapes = new LinkedHashMap<>();

  public TensorFile(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int headerLength = (int) bytes.getLong(0);
    String header = new String(bytes.array(), 8, headerLength, StandardCharsets.UTF_8);
    JsonObject tensors = JsonParser.parseString(header).getAsJsonObject();
    for (String name : tensors.keySet()) {
      if (name.equals("__metadata__")) {
        continue;
      }
      JsonObject tensor = tensors.getAsJsonObject(name);
      if (!tensor.get("dtype").getAsString().equals("F32")) {
        throw new IOException(file + ": tensor " + name + " is " + tensor.get("dtype"));
      }
      JsonArray sides = tensor.getAsJsonArray("shape");
      int[] shape = new int[sides.size()];
      int count = 1;
      for (int i = 0; i < shape.length; i++) {
        shape[i] = sides.get(i).getAsInt();
        count *= shape[i];
      }
      int begin = 8 + headerLength + tensor.getAsJsonArray("data_offsets").get(0).getAsInt();
      double[] numbers = new double[count];
      for (int i = 0; i < count; i++) {
        numbers[i] = bytes.getFloat(begin + 4 * i);
      }
      values.put(name, numbers);
      shapes.put(name, shape);
    }
  }

  public Set<String> names() {
    return values.keySet();
  }

  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** A tensor's numbers, row-major: not a copy, so who changes one changes the network. */
  public double[] get(String name) {
    double[] numbers = values.get(name);
    if (numbers == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return numbers;
  }

  public int[] shape(String name) {
    get(name);
    return shapes.get(name).clone();
  }

  /** A tensor with three axes as nested arrays. */
  public double[][][] get3(String name) {
    double[] flat = get(name);
    int[] shape = shape(name);
    double[][][] nested = new double[shape[0]][shape[1]][];
    for (int i = 0; i < shape[0]; i++) {
      for (int j = 0; j < shape[1]; j++) {
        int begin = (i * shape[1] + j) * shape[2];
        nested[i][j] = Arrays.copyOfRange(flat, begin, begin + shape[2]);
      }
    }
    return nested;
  }

  /** A tensor with four axes as nested arrays. */
  public double[][][][] get4(String name) {
    double[] flat = get(name);
    int[] shape = shape(name);
    double[][][][] nested = new double[shape[0]][shape[1]][shape[2]][];
    for (int i = 0; i < shape[0]; i++) {
      for (int j = 0; j < shape[1]; j++) {
        for (int k = 0; k < shape[2]; k++) {
          int begin = ((i * shape[1] + j) * shape[2] + k) * shape[3];
          nested[i][j][k] = Arrays.copyOfRange(flat, begin, begin + shape[3]);
        }
      }
    }
    return nested;
  }
}
