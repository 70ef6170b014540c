package io.sadi.image;

import static org.bytedeco.opencv.global.opencv_core.BORDER_CONSTANT;
import static org.bytedeco.opencv.global.opencv_core.CV_64F;
import static org.bytedeco.opencv.global.opencv_core.copyMakeBorder;
import static org.bytedeco.opencv.global.opencv_core.flip;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_LINEAR;
import static org.bytedeco.opencv.global.opencv_imgproc.WARP_INVERSE_MAP;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;
import static org.bytedeco.opencv.global.opencv_imgproc.warpAffine;

import io.sadi.geom.Affine;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * What {@link Image#warp} does: blocks averaged where much is made small, then bilinear sampling.
 */
final class Warp {
  private final Mat mat;
  private final int width;
  private final int height;

  private Warp(Mat mat) {
    this.mat = mat;
    width = mat.cols();
    height = mat.rows();
  }

  /** A new matrix, which the caller owns. */
  static Mat apply(Mat mat, Affine outputToInput, int outputWidth, int outputHeight) {
    Warp warp = new Warp(mat);
    if (outputToInput.determinant() >= 0) {
      return warp.upright(outputToInput, outputWidth, outputHeight);
    }
    // Through the map that does not mirror, so that both give the same pixels.
    Affine mirror = new Affine(-1, 0, outputWidth - 1, 0, 1, 0);
    Mat result = warp.upright(outputToInput.after(mirror), outputWidth, outputHeight);
    flip(result, result, 1);
    return result;
  }

  /** What {@link #apply} samples. */
  static Shrunk source(Mat mat, Affine outputToInput, int outputWidth, int outputHeight) {
    return new Warp(mat).shrunk(outputToInput, outputWidth, outputHeight);
  }

  private Mat upright(Affine map, int outputWidth, int outputHeight) {
    Shrunk source = shrunk(map, outputWidth, outputHeight);
    Affine toSource = source.imageToSource().after(map);
    double[] m = {
      grid(toSource.a()), grid(toSource.b()), grid(toSource.c()),
      grid(toSource.d()), grid(toSource.e()), grid(toSource.f())
    };
    Mat result = new Mat();
    try (Mat pixels = source.pixels();
        DoublePointer coefficients = new DoublePointer(m);
        Mat matrix = new Mat(2, 3, CV_64F, coefficients);
        Size size = new Size(outputWidth, outputHeight);
        Scalar outside = Image.colour(Image.OUTSIDE)) {
      warpAffine(
          pixels, result, matrix, size, INTER_LINEAR | WARP_INVERSE_MAP, BORDER_CONSTANT, outside);
    }
    return result;
  }

  /**
   * The part of the picture that a warp looks at, in blocks averaged to one pixel each.
   *
   * @param pixels which the caller closes; they may be the picture's own
   */
  record Shrunk(Mat pixels, Affine imageToSource) {}

  private Shrunk shrunk(Affine map, int outputWidth, int outputHeight) {
    // One step in the output moves this many pixels along each axis of the input.
    int blockX = (int) Math.min(block(Math.hypot(map.a(), map.b())), Math.max(width, height));
    int blockY = (int) Math.min(block(Math.hypot(map.d(), map.e())), Math.max(width, height));
    double halfX = (Math.abs(map.a()) * outputWidth + Math.abs(map.b()) * outputHeight) / 2;
    double halfY = (Math.abs(map.d()) * outputWidth + Math.abs(map.e()) * outputHeight) / 2;
    double u = (outputWidth - 1) / 2.0;
    double v = (outputHeight - 1) / 2.0;
    int left = firstBlock(map.x(u, v) - halfX, blockX, width);
    int top = firstBlock(map.y(u, v) - halfY, blockY, height);
    int right = Math.max(left + 1, lastBlock(map.x(u, v) + halfX, blockX, width));
    int bottom = Math.max(top + 1, lastBlock(map.y(u, v) + halfY, blockY, height));
    Affine sourceToImage =
        new Affine(1, 0, left * (double) blockX, 0, 1, top * (double) blockY)
            .after(Affine.resize(blockX, blockY));
    int x1 = Math.min(width, right * blockX);
    int y1 = Math.min(height, bottom * blockY);
    try (Rect area = new Rect(left * blockX, top * blockY, x1 - left * blockX, y1 - top * blockY)) {
      Mat part = new Mat(mat, area);
      if (blockX == 1 && blockY == 1) {
        return new Shrunk(part, sourceToImage.inverse());
      }
      Mat small = new Mat();
      // What the last blocks lack is outside the picture.
      try (part;
          Mat whole = new Mat();
          Scalar outside = Image.colour(Image.OUTSIDE);
          Size size = new Size(right - left, bottom - top)) {
        copyMakeBorder(
            part, whole, 0, bottom * blockY - y1, 0, right * blockX - x1, BORDER_CONSTANT, outside);
        resize(whole, small, size, 0, 0, INTER_AREA);
      }
      return new Shrunk(small, sourceToImage.inverse());
    }
  }

  /**
   * What a decoder may average before a warp, so that it comes out the same: the side of the parts
   * that the warp's blocks are made of.
   *
   * @return 8, 2 or 1 pixels, along the axis where the map makes least smaller
   */
  static int parts(Affine outputToInput) {
    return Math.min(
        parts(Math.hypot(outputToInput.a(), outputToInput.b())),
        parts(Math.hypot(outputToInput.d(), outputToInput.e())));
  }

  private static int parts(double minification) {
    return minification + 1e-6 >= 8 ? 8 : minification + 1e-6 >= 4 ? 2 : 1;
  }

  /**
   * How many pixels go into one before it is sampled, along one axis: 1 up to twice smaller, which
   * bilinear sampling does well.
   *
   * @param minification how many pixels one step in the output moves
   */
  private static double block(double minification) {
    int parts = parts(minification);
    if (parts > 1) {
      return parts * block(minification / parts);
    }
    return minification <= 2 + 1e-6 ? 1 : Math.floor(minification + 1e-6);
  }

  private static int firstBlock(double edge, int block, int size) {
    int first = (int) Math.floor((edge - 2) / block); // saturates
    return Math.max(0, Math.min(first, (size - 1) / block));
  }

  private static int lastBlock(double edge, int block, int size) {
    int last = (int) Math.ceil((edge + 3) / block);
    return Math.max(0, Math.min(last, (size + block - 1) / block));
  }

  /** To a grid finer than any interpolation: a map and its double mirror are then the same. */
  private static double grid(double coefficient) {
    return Math.rint(coefficient * 0x1p32) * 0x1p-32;
  }
}
