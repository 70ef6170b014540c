package io.sadi.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.apache.commons.csv.CSVPrinter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
  @TempDir private Path folder;

  /** Every table the tool writes goes through this printer: cut, sort and awk must cope with it. */
  @Test
  void linesEndWithoutCarriageReturns() throws IOException {
    StringWriter text = new StringWriter();
    try (CSVPrinter csv = Csv.printer(text)) {
      csv.printRecord("image", "score");
      csv.printRecord("a, \"b\".jpg", 0.5);
    }
    assertThat(text).hasToString("image,score\n\"a, \"\"b\"\".jpg\",0.5\n");
  }

  /** The line by which Excel is told the delimiter is no header, and lines are still counted. */
  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void excelsLineOfTheDelimiterIsNoHeader(String end) throws IOException {
    Path file = folder.resolve("people.csv");
    Files.writeString(file, String.join(end, "\uFEFFsep=;", "image;x", "a.jpg;1,5", "b.jpg;t", ""));
    try (Csv csv = Csv.open(file)) {
      assertThat(csv.header()).containsExactly("image", "x");
      assertThat(Objects.requireNonNull(csv.next()).number(csv.column("x"))).isEqualTo(1.5f);
      Csv.Row row = Objects.requireNonNull(csv.next());
      assertThatThrownBy(() -> row.number(csv.column("x"))).hasMessageContaining("people.csv:4:");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "4d41544c41422035, a MATLAB file",
    "894844460d0a1a0a, an HDF5 file",
    "504b030414000600, a ZIP archive",
    "000000186674797068656963, a film",
    "80049500, a Python pickle"
  })
  void whatIsNoTableIsCalledByItsName(String hex, String name) throws IOException {
    Path file = folder.resolve("people.csv");
    Files.write(file, HexFormat.of().parseHex(hex));
    assertThatThrownBy(() -> Csv.open(file).close()).hasMessageContaining("found " + name);
    assertThatThrownBy(() -> Json.read(file)).hasMessageContaining("found " + name);
  }

  /** What Excel saves in German, French or Spanish, and as "Unicode text". */
  @ParameterizedTest
  @CsvSource({";, UTF-8", "'\t', UTF-16", "'\t', UTF-16LE", ";, UTF-16BE"})
  void readsSpreadsheets(String delimiter, String charset) throws IOException {
    Path file = folder.resolve("people.csv");
    String mark = charset.equals("UTF-16") ? "" : "\uFEFF"; // Java writes it for that by itself
    String text =
        String.join(
            "\r\n",
            String.join(delimiter, "image", "x", "\"a,b,c,d\"", "person"),
            String.join(delimiter, "ä.jpg", "74,71", "NA", "0.0"),
            delimiter.repeat(3),
            String.join(delimiter, "b.jpg", "-3,5e1", "", "1,0", "", ""),
            "");
    Files.write(file, (mark + text).getBytes(charset));
    List<String> read = new ArrayList<>();
    try (Csv csv = Csv.open(file)) {
      Csv.Row row;
      while ((row = csv.next()) != null) {
        read.add(
            row.text(csv.column("image"))
                + " "
                + row.number(csv.column("x"))
                + " "
                + row.numberOrNaN(csv.column("a,b,c,d"))
                + " "
                + row.index(csv.column("person")));
      }
    }
    assertThat(read).containsExactly("ä.jpg 74.71 NaN 0", "b.jpg -35.0 NaN 1");
  }

  /** R, pandas and databases have words for a number that is not there. */
  @ParameterizedTest
  @ValueSource(strings = {"", " ", "NA", "NaN", "nan", "N/A", "#N/A", "null", "None", "<NA>"})
  void wordsForNothingAreNothing(String word) throws IOException {
    Path file = folder.resolve("people.csv");
    Files.writeString(file, "image,x\na.jpg," + word + "\n");
    try (Csv csv = Csv.open(file)) {
      Csv.Row row = Objects.requireNonNull(csv.next());
      assertThat(row.numberOrNaN(csv.column("x"))).isNaN();
      assertThatThrownBy(() -> row.number(csv.column("x"))).hasMessageContaining("finite number");
    }
  }

  /** A comma between columns is none in a number: 1,234 would be two or a thousand. */
  @Test
  void commasAreNoDecimalsBetweenCommas() throws IOException {
    Path file = folder.resolve("people.csv");
    Files.writeString(file, "image,x\na.jpg,\"1,234\"\n");
    try (Csv csv = Csv.open(file)) {
      Csv.Row row = Objects.requireNonNull(csv.next());
      assertThatThrownBy(() -> row.number(csv.column("x"))).hasMessageContaining("'1,234'");
    }
  }

  /** Spreadsheets write the line ends of RFC 4180, old ones their own. */
  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void readsAnyLineEnds(String end) throws IOException {
    Path file = folder.resolve("people.csv");
    Files.writeString(file, String.join(end, "image,x", "\"two\nlines.jpg\",1.5", "b.jpg,2", ""));
    List<String> read = new ArrayList<>();
    try (Csv csv = Csv.open(file)) {
      Csv.Row row;
      while ((row = csv.next()) != null) {
        read.add(row.text(csv.column("image")) + "=" + row.number(csv.column("x")));
      }
    }
    assertThat(read).containsExactly("two\nlines.jpg=1.5", "b.jpg=2.0");
  }
}
