package io.github.flora.onnx;

import ai.djl.ndarray.types.DataType;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a file says before its weights: inputs, outputs, metadata. Reads over the weights without
 * keeping them, so a file costs no memory, and notices when it ends too early.
 *
 * @param producer name and version of the program that made the file, may be empty
 * @param opset version of the operators that it needs
 * @param inputs what has to be given
 * @param outputs what comes back
 * @param properties the model's metadata
 */
public record OnnxHeader(
    String producer,
    long opset,
    List<Port> inputs,
    List<Port> outputs,
    Map<String, String> properties) {

  // Numbers of fields in onnx.proto.
  private static final int MODEL_IR = 1;
  private static final int MODEL_PRODUCER = 2;
  private static final int MODEL_VERSION = 3;
  private static final int MODEL_GRAPH = 7;
  private static final int MODEL_OPSET = 8;
  private static final int MODEL_METADATA = 14;
  private static final int GRAPH_INITIALIZER = 5;
  private static final int GRAPH_INPUT = 11;
  private static final int GRAPH_OUTPUT = 12;
  private static final int TENSOR_NAME = 8;

  /** Protocol buffers end here. */
  private static final long MOST_BYTES = Integer.MAX_VALUE;

  /** Names and shapes of one port take less; a larger one is an attack or damage. */
  private static final int MOST_PORT_BYTES = 1 << 20;

  /** Copies. */
  public OnnxHeader {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    properties = Map.copyOf(properties);
  }

  /**
   * An input or output.
   *
   * @param name its name
   * @param type type of its elements, null if DJL has none such
   * @param dimensions its dimensions, -1 where the file gives no number; empty if it gives none
   */
  public record Port(String name, @Nullable DataType type, List<Long> dimensions) {

    /** Copies the dimensions. */
    public Port {
      dimensions = List.copyOf(dimensions);
    }

    @Override
    public String toString() {
      return name + " " + type + " " + dimensions;
    }
  }

  /**
   * Reads a file's header.
   *
   * @param file the file
   * @return what it says
   * @throws OnnxFileException if it isn't ONNX, or damaged, or too large
   * @throws IOException if it can't be read
   */
  public static OnnxHeader read(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new OnnxFileException(file, "there is no such file");
    }
    if (!Files.isRegularFile(file)) {
      throw new OnnxFileException(file, "it is a folder, not an .onnx file");
    }
    long size = Files.size(file);
    if (size > MOST_BYTES) {
      throw new OnnxFileException(
          file, "it has %,d bytes, but an .onnx file ends at 2 GiB".formatted(size));
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      Reader reader = new Reader();
      reader.model(CodedInputStream.newInstance(in));
      return reader.header(file);
    } catch (InvalidProtocolBufferException e) {
      throw new OnnxFileException(
          file,
          size == 0
              ? "it is empty"
              : "it isn't an ONNX model, or it is damaged or cut off: export or copy it again",
          e);
    }
  }

  /** Collects what the fields say. */
  private static final class Reader {

    private long ir;
    private boolean graph;
    private String producer = "";
    private String version = "";
    private long opset;
    private final List<Port> inputs = new ArrayList<>();
    private final List<Port> outputs = new ArrayList<>();
    private final Set<String> initializers = new HashSet<>();
    private final Map<String, String> properties = new LinkedHashMap<>();

    void model(CodedInputStream in) throws IOException {
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag == tag(MODEL_IR, WireFormat.WIRETYPE_VARINT)) {
          ir = in.readInt64();
        } else if (tag == message(MODEL_PRODUCER)) {
          producer = text(in);
        } else if (tag == message(MODEL_VERSION)) {
          version = text(in);
        } else if (tag == message(MODEL_GRAPH)) {
          int limit = in.pushLimit(length(in));
          graph(in);
          in.popLimit(limit);
          graph = true;
        } else if (tag == message(MODEL_OPSET)) {
          OperatorSetIdProto set = OperatorSetIdProto.parseFrom(small(in));
          if (set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx")) {
            opset = set.getVersion();
          }
        } else if (tag == message(MODEL_METADATA)) {
          StringStringEntryProto entry = StringStringEntryProto.parseFrom(small(in));
          properties.put(entry.getKey(), entry.getValue());
        } else if (!in.skipField(tag)) {
          throw new InvalidProtocolBufferException("an unexpected end of a group");
        }
      }
    }

    private void graph(CodedInputStream in) throws IOException {
      while (!in.isAtEnd()) {
        int tag = in.readTag();
        if (tag == message(GRAPH_INPUT)) {
          inputs.add(port(ValueInfoProto.parseFrom(small(in))));
        } else if (tag == message(GRAPH_OUTPUT)) {
          outputs.add(port(ValueInfoProto.parseFrom(small(in))));
        } else if (tag == message(GRAPH_INITIALIZER)) {
          int limit = in.pushLimit(length(in));
          initializer(in);
          in.popLimit(limit);
        } else {
          in.skipField(tag);
        }
      }
    }

    private void initializer(CodedInputStream in) throws IOException {
      while (!in.isAtEnd()) {
        int tag = in.readTag();
        if (tag == message(TENSOR_NAME)) {
          initializers.add(text(in));
        } else {
          in.skipField(tag);
        }
      }
    }

    private static int tag(int field, int wireType) {
      return field << 3 | wireType;
    }

    private static int message(int field) {
      return tag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    }

    private static int length(CodedInputStream in) throws IOException {
      int length = in.readRawVarint32();
      int left = in.getBytesUntilLimit();
      if (length < 0 || (left >= 0 && length > left)) {
        throw new InvalidProtocolBufferException("a part is longer than the whole");
      }
      return length;
    }

    private static String text(CodedInputStream in) throws IOException {
      return small(in).toStringUtf8();
    }

    /** A length that the file claims is checked before memory is taken for it. */
    private static ByteString small(CodedInputStream in) throws IOException {
      int length = length(in);
      if (length > MOST_PORT_BYTES) {
        throw new InvalidProtocolBufferException("a name or shape of " + length + " bytes");
      }
      return ByteString.copyFrom(in.readRawBytes(length));
    }

    OnnxHeader header(Path file) throws OnnxFileException {
      if (ir <= 0 || !graph || outputs.isEmpty()) {
        throw new OnnxFileException(
            file, "it isn't an ONNX model, or it is damaged: it has no graph with outputs");
      }
      // Files of old versions list constants among the inputs.
      inputs.removeIf(input -> initializers.contains(input.name()));
      return new OnnxHeader((producer + " " + version).strip(), opset, inputs, outputs, properties);
    }

    private static Port port(ValueInfoProto value) {
      List<Long> dimensions = new ArrayList<>();
      for (TensorShapeProto.Dimension dimension :
          value.getType().getTensorType().getShape().getDimList()) {
        dimensions.add(dimension.hasDimValue() ? dimension.getDimValue() : -1);
      }
      return new Port(
          value.getName(), type(value.getType().getTensorType().getElemType()), dimensions);
    }

    private static @Nullable DataType type(int code) {
      TensorProto.DataType type = TensorProto.DataType.forNumber(code);
      if (type == null) {
        return null;
      }
      return switch (type) {
        case FLOAT -> DataType.FLOAT32;
        case DOUBLE -> DataType.FLOAT64;
        case FLOAT16 -> DataType.FLOAT16;
        case UINT8 -> DataType.UINT8;
        case INT8 -> DataType.INT8;
        case INT32 -> DataType.INT32;
        case INT64 -> DataType.INT64;
        case BOOL -> DataType.BOOLEAN;
        default -> null;
      };
    }
  }
}
