package io.sadi.model;

import io.sadi.io.BadInputException;
import io.sadi.io.Safetensors;
import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Tensors;
import io.sadi.torch.Torch;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.jspecify.annotations.Nullable;

/**
 * All named tensors of a network, in two buffers: one holds every learned weight, one every running
 * statistic, and the tensors are views into them. An optimizer, an average of weights or an
 * all-reduce is then a few operations on one tensor, however many layers there are.
 *
 * <p>Convolution weights are channels-last in the buffer, the fastest layout for convolutions on a
 * CPU; files have them in the usual order.
 */
public final class Parameters implements AutoCloseable {
  /** Views start at multiples of 64 bytes, for aligned vector loads. */
  private static final long ALIGNMENT = 16;

  private final Map<String, Parameter> byName = new LinkedHashMap<>();
  private final CostMeter meter = new CostMeter();
  private @Nullable PointerScope memory;
  private @Nullable Tensor weights;
  private @Nullable Tensor gradients;
  private @Nullable Tensor statistics;

  /** Declares parameters below a path. */
  final class Scope {
    private final String path;

    private Scope(String path) {
      this.path = path;
    }

    Scope at(Object name) {
      return new Scope(path.isEmpty() ? name.toString() : path + "." + name);
    }

    Parameter weight(String name, Initializer initializer, long... shape) {
      return declare(name, true, initializer, shape);
    }

    Parameter statistic(String name, Initializer initializer, long... shape) {
      return declare(name, false, initializer, shape);
    }

    CostMeter meter() {
      return meter;
    }

    String path() {
      return path;
    }

    private Parameter declare(String name, boolean learned, Initializer initializer, long[] shape) {
      Parameter parameter = new Parameter(path + "." + name, shape, learned, initializer);
      if (byName.put(parameter.name(), parameter) != null) {
        throw new IllegalStateException(parameter.name() + " is declared twice");
      }
      return parameter;
    }
  }

  Scope root() {
    return new Scope("");
  }

  /** The declared parameters, in order of declaration. */
  public List<Parameter> all() {
    return List.copyOf(byName.values());
  }

  /** Number of learned values. */
  public long count() {
    return byName.values().stream().filter(Parameter::learned).mapToLong(Parameter::count).sum();
  }

  /** Measures the cost of layers as they run. */
  CostMeter meter() {
    return meter;
  }

  /**
   * Gives every parameter its memory on a device and its initial value. The value depends on the
   * seed and the parameter's name only, so layers that two variants share start equal.
   *
   * @param trainable whether gradients are to be computed; they are then views into one buffer
   */
  void allocate(ComputeDevice device, boolean trainable, long seed) {
    allocate(device, trainable);
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      byName.values().forEach(parameter -> initialise(parameter, seed));
    }
  }

  /** Gives every parameter its memory and the value 0, until weights are loaded. */
  void allocateZeros(ComputeDevice device) {
    allocate(device, false);
  }

  /**
   * Gives every parameter its memory and value but the convolutions' kernels, of which a large
   * network consists: these are read each time that they are asked for. For whoever asks once.
   *
   * @param entries a file's, after {@link #check}
   * @param origin the file, for messages
   */
  void allocateAllButKernels(
      Map<String, Safetensors.Entry> entries, ComputeDevice device, Object origin) {
    check(entries, origin);
    for (Parameter parameter : byName.values()) {
      Safetensors.Entry entry = entries.get(parameter.name());
      if (entry != null && parameter.shape().length == 4) {
        parameter.readFrom(
            () ->
                Tensors.of(entry.floats(), device, parameter.shape())
                    .contiguous(MemoryFormat.ChannelsLast));
      }
    }
    allocate(device, false);
    load(entries, origin);
  }

  private void allocate(ComputeDevice device, boolean trainable) {
    if (memory != null) {
      throw new IllegalStateException("allocated already");
    }
    Torch.load();
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      memory = scope.extend(); // outlives this block, until close()
      weights = torch.zeros(new long[] {extent(true)}, device.floats());
      statistics = torch.zeros(new long[] {extent(false)}, device.floats());
      if (trainable) {
        gradients = torch.zeros(new long[] {extent(true)}, device.floats());
      }
      long weightOffset = 0;
      long statisticOffset = 0;
      for (Parameter parameter : inMemory()) {
        long offset = parameter.learned() ? weightOffset : statisticOffset;
        Tensor view =
            view(parameter.learned() ? weights : statistics, offset, parameter.shape()).detach();
        if (parameter.learned()) {
          weightOffset += padded(parameter.count());
        } else {
          statisticOffset += padded(parameter.count());
        }
        if (parameter.learned() && gradients != null) {
          view.requires_grad_(true);
          view.mutable_grad().put(view(gradients, offset, parameter.shape()));
        }
        parameter.tensor(view);
      }
    }
  }

  /** Every learned weight, [n], padding included. */
  public Tensor weights() {
    return allocated(weights);
  }

  /** The gradients, in the order of the weights, [n]; only if allocated as trainable. */
  public Tensor gradients() {
    return allocated(gradients);
  }

  /**
   * Freezes parameters: no gradient reaches them, and batch norms among them use and keep their
   * running statistics.
   *
   * @param parts parts of their names; one that is in no name is an error
   */
  public void freeze(List<String> parts) {
    checkParts(parts, "parameters");
    for (String part : parts) {
      byName.values().stream().filter(p -> hasPart(p.name(), part)).forEach(Parameter::freeze);
    }
  }

  /**
   * Refuses a part that is in the name of no parameter.
   *
   * @param where who names them, for messages
   */
  public void checkParts(List<String> parts, String where) {
    for (String part : parts) {
      if (byName.keySet().stream().noneMatch(name -> hasPart(name, part))) {
        throw unknown(part, where);
      }
    }
  }

  /** 1 at the weights that are learned, 0 at frozen ones, [n]; null where none is frozen. */
  public @Nullable Tensor learning() {
    if (byName.values().stream().noneMatch(p -> p.learned() && p.frozen())) {
      return null;
    }
    Tensor mask = torch.ones_like(weights());
    long offset = 0;
    for (Parameter parameter : byName.values()) {
      if (parameter.learned()) {
        if (parameter.frozen()) {
          mask.narrow(0, offset, parameter.count()).zero_();
        }
        offset += padded(parameter.count());
      }
    }
    return mask;
  }

  /** Whether a path has a part, in whole names: {@code stem} is in stem.conv, not in stems. */
  private static boolean hasPart(String name, String part) {
    return ("." + name + ".").contains("." + part + ".");
  }

  /**
   * The parts of this network that a file lacks: for each missing parameter, the first name in its
   * path that no tensor of the file has, as {@code dilated} and {@code sfm}.
   *
   * @param names of the file's tensors
   * @param except parts that may be missing
   */
  public Set<String> partsWithout(Set<String> names, List<String> except) {
    Set<String> known =
        names.stream()
            .flatMap(name -> Stream.of(name.split("\\.")))
            .collect(Collectors.toUnmodifiableSet());
    Set<String> parts = new LinkedHashSet<>();
    for (String name : byName.keySet()) {
      if (!names.contains(name) && !hasPart(name, except)) {
        Stream.of(name.split("\\."))
            .filter(part -> !known.contains(part))
            .findFirst()
            .ifPresent(parts::add);
      }
    }
    return parts;
  }

  private BadInputException unknown(String part, String where) {
    List<String> tops =
        byName.keySet().stream().map(name -> name.split("\\.", 2)[0]).distinct().toList();
    return BadInputException.at(
        where, "'" + part + "'", "a part of a name: " + String.join(", ", tops), "");
  }

  /** Every running statistic, [m]. */
  public Tensor statistics() {
    return allocated(statistics);
  }

  /** All tensors by name in the usual order of axes, as files keep them. */
  public Map<String, Safetensors.Entry> toEntries() {
    Map<String, Safetensors.Entry> entries = new LinkedHashMap<>();
    for (Parameter parameter : byName.values()) {
      entries.put(
          parameter.name(),
          Safetensors.Entry.ofFloats(parameter.shape(), Tensors.floats(parameter.tensor())));
    }
    return entries;
  }

  /**
   * Refuses a file's tensors unless they are those of this network: a missing, surplus or
   * mis-shaped one is an error that names it.
   *
   * @param origin the file, for messages
   */
  void check(Map<String, Safetensors.Entry> entries, Object origin) {
    check(entries, List.of(), origin);
  }

  /**
   * As above, but for tensors that may be missing, surplus or of another shape.
   *
   * @param except parts of their names; one that is in no name is an error
   */
  public void check(Map<String, Safetensors.Entry> entries, List<String> except, Object origin) {
    checkParts(except, "parameters");
    for (String name : entries.keySet()) {
      if (!byName.containsKey(name) && !hasPart(name, except)) {
        throw new BadInputException(
            origin
                + ": tensor "
                + name
                + " has no place in this network; its architecture differs");
      }
    }
    for (Parameter parameter : byName.values()) {
      if (hasPart(parameter.name(), except)) {
        continue;
      }
      Safetensors.Entry entry = entries.get(parameter.name());
      if (entry == null) {
        throw new BadInputException(
            origin + ": tensor " + parameter.name() + " is missing; its architecture differs");
      }
      if (!Arrays.equals(entry.shape(), parameter.shape())) {
        throw BadInputException.at(
            origin + ": tensor " + parameter.name(),
            "shape " + Arrays.toString(entry.shape()),
            Arrays.toString(parameter.shape()),
            "its architecture differs");
      }
    }
  }

  /** Sets every parameter from a file's tensors, after {@link #check}. */
  public void load(Map<String, Safetensors.Entry> entries, Object origin) {
    load(entries, List.of(), origin);
  }

  /**
   * As above, but leaves some as they are.
   *
   * @param except parts of their names
   */
  public void load(Map<String, Safetensors.Entry> entries, List<String> except, Object origin) {
    check(entries, except, origin);
    for (Parameter parameter : byName.values()) {
      Safetensors.Entry entry = entries.get(parameter.name());
      if (entry != null && !parameter.isRead() && !hasPart(parameter.name(), except)) {
        load(parameter, entry);
      }
    }
  }

  private static void load(Parameter parameter, Safetensors.Entry entry) {
    // A scope for each: together the copies would be as large as the network.
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor values = Tensors.of(entry.floats(), ComputeDevice.CPU, parameter.shape());
      parameter.tensor().copy_(values);
    }
  }

  /** Whether a path has one of these parts. */
  static boolean hasPart(String name, List<String> parts) {
    return parts.stream().anyMatch(part -> hasPart(name, part));
  }

  @Override
  public void close() {
    if (memory != null) {
      memory.close();
      memory = null;
    }
  }

  private long extent(boolean learned) {
    return inMemory().stream()
        .filter(p -> p.learned() == learned)
        .mapToLong(p -> padded(p.count()))
        .sum();
  }

  private List<Parameter> inMemory() {
    return byName.values().stream().filter(parameter -> !parameter.isRead()).toList();
  }

  private static long padded(long count) {
    return (count + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private static Tensor view(Tensor buffer, long offset, long[] shape) {
    long count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    Tensor flat = buffer.narrow(0, offset, count);
    return shape.length == 4
        ? flat.view(shape[0], shape[2], shape[3], shape[1]).permute(0, 3, 1, 2)
        : flat.view(shape);
  }

  private static void initialise(Parameter parameter, long seed) {
    long[] shape = parameter.shape();
    long taps = shape.length == 4 ? shape[2] * shape[3] : 1;
    long fanIn = shape.length > 1 ? shape[1] * taps : shape[0];
    long fanOut = shape[0] * taps;
    GeneratorOptional generator = generator(parameter.tensor(), seed ^ hash(parameter.name()));
    parameter.initializer().fill(parameter.tensor(), generator, fanIn, fanOut);
  }

  /** Its own generator on the CPU, as all threads share LibTorch's. */
  private static GeneratorOptional generator(Tensor tensor, long seed) {
    if (!tensor.is_cuda()) {
      return new GeneratorOptional(torch.make_generator_cpu(seed));
    }
    Torch.seed(seed);
    return new GeneratorOptional();
  }

  /** FNV-1a, 64 bits: stable everywhere, unlike String.hashCode in width. */
  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }

  private static Tensor allocated(@Nullable Tensor tensor) {
    if (tensor == null) {
      throw new IllegalStateException("not allocated");
    }
    return tensor;
  }
}
