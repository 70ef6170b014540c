package io.sadi.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sadi.io.Safetensors.Dtype;
import io.sadi.io.Safetensors.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TimeZone;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights on their way to PyTorch: a user loses here what SADI has trained. */
class TorchStateDictTest {
  private static final String SCRIPT =
      """
      import sys, torch
      for name, t in torch.load(sys.argv[1]).items():
          print(name, str(t.dtype), list(t.shape), '%.6f' % t.double().sum().item())
      """;

  @TempDir private Path folder;

  private static Map<String, Entry> tensors() {
    Map<String, Entry> tensors = new LinkedHashMap<>();
    Random random = new Random(3);
    float[] values = new float[24];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    tensors.put("a.weight", Entry.ofFloats(new long[] {2, 3, 2, 2}, values));
    tensors.put("half", Entry.ofFloats(new long[] {3}, new float[] {1, -2, 0.5f}).toHalf());
    tensors.put("scalar", Entry.ofFloats(new long[0], new float[] {7}));
    tensors.put("empty", Entry.ofFloats(new long[] {0, 4}, new float[0]));
    for (Dtype dtype : List.of(Dtype.I64, Dtype.I32, Dtype.I16, Dtype.I8, Dtype.U8, Dtype.BOOL)) {
      byte[] bytes = new byte[2 * dtype.bytes()];
      bytes[0] = 1;
      tensors.put(
          dtype.name().toLowerCase(Locale.ROOT),
          new Entry(dtype, new long[] {2}, ByteBuffer.wrap(bytes)));
    }
    return tensors;
  }

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    Path file = folder.resolve("a.pth");
    TorchStateDict.write(file, tensors());
    Map<String, Entry> read = TorchFile.read(file).tensors();
    assertThat(read.keySet()).containsExactlyElementsOf(tensors().keySet());
    tensors()
        .forEach(
            (name, want) -> {
              Entry have = requireNonNull(read.get(name));
              assertThat(have.dtype()).as(name).isEqualTo(want.dtype());
              assertThat(have.shape()).as(name).isEqualTo(want.shape());
              assertThat(have.data()).as(name).isEqualTo(want.data());
            });
    byte[] first = Files.readAllBytes(file);
    TorchStateDict.write(file, tensors());
    assertThat(Files.readAllBytes(file)).isEqualTo(first);
  }

  /** The same export has the same checksum wherever it is made. */
  @Test
  void theBytesDoNotDependOnTheTimeZone() throws IOException {
    TimeZone zone = TimeZone.getDefault();
    List<byte[]> written = new ArrayList<>();
    try {
      for (String name : List.of("UTC", "Asia/Tokyo", "America/New_York")) {
        TimeZone.setDefault(TimeZone.getTimeZone(name));
        Path file = folder.resolve("zone.pth");
        TorchStateDict.write(file, tensors());
        written.add(Files.readAllBytes(file));
      }
    } finally {
      TimeZone.setDefault(zone);
    }
    assertThat(written.get(1)).isEqualTo(written.get(0));
    assertThat(written.get(2)).isEqualTo(written.get(0));
  }

  /** Else a program that maps the file reads misaligned numbers. */
  @Test
  void everyRecordBeginsAtAMultipleOf64Bytes() throws IOException {
    Path file = folder.resolve("a.pth");
    TorchStateDict.write(file, tensors());
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int records = 0;
    int at = 0;
    while (bytes.getInt(at) == 0x04034b50) { // a local header
      int content = at + 30 + bytes.getShort(at + 26) + bytes.getShort(at + 28);
      assertThat(content % 64).isZero();
      at = content + bytes.getInt(at + 18);
      records++;
    }
    assertThat(records).isEqualTo(tensors().size() + 3);
  }

  @Test
  void torchLoadTakesIt() throws IOException, InterruptedException {
    String python = python();
    Path file = folder.resolve("a.pth");
    TorchStateDict.write(file, tensors());
    String said = run(python, "-c", SCRIPT, file.toString());
    StringBuilder expected = new StringBuilder();
    double sum = 0;
    for (float value : requireNonNull(tensors().get("a.weight")).floats()) {
      sum += value;
    }
    expected.append(String.format(Locale.ROOT, "a.weight torch.float32 [2, 3, 2, 2] %.6f%n", sum));
    expected.append("half torch.float16 [3] -0.500000\n");
    expected.append("scalar torch.float32 [] 7.000000\nempty torch.float32 [0, 4] 0.000000\n");
    for (String type : List.of("int64", "int32", "int16", "int8", "uint8", "bool")) {
      String name = type.equals("uint8") ? "u8" : type.replace("int", "i");
      expected.append(name + " torch." + type + " [2] 1.000000\n");
    }
    assertThat(said).isEqualTo(expected.toString());
  }

  /** One that has PyTorch. */
  private String python() throws IOException, InterruptedException {
    for (String python : List.of("/usr/bin/python3", "python3")) {
      try {
        if (run(python, "-c", "import torch; print(1)").equals("1\n")) {
          return python;
        }
      } catch (IOException e) {
        // no such program
      }
    }
    String why = "skipped: no python3 with torch here (Debian: python3-torch)";
    System.out.println(why);
    Assumptions.abort(why);
    throw new IllegalStateException(why);
  }

  private String run(String... command) throws IOException, InterruptedException {
    Path out = folder.resolve("out.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.waitFor();
    return Files.readString(out, UTF_8);
  }
}
