package io.sadi.predict.detect;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import io.sadi.io.Checksum;
import io.sadi.io.FailedException;
import io.sadi.io.NativeCache;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;

/**
 * ONNX Runtime, loaded once and silent. By itself it would unpack its libraries, 28 MB, at each
 * start into a folder of their own, and leave that where the process is killed.
 */
final class OnnxRuntime {
  private static final String PATH = "onnxruntime.native.path";

  private OnnxRuntime() {}

  /**
   * Loads it.
   *
   * @throws FailedException if it has no libraries for this machine, or they cannot be unpacked
   */
  static synchronized OrtEnvironment load() {
    if (System.getProperty(PATH) == null && System.getenv("ONNXRUNTIME_NATIVE_PATH") == null) {
      System.setProperty(PATH, unpacked().toString());
    }
    OrtEnvironment[] loaded = new OrtEnvironment[1];
    try {
      NativeCache.load(
          "onnxruntime",
          () ->
              loaded[0] =
                  OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "sadi"));
    } catch (UnsatisfiedLinkError | IllegalStateException e) {
      throw new FailedException(
          "ONNX Runtime cannot be loaded: " + e.getMessage() + "; " + NativeCache.trouble(), e);
    }
    return loaded[0];
  }

  private static Path unpacked() {
    String platform = platform();
    Path folder = NativeCache.folder().resolve("onnxruntime-" + version() + "-" + platform);
    for (String name : List.of("onnxruntime", "onnxruntime4j_jni")) {
      String file = System.mapLibraryName(name);
      Path target = folder.resolve(file);
      if (Files.exists(target)) {
        continue;
      }
      String resource = "/ai/onnxruntime/native/" + platform + "/" + file;
      try (InputStream in = OrtEnvironment.class.getResourceAsStream(resource)) {
        if (in == null) {
          throw new FailedException(
              "this build has no ONNX Runtime for " + platform + ", which --detector needs");
        }
        Files.createDirectories(folder);
        Path part = Files.createTempFile(folder, file, ".part");
        try {
          Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
          Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
          Files.deleteIfExists(part);
        }
      } catch (IOException e) {
        throw new FailedException(
            target + ": cannot be unpacked (" + e.getMessage() + "); " + NativeCache.trouble(), e);
      }
    }
    return folder;
  }

  /** Another build's libraries go into another folder. */
  private static String version() {
    return Checksum.sha256(List.of(NativeCache.jars())).substring(0, 12);
  }

  /** As ONNX Runtime calls it. */
  private static String platform() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String processor = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String os = system.contains("win") ? "win" : system.contains("mac") ? "osx" : "linux";
    boolean arm = processor.equals("aarch64") || processor.equals("arm64");
    return os + "-" + (arm ? "aarch64" : "x64");
  }
}
