package io.sadi.train;

import io.sadi.data.Appearance.AppearanceDraw;
import io.sadi.data.Appearance.Patch;
import io.sadi.data.Batch;
import io.sadi.data.Batch.DeviceWork;
import io.sadi.data.ColorJitter;
import io.sadi.geom.Affine;
import io.sadi.image.Image;
import io.sadi.model.SadiNet;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The crops of a batch as the network's input. Either the batch's threads have made them, or the
 * device makes them here from larger pictures, with the same affine maps, colours, blur and patches
 * as {@link Image} and {@link AppearanceDraw} make on the CPU, but for rounding.
 */
public final class Crops {
  /** Numbers of grid_sampler's choices: bilinear, and zeros beyond the edges. */
  private static final long BILINEAR = 0;

  private static final long ZEROS = 0;

  private final ComputeDevice device;
  private final List<DeviceWork> work;
  private final int size;

  /** {@link Image#OUTSIDE}, [1, 3, 1, 1]. */
  private final Tensor outside;

  private Crops(List<DeviceWork> work, int size, ComputeDevice device) {
    this.device = device;
    this.work = work;
    this.size = size;
    int rgb = Image.OUTSIDE;
    this.outside =
        Tensors.of(new float[] {rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF}, device, 1, 3, 1, 1);
  }

  /** What a network sees of a batch, [B, 3, H, W]. */
  public static Tensor of(SadiNet net, Batch batch) {
    Tensor pictures = Tensors.borrow(batch.rgb(), batch.size(), batch.side(), batch.side(), 3);
    if (batch.deviceWork().isEmpty()) {
      return net.normalise(pictures);
    }
    Crops crops = new Crops(batch.deviceWork(), net.config().input(), net.device());
    Tensor warped = crops.warp(Tensors.upload(pictures, net.device()), batch.side());
    Tensor coloured = crops.recolour(warped);
    for (int b = 0; b < batch.size(); b++) {
      AppearanceDraw look = batch.deviceWork().get(b).look();
      Tensor crop = coloured.narrow(0, b, 1);
      crops.blur(crop, look.blur());
      for (Patch patch : look.patches()) {
        crops.cover(crop, patch);
      }
    }
    return net.normalise(coloured.permute(0, 2, 3, 1));
  }

  /**
   * Samples the crops from the pictures.
   *
   * @param rgb uint8 [B, side, side, 3]
   * @return float32 [B, 3, size, size] of 0..255
   */
  private Tensor warp(Tensor rgb, int side) {
    float[] theta = new float[6 * work.size()];
    for (int b = 0; b < work.size(); b++) {
      float[] one = theta(work.get(b).cropToPicture(), side);
      System.arraycopy(one, 0, theta, 6 * b, 6);
    }
    // In float64, because a GPU that uses TF32 keeps only ten bits of a float32.
    Tensor maps = Tensors.of(theta, device, work.size(), 2, 3).to(ScalarType.Double);
    Tensor grid = torch.affine_grid_generator(maps, new long[] {work.size(), 3, size, size}, false);
    // grid_sampler reads 0 beyond the edges, so the value of the outside is shifted to 0.
    Tensor pictures = rgb.to(ScalarType.Float).permute(0, 3, 1, 2).sub(outside);
    return torch
        .grid_sampler(pictures, grid.to(ScalarType.Float), BILINEAR, ZEROS, false)
        .add_(outside);
  }

  /**
   * An affine map as affine_grid wants it, from -1..1 over the crop to -1..1 over the picture. With
   * align_corners off these are the outer edges of the first and the last pixel: the centre of
   * pixel i of n is at (2 i + 1) / n - 1.
   */
  private float[] theta(Affine map, int side) {
    double scale = (double) size / side;
    double middle = (size - 1) / 2.0;
    return new float[] {
      (float) (map.a() * scale),
      (float) (map.b() * scale),
      (float) ((2 * map.x(middle, middle) + 1) / side - 1),
      (float) (map.d() * scale),
      (float) (map.e() * scale),
      (float) ((2 * map.y(middle, middle) + 1) / side - 1)
    };
  }

  private Tensor recolour(Tensor crops) {
    float[] factors = new float[9 * work.size()];
    float[] offsets = new float[3 * work.size()];
    boolean changed = false;
    for (int b = 0; b < work.size(); b++) {
      ColorJitter color = work.get(b).look().color();
      double[] matrix = color == null ? new ColorJitter(1, 1, 1, 0).matrix() : color.matrix();
      changed |= color != null;
      for (int c = 0; c < 3; c++) {
        for (int from = 0; from < 3; from++) {
          factors[9 * b + 3 * c + from] = (float) matrix[4 * c + from];
        }
        offsets[3 * b + c] = (float) matrix[4 * c + 3];
      }
    }
    if (!changed) {
      return crops;
    }
    return torch
        .baddbmm(
            Tensors.of(offsets, device, work.size(), 3, 1),
            Tensors.of(factors, device, work.size(), 3, 3),
            crops.view(work.size(), 3, -1))
        .clamp_min_(Tensors.scalar(0))
        .clamp_max_(Tensors.scalar(255))
        .view(work.size(), 3, size, size);
  }

  /**
   * Blurs a crop in place, along one axis and then the other.
   *
   * @param crop [1, 3, size, size]
   */
  private void blur(Tensor crop, double deviation) {
    if (deviation == 0) {
      return;
    }
    int radius = Image.blurRadius(deviation);
    float[] kernel = new float[2 * radius + 1];
    double sum = 0;
    for (int i = -radius; i <= radius; i++) {
      sum += Math.exp(-0.5 * i * i / (deviation * deviation));
    }
    for (int i = -radius; i <= radius; i++) {
      kernel[i + radius] = (float) (Math.exp(-0.5 * i * i / (deviation * deviation)) / sum);
    }
    // The three channels as a batch of grey pictures.
    Tensor padded = torch.reflection_pad2d(crop, radius, radius, radius, radius).transpose(0, 1);
    Tensor across = convolve(padded, Tensors.of(kernel, device, 1, 1, 1, kernel.length));
    Tensor both = convolve(across, Tensors.of(kernel, device, 1, 1, kernel.length, 1));
    crop.copy_(both.transpose(0, 1));
  }

  private static Tensor convolve(Tensor pictures, Tensor kernel) {
    long[] one = {1, 1};
    return torch.conv2d(pictures, kernel, new TensorOptional(), one, new long[] {0, 0}, one, 1);
  }

  /** Covers a part of a crop [1, 3, size, size]. */
  private void cover(Tensor crop, Patch patch) {
    part(crop, patch.x(), patch.y(), patch).copy_(picture(crop, patch));
  }

  private Tensor picture(Tensor crop, Patch patch) {
    return switch (patch.cover()) {
      case BLANK -> outside;
      case REGION -> part(crop, patch.fromX(), patch.fromY(), patch).clone();
      case NOISE -> {
        byte[] noise = patch.noise();
        float[] values = new float[noise.length];
        for (int i = 0; i < values.length; i++) {
          values[i] = noise[i] & 0xFF;
        }
        yield Tensors.of(values, device, 1, patch.height(), patch.width(), 3).permute(0, 3, 1, 2);
      }
    };
  }

  private static Tensor part(Tensor crop, int x, int y, Patch size) {
    return crop.narrow(2, y, size.height()).narrow(3, x, size.width());
  }
}
