package io.sadi.bench;

import io.sadi.torch.Autocast;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Precision;
import io.sadi.torch.Tensors;
import io.sadi.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * The yardstick for training: LibTorch's best arithmetic a second on this machine. Eight times
 * convolution, batch norm, ReLU of 128 channels at 64x64, eight images: forward, backward and
 * LibTorch's own Adam. A network's training step is compared with it.
 */
final class StackBench implements Workload {
  private static final int LAYERS = 8;
  private static final int CHANNELS = 128;
  private static final int SIDE = 64;
  private static final int BATCH = 8;

  /** Forward; backward for the weights, and for the input of all layers except the first. */
  private static final int CONVOLUTIONS = 3 * LAYERS - 1;

  private final ComputeDevice device;
  private final Precision precision;
  private final PointerScope memory;
  private final List<Tensor> weights = new ArrayList<>();
  private final List<Tensor> scales = new ArrayList<>();
  private final List<Tensor> shifts = new ArrayList<>();
  private final Tensor mean;
  private final Tensor variance;
  private final Tensor input;
  private final Adam adam;

  public StackBench(ComputeDevice device, Precision precision) {
    Torch.load();
    this.device = device;
    this.precision = precision;
    try (PointerScope scope = new PointerScope()) {
      TensorVector learned = new TensorVector();
      for (int i = 0; i < LAYERS; i++) {
        long[] shape = {CHANNELS, CHANNELS, 3, 3};
        Tensor weight =
            torch
                .randn(shape, device.floats())
                .mul_(Tensors.scalar(Math.sqrt(2.0 / (9 * CHANNELS))))
                .contiguous(MemoryFormat.ChannelsLast);
        weights.add(weight.requires_grad_(true));
        scales.add(torch.ones(new long[] {CHANNELS}, device.floats()).requires_grad_(true));
        shifts.add(torch.zeros(new long[] {CHANNELS}, device.floats()).requires_grad_(true));
        learned.push_back(weights.get(i));
        learned.push_back(scales.get(i));
        learned.push_back(shifts.get(i));
      }
      mean = torch.zeros(new long[] {CHANNELS}, device.floats());
      variance = torch.ones(new long[] {CHANNELS}, device.floats());
      adam = new Adam(learned, new AdamOptions(1e-3));
      input =
          torch
              .randn(new long[] {BATCH, CHANNELS, SIDE, SIDE}, device.floats())
              .contiguous(MemoryFormat.ChannelsLast);
      memory = scope.extend();
    }
  }

  @Override
  public void once() {
    try (PointerScope scope = new PointerScope()) {
      Tensor x = input;
      try (Autocast autocast = Autocast.of(precision, device)) {
        for (int i = 0; i < LAYERS; i++) {
          x =
              torch.conv2d(
                  x,
                  weights.get(i),
                  new TensorOptional(),
                  new long[] {1, 1},
                  new long[] {1, 1},
                  new long[] {1, 1},
                  1);
          x =
              torch.batch_norm(
                  x,
                  new TensorOptional(scales.get(i)),
                  new TensorOptional(shifts.get(i)),
                  new TensorOptional(mean),
                  new TensorOptional(variance),
                  true,
                  0.1,
                  1e-5,
                  true);
          x = torch.relu_(x);
        }
      }
      Tensor loss = x.to(torch.ScalarType.Float).square().mean();
      loss.backward();
      adam.step();
      adam.zero_grad();
      loss.item_float(); // waits for the device
    }
  }

  @Override
  public int images() {
    return BATCH;
  }

  @Override
  public double gflop() {
    return 2e-9 * CONVOLUTIONS * BATCH * SIDE * SIDE * 9.0 * CHANNELS * CHANNELS;
  }

  @Override
  public void close() {
    adam.close();
    memory.close();
  }
}
