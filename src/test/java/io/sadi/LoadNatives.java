package io.sadi;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.pytorch.global.torch;

/** Loads every native library that SADI uses, and says where from: PackagedJarIT runs it. */
final class LoadNatives {
  private LoadNatives() {}

  public static void main(String[] args) {
    System.out.println(Loader.load(torch.class));
    System.out.println(Loader.load(opencv_imgcodecs.class));
    System.out.println(Loader.load(opencv_imgproc.class));
    System.out.println(torch.ones(3, 4).sum().item_float());
  }
}
