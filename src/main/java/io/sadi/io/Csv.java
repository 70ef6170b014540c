package io.sadi.io;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * A CSV file with a header line, row by row: RFC 4180 in UTF-8, and what spreadsheets make of it.
 * That is semicolons or tabs between the columns, and then decimal commas; UTF-16 with its byte
 * order mark; a word such as NA for a number that is not there; rows of nothing but delimiters.
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

  /** How programs write a number that is not there: R, pandas, NumPy, spreadsheets, databases. */
  private static final Set<String> MISSING =
      Set.of("na", "n/a", "#n/a", "#na", "#nv", "nan", "null", "none", "<na>");

  private static final String DELIMITERS = ",;\t";
  private static final String SEPARATOR = "sep=";

  /** Longer than the header of 200 joints with five columns each. */
  private static final int MAX_HEADER = 1 << 17;

  private final Path file;
  private final boolean decimalCommas;
  private final long before;
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
      double value = parse(column);
      if (Double.isFinite((float) value)) {
        return (float) value;
      }
      throw bad(column, "a finite number");
    }

    /**
     * A finite number; NaN where the cell is empty or says that there is none (NA, NaN, null), or
     * the file has no such column.
     */
    public float numberOrNaN(@Nullable Column column) {
      return column == null || isMissing(column) ? Float.NaN : number(column);
    }

    /** Whether a cell is empty or says that there is nothing: NA, NaN, null. */
    public boolean isMissing(Column column) {
      String text = text(column).strip();
      return text.isEmpty() || MISSING.contains(text.toLowerCase(Locale.ROOT));
    }

    /** A whole number from 0; also 3.0, which pandas makes of 3 in a column that has gaps. */
    public int index(Column column) {
      double value = parse(column);
      if (value >= 0 && value <= Integer.MAX_VALUE && value == Math.rint(value)) {
        return (int) value;
      }
      throw bad(column, "a whole number from 0");
    }

    /** NaN where the text is no number. */
    private double parse(Column column) {
      String text = text(column).strip();
      if (decimalCommas && text.indexOf('.') < 0) {
        text = text.replaceFirst("(?<=\\d),(?=\\d)", ".");
      }
      // The last character, because Java also reads "1f" and "1d".
      if (text.isEmpty() || Character.toLowerCase(text.charAt(text.length() - 1)) >= 'a') {
        return Double.NaN;
      }
      try {
        return Double.parseDouble(text);
      } catch (NumberFormatException e) {
        return Double.NaN;
      }
    }

    private boolean isBlank() {
      return values.stream().allMatch(String::isBlank);
    }

    /**
     * Refuses a row with other columns than the header has.
     *
     * @throws BadInputException naming the line
     */
    public void checkWidth() {
      int columns = values.size();
      if (columns < header.size() || !isBlankFrom(header.size())) {
        throw BadInputException.at(
            where(),
            columns + " columns",
            header.size() + " as in the header",
            "quote values that hold a delimiter");
      }
    }

    private boolean isBlankFrom(int index) {
      return values.stream().skip(index).allMatch(String::isBlank);
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

    long line() {
      return line;
    }
  }

  private Csv(Path file, Preamble start, CSVParser parser) {
    this.file = file;
    this.decimalCommas = start.delimiter != ',';
    this.before = start.lines;
    this.parser = parser;
    this.records = parser.iterator();
  }

  /** Writes rows, quoted where they need it. */
  public static CSVPrinter printer(Appendable out) throws IOException {
    return new CSVPrinter(out, OUTPUT);
  }

  /** Opens a file and reads its header. */
  public static Csv open(Path file) throws IOException {
    InputFile.require(file);
    if (FileKind.of(file) != null) {
      throw notText(file);
    }
    BufferedReader reader = text(file);
    try {
      Preamble start = start(reader, file);
      CSVFormat format = FORMAT.builder().setDelimiter(start.delimiter).get();
      Csv csv = new Csv(file, start, CSVParser.parse(reader, format));
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

  /**
   * The first of these columns that is there, however it is capitalised.
   *
   * @throws BadInputException calling the column by the first name, where there is none of them
   */
  public Column firstOf(List<String> names) {
    for (String name : names) {
      for (String column : header) {
        if (column.equalsIgnoreCase(name)) {
          return column(column);
        }
      }
    }
    return column(names.get(0));
  }

  /** The column at a place, from 0, whatever it is called. */
  public Column column(int index) {
    return new Column(header.get(index), index);
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

  /** The next row that is not blank, or null at the end of the file. */
  public @Nullable Row next() throws IOException {
    Row row = nextOfAnyWidth();
    if (row != null && !header.isEmpty()) {
      row.checkWidth();
    }
    return row;
  }

  /**
   * As {@link #next}, for who has a use for the rows after a bad one: see {@link Row#checkWidth}.
   */
  public @Nullable Row nextOfAnyWidth() throws IOException {
    try {
      Row row;
      do {
        if (!records.hasNext()) {
          return null;
        }
        row = new Row(records.next(), line());
      } while (row.isBlank()); // what spreadsheets keep of rows that were cleared
      return row;
    } catch (UncheckedIOException e) {
      IOException cause = e.getCause();
      if (cause instanceof CharacterCodingException) {
        throw notText(file);
      }
      if (cause instanceof org.apache.commons.csv.CSVException) {
        throw new BadInputException(
            file + ":" + line() + ": not valid CSV: " + cause.getMessage(), e);
      }
      throw cause;
    } catch (IllegalStateException e) { // how the parser says that quotes do not match
      throw new BadInputException(file + ":" + line() + ": not valid CSV: quotes do not match", e);
    }
  }

  private long line() {
    return before + parser.getCurrentLineNumber();
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }

  /** UTF-16 where a byte order mark says so ("Unicode text"), else UTF-8. */
  private static BufferedReader text(Path file) throws IOException {
    InputFile.require(file);
    BufferedInputStream in = new BufferedInputStream(Files.newInputStream(file));
    try {
      in.mark(2);
      int mark = in.read() << 8 | in.read();
      in.reset();
      Charset charset =
          mark == 0xFFFE
              ? StandardCharsets.UTF_16LE
              : mark == 0xFEFF ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_8;
      // A decoder, not its name: that would put signs of its own for what it cannot read.
      return new BufferedReader(new InputStreamReader(in, charset.newDecoder()));
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /**
   * What stands before the header.
   *
   * @param lines how many lines
   */
  private record Preamble(char delimiter, int lines) {}

  /**
   * Skips a byte order mark, and a line "sep=;", by which Excel is told; or sees which delimiter
   * the header has most of.
   */
  private static Preamble start(BufferedReader reader, Path file) throws IOException {
    try {
      reader.mark(1);
      if (reader.read() != '\uFEFF') {
        reader.reset();
      }
      reader.mark(SEPARATOR.length() + 2);
      char[] line = new char[SEPARATOR.length() + 2];
      int read = reader.read(line);
      if (read == line.length && isSeparator(line)) {
        reader.mark(1);
        if (line[line.length - 1] == '\r' && reader.read() != '\n') {
          reader.reset();
        }
        return new Preamble(line[SEPARATOR.length()], 1);
      }
      reader.reset();
      int[] counts = new int[3];
      boolean quoted = false;
      reader.mark(MAX_HEADER);
      for (int i = 0; i < MAX_HEADER; i++) {
        int c = reader.read();
        quoted ^= c == '"';
        if (c < 0 || (!quoted && (c == '\n' || c == '\r'))) {
          break;
        }
        int at = DELIMITERS.indexOf(c);
        if (at >= 0 && !quoted) {
          counts[at]++;
        }
      }
      reader.reset();
      int most = 0;
      for (int i = 1; i < counts.length; i++) {
        most = counts[i] > counts[most] ? i : most;
      }
      return new Preamble(DELIMITERS.charAt(most), 0);
    } catch (CharacterCodingException e) {
      throw notText(file);
    }
  }

  private static boolean isSeparator(char[] line) {
    char end = line[line.length - 1];
    return new String(line).toLowerCase(Locale.ROOT).startsWith(SEPARATOR)
        && DELIMITERS.indexOf(line[SEPARATOR.length()]) >= 0
        && (end == '\n' || end == '\r');
  }

  private static BadInputException notText(Path file) {
    String kind = FileKind.of(file);
    return BadInputException.at(
        file,
        kind == null ? "bytes that are not UTF-8" : kind,
        "a CSV text file",
        kind == null || kind.contains("xls")
            ? "spreadsheets call it 'CSV UTF-8' where they save"
            : "");
  }

  private static String shortened(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200) + "...";
  }
}
