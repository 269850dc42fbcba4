package io.github.flora.onnx.graph;

import ai.djl.ndarray.types.DataType;
import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.github.flora.onnx.OnnxExportException;
import java.util.Map;

/** Turns a graph into ONNX's protocol buffers. */
public final class ModelWriter {

  /** Protocol buffers end at 2 GiB; what isn't weights needs a little of it. */
  private static final long MOST_BYTES = (1L << 31) - (1L << 24);

  private ModelWriter() {}

  /**
   * Makes the message to write.
   *
   * @param graph the graph
   * @param name the graph's name
   * @param producer name and version of the program that made it
   * @param metadata what the file shall say about itself
   * @return the model; shares the memory of constants
   * @throws OnnxExportException if the weights are too large for one file, or of a type that ONNX
   *     doesn't have
   */
  public static ModelProto write(
      Graph graph, String name, Producer producer, Map<String, String> metadata) {
    checkSize(graph);
    GraphProto.Builder out = GraphProto.newBuilder().setName(name);
    graph.inputs().forEach(value -> out.addInput(info(value)));
    graph.outputs().forEach(value -> out.addOutput(info(value)));
    graph.initializers().forEach((value, tensor) -> out.addInitializer(tensor(value, tensor)));
    for (Node node : graph.nodes()) {
      out.addNode(node(node));
      node.outputs().stream()
          .filter(value -> !graph.outputs().contains(value))
          .forEach(value -> out.addValueInfo(info(value)));
    }
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(OnnxVersion.IR)
            .setProducerName(producer.name())
            .setProducerVersion(producer.version())
            .addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain("").setVersion(OnnxVersion.OPSET))
            .setGraph(out);
    metadata.forEach(
        (key, value) ->
            model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return model.build();
  }

  /**
   * Who made a file.
   *
   * @param name the program's name
   * @param version its version
   */
  public record Producer(String name, String version) {}

  private static void checkSize(Graph graph) {
    long bytes = 0;
    for (Tensor tensor : graph.initializers().values()) {
      bytes += tensor.shape().size() * tensor.type().getNumOfBytes();
    }
    if (bytes > MOST_BYTES) {
      throw new OnnxExportException(
          "",
          "",
          "the weights take %,d bytes, but one .onnx file ends at 2 GiB: export the block in parts"
              .formatted(bytes),
          null);
    }
  }

  private static NodeProto node(Node node) {
    NodeProto.Builder out = NodeProto.newBuilder().setName(node.name()).setOpType(node.operator());
    node.inputs().forEach(value -> out.addInput(value == null ? "" : value.name()));
    node.outputs().forEach(value -> out.addOutput(value.name()));
    node.attributes().forEach(attribute -> out.addAttribute(attribute(attribute)));
    return out.build();
  }

  private static AttributeProto attribute(Attribute attribute) {
    AttributeProto.Builder out = AttributeProto.newBuilder().setName(attribute.name());
    if (attribute instanceof Attribute.Int number) {
      out.setType(AttributeProto.AttributeType.INT).setI(number.value());
    } else if (attribute instanceof Attribute.Real number) {
      out.setType(AttributeProto.AttributeType.FLOAT).setF(number.value());
    } else if (attribute instanceof Attribute.Text text) {
      out.setType(AttributeProto.AttributeType.STRING).setS(ByteString.copyFromUtf8(text.value()));
    } else if (attribute instanceof Attribute.Texts texts) {
      out.setType(AttributeProto.AttributeType.STRINGS);
      texts.values().forEach(text -> out.addStrings(ByteString.copyFromUtf8(text)));
    } else if (attribute instanceof Attribute.Ints numbers) {
      out.setType(AttributeProto.AttributeType.INTS);
      out.addAllInts(numbers.values());
    }
    return out.build();
  }

  private static TensorProto tensor(Value value, Tensor tensor) {
    TensorProto.Builder out =
        TensorProto.newBuilder()
            .setName(value.name())
            .setDataType(code(tensor.type()))
            .setRawData(UnsafeByteOperations.unsafeWrap(tensor.bytes()));
    for (long dimension : tensor.shape().getShape()) {
      out.addDims(dimension);
    }
    return out.build();
  }

  private static ValueInfoProto info(Value value) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (String dimension : value.dimensions()) {
      TensorShapeProto.Dimension.Builder out = TensorShapeProto.Dimension.newBuilder();
      if (dimension.matches("-?[0-9]+")) {
        out.setDimValue(Long.parseLong(dimension));
      } else {
        out.setDimParam(dimension);
      }
      shape.addDim(out);
    }
    return ValueInfoProto.newBuilder()
        .setName(value.name())
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(code(value.type())).setShape(shape)))
        .build();
  }

  /**
   * ONNX's number of a type.
   *
   * @param type DJL's type
   * @return the number in {@code TensorProto.DataType}
   * @throws OnnxExportException if ONNX has no such type
   */
  public static int code(DataType type) {
    return switch (type) {
      case FLOAT32 -> TensorProto.DataType.FLOAT.getNumber();
      case FLOAT64 -> TensorProto.DataType.DOUBLE.getNumber();
      case FLOAT16 -> TensorProto.DataType.FLOAT16.getNumber();
      case UINT8 -> TensorProto.DataType.UINT8.getNumber();
      case INT8 -> TensorProto.DataType.INT8.getNumber();
      case INT16 -> TensorProto.DataType.INT16.getNumber();
      case INT32 -> TensorProto.DataType.INT32.getNumber();
      case INT64 -> TensorProto.DataType.INT64.getNumber();
      case BOOLEAN -> TensorProto.DataType.BOOL.getNumber();
      default ->
          throw new OnnxExportException(
              "", "", "arrays of type " + type + " can't be exported: convert them first", null);
    };
  }
}
