package io.sadi.data;

import io.sadi.config.Config;
import io.sadi.geom.Affine;
import io.sadi.image.Image;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How the pixels of training crops are varied, without moving the joints.
 *
 * @param color strength of {@link ColorJitter}, 0..1; 0: none
 * @param blur share of crops that are blurred
 * @param occlusion share of crops that are covered in places
 * @param grey share of crops without colours
 */
public record Appearance(double color, double blur, double occlusion, double grey) {
  /** Nothing varies. */
  public static final Appearance PLAIN = new Appearance(0, 0, 0, 0);

  /** The side of a crop that the deviations of the blur are given for. */
  private static final double BLUR_SIDE = 256;

  private static final double BLUR_MIN = 0.5;
  private static final double BLUR_MAX = 2;
  private static final int MAX_PATCHES = 3;
  private static final double PATCH_MIN = 0.1;
  private static final double PATCH_MAX = 0.3;

  /** What covers a part of a crop. */
  public enum Cover {
    /** {@link Image#OUTSIDE}, which the network sees as nothing. */
    BLANK,
    NOISE,
    /** Another part of the same crop. */
    REGION
  }

  private static final List<Cover> COVERS = List.of(Cover.BLANK, Cover.NOISE, Cover.REGION);

  /**
   * A rectangle of a crop that is covered, in crop pixels.
   *
   * @param x its left column
   * @param y its upper row
   * @param cover what it shows
   * @param fromX left column of what {@link Cover#REGION} shows
   * @param fromY its upper row
   * @param seed of the noise
   */
  public record Patch(
      int x, int y, int width, int height, Cover cover, int fromX, int fromY, long seed) {

    private static Patch draw(int size, SplittableRandom random) {
      int width = side(size, random.nextDouble());
      int height = side(size, random.nextDouble());
      return new Patch(
          random.nextInt(size - width + 1),
          random.nextInt(size - height + 1),
          width,
          height,
          COVERS.get(random.nextInt(COVERS.size())),
          random.nextInt(size - width + 1),
          random.nextInt(size - height + 1),
          random.nextLong());
    }

    private static int side(int size, double where) {
      return (int) Math.max(1, Math.rint(size * (PATCH_MIN + where * (PATCH_MAX - PATCH_MIN))));
    }

    private void apply(Image crop) {
      try (Image covered = picture(crop)) {
        crop.canvas().picture(covered, x, y);
      }
    }

    private Image picture(Image crop) {
      return switch (cover) {
        case BLANK -> Image.filled(width, height, Image.OUTSIDE);
        case NOISE -> Image.of(noise(), width, height);
        case REGION -> crop.warp(new Affine(1, 0, fromX, 0, 1, fromY), width, height);
      };
    }

    /** What {@link Cover#NOISE} shows, [height, width, 3]. */
    public byte[] noise() {
      byte[] noise = new byte[3 * width * height];
      new SplittableRandom(seed).nextBytes(noise);
      return noise;
    }
  }

  /**
   * One crop's variation.
   *
   * @param color null: none
   * @param blur deviation in crop pixels; 0: none
   * @param patches one over the other
   */
  public record AppearanceDraw(@Nullable ColorJitter color, double blur, List<Patch> patches) {
    /** Pixels as they are. */
    public static final AppearanceDraw NONE = new AppearanceDraw(null, 0, List.of());

    public AppearanceDraw {
      patches = List.copyOf(patches);
    }

    /** Changes a crop's pixels. */
    void apply(Image crop) {
      if (color != null) {
        crop.recolour(color.matrix());
      }
      if (blur > 0) {
        crop.blur(blur);
      }
      for (Patch patch : patches) {
        patch.apply(crop);
      }
    }
  }

  /** With colours. */
  public Appearance(double color, double blur, double occlusion) {
    this(color, blur, occlusion, 0);
  }

  static Appearance from(Config config) {
    return new Appearance(
        config.number(
            "augment.color",
            0,
            0,
            1,
            "strength of changes of brightness, contrast, saturation and hue; 0.4 is usual"),
        config.number("augment.blur", 0, 0, 1, "share of crops that are blurred a little"),
        config.number(
            "augment.occlusion", 0, 0, 1, "share of crops that one to three patches cover in part"),
        config.number("augment.grey", 0, 0, 1, "share of crops without colours"));
  }

  /**
   * Draws one crop's variation. Each part has a generator of its own, so that switching one off
   * leaves the others' draws as they were.
   *
   * @param size side of the crop in pixels
   */
  AppearanceDraw draw(int size, SplittableRandom random) {
    SplittableRandom forColor = random.split();
    SplittableRandom forBlur = random.split();
    SplittableRandom forOcclusion = random.split();
    ColorJitter jitter = color > 0 ? ColorJitter.draw(color, forColor) : null;
    return new AppearanceDraw(
        random.split().nextDouble() < grey ? ColorJitter.grey(jitter) : jitter,
        deviation(size, forBlur),
        patches(size, forOcclusion));
  }

  private double deviation(int size, RandomGenerator random) {
    boolean blurred = random.nextDouble() < blur;
    double deviation = BLUR_MIN + random.nextDouble() * (BLUR_MAX - BLUR_MIN);
    return blurred ? deviation * size / BLUR_SIDE : 0;
  }

  private List<Patch> patches(int size, SplittableRandom random) {
    if (random.nextDouble() >= occlusion) {
      return List.of();
    }
    int count = 1 + random.nextInt(MAX_PATCHES);
    List<Patch> patches = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      patches.add(Patch.draw(size, random));
    }
    return patches;
  }
}
