package io.github.flora.tensorflow;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Opens the batch dimension of a graph that was traced with a fixed one: the input takes any number
 * of images, and reshapes that named that number infer it.
 */
final class OpenBatch {

  private OpenBatch() {}

  /**
   * Opens a graph.
   *
   * @param graph the traced graph
   * @param input the placeholder whose first dimension is the batch
   * @param batch the batch size that it was traced with
   * @return the graph for any batch size, if reshapes are all that knew it
   */
  static GraphDef of(GraphDef graph, String input, int batch) {
    Map<String, NodeDef> byName = new HashMap<>();
    graph.getNodeList().forEach(node -> byName.put(node.getName(), node));
    List<NodeDef> nodes = new ArrayList<>();
    for (NodeDef node : graph.getNodeList()) {
      if (node.getName().equals(input)) {
        nodes.add(opened(node));
      } else if (node.getOp().equals("Reshape")) {
        reshape(node, byName, batch, nodes);
      } else {
        nodes.add(node);
      }
    }
    return graph.toBuilder().clearNode().addAllNode(nodes).build();
  }

  private static NodeDef opened(NodeDef placeholder) {
    TensorShapeProto.Builder shape = placeholder.getAttrOrThrow("shape").getShape().toBuilder();
    shape.setDim(0, shape.getDim(0).toBuilder().setSize(-1));
    return placeholder.toBuilder()
        .putAttr("shape", AttrValue.newBuilder().setShape(shape).build())
        .build();
  }

  /** Adds the reshape, with a shape of its own if the traced one names the batch first. */
  private static void reshape(
      NodeDef node, Map<String, NodeDef> byName, int batch, List<NodeDef> nodes) {
    NodeDef shape = byName.get(node.getInput(1));
    long[] dims =
        shape == null || !shape.getOp().equals("Const")
            ? new long[0]
            : numbers(shape.getAttrOrThrow("value").getTensor());
    if (dims.length == 0 || dims[0] != batch) {
      nodes.add(node);
      return;
    }
    dims[0] = -1;
    ByteBuffer bytes = ByteBuffer.allocate(dims.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(dims);
    String name = node.getName() + "_open_shape";
    TensorProto value =
        TensorProto.newBuilder()
            .setDtype(DataType.DT_INT64)
            .setTensorShape(
                TensorShapeProto.newBuilder()
                    .addDim(TensorShapeProto.Dim.newBuilder().setSize(dims.length)))
            .setTensorContent(ByteString.copyFrom(bytes))
            .build();
    nodes.add(
        NodeDef.newBuilder()
            .setName(name)
            .setOp("Const")
            .putAttr("dtype", AttrValue.newBuilder().setType(DataType.DT_INT64).build())
            .putAttr("value", AttrValue.newBuilder().setTensor(value).build())
            .build());
    nodes.add(
        node.toBuilder()
            .setInput(1, name)
            .putAttr("Tshape", AttrValue.newBuilder().setType(DataType.DT_INT64).build())
            .build());
  }

  /** The numbers of a constant of whole numbers, which TensorFlow stores in one of several ways. */
  private static long[] numbers(TensorProto tensor) {
    boolean wide = tensor.getDtype() == DataType.DT_INT64;
    int count =
        tensor.getTensorShape().getDimCount() == 0
            ? 1
            : Math.toIntExact(tensor.getTensorShape().getDim(0).getSize());
    long[] numbers = new long[count];
    ByteBuffer content =
        tensor.getTensorContent().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    int given = wide ? tensor.getInt64ValCount() : tensor.getIntValCount();
    for (int i = 0; i < count; i++) {
      if (content.hasRemaining()) {
        numbers[i] = wide ? content.getLong() : content.getInt();
      } else if (given > 0) {
        // The last number stands for all that follow.
        int at = Math.min(i, given - 1);
        numbers[i] = wide ? tensor.getInt64Val(at) : tensor.getIntVal(at);
      }
    }
    return numbers;
  }
}
