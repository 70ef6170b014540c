package io.sadi.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/**
 * Follows the shapes through a network, without computing, and notes the {@link LayerForm} of each
 * layer. Needs no native library.
 */
final class ShapeOperations implements Operations<ShapeOperations.Shape> {
  /**
   * The shape of one image's map, or of its pooled features.
   *
   * @param sizes of the axes behind the batch's
   */
  record Shape(List<Long> sizes) {
    Shape(Long... sizes) {
      this(List.of(sizes));
    }

    long at(int axis) {
      return sizes.get(axis - 1);
    }

    Shape with(int axis, long size) {
      Long[] changed = sizes.toArray(Long[]::new);
      changed[axis - 1] = size;
      return new Shape(changed);
    }
  }

  /**
   * A layer as the network runs it.
   *
   * @param path its path in checkpoints
   * @param form of it
   */
  record Layer(String path, LayerForm form) {}

  private final Map<Object, Layer> layers = new LinkedHashMap<>();
  private final Map<ConvBn, Long> normalised = new LinkedHashMap<>();
  private boolean exact;

  /**
   * The layers of a network, in the order they run.
   *
   * @return by the object that identifies them in {@link Operations}: a {@link Conv}, or a
   *     product's weights
   */
  static Map<Object, Layer> layers(SadiNet net) {
    return layers(net.config().input(), net::forward);
  }

  /**
   * The same of any network.
   *
   * @param side of its input
   * @param forward its forward pass
   */
  static Map<Object, Layer> layers(long side, BiConsumer<ShapeOperations, Shape> forward) {
    ShapeOperations operations = new ShapeOperations();
    forward.accept(operations, new Shape(3L, side, side));
    return operations.layers;
  }

  /**
   * The fewest images of a training batch. A batch norm takes the variance of a channel's values
   * over the batch, so it needs two of them, and a map may be a single pixel.
   *
   * @param side of the network's input
   * @param forward its forward pass
   * @param frozen parts of names of parameters that are not trained: such a batch norm uses its
   *     running statistics
   */
  static int fewestToTrain(
      long side, BiConsumer<ShapeOperations, Shape> forward, List<String> frozen) {
    ShapeOperations operations = new ShapeOperations();
    forward.accept(operations, new Shape(3L, side, side));
    return operations.normalised.entrySet().stream()
            .anyMatch(
                norm ->
                    norm.getValue() < 2 && !Parameters.hasPart(norm.getKey().mean().name(), frozen))
        ? 2
        : 1;
  }

  private Shape normalised(Shape y, ConvBn layer) {
    normalised.put(layer, y.at(2) * y.at(3));
    return y;
  }

  private Shape convolved(Shape x, Conv layer, boolean relu, boolean added) {
    LayerForm form = LayerForm.convolution(layer, x.at(2), exact, relu, added);
    layers.put(layer, new Layer(layer.path(), form));
    return new Shape((long) layer.out(), x.at(2) / layer.stride(), x.at(3) / layer.stride());
  }

  @Override
  public Shape input(Shape image) {
    return image;
  }

  @Override
  public Shape conv(Shape x, Conv layer) {
    return convolved(x, layer, false, false);
  }

  @Override
  public Shape conv(Shape x, ConvBn layer) {
    return normalised(convolved(x, layer.conv(), layer.relu(), false), layer);
  }

  @Override
  public Shape addConv(Shape sum, Shape x, ConvBn layer) {
    return normalised(convolved(x, layer.conv(), layer.relu(), !layer.relu()), layer);
  }

  @Override
  public Shape linear(Shape x, Conv layer) {
    layers.put(layer, new Layer(layer.path(), LayerForm.product(layer.in(), layer.out(), exact)));
    return new Shape((long) layer.out());
  }

  @Override
  public Shape linear(Shape x, Parameter weight, Parameter bias) {
    long out = weight.shape()[0];
    layers.put(weight, new Layer(weight.name(), LayerForm.product(x.at(1), out, exact)));
    return new Shape(out);
  }

  @Override
  public Shape relu(Shape x) {
    return x;
  }

  @Override
  public Shape sigmoid(Shape x) {
    return x;
  }

  @Override
  public Shape softmax(Shape x, int axis) {
    return x;
  }

  @Override
  public Shape add(Shape a, Shape b) {
    return a;
  }

  @Override
  public Shape multiply(Shape a, Shape b) {
    return a;
  }

  @Override
  public Shape multiply(Shape x, double factor) {
    return x;
  }

  @Override
  public Shape multiplyAdd(Shape a, Shape b, Shape c) {
    return a;
  }

  @Override
  public Shape atLeast(Shape x, double least) {
    return x;
  }

  @Override
  public Shape pool(Shape x) {
    return new Shape(x.at(1));
  }

  @Override
  public Shape averagePool(Shape x, int factor) {
    return new Shape(x.at(1), x.at(2) / factor, x.at(3) / factor);
  }

  @Override
  public Shape upsampleNearest(Shape x) {
    return upsampleBilinear(x, 2);
  }

  @Override
  public Shape upsampleBilinear(Shape x, int factor) {
    return new Shape(x.at(1), x.at(2) * factor, x.at(3) * factor);
  }

  @Override
  public Shape concat(List<Shape> parts) {
    return parts.get(0).with(1, parts.stream().mapToLong(part -> part.at(1)).sum());
  }

  @Override
  public Shape narrow(Shape x, int axis, int start, int length) {
    return x.with(axis, length);
  }

  @Override
  public Shape reshape(Shape x, long... shape) {
    Long[] sizes = new Long[shape.length];
    for (int i = 0; i < shape.length; i++) {
      sizes[i] = shape[i];
    }
    return new Shape(sizes);
  }

  @Override
  public long size(Shape x, int axis) {
    return x.at(axis);
  }

  @Override
  public Shape inFloat32(Shape x, UnaryOperator<Shape> f) {
    boolean before = exact;
    exact = true;
    Shape y = f.apply(x);
    exact = before;
    return y;
  }

  @Override
  public Shape like(Shape x, Shape other) {
    return x;
  }
}
