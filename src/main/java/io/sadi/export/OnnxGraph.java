package io.sadi.export;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** An ONNX graph as it grows: nodes, constants, and what goes in and out. */
final class OnnxGraph {
  /** What a value's batch axis is called. */
  private static final String BATCH = "batch";

  private final GraphProto.Builder graph;
  private int nodes;

  OnnxGraph(String name) {
    this.graph = GraphProto.newBuilder().setName(name);
  }

  /**
   * One operator.
   *
   * @param operator as ONNX calls it
   * @return the name of its one result
   */
  String node(String operator, List<String> inputs, AttributeProto... attributes) {
    String result = operator + "_" + nodes++;
    NodeProto.Builder node =
        NodeProto.newBuilder().setOpType(operator).setName(result).addAllInput(inputs);
    graph.addNode(node.addOutput(result).addAllAttribute(List.of(attributes)));
    return result;
  }

  /** A float32 constant; the name must be free. */
  String floats(String name, float[] values, long... shape) {
    ByteBuffer bytes = little(Math.multiplyExact(values.length, Float.BYTES));
    bytes.asFloatBuffer().put(values);
    return constant(name, TensorProto.DataType.FLOAT, bytes, shape);
  }

  /** An int8 constant; the name must be free. */
  String bytes(String name, byte[] values, long... shape) {
    ByteBuffer bytes = little(values.length);
    bytes.put(values);
    return constant(name, TensorProto.DataType.INT8, bytes, shape);
  }

  /** An int32 constant; the name must be free. */
  String integers(String name, int[] values, long... shape) {
    ByteBuffer bytes = little(Math.multiplyExact(values.length, Integer.BYTES));
    bytes.asIntBuffer().put(values);
    return constant(name, TensorProto.DataType.INT32, bytes, shape);
  }

  /** A code of eight bits, without axes; the same one is kept once. */
  String code(int value) {
    String name = "code_" + value;
    if (!has(name)) {
      ByteBuffer bytes = little(1);
      bytes.put((byte) value);
      constant(name, TensorProto.DataType.UINT8, bytes);
    }
    return name;
  }

  /** An int64 constant, a list; the same list is kept once. */
  String list(long... values) {
    StringBuilder name = new StringBuilder("list");
    for (long value : values) {
      name.append('_').append(value);
    }
    if (!has(name.toString())) {
      ByteBuffer bytes = little(Math.multiplyExact(values.length, Long.BYTES));
      bytes.asLongBuffer().put(values);
      constant(name.toString(), TensorProto.DataType.INT64, bytes, values.length);
    }
    return name.toString();
  }

  /** A float32 constant without axes; the same number is kept once. */
  String number(double value) {
    String name = "number_" + (float) value;
    return has(name) ? name : floats(name, new float[] {(float) value});
  }

  /** Factors for every axis, the batch's first; the same ones are kept once. */
  String scales(float... factors) {
    String name = "scales" + Arrays.toString(factors);
    return has(name) ? name : floats(name, factors, factors.length);
  }

  private boolean has(String constant) {
    return graph.getInitializerList().stream().anyMatch(known -> known.getName().equals(constant));
  }

  private String constant(String name, TensorProto.DataType type, ByteBuffer bytes, long... shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
    for (long length : shape) {
      tensor.addDims(length);
    }
    // Nobody else knows the buffer, so it need not be copied.
    ByteString data = UnsafeByteOperations.unsafeWrap(bytes.clear());
    graph.addInitializer(tensor.setRawData(data));
    return name;
  }

  /** Something that whoever runs the graph provides. */
  OnnxValue input(String name, String meaning, long... shape) {
    OnnxValue value = OnnxValue.of(name, shape);
    graph.addInput(info(value, meaning));
    return value;
  }

  /** Something that whoever runs the graph receives, under a name of its own. */
  OnnxValue output(String name, String meaning, OnnxValue value) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Identity")
            .setName(name)
            .addInput(value.name())
            .addOutput(name));
    OnnxValue output = new OnnxValue(name, value.shape());
    graph.addOutput(info(output, meaning));
    return output;
  }

  GraphProto build() {
    return graph.build();
  }

  private static ValueInfoProto info(OnnxValue value, String meaning) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(BATCH));
    for (long length : value.shape()) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(length));
    }
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.FLOAT.getNumber())
            .setShape(shape)
            .build();
    return ValueInfoProto.newBuilder()
        .setName(value.name())
        .setDocString(meaning)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  static AttributeProto integers(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  static AttributeProto attribute(String name, int value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  static AttributeProto attribute(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
