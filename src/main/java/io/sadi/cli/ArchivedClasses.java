package io.sadi.cli;

import java.io.IOException;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;

/**
 * The classes that bin/sadi keeps parsed in a file: ours, and the two thousand that LibTorch's and
 * OpenCV's bindings load when they are first used, a fifth of the time to a first prediction.
 */
final class ArchivedClasses {
  private static final Pattern THOSE =
      Pattern.compile(
          "(io/sadi/.*|com/google/gson/.*|org/apache/commons/csv/.*"
              + "|org/bytedeco/(javacpp|pytorch|pytorch/global|pytorch/functions|openblas/global)/[^/]*"
              + "|org/bytedeco/opencv/opencv_(core|imgproc|imgcodecs)/[^/]*"
              + "|org/bytedeco/opencv/global/opencv_(core|imgproc|imgcodecs)[^/]*)\\.class");

  private ArchivedClasses() {}

  /** Loads them, without running anything of theirs, so that the JVM lists them. */
  static void load() throws IOException {
    List<String> names;
    try (JarFile jar = new JarFile(System.getProperty("java.class.path"))) {
      names = jar.stream().map(ZipEntry::getName).filter(n -> THOSE.matcher(n).matches()).toList();
    }
    ClassLoader loader = ArchivedClasses.class.getClassLoader();
    for (String name : names) {
      try {
        Class.forName(
            name.substring(0, name.length() - ".class".length()).replace('/', '.'), false, loader);
      } catch (ClassNotFoundException | LinkageError e) {
        // A class whose dependencies are missing, as some build tools' are, is never used either.
      }
    }
  }
}
