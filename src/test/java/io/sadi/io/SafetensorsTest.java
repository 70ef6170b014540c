package io.sadi.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.io.Safetensors.Dtype;
import io.sadi.io.Safetensors.Entry;
import io.sadi.testing.Fuzz;
import io.sadi.testing.Shared;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  private final Path folder;

  SafetensorsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void everyTypeComesBackInOrderAndToTheBit() throws IOException {
    Map<String, Entry> tensors = new LinkedHashMap<>();
    Random random = new Random(1);
    for (Dtype dtype : Dtype.values()) {
      byte[] bytes = new byte[6 * dtype.bytes()];
      random.nextBytes(bytes);
      tensors.put("z" + dtype.name(), new Entry(dtype, new long[] {2, 3}, ByteBuffer.wrap(bytes)));
    }
    tensors.put("a scalar \"ü\"", Entry.ofFloats(new long[] {}, new float[] {-1.5f}));
    tensors.put("empty", Entry.ofFloats(new long[] {0, 4}, new float[0]));
    Path file = folder.resolve("t.safetensors");
    new Safetensors(Map.of("b", "1\n{}", "a", "é"), tensors).write(file);

    Safetensors read = Safetensors.read(file);

    assertThat(read.metadata()).containsExactly(Map.entry("a", "é"), Map.entry("b", "1\n{}"));
    assertThat(read.tensors().keySet()).containsExactlyElementsOf(tensors.keySet());
    tensors.forEach(
        (name, entry) -> {
          Entry back = tensor(read, name);
          assertThat(back.dtype()).isEqualTo(entry.dtype());
          assertThat(back.shape()).isEqualTo(entry.shape());
          assertThat(back.data()).isEqualTo(entry.data());
        });
  }

  @Test
  void sameTensorsGiveSameBytesAndDataOnAMultipleOfEight() throws IOException {
    byte[] first = Files.readAllBytes(small());
    Path copy = folder.resolve("copy.safetensors");
    Safetensors.read(folder.resolve("small.safetensors")).write(copy);

    assertThat(Files.readAllBytes(copy)).isEqualTo(first);
    long header = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong();
    assertThat(header % 8).isZero();
    assertThat(new String(first, 8, (int) header, UTF_8).strip())
        .isEqualTo(
            "{\"__metadata__\":{\"epoch\":\"3\"},"
                + "\"w\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]},"
                + "\"m\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[16,19]}}");
  }

  @ParameterizedTest
  @CsvSource({
    "F16, 3c00, 1.0",
    "F16, c000, -2.0",
    "F16, 7bff, 65504",
    "F16, 0400, 6.103515625e-05",
    "F16, 0001, 5.9604644775390625e-08",
    "F16, 8000, -0.0",
    "F16, 7c00, Infinity",
    "F16, 7e00, NaN",
    "BF16, 3f80, 1.0",
    "BF16, c2f7, -123.5",
    "BF16, ff80, -Infinity"
  })
  void halfPrecisionBecomesFloat(Dtype dtype, String bits, float value) {
    ByteBuffer data = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
    data.putShort(0, (short) Integer.parseInt(bits, 16));
    assertThat(new Entry(dtype, new long[] {1}, data).floats()).containsExactly(value);
  }

  /** Every half there is survives, and what lies between two goes to the nearer or the even one. */
  @Test
  void floatBecomesHalf() {
    float[] halves = new float[2 * 0x7c00];
    ByteBuffer data = ByteBuffer.allocate(2 * halves.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int sign = 0; sign < 2; sign++) {
      for (int bits = 0; bits < 0x7c00; bits++) {
        data.putShort((short) (sign << 15 | bits));
      }
    }
    Entry all = new Entry(Dtype.F16, new long[] {halves.length}, data.flip());
    Entry again = Entry.ofFloats(all.shape(), all.floats()).toHalf();
    assertThat(again.data()).isEqualTo(all.data());

    float[] between = {
      1 + 0x1p-11f, 1 + 3 * 0x1p-11f, 1 + 0x1.2p-11f, 0x1p-25f, 0x1.2p-25f, -2047.75f
    };
    float[] rounded = {1, 1 + 4 * 0x1p-11f, 1 + 2 * 0x1p-11f, 0, 0x1p-24f, -2048};
    assertThat(Entry.ofFloats(new long[] {6}, between).toHalf().floats()).containsExactly(rounded);
    for (float none : new float[] {65505, Float.NaN, Float.NEGATIVE_INFINITY}) {
      Entry entry = Entry.ofFloats(new long[] {1}, new float[] {none});
      assertThatThrownBy(entry::toHalf).hasMessageContaining("is no float16");
    }
  }

  @Test
  void bytesInMemoryAreReadAsAFileIs() throws IOException {
    byte[] bytes = Files.readAllBytes(small());
    Safetensors there = Safetensors.read(folder.resolve("small.safetensors"));
    Safetensors here = Safetensors.of(bytes, "here");
    assertThat(here.metadata()).isEqualTo(there.metadata());
    there
        .tensors()
        .forEach(
            (name, entry) -> assertThat(here.tensors().get(name).data()).isEqualTo(entry.data()));
    assertThatThrownBy(() -> Safetensors.of(Arrays.copyOf(bytes, 30), "here"))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("here: found a header of");
  }

  /** A training may write the next state while the last one is read. */
  @Test
  void tensorsAreThoseOfTheFileThatWasOpened() throws IOException {
    Path file = folder.resolve("w.safetensors");
    Entry ones = Entry.ofFloats(new long[] {2}, new float[] {1, 1});
    new Safetensors(Map.of(), Map.of("w", ones)).write(file);
    Safetensors opened = Safetensors.read(file);
    Entry twos = Entry.ofFloats(new long[] {2}, new float[] {2, 2});
    new Safetensors(Map.of(), Map.of("w", twos)).write(file);
    assertThat(tensor(opened, "w").floats()).containsExactly(1, 1);
    Safetensors again = Safetensors.read(file);
    assertThat(tensor(again, "w").floats()).containsExactly(2, 2);
    long size = Files.size(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(size - 1);
    }
    assertThatThrownBy(() -> tensor(again, "w").floats())
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(
            "w.safetensors: found its end at byte " + (size - 1) + ", expected " + size);
  }

  @Test
  void everyPrefixIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(small());
    Path cut = folder.resolve("cut.safetensors");
    for (int length = 0; length < whole.length; length++) {
      Files.write(cut, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Safetensors.read(cut))
          .isInstanceOf(BadInputException.class)
          .hasMessageStartingWith(cut.toString());
    }
    Files.write(cut, Arrays.copyOf(whole, whole.length + 1));
    assertThatThrownBy(() -> Safetensors.read(cut))
        .hasMessageContaining("1 bytes behind the last tensor");
  }

  /** Also in bounded time and memory, whatever the header says. */
  @Test
  void survivesDamage() throws IOException {
    Fuzz fuzz =
        new Fuzz(
            small(),
            file -> {
              Safetensors read = Safetensors.read(file);
              for (Entry entry : read.tensors().values()) {
                entry.data().get(new byte[entry.data().remaining()]);
              }
              return read;
            });
    assertThat(fuzz.flips(10_000, 1)).isPositive();
    for (long length : new long[] {-1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40, 99_999_999}) {
      byte[] giant = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
      assertThat(fuzz.refuses(giant, "a header of " + length)).isTrue();
    }
  }

  @Test
  void aFlippedByteIsRefusedOrReadsAsSomethingWhole() throws IOException {
    byte[] whole = Files.readAllBytes(small());
    Path file = folder.resolve("flipped.safetensors");
    int refused = 0;
    int read = 0;
    for (int at = 0; at < whole.length; at++) {
      for (int mask : new int[] {1, 2, 4, 8, 16, 32, 64, 128, 255, 0x20 ^ (whole[at] & 0xff)}) {
        byte[] flipped = whole.clone();
        flipped[at] ^= (byte) mask;
        Files.write(file, flipped);
        try {
          for (Entry entry : Safetensors.read(file).tensors().values()) {
            entry.data().get(new byte[entry.data().remaining()]);
          }
          read++;
        } catch (BadInputException e) {
          assertThat(e.getMessage()).startsWith(file.toString()).hasLineCount(1);
          refused++;
        }
      }
    }
    assertThat(refused).isGreaterThan(1000);
    assertThat(read).isGreaterThan(100); // at least the bytes of the tensors themselves
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | tensor 'a': found it twice",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}} | expected 12 bytes for F32[3]",
        "{'a':{'dtype':'Q4','shape':[1],'data_offsets':[0,4]}} | dtype Q4, expected one of [F64",
        "{'a':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}} | shape with -1",
        "{'a':{'dtype':'F32','shape':[1.5],'data_offsets':[0,4]}} | shape with 1.5",
        "{'a':{'dtype':'F32','shape':['1'],'data_offsets':[0,4]}} | shape with string",
        "{'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,8]}} | less than 2^63 bytes",
        "{'a':{'dtype':'F32','shape':[9223372036854775808],'data_offsets':[0,8]}} | below 2^63",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}} | expected [begin, end]",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8,16]}} | expected [begin, end]",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | found its begin at 4, expected 0",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'b':{'dtype':'U8','shape':[5],'data_offsets':[3,8]}} | tensor 'b': found its begin at 3",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}} | found its end at 12, expected at most 8",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | 4 bytes behind the last tensor",
        "{'a':{'dtype':'F32','data_offsets':[0,8]}} | found a key missing",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8],'x':1}} | found 'x'",
        "{'__metadata__':{'k':1},'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | 'k' with number, expected a string",
        "{'a':7} | no JSON",
        "[1] | does not start with '{'",
        "{} {} | not a safetensors file",
      })
  void aWrongHeaderSaysWhat(String header, String message) throws IOException {
    Path file = folder.resolve("wrong.safetensors");
    byte[] json = header.replace('\'', '"').getBytes(UTF_8);
    Files.write(
        file,
        ByteBuffer.allocate(8 + json.length + 8)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json)
            .array());
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void aHugeHeaderLengthAsksForNoMemory() throws IOException {
    Path file = folder.resolve("huge.safetensors");
    for (long length : new long[] {Long.MAX_VALUE, -1, 1L << 31, Safetensors.MAX_HEADER + 1L}) {
      Files.write(
          file, ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
      assertThatThrownBy(() -> Safetensors.read(file))
          .hasMessageContaining("a header of " + Long.toUnsignedString(length) + " bytes");
    }
  }

  @Test
  void aMissingFileOrAFolderIsOneLine() {
    assertThatThrownBy(() -> Safetensors.read(folder.resolve("none")))
        .isInstanceOf(BadInputException.class)
        .hasMessageEndingWith("none: no such file");
    assertThatThrownBy(() -> Safetensors.read(folder))
        .isInstanceOf(BadInputException.class)
        .hasMessageEndingWith(": found a folder, expected a file");
  }

  /** A flipped bit in a number of the header is a number like any other. */
  @Test
  void noByteOfMetadataWithASumCanChangeUnseen() throws IOException {
    String training = "{\"epoch\":3,\"batch\":40,\"best_weighted\":\"71.25\"}";
    Map<String, String> metadata = Map.of("training", training, "fusion_weight", "0.25");
    Safetensors whole = new Safetensors(metadata, Safetensors.read(small()).tensors()).withSums();
    Path file = folder.resolve("summed.safetensors");
    whole.write(file);
    Safetensors.read(file).checkSums(file);
    byte[] bytes = Files.readAllBytes(file);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int from = text.indexOf("\"training\"") + "\"training\":".length() + 1;
    int to = text.indexOf("}\"", from) + 1;
    assertThat(to - from).isGreaterThanOrEqualTo(training.length());
    for (int at = from; at < to; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = bytes.clone();
        damaged[at] ^= (byte) (1 << bit);
        assertThatThrownBy(() -> Safetensors.of(damaged, "damaged").checkSums("damaged"))
            .as("byte %d, bit %d", at - from, bit)
            .isInstanceOf(BadInputException.class)
            .hasMessageStartingWith("damaged: ");
      }
    }
    bytes[bytes.length - 1] ^= 1;
    assertThatThrownBy(() -> Safetensors.of(bytes, "damaged").checkSums("damaged"))
        .isInstanceOf(BadInputException.class)
        .hasMessage("damaged: damaged: its tensors are not what was written (crc32c)");
  }

  /** Other metadata has another sum; files that have none get none. */
  @Test
  void aSumGoesWithItsMetadata() throws IOException {
    Safetensors plain = Safetensors.read(small());
    assertThat(plain.withMetadataSum()).isEqualTo(plain);
    plain.checkSums("plain");
    Map<String, String> changed = new LinkedHashMap<>(plain.withSums().metadata());
    changed.put("epoch", "4");
    Safetensors stale = new Safetensors(changed, plain.tensors());
    assertThatThrownBy(() -> stale.checkSums("stale"))
        .isInstanceOf(BadInputException.class)
        .hasMessage("stale: damaged: its metadata is not what was written (crc32c_metadata)");
    stale.withMetadataSum().checkSums("stale");
  }

  @Test
  void aFailedWriteLeavesTheOldFile() throws IOException {
    Path file = small();
    byte[] before = Files.readAllBytes(file);
    Map<String, Entry> reserved =
        Map.of("__metadata__", Entry.ofFloats(new long[] {1}, new float[1]));
    assertThatThrownBy(() -> new Safetensors(Map.of(), reserved).write(file))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aShapeThatDoesNotFitItsValuesIsRefused() {
    assertThatThrownBy(() -> Entry.ofFloats(new long[] {2, 2}, new float[3]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void readsFilesThatOthersWrote() throws IOException {
    Path oracles = Shared.require("oracles/model");
    for (String model : List.of("full", "baseline")) {
      Safetensors weights = Safetensors.read(oracles.resolve(model + "/weights.safetensors"));
      assertThat(
              Json.parse(requireNonNull(weights.metadata().get("architecture")), model)
                  .getAsJsonObject()
                  .keySet())
          .contains("joints", "channels");
      Entry stem = tensor(weights, "stem.conv.conv.weight");
      assertThat(stem.shape()).containsExactly(8, 3, 7, 7);
      assertThat(stem.floats()).hasSize(8 * 3 * 7 * 7).doesNotContain(Float.NaN);
      assertThat(weights.tensors().keySet().iterator().next()).isEqualTo("stem.conv.conv.weight");
      assertThat(Safetensors.read(oracles.resolve(model + "/input.safetensors")).tensors())
          .containsOnlyKeys("image");
    }
  }

  private static Entry tensor(Safetensors file, String name) {
    return requireNonNull(file.tensors().get(name), name);
  }

  /** A file with a float tensor, one of three bytes, and metadata. */
  private Path small() throws IOException {
    Map<String, Entry> tensors = new LinkedHashMap<>();
    tensors.put("w", Entry.ofFloats(new long[] {2, 2}, new float[] {1, -2, 3.5f, 0}));
    tensors.put("m", new Entry(Dtype.U8, new long[] {3}, ByteBuffer.wrap(new byte[] {1, 0, 1})));
    Path file = folder.resolve("small.safetensors");
    new Safetensors(Map.of("epoch", "3"), tensors).write(file);
    return file;
  }
}
