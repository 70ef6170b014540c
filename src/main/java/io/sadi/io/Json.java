package io.sadi.io;

import com.google.gson.FormattingStyle;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** JSON as trees: strict reading, deterministic writing, no mapping to classes. */
public final class Json {
  /** The first key of every object that the toolkit writes for other programs. */
  public static final String SCHEMA_VERSION = "schema_version";

  private static final Gson COMPACT =
      new GsonBuilder().disableHtmlEscaping().serializeNulls().create();
  private static final Gson PRETTY =
      COMPACT.newBuilder().setFormattingStyle(FormattingStyle.PRETTY).create();
  private static final Pattern POSITION = Pattern.compile("line (\\d+) column (\\d+)");

  private Json() {}

  /** A file's one value; a {@link BadInputException} names the line and column of what is wrong. */
  public static JsonElement read(Path file) throws IOException {
    return stream(file, JsonParser::parseReader);
  }

  /** Takes one value from a stream of tokens. */
  @FunctionalInterface
  public interface ValueReader<T> {
    T readFrom(JsonReader json) throws IOException;
  }

  /**
   * Reads a file too large to be held as a tree. Whatever is wrong with the JSON itself becomes a
   * {@link BadInputException} that names line and column.
   */
  public static <T> T stream(Path file, ValueReader<T> content) throws IOException {
    return stream(file, false, content);
  }

  /** Reads a file as {@link #stream} does, and NaN and Infinity, which Python writes, as null. */
  public static <T> T streamPython(Path file, ValueReader<T> content) throws IOException {
    return stream(file, true, content);
  }

  private static <T> T stream(Path file, boolean python, ValueReader<T> content)
      throws IOException {
    try (NotNumbers reader = new NotNumbers(InputFile.text(file), python)) {
      return parse(reader, file, content);
    }
  }

  /** Whether a file's value is a list, or would be if it were whole. */
  public static boolean startsWithList(Path file) throws IOException {
    try (Reader reader = InputFile.text(file)) {
      int c = reader.read();
      while (c == '\uFEFF' || Character.isWhitespace(c)) {
        c = reader.read();
      }
      return c == '[';
    } catch (CharacterCodingException e) {
      return false; // reading the whole file says what is wrong
    }
  }

  /** A file that holds one object. */
  public static JsonObject readObject(Path file) throws IOException {
    return object(read(file), file);
  }

  /**
   * A text as one value.
   *
   * @param origin what error messages call it
   */
  public static JsonElement parse(String text, Object origin) {
    return parse(text, false, origin);
  }

  /** The same with NaN and Infinity, which Python writes, as null. */
  public static JsonElement parsePython(String text, Object origin) {
    return parse(text, true, origin);
  }

  private static JsonElement parse(String text, boolean python, Object origin) {
    try {
      Reader reader = new NotNumbers(new StringReader(text), python);
      return parse(reader, origin, JsonParser::parseReader);
    } catch (IOException e) {
      throw new IllegalStateException("a string was read", e);
    }
  }

  private static <T> T parse(Reader reader, Object origin, ValueReader<T> content)
      throws IOException {
    JsonReader json = new JsonReader(reader);
    json.setStrictness(Strictness.STRICT);
    try {
      T value = content.readFrom(json);
      if (json.peek() != JsonToken.END_DOCUMENT) {
        throw malformed(origin, new MalformedJsonException("two values"), false);
      }
      return value;
    } catch (JsonParseException
        | MalformedJsonException
        | EOFException
        | IllegalStateException // another kind of token than was asked for
        | NumberFormatException e) {
      throw malformed(origin, e, reader instanceof NotNumbers text && text.seen());
    } catch (CharacterCodingException e) {
      throw notText(origin);
    }
  }

  private static BadInputException malformed(Object origin, Exception e, boolean nan) {
    if (isNoText(origin)) {
      return notText(origin);
    }
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof CharacterCodingException) {
        return notText(origin);
      }
    }
    // Gson's message: what is wrong, "at line 1 column 2 path $.a", and a link to its own manual.
    String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    Matcher position = POSITION.matcher(message);
    String place = position.find() ? ":" + position.group(1) + ":" + position.group(2) : "";
    String what =
        message.contains("setStrictness")
            ? nan
                ? "NaN or Infinity, which JSON does not have; write null"
                : "something that JSON does not allow here"
            : message.replaceFirst(" at line.*", "").replaceFirst("^[\\w.]*Exception: ", "");
    return new BadInputException(origin + place + ": not valid JSON: " + what, e);
  }

  private static boolean isNoText(Object origin) {
    return origin instanceof Path file && FileKind.of(file) != null;
  }

  private static BadInputException notText(Object origin) {
    String kind = origin instanceof Path file ? FileKind.of(file) : null;
    return BadInputException.at(
        origin, kind == null ? "bytes that are not UTF-8" : kind, "a JSON text file", "");
  }

  /** The value as an object, or a {@link BadInputException} that names {@code where}. */
  public static JsonObject object(JsonElement value, Object where) {
    if (!value.isJsonObject()) {
      throw BadInputException.at(where, kind(value), "an object", "");
    }
    return value.getAsJsonObject();
  }

  /** What a value is, for messages. */
  public static String kind(JsonElement value) {
    return value.isJsonObject() ? "an object" : value.isJsonArray() ? "a list" : value.toString();
  }

  /** One line without spaces. Keys stay in the order they were added. */
  public static String compact(JsonElement value) {
    return COMPACT.toJson(value);
  }

  /** The list of how things are written, on one line; it is YAML, too. */
  public static String texts(Iterable<?> things) {
    JsonArray texts = new JsonArray();
    things.forEach(thing -> texts.add(thing.toString()));
    return compact(texts);
  }

  /** Indented by two spaces, ending in a newline. */
  public static String pretty(JsonElement value) {
    return PRETTY.toJson(value) + "\n";
  }

  /** Writes {@link #pretty} to a file that appears whole. */
  public static void write(Path file, JsonElement value) throws IOException {
    AtomicFile.writeString(file, pretty(value));
  }

  /** A number of at most {@code decimals} decimals, without trailing zeros; NaN becomes null. */
  public static JsonElement number(double value, int decimals) {
    if (!Double.isFinite(value)) {
      return JsonNull.INSTANCE;
    }
    BigDecimal rounded = BigDecimal.valueOf(value).setScale(decimals, RoundingMode.HALF_EVEN);
    // Back through plain text, as stripTrailingZeros alone turns 100 into 1E+2.
    return new JsonPrimitive(new BigDecimal(rounded.stripTrailingZeros().toPlainString()));
  }
}
