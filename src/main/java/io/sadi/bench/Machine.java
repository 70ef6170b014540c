package io.sadi.bench;

import io.sadi.io.Version;
import io.sadi.torch.CpuFeatures;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Checks that need no native library: Java, processor, memory, folders. */
final class Machine {
  private static final double GB = 1e9;

  /** The native libraries as they lie in the cache. */
  private static final double UNPACKED_GB = 0.5;

  /** Below this not even a small network trains in comfort. */
  private static final double LITTLE_GB = 2;

  private final Host host;

  Machine(Host host) {
    this.host = host;
  }

  List<Finding> findings() {
    return List.of(
        java(), system(), encoding(), cpu(), threads(), memory(), cache(), working(), temporary());
  }

  private static Finding java() {
    String found =
        Runtime.version()
            + " ("
            + System.getProperty("java.vm.name")
            + "), heap up to "
            + gigabytes(Runtime.getRuntime().maxMemory());
    // Without them JavaCPP holds the tensors' memory against the heap's, and gives up early.
    for (String limit : List.of("maxbytes", "maxphysicalbytes")) {
      if (!"0".equals(System.getProperty("org.bytedeco.javacpp." + limit))) {
        return Finding.warn(
            "Java",
            found + ", without -Dorg.bytedeco.javacpp." + limit + "=0",
            "start it through bin/sadi, or give it that option: large batches fail without");
      }
    }
    return Finding.ok("Java", found);
  }

  private static Finding system() {
    String os = System.getProperty("os.name");
    String arch = System.getProperty("os.arch");
    String here = platform(os, arch);
    String jar = Version.platform();
    String found = os + " " + arch + "; sadi " + Version.sadi() + " for " + jar;
    return jar.equals(here) || jar.equals(here + "-gpu")
        ? Finding.ok("system", found)
        : Finding.fail(
            "system", found, "build the jar for this one: mvn package -Djavacpp.platform=" + here);
  }

  /** JavaCPP's name of a platform. */
  private static String platform(String os, String arch) {
    String lower = os.toLowerCase(Locale.ROOT);
    String system =
        lower.contains("mac") ? "macosx" : lower.contains("windows") ? "windows" : lower;
    String processor =
        switch (arch) {
          case "amd64" -> "x86_64";
          case "aarch64" -> "arm64";
          default -> arch;
        };
    return system + "-" + processor;
  }

  private static Finding encoding() {
    String names = System.getProperty("sun.jnu.encoding", "unknown");
    return names.equalsIgnoreCase("UTF-8")
        ? Finding.ok("file names", names)
        : Finding.warn(
            "file names",
            names,
            "start sadi through bin/sadi, or set LC_ALL=C.UTF-8: names with other letters cannot be"
                + " opened");
  }

  private Finding cpu() {
    String model = host.field("proc/cpuinfo", "model name");
    String flags = " " + host.field("proc/cpuinfo", "flags") + " ";
    List<String> features = new ArrayList<>();
    for (String feature : List.of("avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16")) {
      if (flags.contains(" " + feature + " ")) {
        features.add(feature);
      }
    }
    if (flags.isBlank()) {
      return Finding.ok("processor", System.getProperty("os.arch") + ", features unknown");
    }
    String found = model + ": " + (features.isEmpty() ? "no AVX" : String.join(" ", features));
    if (!features.contains("avx2")) {
      return Finding.warn(
          "processor", found, "expect little speed: LibTorch is made for AVX2 and more");
    }
    return Finding.ok(
        "processor", found + (CpuFeatures.hasBf16() ? ", bf16 in hardware" : ", no bf16: fp32"));
  }

  private Finding threads() {
    int processors = Runtime.getRuntime().availableProcessors();
    OptionalDouble limit = host.cpuLimit();
    String asked = host.environment().getOrDefault("OMP_NUM_THREADS", "");
    String found =
        processors
            + (processors == 1 ? " processor" : " processors")
            + (limit.isPresent()
                ? String.format(
                    Locale.ROOT, ", of which a container may use %.1f", limit.getAsDouble())
                : "")
            + (asked.isEmpty() ? "" : "; OMP_NUM_THREADS=" + asked);
    if (asked.matches("\\d{1,6}") && Integer.parseInt(asked) > processors) {
      return Finding.warn(
          "threads", found, "ask for at most " + processors + ": more only wait for each other");
    }
    return Finding.ok("threads", found);
  }

  private Finding memory() {
    OptionalLong total = host.memory("MemTotal");
    OptionalLong available = host.memory("MemAvailable");
    OptionalLong limit = host.memoryLimit();
    if (total.isEmpty() || available.isEmpty()) {
      return Finding.ok("memory", "unknown");
    }
    long usable = Math.min(available.getAsLong(), limit.orElse(Long.MAX_VALUE));
    String found =
        gigabytes(available.getAsLong())
            + " of "
            + gigabytes(total.getAsLong())
            + " available"
            + (limit.isPresent() ? ", limit of the container " + gigabytes(limit.getAsLong()) : "");
    if (usable < LITTLE_GB * GB) {
      return Finding.warn(
          "memory", found, "take small batches and images; 'sadi info' says what a network needs");
    }
    if (limit.isPresent() && Runtime.getRuntime().maxMemory() > limit.getAsLong() / 2) {
      return Finding.warn(
          "memory",
          found + ", of which Java's heap may take " + gigabytes(Runtime.getRuntime().maxMemory()),
          "leave more to the tensors: SADI_JAVA_OPTS=-Xmx"
              + limit.getAsLong() / 4 / (1 << 20)
              + "m");
    }
    return Finding.ok("memory", found);
  }

  // --- folders ----------------------------------------------------------------------------------

  private Finding cache() {
    String set = System.getProperty("org.bytedeco.javacpp.cachedir", "");
    Path folder =
        set.isEmpty()
            ? Path.of(System.getProperty("user.home", "."), ".javacpp", "cache")
            : Path.of(set);
    String advice = "name another folder: SADI_JAVA_OPTS=-Dorg.bytedeco.javacpp.cachedir=FOLDER";
    try {
      Files.createDirectories(folder);
      if (!Files.isWritable(folder)) {
        return Finding.fail("cache", folder + " is not writable", advice);
      }
      long free = Files.getFileStore(folder).getUsableSpace();
      String found =
          "native libraries in "
              + folder
              + " ("
              + gigabytes(size(folder))
              + ", "
              + gigabytes(free)
              + " free)";
      return free < UNPACKED_GB * GB
          ? Finding.warn("cache", found, "free some, or " + advice)
          : Finding.ok("cache", found);
    } catch (IOException e) {
      return Finding.fail("cache", folder + " cannot be made: " + e.getMessage(), advice);
    }
  }

  private static long size(Path folder) throws IOException {
    long size = 0;
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        size += Files.isRegularFile(file) ? Files.size(file) : 0;
      }
    }
    return size;
  }

  private static Finding working() {
    return writable("working folder", Path.of("").toAbsolutePath(), "write elsewhere: --out DIR");
  }

  private static Finding temporary() {
    return writable(
        "temporary files",
        Path.of(System.getProperty("java.io.tmpdir")),
        "name another folder: SADI_JAVA_OPTS=-Djava.io.tmpdir=FOLDER");
  }

  private static Finding writable(String what, Path folder, String advice) {
    try {
      FileStore store = Files.getFileStore(folder);
      String found = folder + " (" + gigabytes(store.getUsableSpace()) + " free)";
      return Files.isWritable(folder)
          ? Finding.ok(what, found)
          : Finding.warn(what, folder + " is not writable", advice);
    } catch (IOException e) {
      return Finding.warn(what, folder + " cannot be read", advice);
    }
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GB", bytes / GB);
  }
}
