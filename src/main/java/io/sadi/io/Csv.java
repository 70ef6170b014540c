package io.sadi.io;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * A CSV file with a header line (RFC 4180, UTF-8, with or without a byte order mark), row by row.
 * Whatever is wrong is a {@link BadInputException} that names the line and the column.
 */
public final class Csv implements Closeable {
  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180.builder().setIgnoreEmptyLines(true).get();

  /**
   * RFC 4180 but for the ends of lines, which are those of a shell's tools: a carriage return would
   * stick to the last column. Files that have them are read all the same.
   */
  private static final CSVFormat OUTPUT =
      CSVFormat.RFC4180.builder().setRecordSeparator("\n").get();

  private final Path file;
  private final CSVParser parser;
  private final Iterator<CSVRecord> records;
  private final List<String> header = new ArrayList<>();
  private final Map<String, Integer> indices = new HashMap<>();

  /** A column of this file. */
  public record Column(String name, int index) {}

  /** One row and the line it ends on. */
  public final class Row {
    private final CSVRecord values;
    private final long line;

    private Row(CSVRecord values, long line) {
      this.values = values;
      this.line = line;
    }

    public String text(Column column) {
      return values.get(column.index);
    }

    /** A finite number. */
    public float number(Column column) {
      String text = text(column).strip();
      try {
        // The last character, because Java also reads "1f" and "1d".
        float value = Float.parseFloat(text);
        if (Float.isFinite(value) && Character.toLowerCase(text.charAt(text.length() - 1)) < 'a') {
          return value;
        }
      } catch (NumberFormatException e) {
        // said below
      }
      throw bad(column, "a finite number");
    }

    /** A finite number; NaN where the cell is empty or the file has no such column. */
    public float numberOrNaN(@Nullable Column column) {
      return column == null || text(column).isBlank() ? Float.NaN : number(column);
    }

    /** A whole number from 0. */
    public int index(Column column) {
      try {
        int value = Integer.parseInt(text(column).strip());
        if (value >= 0) {
          return value;
        }
      } catch (NumberFormatException e) {
        // said below
      }
      throw bad(column, "a whole number from 0");
    }

    /** Says what is wrong with this row's value in a column. */
    public BadInputException bad(Column column, String expected) {
      String text = text(column);
      return BadInputException.at(
          where() + ": column " + column.name,
          text.isEmpty() ? "nothing" : "'" + text + "'",
          expected,
          "");
    }

    /** The file and the line, for messages. */
    public String where() {
      return file + ":" + line;
    }

    public long line() {
      return line;
    }
  }

  private Csv(Path file, CSVParser parser) {
    this.file = file;
    this.parser = parser;
    this.records = parser.iterator();
  }

  /** Writes rows, quoted where they need it. */
  public static CSVPrinter printer(Appendable out) throws IOException {
    return new CSVPrinter(out, OUTPUT);
  }

  /** Opens a file and reads its header. */
  public static Csv open(Path file) throws IOException {
    BufferedReader reader = InputFile.text(file);
    try {
      Csv csv = new Csv(file, CSVParser.parse(withoutByteOrderMark(reader, file), FORMAT));
      Row header = csv.next();
      if (header == null) {
        throw BadInputException.at(file, "an empty file", "a header line and rows", "");
      }
      for (String name : header.values) {
        csv.indices.putIfAbsent(name.strip(), csv.header.size());
        csv.header.add(name.strip());
      }
      return csv;
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  /** The names of all columns, in order. */
  public List<String> header() {
    return List.copyOf(header);
  }

  /** A column that must be there, once. */
  public Column column(String name) {
    Column column = find(name);
    if (column == null) {
      throw BadInputException.at(
          file + ":1",
          "no column " + name,
          "one",
          "the columns are " + shortened(String.join(", ", header)));
    }
    return column;
  }

  /** A column that may be there, null where it is not. */
  public @Nullable Column find(String name) {
    Integer index = indices.get(name);
    if (index == null) {
      return null;
    }
    if (header.lastIndexOf(name) != index) {
      throw BadInputException.at(file + ":1", "column " + name + " twice", "once", "remove one");
    }
    return new Column(name, index);
  }

  /** The next row, or null at the end of the file. */
  public @Nullable Row next() throws IOException {
    try {
      if (!records.hasNext()) {
        return null;
      }
      Row row = new Row(records.next(), parser.getCurrentLineNumber());
      if (!header.isEmpty() && row.values.size() != header.size()) {
        throw BadInputException.at(
            row.where(),
            row.values.size() + " columns",
            header.size() + " as in the header",
            "quote values that hold commas");
      }
      return row;
    } catch (UncheckedIOException e) {
      IOException cause = e.getCause();
      if (cause instanceof CharacterCodingException) {
        throw notUtf8();
      }
      if (cause instanceof org.apache.commons.csv.CSVException) {
        throw new BadInputException(
            file + ":" + parser.getCurrentLineNumber() + ": not valid CSV: " + cause.getMessage(),
            e);
      }
      throw cause;
    } catch (IllegalStateException e) { // how the parser says that quotes do not match
      throw new BadInputException(
          file + ":" + parser.getCurrentLineNumber() + ": not valid CSV: quotes do not match", e);
    }
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }

  /** Spreadsheets put a byte order mark in front of the first column's name. */
  private static Reader withoutByteOrderMark(BufferedReader reader, Path file) throws IOException {
    reader.mark(1);
    try {
      if (reader.read() != '\uFEFF') {
        reader.reset();
      }
    } catch (CharacterCodingException e) {
      throw notUtf8(file);
    }
    return reader;
  }

  private BadInputException notUtf8() {
    return notUtf8(file);
  }

  private static BadInputException notUtf8(Path file) {
    return BadInputException.at(file, "bytes that are not UTF-8", "a CSV text file", "");
  }

  private static String shortened(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200) + "...";
  }
}
