package io.sadi.image;

import java.io.IOException;
import java.nio.file.Path;

/** Square pictures of one size in rows, a line of text above them and lines below each. */
public final class ContactSheet implements AutoCloseable {
  private static final int GAP = 6;
  private static final int TEXT = 9;
  private static final int LINE = TEXT + 5;
  private static final int LEGEND = TEXT + 14;
  private static final int PAPER = 0x202020;
  private static final int INK = 0xE8E8E8;
  private static final int JPEG_QUALITY = 90;

  /** Width over height that a sheet aims at. */
  private static final double ASPECT = 1.3;

  private final Image sheet;
  private final int tile;
  private final int columns;
  private final int caption;
  private int count;

  /**
   * An empty sheet.
   *
   * @param pictures how many it has room for
   * @param tile side of each in pixels
   * @param lines of text below each
   * @param legend what is written on top
   */
  public ContactSheet(int pictures, int tile, int lines, String legend) {
    this(pictures, (int) Math.ceil(Math.sqrt(pictures * ASPECT)), tile, lines, legend);
  }

  /**
   * The same with so many pictures a row, where some belong together.
   *
   * @param columns of pictures
   */
  public ContactSheet(int pictures, int columns, int tile, int lines, String legend) {
    this.tile = tile;
    this.columns = columns;
    this.caption = lines * LINE + 2;
    int rows = (pictures + columns - 1) / columns;
    this.sheet =
        Image.filled(columns * (tile + GAP) + GAP, LEGEND + rows * (tile + caption + GAP), PAPER);
    sheet.canvas().text(legend, GAP, LEGEND - 8, TEXT, INK);
  }

  /**
   * Puts a picture at the next place.
   *
   * @param below the lines under it, which lose their beginning where they are too long
   */
  public void add(Image picture, String... below) {
    Canvas canvas = sheet.canvas();
    int x = GAP + count % columns * (tile + GAP);
    int y = LEGEND + count / columns * (tile + caption + GAP);
    canvas.picture(picture, x, y);
    for (int i = 0; i < below.length; i++) {
      canvas.text(shortened(below[i]), x, y + tile + TEXT + 4 + i * LINE, TEXT, INK);
    }
    count++;
  }

  /** Long names are cut at their start. */
  private String shortened(String text) {
    String rest = text;
    while (Canvas.textWidth(rest, TEXT) > tile && rest.length() > 4) {
      rest = ".." + rest.substring(rest.startsWith("..") ? 3 : 1);
    }
    return rest;
  }

  /** Writes the sheet, whole or not at all. */
  public void write(Path file) throws IOException {
    sheet.writeJpeg(file, JPEG_QUALITY);
  }

  @Override
  public void close() {
    sheet.close();
  }
}
