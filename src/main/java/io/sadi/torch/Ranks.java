package io.sadi.torch;

import io.sadi.io.FailedException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.BroadcastOptions;
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
  public static final Ranks ALONE = new Ranks(0, 1, 0, 1, null);

  private static final String PREFIX = "sadi";

  /** The key of what rank 0 says first. */
  private static final String FIRST = "first";

  /** How long one waits for the others to notice what it has noticed. */
  private static final int NOTICE_TENTHS = 50;

  private final int rank;
  private final int size;
  private final int localRank;
  private final int localSize;
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

  private Ranks(int rank, int size, int localRank, int localSize, @Nullable Connection connection) {
    this.rank = rank;
    this.size = size;
    this.localRank = localRank;
    this.localSize = localSize;
    this.connection = connection;
  }

  /** Where the processes of one machine meet: who starts them holds it and tells them its port. */
  public static final class RankHost implements AutoCloseable {
    private final PointerScope memory;
    private final TCPStore store;

    public RankHost() {
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
   * A job's processes before they are connected: where rank 0 says what the others need to know for
   * that. It stays open as long as the {@link Ranks} that come of it.
   */
  public static final class Meeting implements AutoCloseable {
    private final PointerScope memory;
    private final TCPStore tcp;
    private final Store store;
    private final Membership place;
    private final Duration patience;

    private Meeting(PointerScope memory, TCPStore tcp, Membership place, Duration patience) {
      this.memory = memory;
      this.tcp = tcp;
      // A store that is not ours alone, such as torchrun's, may hold the same keys, and those of
      // the processes before it started the job again.
      this.store = new PrefixStore(PREFIX + "/" + place.attempt(), tcp);
      this.place = place;
      this.patience = patience;
    }

    /**
     * A text of rank 0's, for all.
     *
     * @param text where this is rank 0
     */
    public String ofFirst(String text) {
      try (PointerScope scope = new PointerScope()) {
        if (place.rank() == 0) {
          byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
          store.set(FIRST, Base64.getEncoder().encodeToString(bytes));
          return text;
        }
        byte[] bytes = Base64.getDecoder().decode(store.get_to_str(FIRST));
        return new String(bytes, StandardCharsets.UTF_8);
      } catch (RuntimeException e) {
        throw new FailedException(
            String.format(
                "rank %d of %d heard nothing of rank 0 in %d s: %s; rank 0 says why",
                place.rank(), place.size(), patience.toSeconds(), Torch.firstLine(e)),
            e);
      }
    }

    /**
     * Connects the processes.
     *
     * @param device that tensors are exchanged on
     */
    public Ranks join(ComputeDevice device) {
      try (PointerScope scope = new PointerScope()) {
        return Ranks.join(tcp, store, place, device, patience, scope);
      }
    }

    @Override
    public void close() {
      memory.close();
    }
  }

  /**
   * Finds the job that the environment told of.
   *
   * @param patience how long a call waits for the others
   */
  public static Meeting meet(Membership place, Duration patience) {
    Torch.load();
    try (PointerScope scope = new PointerScope()) {
      boolean host = place.rank() == 0 && !place.storeIsThere();
      TCPStore tcp = open(place.address(), place.port(), host, patience);
      return new Meeting(scope.extend(), tcp, place, patience);
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
      TCPStore tcp,
      Store store,
      Membership place,
      ComputeDevice device,
      Duration patience,
      PointerScope scope) {
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
          place.localSize(),
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

  /** How many processes of the job this machine has. */
  public int localSize() {
    return localSize;
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
    together((backend, tensors) -> backend.allreduce(tensors), tensor);
  }

  /**
   * Replaces a tensor's values by those of one process, bit for bit.
   *
   * @param tensor contiguous, of the same shape everywhere
   * @param root the rank whose values they are
   */
  public void share(Tensor tensor, int root) {
    together(
        (backend, tensors) ->
            backend.broadcast(tensors, new BroadcastOptions().rootRank(root).rootTensor(0)),
        tensor);
  }

  /**
   * Which of some conditions hold in any of the processes.
   *
   * @param device that tensors are exchanged on
   * @param here those of this process
   */
  public boolean[] any(ComputeDevice device, boolean... here) {
    boolean[] any = here.clone();
    if (size > 1) {
      float[] votes = new float[here.length];
      for (int i = 0; i < here.length; i++) {
        votes[i] = here[i] ? 1 : 0;
      }
      try (PointerScope scope = new PointerScope()) {
        Tensor sum = Tensors.of(votes, device, votes.length);
        sum(sum);
        votes = Tensors.floats(sum);
      }
      for (int i = 0; i < here.length; i++) {
        any[i] = votes[i] > 0;
      }
    }
    return any;
  }

  /**
   * A text of each process, by rank.
   *
   * @param own this one's
   * @param device that tensors are exchanged on
   */
  public List<String> gather(String own, ComputeDevice device) {
    List<String> texts = new ArrayList<>();
    for (int root = 0; root < size; root++) {
      texts.add(share(own, root, device));
    }
    return texts;
  }

  /** The text of one process, for all. */
  public String share(String own, int root, ComputeDevice device) {
    if (size == 1) {
      return own;
    }
    // As numbers below 256, which a float holds exactly: what travels is always of one kind.
    byte[] bytes = own.getBytes(StandardCharsets.UTF_8);
    try (PointerScope scope = new PointerScope()) {
      Tensor length = Tensors.of(new float[] {bytes.length}, device, 1);
      share(length, root);
      float[] values = new float[(int) Tensors.floats(length)[0]];
      for (int i = 0; root == rank && i < values.length; i++) {
        values[i] = bytes[i] & 0xFF;
      }
      Tensor text = Tensors.of(values, device, values.length);
      share(text, root);
      float[] shared = Tensors.floats(text);
      byte[] theirs = new byte[shared.length];
      for (int i = 0; i < theirs.length; i++) {
        theirs[i] = (byte) shared[i];
      }
      return new String(theirs, StandardCharsets.UTF_8);
    }
  }

  /** What all processes do at the same time. */
  @FunctionalInterface
  private interface Exchange {
    Work begin(Backend backend, TensorVector tensors);
  }

  private void together(Exchange exchange, Tensor tensor) {
    if (connection == null) {
      return;
    }
    try (PointerScope scope = new PointerScope()) {
      connection.store().add(arrivals(rank), 1);
      Work work = exchange.begin(connection.backend(), new TensorVector(tensor));
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
