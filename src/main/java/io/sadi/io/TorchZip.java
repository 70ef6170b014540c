package io.sadi.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The records of a ZIP archive as PyTorch writes them: not compressed, so that they can be used
 * where they are in the file. The JDK's own reader copies them, and says nothing of damage.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">the format</a>
 */
final class TorchZip {
  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int END64 = 0x06064b50;
  private static final int LOCATOR64 = 0x07064b50;
  private static final int LOCATOR64_BYTES = 20;
  private static final int CENTRAL = 0x02014b50;
  private static final int CENTRAL_BYTES = 46;
  private static final int LOCAL = 0x04034b50;
  private static final int LOCAL_BYTES = 30;
  private static final int MAX_COMMENT = 0xFFFF;
  private static final long IN_EXTRA = 0xFFFFFFFFL;

  /** Files of networks have hundreds. */
  private static final int MAX_DIRECTORY = 64 << 20;

  /**
   * A record's place, counted from the file's beginning.
   *
   * @param method 0 for one that is stored as it is, else how it is compressed
   */
  record ZipMember(String name, long header, long size, int crc, int method) {}

  private final MappedFile file;
  private final Map<String, ZipMember> entries = new LinkedHashMap<>();

  private TorchZip(MappedFile file) {
    this.file = file;
  }

  /**
   * Reads the directory.
   *
   * @throws BadInputException for an archive that is cut off or damaged
   */
  static TorchZip open(MappedFile file) throws IOException {
    TorchZip zip = new TorchZip(file);
    zip.readDirectory();
    return zip;
  }

  Map<String, ZipMember> entries() {
    return Collections.unmodifiableMap(entries);
  }

  @Nullable ZipMember entry(String name) {
    return entries.get(name);
  }

  /**
   * A record's bytes.
   *
   * @throws BadInputException where they are not those that were written, or are compressed
   */
  ByteBuffer read(ZipMember entry) throws IOException {
    return place(entry).get();
  }

  /**
   * Finds a record without reading it. Its checksum is verified once, when its bytes are first
   * asked for.
   */
  TorchTensor.Storage.Bytes place(ZipMember entry) throws IOException {
    if (entry.method() != 0) {
      throw BadInputException.at(
          file.path() + ": record '" + entry.name() + "'",
          "compressed data",
          "records as PyTorch stores them, not compressed",
          "take the original file");
    }
    ByteBuffer header = file.part(entry.header(), LOCAL_BYTES);
    if (header == null || header.getInt(0) != LOCAL) {
      throw damaged("record '" + entry.name() + "' is not where it should be");
    }
    if (entry.size() > Integer.MAX_VALUE) {
      throw BadInputException.at(
          file.path() + ": record '" + entry.name() + "'",
          entry.size() + " bytes",
          "less than 2 GiB",
          "");
    }
    int names = (header.getShort(26) & 0xFFFF) + (header.getShort(28) & 0xFFFF);
    ByteBuffer content = file.part(entry.header() + LOCAL_BYTES + names, entry.size());
    if (content == null) {
      throw damaged("record '" + entry.name() + "' is cut off");
    }
    return new Checked(entry, content);
  }

  private final class Checked implements TorchTensor.Storage.Bytes {
    private final ZipMember entry;
    private final ByteBuffer content;
    private boolean good;

    Checked(ZipMember entry, ByteBuffer content) {
      this.entry = entry;
      this.content = content;
    }

    @Override
    public ByteBuffer get() {
      if (!good) {
        CRC32 sum = new CRC32();
        sum.update(content.duplicate());
        if ((int) sum.getValue() != entry.crc()) {
          throw damaged(
              "record '" + entry.name() + "' is not what was written: its checksum differs");
        }
        good = true;
      }
      return content.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  private void readDirectory() throws IOException {
    long end = findEnd();
    ByteBuffer tail = require(end, END_BYTES);
    long size = tail.getInt(12) & IN_EXTRA;
    long start = tail.getInt(16) & IN_EXTRA;
    ByteBuffer locator =
        end < LOCATOR64_BYTES ? null : file.part(end - LOCATOR64_BYTES, LOCATOR64_BYTES);
    if (locator != null && locator.getInt(0) == LOCATOR64) {
      ByteBuffer end64 = require(locator.getLong(8), 56);
      if (end64.getInt(0) != END64) {
        throw damaged("its directory is not where it should be");
      }
      size = end64.getLong(40);
      start = end64.getLong(48);
    }
    if (size > MAX_DIRECTORY) {
      throw damaged("a directory of " + size + " bytes");
    }
    ByteBuffer directory = require(start, size);
    while (directory.remaining() >= CENTRAL_BYTES) {
      readEntry(directory);
    }
    if (directory.hasRemaining()) {
      throw damaged("a directory with " + directory.remaining() + " bytes too many");
    }
  }

  private void readEntry(ByteBuffer directory) {
    int at = directory.position();
    int nameLength = directory.getShort(at + 28) & 0xFFFF;
    int extraLength = directory.getShort(at + 30) & 0xFFFF;
    int commentLength = directory.getShort(at + 32) & 0xFFFF;
    int next = at + CENTRAL_BYTES + nameLength + extraLength + commentLength;
    if (directory.getInt(at) != CENTRAL || next > directory.limit()) {
      throw damaged("a directory entry that is none");
    }
    String name =
        StandardCharsets.UTF_8.decode(directory.slice(at + CENTRAL_BYTES, nameLength)).toString();
    long size = directory.getInt(at + 24) & IN_EXTRA;
    long header = directory.getInt(at + 42) & IN_EXTRA;
    ByteBuffer extra =
        directory
            .slice(at + CENTRAL_BYTES + nameLength, extraLength)
            .order(ByteOrder.LITTLE_ENDIAN);
    while (extra.remaining() >= 4) {
      int id = extra.getShort() & 0xFFFF;
      int length = Math.min(extra.getShort() & 0xFFFF, extra.remaining());
      ByteBuffer field = extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      extra.position(extra.position() + length);
      if (id != 1) {
        continue;
      }
      // ZIP64: those of original size, packed size and place that do not fit into four bytes.
      if (size == IN_EXTRA && field.remaining() >= 8) {
        size = field.getLong();
      }
      if ((directory.getInt(at + 20) & IN_EXTRA) == IN_EXTRA && field.remaining() >= 8) {
        field.getLong();
      }
      if (header == IN_EXTRA && field.remaining() >= 8) {
        header = field.getLong();
      }
    }
    int method = directory.getShort(at + 10) & 0xFFFF;
    ZipMember entry = new ZipMember(name, header, size, directory.getInt(at + 16), method);
    if (entries.put(name, entry) != null) {
      throw damaged("two records '" + name + "'");
    }
    directory.position(next);
  }

  /** The end of central directory record, behind which only a comment may come. */
  private long findEnd() throws IOException {
    long window = Math.min(file.size(), END_BYTES + MAX_COMMENT);
    ByteBuffer tail = require(file.size() - window, window);
    for (int at = (int) window - END_BYTES; at >= 0; at--) {
      if (tail.getInt(at) == END && (tail.getShort(at + 20) & 0xFFFF) == window - END_BYTES - at) {
        return file.size() - window + at;
      }
    }
    throw damaged("it is cut off: " + file.size() + " bytes without a ZIP archive's directory");
  }

  private ByteBuffer require(long start, long size) throws IOException {
    ByteBuffer part = file.part(start, size);
    if (part == null) {
      throw damaged("a directory that lies outside of it");
    }
    return part;
  }

  private BadInputException damaged(String what) {
    return new BadInputException(
        file.path() + ": a damaged PyTorch file: " + what + "; download it again");
  }
}
