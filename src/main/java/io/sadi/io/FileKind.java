package io.sadi.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Recognises a file by its first bytes, so that a message can say what was named by mistake. */
public final class FileKind {
  /** Enough for all of them. */
  private static final int BYTES = 64;

  private static final Map<String, String> STARTS = new LinkedHashMap<>();

  static {
    STARTS.put("MATLAB ", "a MATLAB file");
    STARTS.put("\u0089HDF", "an HDF5 file (also MATLAB's -v7.3, Keras, DeepLabCut)");
    STARTS.put("PK\u0003\u0004", "a ZIP archive (also .xlsx, .npz, .pth)");
    STARTS.put("\u00D0\u00CF\u0011\u00E0", "an old Office file (.xls)");
    STARTS.put("\u001F\u008B", "a gzip archive");
    STARTS.put("\u0080\u0002", "a Python pickle");
    STARTS.put("\u0080\u0003", "a Python pickle");
    STARTS.put("\u0080\u0004", "a Python pickle");
    STARTS.put("\u0080\u0005", "a Python pickle");
    STARTS.put("\u0093NUMPY", "a NumPy array");
    STARTS.put("\u001AE\u00DF\u00A3", "a film");
    STARTS.put("%PDF", "a PDF document");
    STARTS.put("8BPS", "a Photoshop document");
    STARTS.put("\u00FF\u00D8\u00FF", "a JPEG image");
    STARTS.put("\u0089PNG", "a PNG image");
  }

  private FileKind() {}

  /** The kind of a file that begins so; null where the bytes say nothing. */
  public static @Nullable String of(byte[] bytes) {
    String start = new String(bytes, 0, Math.min(bytes.length, BYTES), ISO_8859_1);
    for (Map.Entry<String, String> kind : STARTS.entrySet()) {
      if (start.startsWith(kind.getKey())) {
        return kind.getValue();
      }
    }
    if (start.startsWith("ftyp", 4)) { // ISO's container
      return "a film (MP4 or the like)";
    }
    return start.startsWith("RIFF") && start.startsWith("AVI ", 8) ? "a film" : null;
  }

  /** The kind of a file; null where its first bytes say nothing, or cannot be read. */
  static @Nullable String of(Path file) {
    if (!Files.isRegularFile(file)) {
      return null; // reading would consume a pipe's bytes
    }
    try (InputStream in = Files.newInputStream(file)) {
      return of(in.readNBytes(BYTES));
    } catch (IOException e) {
      return null;
    }
  }
}
