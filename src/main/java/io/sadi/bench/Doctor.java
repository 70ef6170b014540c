package io.sadi.bench;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.sadi.bench.DoctorFinding.Level;
import io.sadi.film.Ffmpeg;
import io.sadi.io.FailedException;
import io.sadi.io.Json;
import io.sadi.io.Version;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.DeviceUnavailableException;
import io.sadi.torch.Gpu;
import io.sadi.torch.Precision;
import io.sadi.torch.Torch;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Checks this machine. A failed check does not stop the others.
 *
 * @param findings in the order in which they matter
 */
public record Doctor(List<DoctorFinding> findings) {

  /** A check that may throw, and its finding if it does not. */
  @FunctionalInterface
  private interface Check {
    String run() throws IOException;
  }

  /** A check that may throw, and has its own finding if it does not. */
  @FunctionalInterface
  interface Examination {
    DoctorFinding run() throws IOException;
  }

  /**
   * Examines the machine.
   *
   * @param device what to compute on: auto, cpu, cuda or cuda:N
   */
  public static Doctor examine(String device) {
    ComputeDevice.checkName(device);
    SystemFiles host = SystemFiles.here();
    List<DoctorFinding> findings = new ArrayList<>(new Machine(host).findings());
    findings.addAll(
        new Cuda(host, Gpu.here(), Version.platform(), device.startsWith("cuda")).findings());
    DoctorFinding libtorch =
        attempt(
            "LibTorch",
            Doctor::libtorch,
            "check that the jar is for this system, and whole; delete its folder in the cache");
    findings.add(libtorch);
    if (libtorch.level() == Level.OK) {
      findings.add(
          attempt("more threads", Doctor::moreThreads, "see limits and threads above; take fewer"));
    }
    findings.add(
        attempt(
            "images",
            SelfTest::images,
            "check that the jar is for this system, and that temporary files can be written"));
    findings.add(films(Ffmpeg.find()));
    if (libtorch.level() == Level.OK) {
      findings.addAll(arithmetic(device));
    }
    return new Doctor(findings);
  }

  /** Only who has films needs it, so nothing is wrong without. */
  static DoctorFinding films(@Nullable Ffmpeg ffmpeg) {
    if (ffmpeg == null) {
      return new DoctorFinding(
          Level.OK, "films", "no ffmpeg, so photos can be read and films cannot", Ffmpeg.ADVICE);
    }
    String found = "ffmpeg " + ffmpeg.version();
    return ffmpeg.isNewEnough()
        ? DoctorFinding.ok("films", found + " reads them")
        : DoctorFinding.warn(
            "films", found + " is too old, so films cannot be read", Ffmpeg.ADVICE);
  }

  private static String libtorch() {
    Torch.load();
    return String.format(
        Locale.ROOT,
        "%s, oneDNN %s, %s, %d of %d threads used%s",
        Version.pytorch(),
        torch
            .get_mkldnn_version()
            .getString()
            .replaceFirst("(?s).*?v?(\\d+\\.\\d+\\.\\d+).*", "$1"),
        torch.get_cpu_capability().getString(),
        torch.get_num_threads(),
        Runtime.getRuntime().availableProcessors(),
        torch.hasCUDA() ? ", CUDA devices: " + torch.cuda_device_count() : "");
  }

  private static String moreThreads() {
    Torch.threads(0);
    return "the system starts as many as LibTorch needs";
  }

  /**
   * Checks layers and a small network in float32, and in bf16 where that is the device's default.
   */
  private static List<DoctorFinding> arithmetic(String name) {
    String advice =
        name.startsWith("cuda")
            ? "see CUDA above, or take --device cpu"
            : "take --precision fp32 if that is ok here, and report it";
    ComputeDevice device;
    try {
      device = ComputeDevice.of(name);
    } catch (DeviceUnavailableException | FailedException e) {
      return List.of(DoctorFinding.fail("self-test", String.valueOf(e.getMessage()), advice));
    }
    Precision used = Precision.auto(device);
    List<DoctorFinding> findings = new ArrayList<>();
    for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
      if (precision == Precision.FP32 || used == Precision.BF16) {
        String label = precision.name().toLowerCase(Locale.ROOT);
        if (!device.cuda()) {
          String what = "arithmetic " + label;
          findings.add(finding(what, () -> layers(what, precision), advice));
        }
        findings.add(
            attempt("self-test " + label, () -> SelfTest.network(device, precision), advice));
      }
    }
    return findings;
  }

  private static DoctorFinding layers(String what, Precision precision) {
    SelfTest.Layers layers = SelfTest.layers(precision);
    String found = layers.count() + " layers of the presets, trained and used: right";
    List<String> fallbacks = layers.fallbacks();
    if (fallbacks.isEmpty()) {
      return DoctorFinding.ok(what, found);
    }
    found +=
        String.format(
            Locale.ROOT,
            ", but %d of them not by the fastest way, as that is wrong on this processor: %s%s",
            fallbacks.size(),
            String.join(", ", fallbacks.subList(0, Math.min(3, fallbacks.size()))),
            fallbacks.size() > 3 ? "..." : "");
    return layers.slower()
        ? DoctorFinding.warn(what, found, "nothing: the numbers are right, but take longer")
        : DoctorFinding.ok(what, found);
  }

  /** Runs a check that is ok where it does not throw. */
  private static DoctorFinding attempt(String what, Check check, String advice) {
    return finding(what, () -> DoctorFinding.ok(what, check.run()), advice);
  }

  /** Runs a check; any exception becomes a finding. */
  static DoctorFinding finding(String what, Examination examination, String advice) {
    try {
      return examination.run();
    } catch (DeviceUnavailableException | FailedException e) {
      return DoctorFinding.fail(what, String.valueOf(e.getMessage()), advice);
    } catch (FileSystemException e) {
      return DoctorFinding.fail(what, e.getFile() + " cannot be read or written", advice);
    } catch (IOException | RuntimeException | LinkageError e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return DoctorFinding.fail(what, Torch.firstLine(cause), advice);
    }
  }

  /** Whether nothing failed. */
  public boolean healthy() {
    return findings.stream().noneMatch(finding -> finding.level() == Level.FAIL);
  }

  public JsonObject json() {
    JsonObject json = new JsonObject();
    json.addProperty(Json.SCHEMA_VERSION, 1);
    json.addProperty("healthy", healthy());
    JsonArray array = new JsonArray();
    findings.forEach(finding -> array.add(finding.json()));
    json.add("findings", array);
    return json;
  }
}
