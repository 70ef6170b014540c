package io.sadi.torch;

import io.sadi.io.BadInputException;
import io.sadi.io.Version;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * Where tensors live and are computed: the CPU, or one CUDA GPU.
 *
 * @param cuda whether it is a GPU
 * @param index the GPU's number; 0 for the CPU
 */
public record ComputeDevice(boolean cuda, int index) {
  public static final ComputeDevice CPU = new ComputeDevice(false, 0);

  /**
   * The device that {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N} names on this
   * machine.
   *
   * @throws DeviceUnavailableException if the machine has no such device
   * @throws BadInputException if the text is none of these
   */
  public static ComputeDevice of(String text) {
    checkName(text);
    if (text.equals("cpu")) {
      return CPU;
    }
    boolean auto = text.equals("auto");
    int index = text.startsWith("cuda:") ? Integer.parseInt(text.substring(5)) : 0;
    int count = gpus();
    if (auto) {
      return count > 0 ? new ComputeDevice(true, 0) : CPU;
    }
    if (count == 0) {
      throw new DeviceUnavailableException(
          "--device "
              + text
              + (Version.platform().endsWith("-gpu")
                  ? ": LibTorch sees no CUDA device here; 'sadi doctor --device cuda' says what is"
                      + " missing (driver, libraries, a GPU of a kind it knows)"
                  : ": this jar has no CUDA natives, it computes on the CPU; leave the option out, or"
                      + " build a jar for GPUs: mvn package -Pgpu"));
    }
    if (index >= count) {
      throw new DeviceUnavailableException(
          "--device " + text + ": this machine has " + count + " CUDA device(s), numbered from 0");
    }
    return new ComputeDevice(true, index);
  }

  /** How many GPUs this build of LibTorch sees. */
  public static int gpus() {
    Torch.load();
    return torch.hasCUDA() ? Byte.toUnsignedInt(torch.cuda_device_count()) : 0;
  }

  /**
   * Refuses a text that names no device of any machine, before a native library is loaded.
   *
   * @throws BadInputException naming what is allowed
   */
  public static void checkName(String text) {
    if (!text.matches("auto|cpu|cuda(:[0-9]{1,3})?")) {
      throw BadInputException.at("--device", "'" + text + "'", "auto, cpu, cuda or cuda:N", "");
    }
  }

  /**
   * What LibTorch chooses its kernels by on this device, for whatever holds there alone: the
   * processor ({@link CpuFeatures#identity}), and the GPU, its driver and its libraries. Two GPUs
   * have the same number in two machines, or before and after an update.
   */
  public String identity() {
    return CpuFeatures.identity() + "\n" + this + (cuda ? "\n" + Gpu.identity() : "");
  }

  DeviceType type() {
    return cuda ? DeviceType.CUDA : DeviceType.CPU;
  }

  Device device() {
    return new Device(type(), (byte) (cuda ? index : -1));
  }

  /** Options of a float32 tensor on this device. */
  public TensorOptions floats() {
    return new TensorOptions(device());
  }

  @Override
  public String toString() {
    return cuda ? "cuda:" + index : "cpu";
  }
}
