package io.sadi.torch;

import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * bfloat16 arithmetic for the convolutions between opening and closing, on this thread (autocast is
 * per thread). Used with try-with-resources; inside, {@link #off} brings float32 back.
 */
public final class Autocast implements AutoCloseable {
  private final DeviceType device;
  private final boolean before;
  private final boolean outermost;

  private Autocast(DeviceType device, boolean enabled, boolean outermost) {
    this.device = device;
    this.before = torch.is_autocast_enabled(device);
    this.outermost = outermost;
    torch.set_autocast_enabled(device, enabled);
  }

  /** Autocast to bf16, or none for fp32. */
  public static Autocast of(Precision precision, ComputeDevice device) {
    boolean bf16 = precision == Precision.BF16;
    if (bf16) {
      torch.set_autocast_dtype(device.type(), ScalarType.BFloat16);
    }
    return new Autocast(device.type(), bf16, true);
  }

  /** float32 until closed, whatever surrounds it. */
  public static Autocast off(ComputeDevice device) {
    return new Autocast(device.type(), false, false);
  }

  /** What operators around this one give where {@code asked} goes in. */
  public ScalarType precisionAround(ScalarType asked) {
    return before ? torch.get_autocast_dtype(device) : asked;
  }

  @Override
  public void close() {
    torch.set_autocast_enabled(device, before);
    if (outermost) {
      // Autocast keeps the bf16 copies of weights; without this the next step runs on stale ones.
      torch.clear_cache();
    }
  }
}
