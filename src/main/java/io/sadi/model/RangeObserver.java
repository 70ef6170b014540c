package io.sadi.model;

import io.sadi.torch.ComputeDevice;
import io.sadi.torch.Tensors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Runs a network in float32 and notes of each map that {@link QuantizedOperations} could have in
 * eight bits which values it has, and whether all that use it can use it so. For one thread.
 */
final class RangeObserver extends InferenceOperations {
  /** Maps of this side and more are looked at in every second row and column. */
  private static final int LARGE = 32;

  private final Map<String, RangeSearch> searches = new TreeMap<>();
  private final Set<String> layers = new TreeSet<>();
  private final Set<String> unfit = new HashSet<>();
  private final Map<String, Set<String>> users = new TreeMap<>();
  private final IdentityHashMap<Tensor, String> names = new IdentityHashMap<>();
  private boolean exact;
  private boolean counting;

  RangeObserver(ComputeDevice device, Arithmetic arithmetic) {
    super(device, arithmetic, ScalarType.Float);
  }

  /** Before each batch; afterwards the tensors of the one before are forgotten. */
  void begin() {
    names.clear();
  }

  /** From now on values are counted; until then it is found out between which bounds they lie. */
  void startCounting() {
    counting = true;
  }

  /** The layers that can be computed in int8: those whose input has no negative values. */
  Set<String> layers() {
    Set<String> fit = new TreeSet<>(layers);
    fit.removeIf(path -> input(path).low() < 0);
    return fit;
  }

  private RangeSearch input(String path) {
    return Objects.requireNonNull(searches.get(path + Quantization.INPUT), path);
  }

  /** By name, the maps that can be in eight bits, and what is known of them. */
  Map<String, RangeSearch> maps() {
    Map<String, RangeSearch> fit = new TreeMap<>(searches);
    fit.keySet().removeIf(name -> unfit.contains(name) || !users.containsKey(name));
    return fit;
  }

  /** By the name of a map, the parts of the network that use it in eight bits. */
  Map<String, Set<String>> users() {
    return users;
  }

  private void look(String name, Tensor map) {
    RangeSearch search = searches.computeIfAbsent(name, n -> new RangeSearch());
    Tensor some = map.size(2) >= LARGE ? everySecond(everySecond(map, 2), 3) : map;
    some = some.permute(0, 2, 3, 1).reshape(-1);
    if (!counting) {
      search.include(some.min().item_float(), some.max().item_float());
    } else if (search.high() > search.low()) {
      Tensor counts =
          torch.histc(
              some, RangeSearch.BINS, Tensors.scalar(search.low()), Tensors.scalar(search.high()));
      search.count(Tensors.floats(counts));
    }
  }

  private static Tensor everySecond(Tensor x, long axis) {
    return x.slice(axis, new LongOptional(), new LongOptional(), 2);
  }

  private Tensor named(String name, Tensor map) {
    look(name, map);
    names.put(map, name);
    return map;
  }

  /**
   * Notes a use in eight bits.
   *
   * @param user the name of what is made of it
   */
  private void use(Tensor x, String user) {
    String name = names.get(x);
    if (name != null) {
      use(name, user);
    }
  }

  private void use(String name, String user) {
    users.computeIfAbsent(name, n -> new TreeSet<>()).add(Quantization.part(user));
  }

  /** Notes a use in floating point. */
  private Tensor other(Tensor x) {
    String name = names.get(x);
    if (name != null) {
      unfit.add(name);
    }
    return x;
  }

  private void input(Tensor x, Conv layer) {
    if (exact || layer.first()) { // which stays in floating point
      other(x);
      return;
    }
    layers.add(layer.path());
    use(x, layer.path());
    look(Quantization.input(layer), x);
    use(Quantization.input(layer), layer.path());
  }

  @Override
  public Tensor conv(Tensor x, Conv layer) {
    input(x, layer);
    return named(layer.path(), super.conv(x, layer));
  }

  @Override
  public Tensor conv(Tensor x, ConvBn layer) {
    input(x, layer.conv());
    return named(layer.conv().path(), super.conv(x, layer));
  }

  @Override
  public Tensor addConv(Tensor sum, Tensor x, ConvBn layer) {
    return named(layer.conv().path(), added(sum, x, layer));
  }

  @Override
  public Tensor addConvRelu(Tensor sum, Tensor x, ConvBn layer) {
    return named(layer.conv().path(), super.relu(added(sum, x, layer)));
  }

  private Tensor added(Tensor sum, Tensor x, ConvBn layer) {
    use(sum, layer.conv().path());
    input(x, layer.conv());
    Tensor y = super.conv(x, layer);
    look(Quantization.added(layer.conv()), y);
    use(Quantization.added(layer.conv()), layer.conv().path());
    return super.add(sum, y);
  }

  @Override
  public Tensor add(String name, Tensor a, Tensor b) {
    use(a, name);
    use(b, name);
    return named(name, super.add(a, b));
  }

  @Override
  public Tensor addRelu(String name, Tensor a, Tensor b) {
    use(a, name);
    use(b, name);
    return named(name, super.relu(super.add(a, b)));
  }

  @Override
  public Tensor multiplyAddRelu(String name, Tensor a, Tensor b, Tensor c) {
    use(a, name);
    use(c, name);
    Tensor scaled = super.multiply(a, b);
    look(Quantization.scaled(name), scaled);
    use(Quantization.scaled(name), name);
    return named(name, super.relu(super.add(scaled, c)));
  }

  @Override
  public Tensor upsampleNearest(Tensor x) {
    Tensor larger = super.upsampleNearest(x);
    String name = names.get(x);
    if (name != null) {
      names.put(larger, name);
    }
    return larger;
  }

  /** A part's result is another object than what gave it. */
  @Override
  public Tensor part(Supplier<Tensor> part) {
    List<Tensor> inside = new ArrayList<>();
    Tensor y =
        super.part(
            () -> {
              inside.add(part.get());
              return inside.get(0);
            });
    String name = names.get(inside.get(0));
    if (name != null) {
      names.put(y, name);
    }
    return y;
  }

  @Override
  public Tensor relu(Tensor x) {
    return super.relu(other(x));
  }

  @Override
  public Tensor add(Tensor a, Tensor b) {
    return super.add(other(a), other(b));
  }

  @Override
  public Tensor multiply(Tensor a, Tensor b) {
    return super.multiply(other(a), other(b));
  }

  @Override
  public Tensor averagePool(Tensor x, int factor) {
    return super.averagePool(other(x), factor);
  }

  @Override
  public Tensor upsampleBilinear(Tensor x, int factor) {
    return super.upsampleBilinear(other(x), factor);
  }

  @Override
  public Tensor concat(List<Tensor> parts) {
    parts.forEach(this::other);
    return super.concat(parts);
  }

  @Override
  public Tensor narrow(Tensor x, int axis, int start, int length) {
    return super.narrow(other(x), axis, start, length);
  }

  @Override
  public Tensor inFloat32(Tensor x, UnaryOperator<Tensor> f) {
    boolean before = exact;
    exact = true;
    Tensor y = super.inFloat32(other(x), f);
    exact = before;
    return y;
  }
}
