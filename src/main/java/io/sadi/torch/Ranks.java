package io.sadi.torch;

import io.sadi.io.FailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;
import org.jspecify.annotations.Nullable;

/**
 * The processes that train one network together, each with its share of every step's people, over
 * LibTorch's c10d: Gloo between CPUs, NCCL between GPUs. All of them call the same methods in the
 * same order. Where one is gone or does not answer in time, the others' calls fail with a line that
 * names it.
 */
public final class Ranks implements AutoCloseable {
  /** A process of its own. */
  public static final Ranks ALONE = new Ranks(0, 1, 0, null);

  private static final String PREFIX = "sadi";

  /** How long one waits for the others to notice what it has noticed. */
  private static final int NOTICE_TENTHS = 50;

  private final int rank;
  private final int size;
  private final int localRank;
  private final @Nullable Connection connection;

  /**
   * What the job's calls need.
   *
   * @param tcp what {@code store} is a part of: a reference that keeps it from the garbage
   *     collector
   * @param patience how long a call waits for the others
   */
  private record Connection(
      PointerScope memory, TCPStore tcp, Store store, Backend backend, Duration patience) {}

  private Ranks(int rank, int size, int localRank, @Nullable Connection connection) {
    this.rank = rank;
    this.size = size;
    this.localRank = localRank;
    this.connection = connection;
  }

  /** Where the processes of one machine meet: who starts them holds it and tells them its port. */
  public static final class Host implements AutoCloseable {
    private final PointerScope memory;
    private final TCPStore store;

    public Host() {
      Torch.load();
      try (PointerScope scope = new PointerScope()) {
        store = open("127.0.0.1", 0, true, Duration.ofMinutes(1));
        memory = scope.extend();
      } catch (RuntimeException e) {
        throw new FailedException("no port for the other processes: " + Torch.firstLine(e), e);
      }
    }

    public int port() {
      return store.getPort() & 0xFFFF;
    }

    @Override
    public void close() {
      memory.close();
    }
  }

  /**
   * Joins the job that the environment told of.
   *
   * @param patience how long a call waits for the others
   */
  public static Ranks join(Membership place, ComputeDevice device, Duration patience) {
    Torch.load();
    try (PointerScope scope = new PointerScope()) {
      boolean host = place.rank() == 0 && !place.storeIsThere();
      TCPStore store = open(place.address(), place.port(), host, patience);
      return join(store, place, device, patience, scope);
    } catch (FailedException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new FailedException(
          String.format(
              "rank %d of %d found no store of the job at %s:%d in %d s: %s; check MASTER_ADDR and"
                  + " MASTER_PORT, and that rank 0 runs",
              place.rank(),
              place.size(),
              place.address(),
              place.port(),
              patience.toSeconds(),
              Torch.firstLine(e)),
          e);
    }
  }

  private static Ranks join(
      TCPStore tcp, Membership place, ComputeDevice device, Duration patience, PointerScope scope) {
    // A store that is not ours alone, such as torchrun's, may hold the same keys, and those of the
    // processes before it started the job again.
    Store store = new PrefixStore(PREFIX + "/" + place.attempt(), tcp);
    try {
      store.add(arrivals(place.rank()), 1);
      Backend backend;
      if (device.cuda()) {
        backend = new ProcessGroupNCCL(store, place.rank(), place.size());
      } else {
        Milliseconds timeout = new Milliseconds(patience.toMillis());
        ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(timeout);
        if (place.address().equals("127.0.0.1")) {
          // A machine need not know its own name.
          options.devices(
              new GlooDeviceVector(ProcessGroupGloo.createDeviceForHostname(place.address())));
        } else {
          options.devices(new GlooDeviceVector(ProcessGroupGloo.createDefaultDevice()));
        }
        backend = new ProcessGroupGloo(store, place.rank(), place.size(), options);
      }
      return new Ranks(
          place.rank(),
          place.size(),
          place.localRank(),
          new Connection(scope.extend(), tcp, store, backend, patience));
    } catch (RuntimeException e) {
      throw new FailedException(
          String.format(
              "rank %d of %d did not meet %s in %d s: %s",
              place.rank(),
              place.size(),
              missing(store, place.rank(), place.size()),
              patience.toSeconds(),
              Torch.firstLine(e)),
          e);
    }
  }

  private static TCPStore open(String address, int port, boolean server, Duration patience) {
    TCPStoreOptions options = new TCPStoreOptions();
    options.port((short) port); // unsigned there
    options.isServer(server);
    options.waitWorkers(false);
    options.timeout(new Milliseconds(patience.toMillis()));
    return new TCPStore(address, options);
  }

  public int rank() {
    return rank;
  }

  public int size() {
    return size;
  }

  /** Among the processes of this machine. */
  public int localRank() {
    return localRank;
  }

  /** Whether this process is the one that writes files and speaks. */
  public boolean first() {
    return rank == 0;
  }

  /**
   * Replaces a tensor's values by their sums over all processes, bit for bit the same everywhere.
   *
   * @param tensor contiguous, of the same shape everywhere
   */
  public void sum(Tensor tensor) {
    if (connection == null) {
      return;
    }
    try (PointerScope scope = new PointerScope()) {
      connection.store().add(arrivals(rank), 1);
      Work work = connection.backend().allreduce(new TensorVector(tensor));
      // NCCL waits on the GPU, for ever, unless told for how long.
      if (connection.backend() instanceof ProcessGroupNCCL) {
        work._wait(new Milliseconds(connection.patience().toMillis()));
      } else {
        work._wait();
      }
    } catch (RuntimeException e) {
      throw new FailedException(
          "rank "
              + rank
              + " of "
              + size
              + " lost "
              + missing(connection.store(), rank, size)
              + ", which is gone or hangs: "
              + Torch.firstLine(e),
          e);
    }
  }

  /**
   * The ranks that have not come as far as one, as the job's store knows them. Where all have come,
   * those that do not notice within a few seconds that something is wrong.
   */
  private static String missing(Store known, int rank, int size) {
    try (PointerScope scope = new PointerScope()) {
      long here = known.add(arrivals(rank), 0);
      List<Integer> behind = others(rank, size);
      behind.removeIf(other -> known.add(arrivals(other), 0) >= here);
      if (behind.isEmpty()) {
        behind = others(rank, size);
        known.add(losses(rank), 1);
        for (int i = 0; i < NOTICE_TENTHS && behind.size() > 1; i++) {
          Thread.sleep(100);
          behind.removeIf(other -> known.add(losses(other), 0) > 0);
        }
      }
      return behind.isEmpty()
          ? "the others"
          : behind.stream().map(other -> "rank " + other).collect(Collectors.joining(" and "));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "the others";
    } catch (RuntimeException e) {
      return "rank 0, which holds the job's store";
    }
  }

  private static List<Integer> others(int rank, int size) {
    return IntStream.range(0, size)
        .filter(other -> other != rank)
        .boxed()
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static String losses(int rank) {
    return "losses/" + rank;
  }

  private static String arrivals(int rank) {
    return "arrivals/" + rank;
  }

  @Override
  public void close() {
    if (connection != null) {
      connection.memory().close();
    }
  }
}
