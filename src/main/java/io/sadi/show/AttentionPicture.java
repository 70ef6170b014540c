package io.sadi.show;

import io.sadi.data.Crop;
import io.sadi.data.PersonBox;
import io.sadi.image.Canvas;
import io.sadi.image.Image;
import io.sadi.model.Attention;
import io.sadi.model.Attention.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where a network's spatial fusion module looks: a row a person, the crop, then its global weights
 * W1 to W4 (fine to coarse; at each pixel they add up to 1; black is 0, white the largest of all
 * four), then the local weights of its three fusions (grey 1: no change; brighter is more).
 */
public final class AttentionPicture {
  private static final int PANEL = 224;
  private static final int GAP = 8;
  private static final int TITLE = 30;
  private static final int PAPER = 0xFFFFFF;
  private static final int INK = 0x303030;

  /** Weights of local attention from nothing to twice the mean, or as large as they are. */
  private static final double LOCAL_RANGE = 2;

  /**
   * A person and what was looked at.
   *
   * @param place where
   */
  public record Looked(PersonBox place, Attention attention) {}

  private AttentionPicture() {}

  /** A new picture; the caller closes it. */
  public static Image draw(Image photo, List<Looked> people) {
    int columns =
        1
            + people.stream()
                .mapToInt(one -> one.attention().global().size() + one.attention().local().size())
                .max()
                .orElse(0);
    Image picture =
        Image.filled(
            columns * (PANEL + GAP) + GAP,
            Math.max(1, people.size()) * (PANEL + GAP) + TITLE,
            PAPER);
    Canvas canvas = picture.canvas();
    canvas.text("crop", GAP, TITLE - 9, 12, INK);
    for (int row = 0; row < people.size(); row++) {
      Looked one = people.get(row);
      int top = TITLE + row * (PANEL + GAP);
      Crop crop = one.place().crop(PANEL);
      try (Image plain = photo.warp(crop.cropToImage(), PANEL, PANEL)) {
        canvas.picture(plain, GAP, top);
      }
      int column = 1;
      for (Panel panel : panels(one.attention())) {
        int left = GAP + column * (PANEL + GAP);
        if (row == 0) {
          canvas.text(panel.title(), left, TITLE - 9, 12, INK);
        }
        try (Image map = grey(panel)) {
          canvas.picture(map, left, top);
        }
        column++;
      }
    }
    return picture;
  }

  /**
   * One map.
   *
   * @param most what is drawn white
   */
  private record Panel(String title, Weights weights, double most) {}

  private static List<Panel> panels(Attention attention) {
    List<Panel> panels = new ArrayList<>();
    double largestGlobal =
        attention.global().stream().mapToDouble(AttentionPicture::max).max().orElse(1);
    for (int n = 0; n < attention.global().size(); n++) {
      Weights weights = attention.global().get(n);
      panels.add(new Panel(text("W%d, mean %.2f", n + 1, mean(weights)), weights, largestGlobal));
    }
    for (int i = 0; i < attention.local().size(); i++) {
      Weights weights = attention.local().get(i);
      double largest = max(weights);
      panels.add(
          new Panel(
              text("local %d, up to %.2f", i + 1, largest),
              weights,
              mean(weights) > 0.5 ? LOCAL_RANGE : largest)); // without a gain they are small
    }
    return panels;
  }

  private static double max(Weights weights) {
    double largest = 0;
    for (float value : weights.values()) {
      largest = Math.max(largest, value);
    }
    return largest;
  }

  private static double mean(Weights weights) {
    double sum = 0;
    for (float value : weights.values()) {
      sum += value;
    }
    return sum / weights.values().length;
  }

  /** A map enlarged, each pixel a square. */
  private static Image grey(Panel panel) {
    int size = panel.weights().size();
    byte[] rgb = new byte[3 * PANEL * PANEL];
    for (int v = 0; v < PANEL; v++) {
      for (int u = 0; u < PANEL; u++) {
        float value = panel.weights().values()[v * size / PANEL * size + u * size / PANEL];
        byte grey = (byte) Math.rint(255 * Math.max(0, Math.min(1, value / panel.most())));
        int at = 3 * (v * PANEL + u);
        rgb[at] = grey;
        rgb[at + 1] = grey;
        rgb[at + 2] = grey;
      }
    }
    return Image.of(rgb, PANEL, PANEL);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
