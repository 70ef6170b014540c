package io.sadi.predict.output;

import io.sadi.eval.Prediction;
import io.sadi.geom.Box;
import io.sadi.io.Json;
import io.sadi.predict.engine.FoundImage;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.InputFailure;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * An image's people as YOLO's labels, a line each: class 0, the box's centre, width and height, and
 * x, y and 2 (visible) of each joint, as shares of the image. YOLO has no place outside the image:
 * a box ends at its edges, and a joint beyond them is not annotated (0 0 0).
 */
final class YoloWriter implements PredictionsWriter {
  /** Of shares: a thousandth of a pixel in an image of 100,000. */
  private static final int DECIMALS = 9;

  private final BufferedWriter text;

  YoloWriter(OutputStream out) {
    this.text = PredictionsWriter.text(out);
  }

  /** How many joints of an image cannot be written. */
  static int outside(FoundImage image) {
    int outside = 0;
    for (FoundPerson person : image.people()) {
      Prediction joints = person.joints();
      for (int k = 0; k < joints.x().length; k++) {
        outside += isInside(joints, k, image) ? 0 : 1;
      }
    }
    return outside;
  }

  private static boolean isInside(Prediction joints, int k, FoundImage image) {
    float x = joints.x()[k];
    float y = joints.y()[k];
    return x >= 0 && y >= 0 && x <= image.width() && y <= image.height();
  }

  @Override
  public void write(FoundImage image) throws IOException {
    for (FoundPerson person : image.people()) {
      Box box = person.place().box();
      double left = share(box.x(), image.width());
      double top = share(box.y(), image.height());
      double right = share(box.x() + box.width(), image.width());
      double bottom = share(box.y() + box.height(), image.height());
      text.write("0");
      write((left + right) / 2);
      write((top + bottom) / 2);
      write(right - left);
      write(bottom - top);
      Prediction joints = person.joints();
      for (int k = 0; k < joints.x().length; k++) {
        if (isInside(joints, k, image)) {
          write(share(joints.x()[k], image.width()));
          write(share(joints.y()[k], image.height()));
          text.write(" 2");
        } else {
          text.write(" 0 0 0");
        }
      }
      text.write("\n");
    }
  }

  private static double share(double place, int size) {
    return size == 0 ? 0 : Math.max(0, Math.min(1, place / size));
  }

  private void write(double share) throws IOException {
    text.write(" ");
    text.write(Json.number(share, DECIMALS).getAsBigDecimal().toPlainString());
  }

  @Override
  public void finish(List<InputFailure> failures) throws IOException {
    text.flush();
  }
}
