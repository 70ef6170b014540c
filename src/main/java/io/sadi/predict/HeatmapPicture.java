package io.sadi.predict;

import io.sadi.data.Crop;
import io.sadi.data.Skeleton;
import io.sadi.geom.Affine;
import io.sadi.image.Canvas;
import io.sadi.image.Image;
import io.sadi.io.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the network saw in every crop: a row a person, with the crop and the joints found in it, the
 * first heatmap, the second one, and the two fused. Heat has the colour of its joint's side, and
 * where joints overlap mostly that of the likeliest; the crop shines through where there is none.
 */
final class HeatmapPicture {
  private static final int PANEL = 320;
  private static final int GAP = 8;
  private static final int TITLE = 30;
  private static final int PAPER = 0xFFFFFF;
  private static final int INK = 0x303030;

  /** How bright the crop is where nothing is. */
  private static final double PHOTO = 0.45;

  /** Faint heat is to be seen too: a value of 0.1 covers a fifth. */
  private static final double GAMMA = 0.7;

  private final SkeletonDrawing drawing;
  private final int joints;
  private final double fusionWeight;

  /**
   * @param fusionWeight w of {@link Decode#FUSED}
   */
  HeatmapPicture(Skeleton skeleton, double fusionWeight) {
    this.drawing = new SkeletonDrawing(skeleton);
    this.joints = skeleton.size();
    this.fusionWeight = fusionWeight;
  }

  /** A new picture; the caller closes it. People without maps are left out. */
  Image draw(Image photo, List<FoundPerson> people) {
    List<FoundPerson> rows = people.stream().filter(person -> person.maps() != null).toList();
    int columns = 1;
    for (FoundPerson person : rows) {
      columns = 1 + panels(person).size();
    }
    Image picture =
        Image.filled(
            columns * (PANEL + GAP) + GAP, Math.max(1, rows.size()) * (PANEL + GAP) + TITLE, PAPER);
    Canvas canvas = picture.canvas();
    title(canvas, 0, "crop");
    for (int row = 0; row < rows.size(); row++) {
      FoundPerson person = rows.get(row);
      int top = TITLE + row * (PANEL + GAP);
      Crop crop = person.place().crop(PANEL);
      try (Image plain = photo.warp(crop.imageToCrop().inverse(), PANEL, PANEL)) {
        int column = 1;
        for (Map.Entry<String, float[]> panel : panels(person).entrySet()) {
          title(canvas, column, panel.getKey());
          try (Image heated = heated(plain, panel.getValue(), mapSize(person))) {
            canvas.picture(heated, left(column), top);
          }
          column++;
        }
        drawing.draw(plain.canvas(), person.joints(), crop.imageToCrop(), 3);
        canvas.picture(plain, left(0), top);
      }
    }
    return picture;
  }

  private static int left(int column) {
    return GAP + column * (PANEL + GAP);
  }

  private static void title(Canvas canvas, int column, String text) {
    canvas.text(text, left(column), TITLE - 9, 12, INK);
  }

  private static int mapSize(FoundPerson person) {
    return person.maps() == null ? 0 : person.maps().size();
  }

  /** Maps to show, [K, size, size], by their titles. */
  private Map<String, float[]> panels(FoundPerson person) {
    Map<String, float[]> panels = new LinkedHashMap<>();
    Maps maps = person.maps();
    if (maps != null) {
      panels.put("H1", maps.h1());
      float[] h2 = maps.h2();
      if (h2 != null) {
        panels.put("H2", h2);
        float[] fused = new float[h2.length];
        for (int i = 0; i < fused.length; i++) {
          fused[i] = (float) ((1 - fusionWeight) * maps.h1()[i] + fusionWeight * h2[i]);
        }
        panels.put("fused, w = " + Json.number(fusionWeight, 3), fused);
      }
    }
    return panels;
  }

  /** The crop, dimmed, under the heat of all joints. */
  private Image heated(Image plain, float[] maps, int size) {
    byte[] rgb = plain.rgb();
    Affine toMap = Affine.resize((double) size / PANEL, (double) size / PANEL);
    for (int v = 0; v < PANEL; v++) {
      for (int u = 0; u < PANEL; u++) {
        double x = toMap.x(u, v);
        double y = toMap.y(u, v);
        // Weighted so that the likeliest joint's colour wins, but without an edge.
        double largest = 0;
        double weights = 1e-12;
        double[] colour = new double[3];
        for (int k = 0; k < joints; k++) {
          double value = sample(maps, k * size * size, size, x, y);
          double weight = value * value * value * value;
          largest = Math.max(largest, value);
          weights += weight;
          for (int c = 0; c < 3; c++) {
            colour[c] += weight * ((drawing.colour(k) >> (16 - 8 * c)) & 0xFF);
          }
        }
        double cover = Math.pow(largest, GAMMA);
        int at = 3 * (v * PANEL + u);
        // Grey, so that all colour is heat.
        int photo = (rgb[at] & 0xFF) + 2 * (rgb[at + 1] & 0xFF) + (rgb[at + 2] & 0xFF);
        for (int c = 0; c < 3; c++) {
          double heat = colour[c] / weights;
          rgb[at + c] = (byte) Math.rint((1 - cover) * PHOTO * photo / 4 + cover * heat);
        }
      }
    }
    return Image.of(rgb, PANEL, PANEL);
  }

  /** Bilinear, the edge's pixels going on outside; clamped to [0, 1]. */
  private static double sample(float[] maps, int offset, int size, double x, double y) {
    double cx = Math.max(0, Math.min(x, size - 1));
    double cy = Math.max(0, Math.min(y, size - 1));
    int x0 = (int) cx;
    int y0 = (int) cy;
    int x1 = Math.min(x0 + 1, size - 1);
    int y1 = Math.min(y0 + 1, size - 1);
    double fx = cx - x0;
    double fy = cy - y0;
    double upper = maps[offset + y0 * size + x0] * (1 - fx) + maps[offset + y0 * size + x1] * fx;
    double lower = maps[offset + y1 * size + x0] * (1 - fx) + maps[offset + y1 * size + x1] * fx;
    return Math.max(0, Math.min(1, upper * (1 - fy) + lower * fy));
  }
}
