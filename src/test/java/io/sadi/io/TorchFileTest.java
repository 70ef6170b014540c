package io.sadi.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.io.Safetensors.Dtype;
import io.sadi.io.Safetensors.Entry;
import io.sadi.testing.Fuzz;
import io.sadi.testing.TorchWriter;
import io.sadi.testing.TorchWriter.Call;
import io.sadi.testing.TorchWriter.Global;
import io.sadi.testing.TorchWriter.Persistent;
import io.sadi.testing.TorchWriter.Tensor;
import io.sadi.testing.TorchWriter.Tuple;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * PyTorch's files read as data. What a user loses where these fail: weights that are not those of
 * the file, or a machine that runs whatever a downloaded file says.
 */
class TorchFileTest {
  private static final long[] TWO = {2};

  @TempDir private Path folder;

  private Path write(TorchWriter writer, TorchFile.Format format, Object root) throws IOException {
    Path file = folder.resolve(format + ".pth");
    return format == TorchFile.Format.ZIP ? writer.zip(file, root) : writer.legacy(file, root);
  }

  /** A tensor of each type, and views of every kind. */
  private static Map<String, Object> kinds(TorchWriter writer) {
    Map<String, Object> tensors = new LinkedHashMap<>();
    Tensor six = writer.floats(new long[] {2, 3}, 0, 1, 2, 3, 4, 5);
    tensors.put("whole", six);
    tensors.put("view", new Tensor(six.storage(), 2, new long[] {2, 2}, new long[] {2, 1}));
    tensors.put("transposed", new Tensor(six.storage(), 0, new long[] {3, 2}, new long[] {1, 3}));
    tensors.put("column", new Tensor(six.storage(), 1, TWO, new long[] {3}));
    tensors.put("repeated", new Tensor(six.storage(), 5, new long[] {3}, new long[] {0}));
    tensors.put("scalar", new Tensor(six.storage(), 4, new long[0], new long[0]));
    tensors.put("empty", writer.floats(new long[] {0, 4}));
    tensors.put(
        "parameter",
        new Call(
            new Global("torch._utils", "_rebuild_parameter"),
            List.of(writer.floats(TWO, -1, 1), true, TorchWriter.ORDERED)));
    tensors.put("double", tensor(writer, "DoubleStorage", 8, "000000000000f03f0000000000000040"));
    tensors.put("half", tensor(writer, "HalfStorage", 2, "003c00c0"));
    tensors.put("bfloat16", tensor(writer, "BFloat16Storage", 2, "803f00c0"));
    tensors.put("long", tensor(writer, "LongStorage", 8, "0100000000000000feffffffffffffff"));
    tensors.put("int", tensor(writer, "IntStorage", 4, "01000000feffffff"));
    tensors.put("short", tensor(writer, "ShortStorage", 2, "0100feff"));
    tensors.put("char", tensor(writer, "CharStorage", 1, "01fe"));
    tensors.put("byte", tensor(writer, "ByteStorage", 1, "01fe"));
    tensors.put("bool", tensor(writer, "BoolStorage", 1, "0100"));
    return tensors;
  }

  private static Tensor tensor(TorchWriter writer, String type, int width, String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    return new Tensor(writer.storage(type, width, bytes), 0, TWO, new long[] {1});
  }

  private static Entry entry(TorchFile file, String name) {
    return requireNonNull(file.tensors().get(name), name);
  }

  @ParameterizedTest
  @EnumSource
  void everyKindOfTensorComesOut(TorchFile.Format format) throws IOException {
    TorchWriter writer = new TorchWriter();
    TorchFile file = TorchFile.read(write(writer, format, kinds(writer)));
    assertThat(file.format()).isEqualTo(format);
    assertThat(entry(file, "whole").floats()).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(entry(file, "view").floats()).containsExactly(2, 3, 4, 5);
    assertThat(entry(file, "transposed").floats()).containsExactly(0, 3, 1, 4, 2, 5);
    assertThat(entry(file, "transposed").shape()).containsExactly(3, 2);
    assertThat(entry(file, "column").floats()).containsExactly(1, 4);
    assertThat(entry(file, "repeated").floats()).containsExactly(5, 5, 5);
    assertThat(entry(file, "scalar").floats()).containsExactly(4);
    assertThat(entry(file, "scalar").shape()).isEmpty();
    assertThat(entry(file, "empty").shape()).containsExactly(0, 4);
    assertThat(entry(file, "parameter").floats()).containsExactly(-1, 1);
    for (String name : List.of("double", "half", "bfloat16")) {
      assertThat(Math.abs(entry(file, name).floats()[0])).as(name).isEqualTo(1);
      assertThat(Math.abs(entry(file, name).floats()[1])).as(name).isEqualTo(2);
    }
    Map<String, Dtype> types =
        Map.of(
            "double", Dtype.F64,
            "half", Dtype.F16,
            "bfloat16", Dtype.BF16,
            "long", Dtype.I64,
            "int", Dtype.I32,
            "short", Dtype.I16,
            "char", Dtype.I8,
            "byte", Dtype.U8,
            "bool", Dtype.BOOL);
    types.forEach((name, type) -> assertThat(entry(file, name).dtype()).isEqualTo(type));
    assertThat(entry(file, "long").data().getLong(8)).isEqualTo(-2);
  }

  @ParameterizedTest
  @CsvSource({
    "'',",
    "state_dict,",
    "model,",
    "ema,",
    "ema_state_dict,module.",
    "state_dict,module.",
    "'',_orig_mod.",
    "state_dict,module._orig_mod.",
    "model,_orig_mod.module.",
    "state_dict,model."
  })
  void weightsAreFoundWhereToolkitsKeepThem(String place, String prefix) throws IOException {
    TorchWriter writer = new TorchWriter();
    String wrapper = prefix == null ? "" : prefix;
    Map<String, Object> weights = new LinkedHashMap<>();
    weights.put(wrapper + "a.weight", writer.floats(TWO, 1, 2));
    weights.put(wrapper + "a.bias", writer.floats(TWO, 3, 4));
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("optimizer", Map.of("state", Map.of("lr", 0.1)));
    root.put("epoch", 7);
    root.put(place, weights);
    TorchFile file =
        TorchFile.read(writer.zip(folder.resolve("places.pth"), place.isEmpty() ? weights : root));
    assertThat(file.place()).isEqualTo(place);
    assertThat(file.tensors()).containsOnlyKeys("a.weight", "a.bias");
    if (!place.isEmpty()) {
      assertThat(file.others()).containsExactly("optimizer", "epoch");
      assertThat(file.epoch()).isEqualTo(7);
    }
  }

  @Test
  void weightsAreFoundDeeperAndBesideCounters() throws IOException {
    TorchWriter writer = new TorchWriter();
    Map<String, Object> weights = new LinkedHashMap<>();
    weights.put("steps", writer.floats(new long[0], 3));
    weights.put("module.a.weight", writer.floats(TWO, 1, 2));
    Path path = writer.zip(folder.resolve("deep.pth"), Map.of("ema", Map.of("module", weights)));
    TorchFile file = TorchFile.read(path);
    assertThat(file.place()).isEqualTo("ema.module");
    assertThat(file.tensors()).containsOnlyKeys("steps", "a.weight");

    // Numbers are a network's own layers, and a tensor may be called as a place is.
    weights.clear();
    weights.put("model.0.conv.weight", writer.floats(TWO, 1, 2));
    weights.put("net", writer.floats(TWO, 1, 2));
    assertThat(TorchFile.read(writer.zip(path, weights)).tensors())
        .containsOnlyKeys("model.0.conv.weight", "net");
  }

  /** Whatever a file asks for, only its tensors and plain values come out. */
  @ParameterizedTest
  @EnumSource
  void nothingThatAFileNamesIsRun(TorchFile.Format format) throws IOException {
    Path trace = folder.resolve("trace");
    TorchWriter writer = new TorchWriter();
    Map<String, Object> meta = new LinkedHashMap<>();
    meta.put("a", new Call(new Global("os", "system"), List.of("touch " + trace)));
    meta.put("b", new Call(new Global("builtins", "eval"), List.of("1/0")));
    meta.put("c", new Call(new Global("argparse", "Namespace"), List.of()));
    meta.put("d", new Call(new Global("java.lang", "Runtime"), List.of()));
    meta.put(
        "e",
        new Call(
            new Global("numpy.core.multiarray", "_reconstruct"),
            List.of(new Global("numpy", "ndarray"), new Tuple(List.of(0)), "b")));
    meta.put("epoch", 210);
    meta.put("cfg", "model = dict()");
    meta.put("mmpose_version", "0.20.0");
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("meta", meta);
    root.put("state_dict", Map.of("w", writer.floats(TWO, 1, 2)));
    TorchFile file = TorchFile.read(write(writer, format, root));
    assertThat(entry(file, "w").floats()).containsExactly(1, 2);
    assertThat(file.epoch()).isEqualTo(210);
    assertThat(file.config()).isEqualTo("model = dict()");
    assertThat(file.framework()).isEqualTo("mmpose 0.20.0");
    for (String name : List.of("a", "b", "c", "d", "e")) {
      assertThat(file.value("meta", name)).as(name).isNull();
    }
    assertThat(trace).doesNotExist();
  }

  @Test
  void typesThatAreNotReadAreNamed() throws IOException {
    for (List<Object> kind :
        List.<List<Object>>of(
            List.of("ComplexFloatStorage", 8, "a tensor of complex numbers"),
            List.of("QInt8Storage", 1, "a tensor of quantised numbers"),
            List.of("Float8Storage", 1, "a tensor of Float8Storage"))) {
      TorchWriter writer = new TorchWriter();
      String key = writer.storage((String) kind.get(0), (Integer) kind.get(1), new byte[16]);
      Tensor tensor = new Tensor(key, 0, TWO, new long[] {1});
      TorchFile file =
          TorchFile.read(writer.zip(folder.resolve("kind.pth"), Map.of("odd", tensor)));
      assertThatThrownBy(file::tensors)
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("tensor 'odd': found " + kind.get(2));
    }
    TorchWriter writer = new TorchWriter();
    Call quantised = new Call(new Global("torch._utils", "_rebuild_qtensor"), List.of("x"));
    TorchFile file =
        TorchFile.read(writer.zip(folder.resolve("kind.pth"), Map.of("odd", quantised)));
    assertThatThrownBy(file::tensors).hasMessageContaining("found a quantised tensor");
  }

  @Test
  void codeInsteadOfTensorsIsRefusedWithWhatToDo() throws IOException {
    Path file = folder.resolve("code.pth");
    Call module = new Call(new Global("mmpose.models", "TopDown"), List.of());
    new TorchWriter().zip(file, module);
    assertRefused(file, "a pickled object of class mmpose.models.TopDown", "model.state_dict()");
    new TorchWriter().zip(file, Map.of("model", module, "epoch", 3));
    assertRefused(file, "under 'model' a pickled object of class mmpose.models.TopDown");
    new TorchWriter()
        .legacy(file, new Persistent(List.of("module", new Global("a", "B"), "a.py", "class B:")));
    assertRefused(file, "a whole pickled module", "model.state_dict()");
    TorchWriter script = new TorchWriter();
    script.record("constants.pkl", script.pickle(1)).record("code/a.py", new byte[3]);
    script.zip(file, module);
    assertRefused(file, "a TorchScript archive", "torch.jit.load");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("net/data.pkl"));
      zip.write(script.pickle(1));
      zip.putNextEntry(new ZipEntry("net/code/__torch__/net.py")); // compressed, as torch has it
    }
    assertRefused(file, "a TorchScript archive", "torch.jit.load");
    new TorchWriter().zip(file, Map.of("epoch", 3, "loss", 0.5));
    assertRefused(file, "expected tensors by name, alone or under state_dict");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<!DOCTYPE html><html><head>404 | a web page (HTML), expected a PyTorch file; the server",
        "<?xml version='1.0'?><Error> | a web page or an error in XML",
        "version https://git-lfs.github.com/spec/v1 | a pointer of Git LFS",
        "12345678{'__metadata__' | a safetensors file",
        "'﻿<html>' | a web page (HTML)",
        "once upon a time | a text: once upon a time, expected a PyTorch file; the server",
        "'{\"message\":\"Not Found\"}' | a text: {\"message\":\"Not Found\"}, expected",
      })
  void whatElseAFileIsIsSaid(String content, String message) throws IOException {
    Path file = folder.resolve("other.pth");
    Files.writeString(file, content);
    assertRefused(file, message);
  }

  @Test
  void otherArchivesAndPicklesAreNamed() throws IOException {
    Path file = folder.resolve("other.pth");
    Files.write(file, new byte[0]);
    assertRefused(file, "an empty file");
    Files.write(file, new TorchWriter().pickle(Map.of("a", 1)));
    assertRefused(file, "found a Python pickle, expected a file that torch.save wrote");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("photo.jpg"));
    }
    assertRefused(file, "a ZIP archive without data.pkl");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("archive/data.pkl"));
    }
    assertRefused(file, "record 'archive/data.pkl': found compressed data");
    Files.write(file, new byte[] {(byte) 0x80, 9, 1, 2});
    assertRefused(file, "bytes of no format that is known here");
    new TorchWriter().record("byteorder", "big".getBytes(UTF_8)).zip(file, Map.of());
    assertRefused(file, "a big-endian machine");
    assertRefused(folder.resolve("none.pth"), "no such file");
  }

  private static void assertRefused(Path file, String... parts) {
    assertThatThrownBy(() -> TorchFile.read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContainingAll(parts)
        .message()
        .hasLineCount(1);
  }

  /** What is cut off is refused; a changed byte is found by the archive's checksums. */
  @ParameterizedTest
  @EnumSource
  void damageIsRefusedOrDoesNoHarm(TorchFile.Format format) throws IOException {
    TorchWriter writer = new TorchWriter();
    Path file = write(writer, format, kinds(writer));
    Map<String, Entry> right = TorchFile.read(file).tensors();
    List<Map.Entry<String, byte[]>> expected = new ArrayList<>();
    right.forEach((name, entry) -> expected.add(Map.entry(name, bytes(entry))));
    int whole = (int) Files.size(file);
    Fuzz fuzz =
        new Fuzz(
            file,
            damaged -> {
              Map<String, Entry> read = TorchFile.read(damaged).tensors();
              read.values().forEach(TorchFileTest::bytes);
              if (format == TorchFile.Format.ZIP) {
                assertThat(read).hasSameSizeAs(expected);
                for (Map.Entry<String, byte[]> e : expected) {
                  assertThat(bytes(requireNonNull(read.get(e.getKey())))).isEqualTo(e.getValue());
                }
              }
              return read;
            });
    assertThat(fuzz.prefixes()).isEqualTo(whole);
    assertThat(fuzz.flips(5_000, 1)).isPositive();
  }

  private static byte[] bytes(Entry entry) {
    byte[] bytes = new byte[entry.data().remaining()];
    entry.data().get(bytes);
    return bytes;
  }

  /** Pickles that ask for all the memory, or for ever, are refused or read at once. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "58ffffffff", // a text of 4 GB
        "8dffffffffffffff7f", // one of 2^63
        "8bffffff7f", // an integer of 2 GB
        "42ffffffff", // bytes
        "72ffffffff", // memo of nothing
        "6affffffff", // nothing remembered
        "2e", // the end of nothing
        "74", // a tuple that never began
        "284e74524e", // a call of a tuple
        "ff", // no operation
        "8007", // no protocol
        "636f730a", // half a name
        "5d5d73", // a pair for a list
        "4e284e4e75", // pairs for None
        "2961", // an item for a tuple
        "4c6d61726b0a", // an integer that is none
      })
  void picklesOfHarmAreRefused(String program) throws IOException {
    Path file = harm(new Program().add(program));
    assertRefused(file, "a damaged PyTorch file: ", "download it again");
  }

  /** What is small in the file must not be large in memory, nor go round for ever. */
  @Test
  void loopsAndRepetitionsAreRefused() throws IOException {
    // x = [the function, None, x], and the function is called with x.
    Program loop = new Program().add("5d7100").text("ctorch._tensor\n_rebuild_from_type_v2\n");
    loop.add("7101614e616800616801680052");
    assertRefused(harm(loop, new Program().add("5d")), "a pickled object of class torch._tensor");
    // A storage is called as a list in a list in itself.
    Program names = new Program().add("5d5d71005d71016800616161");
    assertRefused(harm(new Program().add("7d"), names), "storages that are not those");
    // Of 3000 pairs 3000 dictionaries are made.
    Program many = new Program().text("ccollections\nOrderedDict\n").add("7100305d28");
    for (int i = 0; i < 3000; i++) {
      many.add(String.format("4d%02x%02x4e86", i & 0xFF, i >> 8));
    }
    many.add("6571018571023028");
    for (int i = 0; i < 3000; i++) {
      many.add("6800680252");
    }
    assertRefused(harm(many.add("6c"), new Program().add("5d")), "of more than 5000000 steps");
  }

  /** Operations of a pickle. */
  private static final class Program {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Program add(String hex) {
      bytes.writeBytes(HexFormat.of().parseHex(hex));
      return this;
    }

    Program text(String text) {
      bytes.writeBytes(text.getBytes(UTF_8));
      return this;
    }
  }

  /** The format before 1.6 with a program for its value and one for the list of its storages. */
  private Path harm(Program... programs) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(magic());
    bytes.writeBytes(new TorchWriter().pickle(1001));
    bytes.writeBytes(new TorchWriter().pickle(Map.of()));
    for (Program program : programs) {
      bytes.writeBytes(new byte[] {(byte) 0x80, 2});
      bytes.writeBytes(program.bytes.toByteArray());
      bytes.write('.');
    }
    Path file = folder.resolve("harm.pth");
    Files.write(file, bytes.toByteArray());
    return file;
  }

  private byte[] magic() throws IOException {
    byte[] whole = Files.readAllBytes(new TorchWriter().legacy(folder.resolve("m.pth"), Map.of()));
    return Arrays.copyOf(whole, 15);
  }

  /** Nested, shared and self-containing values cost what they have bytes. */
  @Test
  void valuesThatContainThemselvesAreNotWalkedThrough() throws IOException {
    ByteArrayOutputStream deep = new ByteArrayOutputStream();
    deep.writeBytes(new byte[] {(byte) 0x80, 2, '}', '('});
    deep.writeBytes(new byte[] {'X', 1, 0, 0, 0, 'd'});
    for (int i = 0; i < 100_000; i++) {
      deep.write(']');
    }
    for (int i = 0; i < 99_999; i++) {
      deep.write('a');
    }
    deep.writeBytes(new byte[] {'X', 1, 0, 0, 0, 's', ']', 'q', 0, 'h', 0, 'a'}); // s = [s]
    deep.write(')');
    for (int i = 0; i < 100; i++) { // 2^100 leaves, as the key of a dictionary
      deep.writeBytes(new byte[] {'2', (byte) 0x86});
    }
    deep.writeBytes(new byte[] {'N', 'u', '.'});
    ByteBuffer program = ByteBuffer.wrap(deep.toByteArray());
    Object value =
        Pickle.read(
            program,
            "test",
            new Pickle.ObjectMaker() {
              @Override
              public Object persistent(Object id) {
                return id;
              }

              @Override
              public Object call(Pickle.Global function, List<Object> arguments) {
                return function;
              }
            });
    assertThat(value).isInstanceOf(Map.class);
    assertThat(((Map<?, ?>) value).keySet()).hasSize(3);
  }

  @Test
  void tensorsThatAreNotInTheirStorageAreRefused() throws IOException {
    record Wrong(long offset, long[] shape, long[] strides, String message) {}
    for (Wrong wrong :
        List.of(
            new Wrong(1, new long[] {6}, new long[] {1}, "outside of its storage"),
            new Wrong(-1, new long[] {1}, new long[] {1}, "outside of its storage"),
            new Wrong(0, new long[] {2}, new long[] {6}, "outside of its storage"),
            new Wrong(0, new long[] {-1}, new long[] {1}, "outside of its storage"),
            new Wrong(0, new long[] {2}, new long[] {-1}, "outside of its storage"),
            new Wrong(0, new long[] {2, 2}, new long[] {1}, "outside of its storage"),
            new Wrong(0, new long[] {1 << 20, 1 << 8}, new long[] {0, 0}, "repeated elements"),
            new Wrong(0, new long[] {1L << 40, 1L << 40}, new long[] {0, 0}, "less than 2 GiB"),
            new Wrong(0, new long[] {1L << 40}, new long[] {0}, "less than 2 GiB"))) {
      TorchWriter writer = new TorchWriter();
      String key = writer.floats(new long[] {6}, 0, 1, 2, 3, 4, 5).storage();
      Tensor tensor = new Tensor(key, wrong.offset(), wrong.shape(), wrong.strides());
      TorchFile file = TorchFile.read(writer.zip(folder.resolve("w.pth"), Map.of("w", tensor)));
      assertThatThrownBy(file::tensors)
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("tensor 'w': ")
          .hasMessageContaining(wrong.message());
    }
    TorchWriter writer = new TorchWriter();
    String key = writer.floats(new long[] {1}, 0).storage();
    Tensor axes = new Tensor(key, 0, new long[65], new long[65]);
    assertRefused(writer.zip(folder.resolve("w.pth"), Map.of("w", axes)), "a tensor of 65 axes");
  }
}
