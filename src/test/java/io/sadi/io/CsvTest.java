package io.sadi.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVPrinter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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
