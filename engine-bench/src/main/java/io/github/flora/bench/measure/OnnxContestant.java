package io.github.flora.bench.measure;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.engine.Engines;
import io.github.flora.onnx.OnnxHeader;
import io.github.flora.onnx.OnnxModel;
import io.github.flora.onnx.OnnxSession;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;

/** An {@code .onnx} file in ONNX Runtime. */
final class OnnxContestant implements Contestant {

  private final OnnxModel.Input input;
  private final OnnxSession session;
  private final String version;
  private final Device device;

  OnnxContestant(Path file, String device, int threads) throws IOException {
    // We compute nothing with its arrays, and loading PyTorch for them takes long.
    System.setProperty("ai.djl.onnx.disable_alternative", "true");
    input = OnnxModel.input(file, OnnxHeader.read(file));
    Engine engine = Engine.getEngine(OnnxSession.ENGINE);
    version = engine.getVersion();
    this.device = Engines.device(engine, device);
    session = OnnxSession.open(file, new OnnxSession.Options(this.device, threads, Map.of()));
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public String device() {
    return Engines.describe(device);
  }

  @Override
  public Pass prepare(float[] images, int count) {
    if (input.batch() > 0 && input.batch() != count) {
      throw new IllegalArgumentException(
          "the file takes batches of %d only".formatted(input.batch()));
    }
    return new OnnxPass(session, input.pixels() ? pixels(images, count) : numbers(images, count));
  }

  private NDArray numbers(float[] images, int count) {
    ByteBuffer bytes = direct(4 * images.length);
    bytes.asFloatBuffer().put(images);
    return array(
        bytes.asFloatBuffer(),
        new Shape(count, input.channels(), input.height(), input.width()),
        DataType.FLOAT32);
  }

  /** For a file that normalises by itself. */
  private NDArray pixels(float[] images, int count) {
    ByteBuffer bytes = direct(images.length);
    int area = input.height() * input.width();
    for (int n = 0; n < count; n++) {
      for (int i = 0; i < area; i++) {
        for (int c = 0; c < input.channels(); c++) {
          bytes.put((byte) Math.round(255 * images[n * input.size() + c * area + i]));
        }
      }
    }
    return array(
        bytes.flip(),
        new Shape(count, input.height(), input.width(), input.channels()),
        DataType.UINT8);
  }

  private NDArray array(Buffer data, Shape shape, DataType type) {
    return session.manager().create(data, shape, type);
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  private record OnnxPass(OnnxSession session, NDArray data) implements Pass {

    @Override
    public float[] run() {
      try (NDList answer = session.run(new NDList(data))) {
        return answer.singletonOrThrow().toFloatArray();
      }
    }

    @Override
    public void close() {
      data.close();
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
