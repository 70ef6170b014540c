package io.sadi.bench;

import io.sadi.io.FailedException;
import io.sadi.io.NativeCache;
import io.sadi.io.Version;
import io.sadi.torch.CpuFeatures;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Checks that need no native library: Java, processor, memory, folders. */
final class Machine {
  private static final double GB = 1e9;

  /** The size of the extracted native libraries, about. */
  private static final double UNPACKED_GB = 0.5;

  /** Less is too little even for training a small network. */
  private static final double LITTLE_GB = 2;

  /** A prediction has a few dozen open, and a hundred libraries and jars. */
  private static final long FEW_FILES = 256;

  /**
   * Java has twenty threads of its own, LibTorch some a core, and each process of a job as many.
   */
  private static final long FEW_PROCESSES = 256;

  /** The modules that are used beside java.base; a Java made with jlink may lack them. */
  private static final List<String> MODULES =
      List.of("java.logging", "java.management", "jdk.unsupported");

  private final SystemFiles host;

  Machine(SystemFiles host) {
    this.host = host;
  }

  List<DoctorFinding> findings() {
    return List.of(
        java(),
        flags(options(ProcessHandle.current().info().arguments().orElse(new String[0]))),
        system(),
        encoding(),
        cpu(),
        threads(),
        memory(),
        limits(),
        cache(),
        working(),
        temporary());
  }

  private static DoctorFinding java() {
    String found =
        Runtime.version()
            + " ("
            + System.getProperty("java.vm.name")
            + "), heap up to "
            + gigabytes(Runtime.getRuntime().maxMemory());
    List<String> missing = missing(MODULES);
    return missing.isEmpty()
        ? DoctorFinding.ok("Java", found)
        : DoctorFinding.warn(
            "Java",
            found + ", without " + String.join(", ", missing),
            "take a whole runtime, or add them to what jlink is told: export and jobs of several"
                + " processes fail without");
  }

  /** Those of the modules that this Java lacks. */
  static List<String> missing(List<String> modules) {
    return modules.stream().filter(name -> ModuleLayer.boot().findModule(name).isEmpty()).toList();
  }

  /** Checks the JVM options from bin/sadi and SADI_JAVA_OPTS. */
  static List<String> options(String[] arguments) {
    List<String> options = new ArrayList<>();
    for (String argument : arguments) {
      if (!argument.startsWith("-") || argument.matches("-(cp|classpath|jar|-class-path)")) {
        break;
      }
      options.add(argument);
    }
    return options;
  }

  /**
   * The options that Java was started with.
   *
   * @param options all of them; those that bin/sadi always gives are not shown
   */
  static DoctorFinding flags(List<String> options) {
    String found =
        String.join(
            " ",
            options.stream()
                .filter(o -> !o.matches("-Xlog:.*|-Dsadi\\..*|-XX:(SharedArchive|[-+]).*"))
                .filter(o -> !o.matches("-XX:.*Compile.*|-D(file\\.encoding|java\\.awt\\.).*"))
                .toList());
    // Without them JavaCPP counts tensors against the heap's limit, and fails early.
    for (String limit : List.of("maxbytes", "maxphysicalbytes")) {
      if (!"0".equals(System.getProperty("org.bytedeco.javacpp." + limit))) {
        return DoctorFinding.warn(
            "Java's flags",
            (found.isEmpty() ? "none" : found) + "; without -Dorg.bytedeco.javacpp." + limit + "=0",
            "start it through bin/sadi, or give it that option: large batches fail without");
      }
    }
    return DoctorFinding.ok(
        "Java's flags", found.isEmpty() ? "unknown, JavaCPP's limits are off" : found);
  }

  private static DoctorFinding system() {
    String os = System.getProperty("os.name");
    String arch = System.getProperty("os.arch");
    String here = platform(os, arch);
    String jar = Version.platform();
    String found = os + " " + arch + "; sadi " + Version.sadi() + " for " + jar;
    return jar.equals(here) || jar.equals(here + "-gpu")
        ? DoctorFinding.ok("system", found)
        : DoctorFinding.fail(
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

  private static DoctorFinding encoding() {
    String names = System.getProperty("sun.jnu.encoding", "unknown");
    return names.equalsIgnoreCase("UTF-8")
        ? DoctorFinding.ok("file names", names)
        : DoctorFinding.warn(
            "file names",
            names,
            "start sadi through bin/sadi, or set LC_ALL=C.UTF-8: names with other letters cannot be"
                + " opened");
  }

  private DoctorFinding cpu() {
    String model = host.field("proc/cpuinfo", "model name");
    String flags = " " + host.field("proc/cpuinfo", "flags") + " ";
    List<String> features = new ArrayList<>();
    for (String feature :
        List.of("avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16", "avx512_vnni", "avx_vnni")) {
      if (flags.contains(" " + feature + " ")) {
        features.add(feature);
      }
    }
    if (flags.isBlank()) {
      return DoctorFinding.ok("processor", System.getProperty("os.arch") + ", features unknown");
    }
    String found = model + ": " + (features.isEmpty() ? "no AVX" : String.join(" ", features));
    if (!features.contains("avx2")) {
      return DoctorFinding.warn(
          "processor", found, "expect little speed: LibTorch is made for AVX2 and more");
    }
    return DoctorFinding.ok(
        "processor",
        found
            + (CpuFeatures.hasBf16() ? ", bf16 in hardware" : ", no bf16: fp32")
            + (CpuFeatures.listsCaches() ? "" : "; it does not list its caches"));
  }

  private DoctorFinding threads() {
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
      return DoctorFinding.warn(
          "threads", found, "ask for at most " + processors + ": more only wait for each other");
    }
    return DoctorFinding.ok("threads", found);
  }

  private DoctorFinding memory() {
    OptionalLong total = host.memory("MemTotal");
    OptionalLong available = host.memory("MemAvailable");
    OptionalLong limit = host.memoryLimit();
    if (total.isEmpty() || available.isEmpty()) {
      return DoctorFinding.ok("memory", "unknown");
    }
    long usable = Math.min(available.getAsLong(), limit.orElse(Long.MAX_VALUE));
    String found =
        gigabytes(available.getAsLong())
            + " of "
            + gigabytes(total.getAsLong())
            + " available"
            + (limit.isPresent() ? ", limit of the container " + gigabytes(limit.getAsLong()) : "");
    if (usable < LITTLE_GB * GB) {
      return DoctorFinding.warn(
          "memory", found, "take small batches and images; 'sadi info' says what a network needs");
    }
    if (limit.isPresent() && Runtime.getRuntime().maxMemory() > limit.getAsLong() / 2) {
      return DoctorFinding.warn(
          "memory",
          found + ", of which Java's heap may take " + gigabytes(Runtime.getRuntime().maxMemory()),
          "leave more to the tensors: SADI_JAVA_OPTS=-Xmx"
              + limit.getAsLong() / 4 / (1 << 20)
              + "m");
    }
    return DoctorFinding.ok("memory", found);
  }

  /**
   * Checks ulimit: LibTorch needs address space for its libraries, and a prediction many open
   * files.
   */
  private DoctorFinding limits() {
    OptionalLong files = host.processLimit("Max open files");
    OptionalLong address = host.processLimit("Max address space");
    OptionalLong file = host.processLimit("Max file size");
    OptionalLong processes = host.processLimit("Max processes");
    OptionalLong contained = host.processesLimit();
    List<String> found = new ArrayList<>();
    files.ifPresent(count -> found.add(count + " open files"));
    processes.ifPresent(count -> found.add(count + " processes"));
    contained.ifPresent(count -> found.add(count + " processes in the container"));
    address.ifPresent(bytes -> found.add(gigabytes(bytes) + " of addresses"));
    file.ifPresent(bytes -> found.add("files of " + gigabytes(bytes)));
    String limits = found.isEmpty() ? "none" : String.join(", ", found);
    if (files.orElse(FEW_FILES) < FEW_FILES) {
      return DoctorFinding.warn("limits", limits, "allow more open files: ulimit -n " + FEW_FILES);
    }
    if (Math.min(processes.orElse(FEW_PROCESSES), contained.orElse(FEW_PROCESSES))
        < FEW_PROCESSES) {
      return DoctorFinding.warn(
          "limits",
          limits,
          "allow more threads, which count as processes: ulimit -u "
              + FEW_PROCESSES
              + ", or for a container --pids-limit "
              + FEW_PROCESSES);
    }
    if (address.isPresent()) {
      return DoctorFinding.warn(
          "limits", limits, "limit memory otherwise (a container): ulimit -v unlimited");
    }
    if (file.isPresent()) {
      return DoctorFinding.warn("limits", limits, "let files grow: ulimit -f unlimited");
    }
    return DoctorFinding.ok("limits", limits);
  }

  // --- folders ----------------------------------------------------------------------------------

  private DoctorFinding cache() {
    String advice = "name another folder: SADI_JAVA_OPTS=-Dorg.bytedeco.javacpp.cachedir=FOLDER";
    boolean named = NativeCache.isNamed();
    Path folder;
    try {
      folder = NativeCache.folder();
    } catch (FailedException e) {
      return DoctorFinding.fail("cache", String.valueOf(e.getMessage()), advice);
    }
    try {
      Files.createDirectories(folder);
      if (!Files.isWritable(folder)) {
        return DoctorFinding.fail("cache", folder + " is not writable", advice);
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
      if (free < UNPACKED_GB * GB && size(folder) < UNPACKED_GB * GB) {
        return DoctorFinding.warn("cache", found, "free some, or " + advice);
      }
      String warning = NativeCache.warning();
      if (warning != null) {
        return DoctorFinding.warn("cache", warning, advice);
      }
      if (!named && NativeCache.isNamed()) {
        return DoctorFinding.warn(
            "cache",
            found + ", as there is no home that can be written",
            "to keep them, " + advice);
      }
      return DoctorFinding.ok("cache", found);
    } catch (IOException e) {
      return DoctorFinding.fail("cache", folder + " cannot be made: " + e.getMessage(), advice);
    }
  }

  /** The size in bytes. Files that another process has just removed count 0. */
  private static long size(Path folder) throws IOException {
    long[] size = new long[1];
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            size[0] += attributes.isRegularFile() ? attributes.size() : 0;
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path place, @Nullable IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
    return size[0];
  }

  private static DoctorFinding working() {
    return writable("working folder", Path.of("").toAbsolutePath(), "write elsewhere: --out DIR");
  }

  private static DoctorFinding temporary() {
    return writable(
        "temporary files",
        Path.of(System.getProperty("java.io.tmpdir")),
        "name another folder: SADI_JAVA_OPTS=-Djava.io.tmpdir=FOLDER");
  }

  private static DoctorFinding writable(String what, Path folder, String advice) {
    try {
      FileStore store = Files.getFileStore(folder);
      String found = folder + " (" + gigabytes(store.getUsableSpace()) + " free)";
      return Files.isWritable(folder)
          ? DoctorFinding.ok(what, found)
          : DoctorFinding.warn(what, folder + " is not writable", advice);
    } catch (IOException e) {
      return DoctorFinding.warn(what, folder + " cannot be read", advice);
    }
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GB", bytes / GB);
  }
}
