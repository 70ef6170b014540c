package io.sadi.prepare.synthetic;

import java.util.SplittableRandom;

/** What is behind a figure, and what stands in front of it. */
final class Scenery {
  private final Picture picture;
  private final SplittableRandom random;
  private final Noise noise;

  Scenery(Picture picture, SplittableRandom random) {
    this.picture = picture;
    this.random = random;
    noise = new Noise(random);
  }

  /**
   * Fills the picture with a place: outdoors, a room, a wall, a pitch; cluttered, often blurred.
   */
  void behind() {
    switch (random.nextInt(4)) {
      case 0 -> outdoors();
      case 1 -> room();
      case 2 -> wall();
      default -> pitch();
    }
    int clutter = 2 + random.nextInt(8);
    for (int i = 0; i < clutter; i++) {
      switch (random.nextInt(7)) {
        case 0, 1 -> panel(0.15, 0.5, muted(), uniform(0.35, 1));
        case 2 -> ball();
        case 3 -> bush();
        case 4, 5 -> post(uniform(2.5, 8), random.nextInt(3) == 0 ? skinLike() : muted());
        default -> branch(uniform(2.5, 7), random.nextInt(2) == 0 ? skinLike() : muted());
      }
    }
    int blur = random.nextInt(4);
    if (blur > 0) {
      picture.blur(blur);
    }
  }

  /** A few things in front, each smaller than a person. */
  void before() {
    int count = 1 + random.nextInt(2);
    for (int i = 0; i < count; i++) {
      switch (random.nextInt(4)) {
        case 0, 1 -> panel(0.1, 0.32, vivid(), uniform(0.5, 1.05));
        case 2 -> post(uniform(3, 7), muted());
        default -> bush();
      }
    }
  }

  private void outdoors() {
    int top = Paint.hsv(uniform(0.53, 0.65), uniform(0.1, 0.6), uniform(0.6, 1));
    int low = Paint.mix(top, 0xFFF4E0, uniform(0.3, 0.8));
    int hill = Paint.hsv(uniform(0.2, 0.5), uniform(0.15, 0.5), uniform(0.3, 0.6));
    int ground = Paint.hsv(uniform(0.07, 0.36), uniform(0.15, 0.6), uniform(0.35, 0.7));
    double horizon = picture.height * uniform(0.3, 0.75);
    double hills = uniform(3, 25);
    double size = uniform(8, 50);
    picture.fill(
        (x, y) -> {
          double ridge = horizon - hills * (1 + noise.rough(x, 500, 45));
          if (y < ridge) {
            double cloud = Math.max(0, noise.rough(x, y, 40));
            return Paint.mix(Paint.mix(top, low, y / Math.max(1, horizon)), 0xFFFFFF, 0.6 * cloud);
          }
          return y < horizon
              ? Paint.shade(hill, 1 + 0.35 * noise.rough(x, y, 12))
              : Paint.shade(ground, 1 + 0.3 * noise.rough(x, 1.7 * y, size));
        });
  }

  private void room() {
    int paper = Paint.hsv(random.nextDouble(), uniform(0.03, 0.35), uniform(0.5, 0.95));
    int floor = Paint.hsv(uniform(0.02, 0.13), uniform(0.15, 0.6), uniform(0.3, 0.75));
    double edge = picture.height * uniform(0.55, 0.9);
    double plank = uniform(8, 30);
    double lean = uniform(-0.8, 0.8);
    picture.fill(
        (x, y) -> {
          if (y < edge) {
            return Paint.shade(paper, 1 - 0.15 * y / edge + 0.05 * noise.at(x, y, 60));
          }
          if (y < edge + 3) {
            return Paint.shade(paper, 0.6); // the skirting board
          }
          double across = (x - picture.width / 2.0) / (1 + 0.012 * (y - edge)) + lean * (y - edge);
          boolean gap = Math.abs(across / plank - Math.rint(across / plank)) < 0.05;
          return Paint.shade(floor, gap ? 0.7 : 1 + 0.15 * noise.at(x, 3 * y, 20));
        });
    for (int i = random.nextInt(4); i > 0; i--) {
      panel(0.12, 0.4, vivid(), uniform(0, 0.5)); // pictures, doors, windows
    }
  }

  private void wall() {
    int stone = Paint.hsv(uniform(0, 0.12), uniform(0.05, 0.6), uniform(0.35, 0.8));
    int mortar = Paint.shade(stone, random.nextBoolean() ? 1.35 : 0.65);
    double rows = uniform(7, 22);
    double columns = rows * uniform(1, 2.6);
    picture.fill(
        (x, y) -> {
          int row = (int) Math.floor(y / rows);
          double shifted = x + (row % 2) * columns / 2;
          boolean joint = y - row * rows < 1.4 || Math.floorMod((int) shifted, (int) columns) < 1.4;
          double own = noise.at(37.0 * row, 91 * Math.floor(shifted / columns), 31);
          return joint ? mortar : Paint.shade(stone, 1 + 0.25 * own + 0.18 * noise.rough(x, y, 7));
        });
  }

  private void pitch() {
    int one = Paint.hsv(random.nextDouble(), uniform(0.1, 0.65), uniform(0.25, 0.9));
    int other = Paint.hsv(random.nextDouble(), uniform(0.1, 0.65), uniform(0.25, 0.9));
    double size = uniform(10, 70);
    double stripes = uniform(15, 60);
    double angle = uniform(0, Math.PI);
    boolean striped = random.nextBoolean();
    picture.fill(
        (x, y) -> {
          double t = 0.5 + 0.7 * noise.rough(x, y, size);
          if (striped) {
            double along = (x * Math.cos(angle) + y * Math.sin(angle)) / stripes;
            t = 0.25 * t + (Math.floorMod((int) Math.floor(along), 2) == 0 ? 0.15 : 0.6);
          }
          return Paint.shade(
              Paint.mix(one, other, Math.max(0, Math.min(1, t))), 1 + 0.15 * noise.at(x, y, 3));
        });
  }

  /** A board, crate, door or picture: a rectangle at some angle, with a border or slats. */
  private void panel(double smallest, double largest, int colour, double down) {
    double w = picture.width * uniform(smallest, largest) / 2;
    double h = picture.height * uniform(smallest, largest) / 2;
    double cx = uniform(0, picture.width);
    double cy = picture.height * down;
    double angle = random.nextInt(5) == 0 ? uniform(-0.6, 0.6) : uniform(-0.05, 0.05);
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    int edge = Paint.shade(colour, uniform(0.5, 1.4));
    boolean slats = random.nextBoolean();
    double slat = uniform(5, 14);
    double fall = uniform(-0.3, 0.3);
    double reach = Math.hypot(w, h);
    picture.draw(
        cx - reach,
        cy - reach,
        cx + reach,
        cy + reach,
        (x, y) ->
            Math.min(
                w - Math.abs((x - cx) * cos + (y - cy) * sin),
                h - Math.abs((y - cy) * cos - (x - cx) * sin)),
        (x, y) -> {
          double u = (x - cx) * cos + (y - cy) * sin;
          double v = (y - cy) * cos - (x - cx) * sin;
          boolean border = Math.min(w - Math.abs(u), h - Math.abs(v)) < 2;
          boolean gap = slats && Math.abs(v / slat - Math.rint(v / slat)) < 0.08;
          return border || gap
              ? edge
              : Paint.shade(colour, 1 + fall * u / w + 0.08 * noise.at(u, v, 6));
        });
  }

  /** A post: from the ground, upright or nearly so. */
  private void post(double radius, int colour) {
    double foot = picture.height * uniform(0.6, 1.1);
    double length = picture.height * uniform(0.25, 1);
    double angle = -Math.PI / 2 + uniform(-0.15, 0.15);
    pole(uniform(0, picture.width), foot, angle, length, radius, colour);
  }

  /** A branch, rope or arm: in from one side. */
  private void branch(double radius, int colour) {
    boolean fromLeft = random.nextBoolean();
    double length = picture.width * uniform(0.2, 0.7);
    double angle = uniform(-0.7, 0.7) + (fromLeft ? 0 : Math.PI);
    double x = fromLeft ? 0 : picture.width;
    pole(x, uniform(0, picture.height), angle, length, radius, colour);
  }

  /** Something round and long. */
  private void pole(double x0, double y0, double angle, double length, double radius, int colour) {
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    double lit = uniform(-0.7, 0.7);
    double x1 = x0 + length * cos;
    double y1 = y0 + length * sin;
    picture.draw(
        Math.min(x0, x1) - radius,
        Math.min(y0, y1) - radius,
        Math.max(x0, x1) + radius,
        Math.max(y0, y1) + radius,
        (x, y) -> {
          double along = (x - x0) * cos + (y - y0) * sin;
          double over = along - Math.max(0, Math.min(length, along));
          return radius - length(over, (y - y0) * cos - (x - x0) * sin);
        },
        (x, y) -> {
          double across = ((y - y0) * cos - (x - x0) * sin) / radius;
          return Paint.shade(colour, 1.1 - 0.45 * (across - lit) * (across - lit));
        });
  }

  private void ball() {
    double radius = picture.height * uniform(0.03, 0.14);
    double cx = uniform(0, picture.width);
    double cy = picture.height * (random.nextInt(4) == 0 ? uniform(0, 0.5) : uniform(0.5, 1));
    int colour = random.nextInt(3) == 0 ? skinLike() : vivid();
    picture.draw(
        cx - radius,
        cy - radius,
        cx + radius,
        cy + radius,
        (x, y) -> radius - length(x - cx, y - cy),
        (x, y) ->
            Paint.shade(
                colour, 1.15 - 0.5 * length(x - cx + radius / 3, y - cy + radius / 3) / radius));
  }

  private void bush() {
    double size = picture.height * uniform(0.06, 0.16);
    double cx = uniform(0, picture.width);
    double cy = uniform(0.3, 1) * picture.height;
    int leaf = Paint.hsv(uniform(0.2, 0.42), uniform(0.3, 0.7), uniform(0.25, 0.6));
    picture.draw(
        cx - 1.6 * size,
        cy - 1.6 * size,
        cx + 1.6 * size,
        cy + 1.6 * size,
        (x, y) -> size * (1 + 0.55 * noise.rough(x, y, size / 2)) - length(x - cx, y - cy),
        (x, y) -> Paint.shade(leaf, 1 + 0.6 * noise.rough(x, y, 5)));
  }

  /** Math.hypot guards against overflow, at twenty times the cost. */
  private static double length(double x, double y) {
    return Math.sqrt(x * x + y * y);
  }

  private int muted() {
    return Paint.hsv(random.nextDouble(), uniform(0.05, 0.4), uniform(0.2, 0.85));
  }

  private int vivid() {
    return Paint.hsv(random.nextDouble(), uniform(0.3, 0.9), uniform(0.3, 0.95));
  }

  private int skinLike() {
    return Paint.hsv(uniform(0.03, 0.09), uniform(0.3, 0.6), uniform(0.4, 0.95));
  }

  private double uniform(double from, double to) {
    return from + (to - from) * random.nextDouble();
  }
}
