package io.sadi.data;

import io.sadi.geom.Box;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Draws what a detector's maps should be for squares of photos: arrays of [B, maps, cells, cells],
 * where a cell is {@link #STRIDE} pixels wide and high.
 *
 * @param cells side of the maps
 */
record SceneTargets(int cells) {
  /** Pixels of the input to a cell: the network's stride. */
  static final int STRIDE = 4;

  /** Numbers of a box. */
  static final int BOX = 4;

  /**
   * The deviation of the bell around a centre, as a share of the box's side: Liu et al.,
   * Training-Time-Friendly Network for Real-Time Object Detection, 2019.
   */
  private static final double SPREAD = 0.09;

  /** Least deviation in cells. */
  private static final double NARROWEST = 0.6;

  /** Boxes are learned in the cell with their middle and so many around it. */
  private static final int AROUND = 1;

  /**
   * Draws a square's.
   *
   * @param b its place in the batch
   * @param photos that its tiles show
   * @param background as {@link SceneAugmentation} has it
   */
  void draw(Scene scene, int b, List<LabelledPhoto> photos, double background, SceneBatch batch) {
    int area = cells * cells;
    float[] centre = batch.centre();
    float[] weight = batch.weight();
    Arrays.fill(centre, b * area, (b + 1) * area, 0);
    Arrays.fill(weight, b * area, (b + 1) * area, 1);
    Arrays.fill(batch.boxWeight(), b * area, (b + 1) * area, 0);
    Arrays.fill(batch.box(), b * BOX * area, (b + 1) * BOX * area, 0);
    for (Scene.ScenePart tile : scene.tiles()) {
      LabelledPhoto photo = photos.get(tile.photo());
      Box seen = tile.place(new Box(0, 0, photo.width(), photo.height()));
      fill(weight, b, seen, (float) background);
    }
    scene.people().forEach(box -> fill(weight, b, box, 1));
    scene.unknown().forEach(box -> fill(weight, b, box, 0));
    batch.add(scene.people());
    // The smaller one of two that meet in a cell comes last, and has it.
    scene.people().stream()
        .sorted(Comparator.comparingDouble((Box box) -> -box.area()))
        .forEach(box -> add(box, b, batch));
  }

  /** Sets the cells whose middles are in a box. */
  private void fill(float[] map, int b, Box box, float value) {
    int left = cell(box.x() / STRIDE + 0.5);
    int right = cell(Math.ceil((box.x() + box.width()) / STRIDE - 0.5));
    int top = cell(box.y() / STRIDE + 0.5);
    int bottom = cell(Math.ceil((box.y() + box.height()) / STRIDE - 0.5));
    for (int row = top; row < bottom; row++) {
      int at = (b * cells + row) * cells;
      if (left < right) {
        Arrays.fill(map, at + left, at + right, value);
      }
    }
  }

  private int cell(double at) {
    return (int) Math.max(0, Math.min(cells, Math.floor(at)));
  }

  private void add(Box box, int b, SceneBatch batch) {
    double x = box.centerX() / STRIDE;
    double y = box.centerY() / STRIDE;
    int column = Math.min(cells - 1, cell(x));
    int row = Math.min(cells - 1, cell(y));
    double sx = Math.max(NARROWEST, SPREAD * box.width() / STRIDE);
    double sy = Math.max(NARROWEST, SPREAD * box.height() / STRIDE);
    int reachX = (int) Math.ceil(3 * sx);
    int reachY = (int) Math.ceil(3 * sy);
    int area = cells * cells;
    double quarter = cells * STRIDE / 4.0;
    for (int r = Math.max(0, row - reachY); r <= Math.min(cells - 1, row + reachY); r++) {
      for (int c = Math.max(0, column - reachX); c <= Math.min(cells - 1, column + reachX); c++) {
        double dx = (c - column) / sx;
        double dy = (r - row) / sy;
        float bell = (float) Math.exp(-0.5 * (dx * dx + dy * dy));
        int at = r * cells + c;
        int place = b * area + at;
        batch.centre()[place] = Math.max(batch.centre()[place], bell);
        if (Math.abs(c - column) <= AROUND && Math.abs(r - row) <= AROUND) {
          int first = b * BOX * area + at;
          batch.box()[first] = (float) (x - (c + 0.5));
          batch.box()[first + area] = (float) (y - (r + 0.5));
          batch.box()[first + 2 * area] = (float) Math.log(box.width() / quarter);
          batch.box()[first + 3 * area] = (float) Math.log(box.height() / quarter);
          batch.boxWeight()[place] = bell;
        }
      }
    }
    batch.weight()[b * area + row * cells + column] = 1; // also within somebody unknown
  }
}
