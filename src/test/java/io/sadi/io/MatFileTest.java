package io.sadi.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sadi.testing.Fuzz;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.MatlabType;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sinks;
import us.hebi.matlab.mat.types.Struct;

/** Against the library that writes what SADI writes: an implementation that is not ours. */
class MatFileTest {
  private final Path file;

  MatFileTest(@TempDir Path folder) {
    file = folder.resolve("a b.mat");
  }

  @ParameterizedTest
  @EnumSource(
      value = MatlabType.class,
      names = {
        "Double", "Single", "Int8", "UInt8", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64"
      })
  void readsNumbersOfEveryClass(MatlabType type) throws IOException {
    Matrix matrix = Mat5.newMatrix(new int[] {2, 3, 2}, type);
    for (int i = 0; i < 12; i++) {
      matrix.setDouble(i, 10 * i + 1);
    }
    write("m", matrix, true);
    MatArray read = MatFile.read(file, "m");
    assertThat(read.dimensions()).containsExactly(2, 3, 2);
    for (int i = 0; i < 12; i++) {
      assertThat(read.number(i)).isEqualTo(10 * i + 1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void readsStructsCellsAndText(boolean compressed) throws IOException {
    write("s", sample(), compressed);
    MatArray s = MatFile.read(file, "s");
    assertThat(s.fields()).containsExactly("name", "cells", "none");
    assertThat(s.field(0, "name").text()).isEqualTo("Größe");
    assertThat(s.field(0, "cells").cell(1).number(0)).isEqualTo(-7.5);
    assertThat(s.field(0, "cells").cell(0).isEmpty()).isTrue();
    assertThat(s.field(1, "name").text()).isEqualTo("x");
    assertThat(s.field(0, "none").size()).isZero();
    assertThat(s.find(0, "other")).isNull();
    assertThatThrownBy(() -> s.field(1, "other"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("a b.mat: s: found fields [name, cells, none], expected other");
    assertThatThrownBy(() -> s.field(1, "name").number(0))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("a b.mat: s(2).name: found text, expected numbers");
  }

  @Test
  void namesTheVariablesThatAreThere() throws IOException {
    write("s", sample(), true);
    assertThatThrownBy(() -> MatFile.read(file, "RELEASE"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("found variables [s], expected RELEASE");
  }

  @Test
  void readsBigEndianFiles() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(128 + 8 + 56).order(ByteOrder.BIG_ENDIAN);
    bytes.put("MATLAB 5.0 MAT-file".getBytes(StandardCharsets.US_ASCII));
    bytes.position(124).putShort((short) 0x100).putShort((short) 0x4D49);
    bytes.putInt(14).putInt(56);
    bytes.putInt(6).putInt(8).putInt(6).putInt(0); // double
    bytes.putInt(5).putInt(8).putInt(1).putInt(2);
    bytes.putInt(1 << 16 | 1).put((byte) 'v').put(new byte[3]); // a small element: the name
    bytes.putInt(4).putInt(4).putShort((short) 3).putShort((short) 60_000).putInt(0);
    Files.write(file, bytes.array());
    MatArray v = MatFile.read(file, "v");
    assertThat(v.number(0)).isEqualTo(3);
    assertThat(v.number(1)).isEqualTo(60_000);
  }

  @Test
  void saysHowToConvertVersion73() throws IOException {
    Files.writeString(file, "MATLAB 7.3 MAT-file, Platform: GLNXA64");
    assertThatThrownBy(() -> MatFile.read(file, "x"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("-v7");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void survivesDamage(boolean compressed) throws IOException {
    write("s", sample(), compressed);
    int bytes = (int) Files.size(file);
    Fuzz fuzz = new Fuzz(file, MatFileTest::readAll);
    assertThat(fuzz.prefixes()).isEqualTo(bytes);
    assertThat(fuzz.flips(10_000, 1)).isPositive();
  }

  /** 400 KB that unpack to 400 MB. */
  @Test
  void refusesBombs() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(packed, new Deflater(9))) {
      int size = 400 << 20;
      out.write(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(14).putInt(size).array());
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 400; i++) {
        out.write(zeros);
      }
    }
    writeElement(15, packed.toByteArray());
    assertThatThrownBy(() -> MatFile.read(file, "x"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("bytes unpacked, expected at most");
  }

  /** A size that the data cannot have is not allocated. */
  @ParameterizedTest
  @ValueSource(ints = {300 << 20, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
  void refusesSizesThatCannotBe(int size) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(packed)) {
      out.write(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putInt(14).putInt(size).array());
    }
    writeElement(15, packed.toByteArray());
    assertThatThrownBy(() -> MatFile.read(file, "x")).isInstanceOf(BadInputException.class);
    ByteBuffer array = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
    array.putInt(6).putInt(8).putInt(1).putInt(0); // cells
    array.putInt(5).putInt(8).putInt(size).putInt(size);
    array.putInt(1).putInt(0);
    writeElement(14, array.array());
    assertThatThrownBy(() -> MatFile.read(file, ""))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("its size is");
  }

  private void writeElement(int type, byte[] data) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(136 + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put("MATLAB 5.0 MAT-file".getBytes(StandardCharsets.US_ASCII));
    bytes.position(124).putShort((short) 0x100).putShort((short) 0x4D49);
    Files.write(file, bytes.putInt(type).putInt(data.length).put(data).array());
  }

  private static Struct sample() {
    Struct s = Mat5.newStruct(1, 2);
    Cell cells = Mat5.newCell(1, 2);
    cells.set(1, Mat5.newScalar(-7.5));
    s.set("name", 0, Mat5.newString("Größe"));
    s.set("name", 1, Mat5.newString("x"));
    s.set("cells", 0, cells);
    s.set("none", 0, Mat5.newMatrix(0, 0));
    return s;
  }

  /** Looks at everything in an array, as deep as it goes. */
  private static int readAll(Path file) throws IOException {
    return visit(MatFile.read(file, "s"));
  }

  private static int visit(MatArray array) {
    int seen = array.size();
    for (int i = 0; i < array.size(); i++) {
      switch (array.kind()) {
        case NUMBERS -> array.number(i);
        case TEXT -> array.text();
        case CELLS -> seen += visit(array.cell(i));
        case STRUCTS -> {
          for (String field : array.fields()) {
            seen += visit(array.field(i, field));
          }
        }
      }
    }
    return seen;
  }

  private void write(String name, us.hebi.matlab.mat.types.Array array, boolean compressed)
      throws IOException {
    Files.deleteIfExists(file);
    try (var content = Mat5.newMatFile();
        var sink = Sinks.newStreamingFile(file.toFile())) {
      content.addArray(name, array);
      Mat5.newWriter(sink)
          .setDeflateLevel(compressed ? Deflater.DEFAULT_COMPRESSION : Deflater.NO_COMPRESSION)
          .writeMat(content);
    }
  }
}
