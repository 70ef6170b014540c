package io.sadi.torch;

import io.sadi.io.FailedException;
import io.sadi.io.NativeCache;
import io.sadi.io.Version;
import java.util.Objects;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** The LibTorch library as a whole: loading, threads, the seed of its random numbers. */
public final class Torch {
  private static @Nullable String failure;
  private static boolean loaded;

  /** As in {@code [/some/folder/unbound_buffer.cc:78] Timed out}. */
  private static final Pattern PLACE = Pattern.compile("^\\[[^\\]]*\\.(cc|cpp|h|hpp):\\d+\\] ");

  private static final String MISSING =
      "it is not in this jar for "
          + Version.platform()
          + (Version.platform().endsWith("-gpu")
              ? ", and the folder of the same name beside the jar, where the build puts it, is not"
                  + " there or not whole"
              : ": build one for this platform");

  private Torch() {}

  /**
   * Loads the native library, once. A failure is kept and explained again, because the JVM itself
   * would report the second attempt as a bare NoClassDefFoundError.
   */
  public static synchronized void load() {
    if (failure != null) {
      throw new FailedException(failure);
    }
    if (loaded) {
      return;
    }
    try {
      NativeCache.load("libtorch", () -> Loader.load(torch.class));
      // NNPACK would be asked for small convolutions where there is one thread, and complains at
      // each where it does not know the processor. TF32 keeps ten bits of what is asked for in
      // float32.
      torch.globalContext().setUserEnabledNNPACK(false);
      torch.globalContext().setAllowTF32CuDNN(false);
      torch.set_num_threads(defaultThreads(System.getenv("OMP_NUM_THREADS"), 1));
      loaded = true;
    } catch (LinkageError | RuntimeException e) {
      failure =
          "LibTorch could not be loaded on "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch")
              + ": "
              + (hasNatives() ? reason(e) + "; 'sadi doctor' says more" : MISSING);
      throw new FailedException(failure, e);
    }
  }

  private static String reason(Throwable e) {
    String trouble = NativeCache.trouble();
    return trouble.isEmpty() ? firstLine(e) : trouble;
  }

  /** Whether there are libraries on the class path to be loaded. */
  private static boolean hasNatives() {
    String folder = "/org/bytedeco/pytorch/" + Version.platform() + "/";
    return Loader.getPlatform().equals(Version.platform().replaceFirst("-gpu$", ""))
        && (Torch.class.getResource(folder + "libjnitorch.so") != null
            || Torch.class.getResource(folder + "libjnitorch.dylib") != null
            || Torch.class.getResource(folder + "jnitorch.dll") != null);
  }

  /**
   * Threads of one operator; the data loader's threads come on top.
   *
   * @param count of them; 0 for OMP_NUM_THREADS, or else one for each processor that Java sees,
   *     which counts what a container may use and which LibTorch does not see on every machine
   * @throws FailedException if the system does not start that many
   */
  public static void threads(int count) {
    threads(count, 1);
  }

  /**
   * The same where several processes share the machine.
   *
   * @param count of threads; 0 for OMP_NUM_THREADS, or else an equal share of the processors
   * @param processes of this machine that compute side by side
   */
  public static void threads(int count, int processes) {
    load();
    int threads = count > 0 ? count : defaultThreads(System.getenv("OMP_NUM_THREADS"), processes);
    // Those that share out an operator, OpenMP's, and a pool of LibTorch's own.
    SpareThreads.check(2 * threads);
    torch.set_num_threads(threads);
  }

  /**
   * What OMP_NUM_THREADS says, or this process's share of the processors that Java sees.
   *
   * @param asked OMP_NUM_THREADS, whose first number is meant
   */
  static int defaultThreads(@Nullable String asked, int processes) {
    String first = Objects.requireNonNullElse(asked, "").replaceFirst(",.*", "").strip();
    return first.matches("[1-9][0-9]{0,3}")
        ? Integer.parseInt(first)
        : Math.max(1, Runtime.getRuntime().availableProcessors() / processes);
  }

  /**
   * Threads of one operator that the calling thread runs, and threads that begin after this.
   *
   * @param count of them, at least 1; no more than {@link #threads(int)} has asked the system for
   */
  public static void ownThreads(int count) {
    // A thread's first question sets what some thread has set last, which may be another's share.
    torch.get_num_threads();
    torch.set_num_threads(count);
  }

  /** Threads of one operator as it is, for the calling thread. */
  public static int threads() {
    load();
    return torch.get_num_threads();
  }

  public static void seed(long seed) {
    load();
    torch.manual_seed(seed);
  }

  /** A LibTorch error without its C++ stack and the place in somebody's C++ sources. */
  public static String firstLine(Throwable e) {
    String message = e.getMessage();
    if (message == null || message.isBlank()) {
      return e.getClass().getSimpleName();
    }
    String line = message.lines().findFirst().orElse(message).strip();
    return PLACE.matcher(line).replaceFirst("");
  }
}
