package io.sadi.show;

import io.sadi.checkpoint.Decode;
import io.sadi.data.Crop;
import io.sadi.data.Skeleton;
import io.sadi.geom.PixelConvention;
import io.sadi.image.Canvas;
import io.sadi.image.Image;
import io.sadi.io.Json;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.Maps;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the network saw in every crop: a row a person, with the crop and the joints found in it, the
 * first heatmap, the second one, and the two fused.
 */
public final class HeatmapPicture {
  private static final int PANEL = 320;
  private static final int GAP = 8;
  private static final int TITLE = 30;
  private static final int PAPER = 0xFFFFFF;
  private static final int INK = 0x303030;

  private final SkeletonDrawing drawing;
  private final HeatDrawing heat;
  private final double fusionWeight;

  /**
   * @param pixels where the network has the middle of its maps
   * @param fusionWeight w of {@link Decode#FUSED}
   */
  public HeatmapPicture(Skeleton skeleton, PixelConvention pixels, double fusionWeight) {
    this.drawing = new SkeletonDrawing(skeleton);
    this.heat = new HeatDrawing(drawing, skeleton.size(), pixels);
    this.fusionWeight = fusionWeight;
  }

  /** A new picture; the caller closes it. People without maps are left out. */
  public Image draw(Image photo, List<FoundPerson> people) {
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
          try (Image heated = heat.draw(plain, panel.getValue(), mapSize(person))) {
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
}
