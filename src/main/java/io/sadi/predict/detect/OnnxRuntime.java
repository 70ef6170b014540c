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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * ONNX Runtime, loaded once and silent. By itself it would unpack its libraries, 28 MB, at each
 * start into a folder of their own, and leave that where the process is killed.
 */
final class OnnxRuntime {
  private static final String PATH = "onnxruntime.native.path";

  private static final long STACK = 8L << 20;

  /** Bytes; 200 to 400 were seen. */
  private static final long STACK_A_CHARACTER = 2048;

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
    String folder = System.getProperty(PATH, "");
    OrtEnvironment[] loaded = new OrtEnvironment[1];
    try {
      NativeCache.load(
          "onnxruntime",
          () -> {
            loaded[0] = onDeepStack(OnnxRuntime::environment);
            return folder;
          });
    } catch (UnsatisfiedLinkError | IllegalStateException e) {
      throw new FailedException(
          "ONNX Runtime cannot be loaded: " + e.getMessage() + "; " + NativeCache.trouble(), e);
    }
    return loaded[0];
  }

  private static OrtEnvironment environment() {
    return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "sadi");
  }

  /**
   * Calls something in a thread whose stack grows with the command line. ONNX Runtime 1.29 looks at
   * the whole of it when it starts, one call deeper for each character or so: two hundred photos by
   * name, as the shell makes of a pattern, overflow the stack of an ordinary thread, which ends the
   * process without a word. What is not used of a stack takes no memory.
   */
  private static <T> T onDeepStack(Supplier<T> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    long size = STACK + commandLine() * STACK_A_CHARACTER;
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                result.complete(call.get());
              } catch (Throwable t) {
                result.completeExceptionally(t);
              }
            },
            "sadi-onnx",
            size);
    thread.start();
    try {
      return result.join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof RuntimeException failure) {
        throw failure;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }

  /** Its length in bytes; 0 where the system does not say. */
  private static long commandLine() {
    try {
      return Files.readAllBytes(Path.of("/proc/self/cmdline")).length;
    } catch (IOException e) {
      return 0;
    }
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
