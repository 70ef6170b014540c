package io.sadi.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * MATLAB's files, version 5: what {@code save} writes but for {@code -v7.3}, compressed or not.
 *
 * <p>A variable is kept as its unpacked bytes, in which a {@link MatArray} reads what it is asked
 * for: a parser that makes an object of every array needs 570 MB and ten seconds for MPII's two
 * million. Sizes and places in a file are checked, so that damage is an error with a place, and
 * memory is bounded by {@link #MAX_UNPACKED}.
 *
 * @see <a href="https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf">the format</a>
 */
public final class MatFile {
  /** MPII's annotations have 12 MB, and unpacked less than 200. */
  static final int MAX_UNPACKED = 384 << 20;

  private static final int MAX_FILE = 1 << 28;
  private static final int HEADER_BYTES = 128;
  private static final int TAG_BYTES = 8;
  private static final int ENDIAN_INDICATOR = 126;
  private static final int COMPRESSED = 15;

  /** No deflated data unpacks to more bytes for each of its own. */
  private static final long MAX_RATIO = 1032;

  private final Path file;
  private final ByteBuffer bytes;
  private long unpacked;

  private MatFile(Path file, ByteBuffer bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  /**
   * One variable of a file.
   *
   * @throws BadInputException where the file is missing, damaged, of another version or kind, or
   *     has no such variable
   */
  public static MatArray read(Path file, String variable) throws IOException {
    return readAny(file, List.of(variable));
  }

  /**
   * The first of a file's variables that has one of these names.
   *
   * @throws BadInputException as {@link #read}
   */
  public static MatArray readAny(Path file, List<String> variables) throws IOException {
    InputFile.require(file);
    long size = Files.size(file);
    if (size > MAX_FILE) {
      throw BadInputException.at(file, size + " bytes", "at most " + MAX_FILE, "");
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    MatFile content = new MatFile(file, bytes);
    content.checkHeader();
    try {
      return content.find(variables);
    } catch (IndexOutOfBoundsException e) {
      throw content.damaged("it is cut off", e);
    } catch (DataFormatException e) {
      throw content.damaged("a compressed part does not unpack", e);
    }
  }

  /** Whether the bytes that a file starts with are a MATLAB file's, of any version. */
  public static boolean startsLikeOne(byte[] start) {
    return new String(start, StandardCharsets.ISO_8859_1).startsWith("MATLAB ");
  }

  private void checkHeader() {
    byte[] start = new byte[Math.min(10, bytes.capacity())];
    bytes.get(0, start);
    String text = new String(start, StandardCharsets.ISO_8859_1);
    if (text.startsWith("MATLAB 7.3") || text.startsWith("\u0089HDF")) {
      throw BadInputException.at(
          file,
          "MATLAB's version 7.3",
          "version 5 to 7",
          "save it again in MATLAB with save(..., '-v7')");
    }
    if (bytes.capacity() < HEADER_BYTES) {
      throw BadInputException.at(
          file, bytes.capacity() + " bytes", "a MATLAB file", "take the dataset's original file");
    }
    int indicator = bytes.getShort(ENDIAN_INDICATOR);
    if (indicator != 0x494D && indicator != 0x4D49) {
      throw BadInputException.at(
          file, "no MATLAB file", "one of version 5 to 7", "take the dataset's original file");
    }
    bytes.order(indicator == 0x494D ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
  }

  private MatArray find(List<String> variables) throws DataFormatException {
    List<String> names = new ArrayList<>();
    MatArray found = null;
    int at = HEADER_BYTES;
    // To the end, although the variable may come first: half a file is no file.
    while (at < bytes.capacity()) {
      int type = bytes.getInt(at);
      int size = bytes.getInt(at + 4);
      ByteBuffer element = bytes.slice(at + TAG_BYTES, size).order(bytes.order());
      MatArray array =
          type == COMPRESSED
              ? unpacked(element, variables, names)
              : matrix(type, element, variables, names);
      found = found == null ? array : found;
      at += TAG_BYTES + size;
    }
    if (found == null) {
      throw BadInputException.at(
          file,
          "variables " + names,
          String.join(" or ", variables),
          "take the dataset's original file");
    }
    return found;
  }

  private @Nullable MatArray matrix(
      int type, ByteBuffer element, List<String> variables, List<String> names) {
    if (type != MatArray.MATRIX) {
      throw damaged("an element of type " + type + " where a variable should be", null);
    }
    MatArray array = MatArray.parse(element, file + ": " + String.join("|", variables));
    names.add(array.name());
    return variables.contains(array.name()) ? array : null;
  }

  private @Nullable MatArray unpacked(ByteBuffer packed, List<String> variables, List<String> names)
      throws DataFormatException {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(packed.duplicate());
      ByteBuffer tag = ByteBuffer.wrap(inflate(inflater, new byte[TAG_BYTES])).order(bytes.order());
      long size = Integer.toUnsignedLong(tag.getInt(4));
      unpacked += size;
      if (unpacked > MAX_UNPACKED) {
        throw BadInputException.at(
            file, unpacked + " bytes unpacked", "at most " + MAX_UNPACKED, "");
      }
      if (size > MAX_RATIO * packed.capacity()) {
        throw new DataFormatException("more than could be in there");
      }
      byte[] content = inflate(inflater, new byte[(int) size]);
      if (inflater.inflate(new byte[1]) != 0 || !inflater.finished()) { // and its checksum is right
        throw new DataFormatException("not of the size it says");
      }
      return matrix(tag.getInt(0), ByteBuffer.wrap(content).order(bytes.order()), variables, names);
    } finally {
      inflater.end();
    }
  }

  private static byte[] inflate(Inflater inflater, byte[] into) throws DataFormatException {
    int filled = 0;
    while (filled < into.length) {
      int n = inflater.inflate(into, filled, into.length - filled);
      if (n == 0) {
        throw new DataFormatException("cut off");
      }
      filled += n;
    }
    return into;
  }

  private BadInputException damaged(String what, @Nullable Exception cause) {
    return new BadInputException(
        file + ": a damaged MATLAB file: " + what + "; take the dataset's original file", cause);
  }
}
