package io.sadi.image;

import io.sadi.io.FailedException;
import io.sadi.io.NativeCache;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.jspecify.annotations.Nullable;

/** Loads OpenCV's natives on first use, once, and keeps the reason when they do not load. */
final class OpenCv {
  @SuppressWarnings("StaticAssignmentOfThrowable") // loading is tried once and its reason kept
  private static final @Nullable Throwable FAILURE = loadAll();

  private OpenCv() {}

  /** To be called before any OpenCV type is touched. */
  static void load() {
    if (FAILURE != null) {
      String trouble = NativeCache.trouble();
      if (!trouble.isEmpty()) {
        throw new FailedException("OpenCV could not be unpacked: " + trouble, FAILURE);
      }
      throw (UnsatisfiedLinkError)
          new UnsatisfiedLinkError("OpenCV does not load on this machine").initCause(FAILURE);
    }
  }

  private static @Nullable Throwable loadAll() {
    try {
      NativeCache.load(
          "opencv",
          () -> {
            Loader.load(opencv_core.class);
            Loader.load(opencv_imgproc.class);
            return Loader.load(opencv_imgcodecs.class);
          });
      // Images are spread over Java threads; threads inside one image would only compete with them.
      opencv_core.setNumThreads(1);
      return null;
    } catch (LinkageError | RuntimeException e) {
      return e;
    }
  }
}
