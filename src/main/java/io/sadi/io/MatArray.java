package io.sadi.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An array in a MATLAB file: numbers, text, structs or cells, its values counted from 0 column by
 * column. Values are parsed, and checked, when they are asked for. What is wrong is a {@link
 * BadInputException} that names the file and the place in it, such as {@code
 * RELEASE.annolist(12).annorect}, counted from 1 there as MATLAB does.
 */
public final class MatArray {
  /** What an array holds. */
  public enum ArrayKind {
    NUMBERS,
    TEXT,
    STRUCTS,
    CELLS
  }

  /** The type of an element that is an array. */
  static final int MATRIX = 14;

  private static final int TAG_BYTES = 8;
  private static final int MAX_DIMENSIONS = 32;
  private static final int MAX_FIELDS = 4096;

  private final @Nullable MatArray parent;
  private final String step;
  private final ByteBuffer bytes;
  private final ArrayKind kind;
  private final String name;
  private final int[] dimensions;
  private final int size;
  private final List<String> fields;

  /** Of structs and cells: from where the first of their values' elements lies. */
  private final MatElement content;

  private int @Nullable [] places;

  /** A value in the file; {@code end} is where the next element may stand. */
  private record MatElement(int type, int start, int length, int end) {}

  /**
   * The array in an element of type {@link #MATRIX}.
   *
   * @param where what error messages call it
   */
  static MatArray parse(ByteBuffer bytes, String where) {
    return new MatArray(null, where, bytes);
  }

  private MatArray(@Nullable MatArray parent, String step, ByteBuffer bytes) {
    this.parent = parent;
    this.step = step;
    this.bytes = bytes;
    if (bytes.capacity() == 0) { // how an empty cell or field is written
      kind = ArrayKind.NUMBERS;
      name = "";
      dimensions = new int[] {0, 0};
      size = 0;
      fields = List.of();
      content = new MatElement(9, 0, 0, 0);
      return;
    }
    try {
      MatElement flags = element(0);
      MatElement sizes = element(flags.end);
      MatElement names = element(sizes.end);
      kind = kind(bytes.getInt(flags.start) & 0xFF);
      dimensions = dimensions(sizes);
      name = text(names.start, names.length, StandardCharsets.ISO_8859_1);
      int at = names.end;
      if (kind == ArrayKind.STRUCTS) {
        MatElement width = element(at);
        MatElement texts = element(width.end);
        fields = fields(texts, bytes.getInt(width.start));
        at = texts.end;
      } else {
        fields = List.of();
      }
      boolean nested = kind == ArrayKind.STRUCTS || kind == ArrayKind.CELLS;
      content =
          nested || at == bytes.capacity()
              ? new MatElement(MATRIX, at, bytes.capacity() - at, bytes.capacity())
              : element(at);
      size = countValues();
    } catch (IndexOutOfBoundsException e) {
      throw damaged("a part of it ends outside of it", e);
    }
  }

  private ArrayKind kind(int matlabClass) {
    return switch (matlabClass) {
      case 1 -> ArrayKind.CELLS;
      case 2 -> ArrayKind.STRUCTS;
      case 4 -> ArrayKind.TEXT;
      case 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 -> ArrayKind.NUMBERS;
      default ->
          throw BadInputException.at(
              where(), "an array of class " + matlabClass, "numbers, text, structs or cells", "");
    };
  }

  private int[] dimensions(MatElement sizes) {
    int[] sides = new int[Math.min(sizes.length / 4, MAX_DIMENSIONS)];
    for (int i = 0; i < sides.length; i++) {
      sides[i] = bytes.getInt(sizes.start + 4 * i);
    }
    return sides;
  }

  private List<String> fields(MatElement texts, int width) {
    if (width < 1 || texts.length / width > MAX_FIELDS) {
      throw damaged("it has fields of " + width + " bytes", null);
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < texts.length / width; i++) {
      String padded = text(texts.start + i * width, width, StandardCharsets.ISO_8859_1);
      int end = padded.indexOf('\0');
      names.add(end < 0 ? padded : padded.substring(0, end));
    }
    return List.copyOf(names);
  }

  /** How many values there are; no more than there is room for. */
  private int countValues() {
    long each =
        switch (kind) {
          case NUMBERS -> width();
          case TEXT -> 1;
          case CELLS -> TAG_BYTES;
          case STRUCTS -> (long) TAG_BYTES * fields.size();
        };
    if (each == 0) {
      return 0; // structs without fields: there is nothing in them
    }
    boolean none = Arrays.stream(dimensions).anyMatch(side -> side == 0);
    long count = dimensions.length == 0 || none ? 0 : 1;
    for (int side : dimensions) {
      count = side < 0 ? Long.MAX_VALUE : count * side;
      if (count > content.length / each) {
        throw damaged("its size is " + Arrays.toString(dimensions), null);
      }
    }
    return (int) count;
  }

  public ArrayKind kind() {
    return kind;
  }

  String name() {
    return name;
  }

  /** The lengths of its axes. */
  public int[] dimensions() {
    return dimensions.clone();
  }

  /** How many values there are: the product of the axes' lengths. */
  public int size() {
    return size;
  }

  public boolean isEmpty() {
    return size == 0;
  }

  /** Value i of an array of numbers. */
  public double number(int i) {
    require(ArrayKind.NUMBERS);
    int at = content.start + checked(i) * width();
    return switch (content.type) {
      case 1 -> bytes.get(at);
      case 2 -> bytes.get(at) & 0xFF;
      case 3 -> bytes.getShort(at);
      case 4 -> bytes.getShort(at) & 0xFFFF;
      case 5 -> bytes.getInt(at);
      case 6 -> Integer.toUnsignedLong(bytes.getInt(at));
      case 7 -> bytes.getFloat(at);
      case 9 -> bytes.getDouble(at);
      default -> bytes.getLong(at);
    };
  }

  /** Bytes of a number as it is stored, whatever its class. */
  private int width() {
    return switch (content.type) {
      case 1, 2 -> 1;
      case 3, 4 -> 2;
      case 5, 6, 7 -> 4;
      case 9, 12, 13 -> 8;
      default -> {
        if (content.length == 0) {
          yield 1;
        }
        throw damaged("its numbers are of type " + content.type, null);
      }
    };
  }

  /** An array of characters as one string, without blanks around it. */
  public String text() {
    require(ArrayKind.TEXT);
    boolean little = bytes.order() == ByteOrder.LITTLE_ENDIAN;
    Charset charset =
        switch (content.type) {
          case 4, 17 -> little ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_16BE;
          default -> StandardCharsets.UTF_8;
        };
    return text(content.start, content.length, charset).strip();
  }

  /** The names of an array of structs' fields; none of another array. */
  public List<String> fields() {
    return fields;
  }

  /** A field of struct i, which must be there. */
  public MatArray field(int i, String field) {
    MatArray value = find(i, field);
    if (value == null) {
      throw BadInputException.at(where(), "fields " + fields, field, "");
    }
    return value;
  }

  /** A field of struct i, or null where the structs have no such field. */
  public @Nullable MatArray find(int i, String field) {
    require(ArrayKind.STRUCTS);
    int index = fields.indexOf(field);
    return index < 0
        ? null
        : child(checked(i) * fields.size() + index, "(" + (i + 1) + ")." + field);
  }

  /** Cell i. */
  public MatArray cell(int i) {
    require(ArrayKind.CELLS);
    return child(checked(i), "{" + (i + 1) + "}");
  }

  private MatArray child(int index, String childStep) {
    try {
      MatElement element = element(places()[index]);
      if (element.type != MATRIX) {
        throw damaged("in it is an element of type " + element.type, null);
      }
      ByteBuffer slice = bytes.slice(element.start, element.length).order(bytes.order());
      return new MatArray(this, childStep, slice);
    } catch (IndexOutOfBoundsException e) {
      throw damaged("a part of it ends outside of it", e);
    }
  }

  /** Where the values' elements lie: each must be passed to come to the next. */
  private int[] places() {
    if (places == null) {
      int[] found = new int[size * (kind == ArrayKind.STRUCTS ? fields.size() : 1)];
      int at = content.start;
      for (int i = 0; i < found.length; i++) {
        found[i] = at;
        at = element(at).end;
      }
      places = found;
    }
    return places;
  }

  /** The element whose tag lies at a place; an IndexOutOfBounds where it does not end inside. */
  private MatElement element(int at) {
    int first = bytes.getInt(at);
    int small = first >>> 16;
    int start = small != 0 ? at + 4 : at + TAG_BYTES;
    int length = small != 0 ? small : bytes.getInt(at + 4);
    if (length < 0 || length > bytes.capacity() - start || small > 4) {
      throw new IndexOutOfBoundsException("element at " + at);
    }
    int end = small != 0 ? at + TAG_BYTES : start + length + (-length & 7);
    return new MatElement(small != 0 ? first & 0xFFFF : first, start, length, end);
  }

  private String text(int start, int length, Charset charset) {
    byte[] text = new byte[length];
    bytes.get(start, text);
    return new String(text, charset);
  }

  private int checked(int i) {
    if (i < 0 || i >= size) {
      throw new IndexOutOfBoundsException(where() + ": value " + i + " of " + size);
    }
    return i;
  }

  private void require(ArrayKind expected) {
    if (kind != expected) {
      throw BadInputException.at(where(), name(kind), name(expected), "");
    }
  }

  private static String name(ArrayKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  /** The file and the place in it, for messages. */
  public String where() {
    return parent == null ? step : parent.where() + step;
  }

  private BadInputException damaged(String what, @Nullable Exception cause) {
    return new BadInputException(where() + ": a damaged MATLAB file: " + what, cause);
  }
}
