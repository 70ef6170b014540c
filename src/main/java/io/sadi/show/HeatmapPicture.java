package io.sadi.show;

import io.sadi.checkpoint.Checkpoint;
import io.sadi.checkpoint.Decode;
import io.sadi.data.Crop;
import io.sadi.data.Person;
import io.sadi.data.Skeleton;
import io.sadi.geom.PixelConvention;
import io.sadi.image.Canvas;
import io.sadi.image.Image;
import io.sadi.io.Json;
import io.sadi.predict.engine.FoundPerson;
import io.sadi.predict.engine.Maps;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What networks saw in every crop: a row a person, with the crop and the joints found in it, the
 * annotated joints as the first heatmap learns them where there are any, and of each network the
 * first heatmap, the second one, and the two fused.
 */
public final class HeatmapPicture {
  private static final int PANEL = 320;
  private static final int GAP = 8;
  private static final int TITLE = 30;

  /** Letters of a name above a panel. */
  private static final int LONGEST = 20;

  private static final int PAPER = 0xFFFFFF;
  private static final int INK = 0x303030;

  /**
   * A network whose maps are shown.
   *
   * @param name above them; empty where it is the only one
   * @param pixels where it has the middle of its maps
   * @param fusionWeight w of {@link Decode#FUSED}
   */
  public record Source(String name, PixelConvention pixels, double fusionWeight) {
    /** Of a checkpoint. */
    public static Source of(Checkpoint checkpoint, String name) {
      return new Source(name, checkpoint.model().pixels(), checkpoint.fusionWeight());
    }
  }

  /**
   * A person.
   *
   * @param found by the first network, with its maps; without maps the person is left out
   * @param against the second network's maps; null where there is none
   * @param truth the same person as annotated; null where nobody did
   */
  public record Row(FoundPerson found, @Nullable Maps against, @Nullable Person truth) {}

  /** One map of all joints, [K, size, size]. */
  @SuppressWarnings("ArrayRecordComponent") // drawn, and gone
  private record Panel(String title, float[] maps, int size, HeatDrawing heat) {}

  private final SkeletonDrawing drawing;
  private final int joints;
  private final double targetSigma;
  private final Source network;
  private final @Nullable Source against;

  /**
   * @param targetSigma deviation of the truth's heat, in pixels of the first network's maps
   * @param against null for one network
   */
  public HeatmapPicture(
      Skeleton skeleton, double targetSigma, Source network, @Nullable Source against) {
    this.drawing = new SkeletonDrawing(skeleton);
    this.joints = skeleton.size();
    this.targetSigma = targetSigma;
    this.network = network;
    this.against = against;
  }

  /** A new picture; the caller closes it. */
  public Image draw(Image photo, List<Row> people) {
    List<Row> rows = people.stream().filter(row -> row.found().maps() != null).toList();
    List<List<Panel>> panels = rows.stream().map(this::panels).toList();
    int columns = 1 + panels.stream().mapToInt(List::size).max().orElse(0);
    Image picture =
        Image.filled(
            columns * (PANEL + GAP) + GAP, Math.max(1, rows.size()) * (PANEL + GAP) + TITLE, PAPER);
    Canvas canvas = picture.canvas();
    title(canvas, 0, "crop");
    for (int row = 0; row < rows.size(); row++) {
      FoundPerson person = rows.get(row).found();
      int top = TITLE + row * (PANEL + GAP);
      Crop crop = person.place().crop(PANEL);
      try (Image plain = photo.warp(crop.cropToImage(), PANEL, PANEL)) {
        int column = 1;
        for (Panel panel : panels.get(row)) {
          title(canvas, column, panel.title());
          try (Image heated = panel.heat().draw(plain, panel.maps(), panel.size())) {
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

  private List<Panel> panels(Row row) {
    List<Panel> panels = new ArrayList<>();
    Maps maps = row.found().maps();
    if (maps == null) {
      return panels;
    }
    if (row.truth() != null) {
      Crop crop = row.found().place().crop(maps.size(), network.pixels());
      panels.add(
          new Panel("annotated", target(row.truth(), crop), maps.size(), heat(network.pixels())));
    }
    add(panels, network, maps);
    if (against != null && row.against() != null) {
      add(panels, against, row.against());
    }
    return panels;
  }

  private void add(List<Panel> panels, Source source, Maps maps) {
    String name = source.name();
    String shown = name.length() > LONGEST ? name.substring(0, LONGEST - 1) + "." : name;
    String of = name.isEmpty() ? "" : shown + ": ";
    HeatDrawing heat = heat(source.pixels());
    panels.add(new Panel(of + "H1", maps.h1(), maps.size(), heat));
    float[] h2 = maps.h2();
    if (h2 != null) {
      panels.add(new Panel(of + "H2", h2, maps.size(), heat));
      double w = source.fusionWeight();
      float[] fused = new float[h2.length];
      for (int i = 0; i < fused.length; i++) {
        fused[i] = (float) ((1 - w) * maps.h1()[i] + w * h2[i]);
      }
      panels.add(new Panel(of + "fused, w " + Json.number(w, 3), fused, maps.size(), heat));
    }
  }

  private HeatDrawing heat(PixelConvention pixels) {
    return new HeatDrawing(drawing, joints, pixels);
  }

  /** A Gaussian around each annotated joint: what the first heatmap learns. */
  private float[] target(Person truth, Crop crop) {
    int size = crop.size();
    float[] maps = new float[joints * size * size];
    for (int k = 0; k < joints; k++) {
      if (!truth.annotated(k)) {
        continue;
      }
      double x = crop.imageToCrop().x(truth.x()[k], truth.y()[k]);
      double y = crop.imageToCrop().y(truth.x()[k], truth.y()[k]);
      for (int v = 0; v < size; v++) {
        for (int u = 0; u < size; u++) {
          double distance = (u - x) * (u - x) + (v - y) * (v - y);
          maps[(k * size + v) * size + u] =
              (float) Math.exp(-distance / (2 * targetSigma * targetSigma));
        }
      }
    }
    return maps;
  }
}
