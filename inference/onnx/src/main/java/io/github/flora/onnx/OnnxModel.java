package io.github.flora.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * An image classifier in an {@code .onnx} file: pixels in, one row of numbers for each image out.
 * All that it needs to know stands in the file. May be used by several threads at once.
 */
public final class OnnxModel implements AutoCloseable {

  /** Pixels of one side that are more than any network takes. */
  private static final long MOST_PIXELS = 1 << 14;

  /** What the numbers of one batch may take; a buffer ends at 2 GiB. */
  private static final int MOST_BATCH_BYTES = 1 << 30;

  private final OnnxHeader header;
  private final OnnxMetadata metadata;
  private final Input input;
  private final OnnxSession session;
  private final @Nullable PixelTable table;
  // Memory of the last batch, for the thread's next one: allocating costs as much as computing.
  private final ThreadLocal<ByteBuffer> memory = ThreadLocal.withInitial(() -> direct(0));

  private OnnxModel(OnnxHeader header, OnnxMetadata metadata, Input input, OnnxSession session) {
    this.header = header;
    this.metadata = metadata;
    this.input = input;
    this.session = session;
    ImageInput image = metadata.input();
    table = input.pixels() || image == null ? null : new PixelTable(image, input.channels());
  }

  /**
   * What the network takes.
   *
   * @param channels 1 for grey images, 3 for RGB
   * @param height rows
   * @param width columns
   * @param pixels whether the graph normalises bytes itself
   * @param batch images for each run, -1 for any number
   */
  public record Input(int channels, int height, int width, boolean pixels, int batch) {

    /**
     * The size of one image.
     *
     * @return height · width · channels
     */
    public int size() {
      return channels * height * width;
    }
  }

  /**
   * Loads a file.
   *
   * @param file the file
   * @param options how to run it
   * @return the model, the caller's to close
   * @throws OnnxFileException if it isn't an image classifier in ONNX, or damaged
   * @throws IOException if it can't be read
   */
  public static OnnxModel open(Path file, OnnxSession.Options options) throws IOException {
    OnnxHeader header = OnnxHeader.read(file);
    OnnxMetadata metadata = metadata(file, header);
    Input input = input(file, header);
    check(file, metadata, input);
    return new OnnxModel(header, metadata, input, OnnxSession.open(file, options));
  }

  /**
   * Reads what a file says about itself.
   *
   * @param file the file, for the message
   * @param header its header
   * @return the metadata
   * @throws OnnxFileException if a value isn't what its key promises
   */
  public static OnnxMetadata metadata(Path file, OnnxHeader header) throws OnnxFileException {
    try {
      return OnnxMetadata.of(header.properties());
    } catch (IllegalArgumentException e) {
      throw new OnnxFileException(file, String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Reads the names of the classes.
   *
   * @param file the file, for the message
   * @param header its header
   * @param metadata what it says about itself
   * @return the file's labels, or numbers from 0 where it has none
   * @throws OnnxFileException if there are none, and no number of outputs either, or the two differ
   */
  public static List<String> labels(Path file, OnnxHeader header, OnnxMetadata metadata)
      throws OnnxFileException {
    List<Long> dims = header.outputs().get(0).dimensions();
    long classes = dims.size() == 2 ? dims.get(1) : -1;
    int labels = metadata.labels().size();
    if ((classes < 1 && labels == 0) || classes > 1 << 20) {
      throw new OnnxFileException(file, "it doesn't say how many classes it tells apart");
    }
    if (labels > 0 && classes > 0 && labels != classes) {
      throw new OnnxFileException(
          file, "it has %d labels for %d outputs".formatted(labels, classes));
    }
    return labels > 0
        ? metadata.labels()
        : LongStream.range(0, classes).mapToObj(Long::toString).toList();
  }

  private static void check(Path file, OnnxMetadata metadata, Input input)
      throws OnnxFileException {
    ImageInput image = metadata.input();
    if (!input.pixels() && (image == null || image.channels() != input.channels())) {
      throw new OnnxFileException(
          file,
          "it doesn't say how pixels of its %d channel%s become numbers (no mean and std in its"
                  .formatted(input.channels(), input.channels() == 1 ? "" : "s")
              + " metadata): export it with them");
    }
  }

  /**
   * Reads what the network takes.
   *
   * @param file the file, for the message
   * @param header its header
   * @return size of the input
   * @throws OnnxFileException if the input isn't an image
   */
  public static Input input(Path file, OnnxHeader header) throws OnnxFileException {
    if (header.inputs().size() != 1 || header.outputs().size() != 1) {
      throw new OnnxFileException(
          file,
          "it has %d inputs and %d outputs, an image classifier has one of each"
              .formatted(header.inputs().size(), header.outputs().size()));
    }
    OnnxHeader.Port port = header.inputs().get(0);
    List<Long> dims = port.dimensions();
    boolean pixels = port.type() == DataType.UINT8;
    if (dims.size() != 4 || (!pixels && port.type() != DataType.FLOAT32)) {
      throw notAnImage(file, port);
    }
    long channels = dims.get(pixels ? 3 : 1);
    long height = dims.get(pixels ? 1 : 2);
    long width = dims.get(pixels ? 2 : 3);
    if ((channels != 1 && channels != 3) || height < 1 || width < 1) {
      throw notAnImage(file, port);
    }
    if (height > MOST_PIXELS || width > MOST_PIXELS) {
      throw new OnnxFileException(
          file,
          "it takes images of %,d×%,d pixels; more than %,d a side aren't supported"
              .formatted(height, width, MOST_PIXELS));
    }
    long batch = dims.get(0);
    if (batch == 0 || batch > 1 << 16) {
      throw notAnImage(file, port);
    }
    long bytes = Math.max(1, batch) * channels * height * width * Float.BYTES;
    if (bytes > MOST_BATCH_BYTES) {
      throw new OnnxFileException(
          file,
          "it takes %,d images of %,d×%,d pixels at once, more than 1 GiB of numbers"
              .formatted(Math.max(1, batch), height, width));
    }
    return new Input((int) channels, (int) height, (int) width, pixels, (int) batch);
  }

  private static OnnxFileException notAnImage(Path file, OnnxHeader.Port port) {
    return new OnnxFileException(
        file,
        "its input '%s' is %s %s, not an image (float32 N×C×H×W or uint8 N×H×W×C, C 1 or 3)"
            .formatted(port.name(), port.type(), port.dimensions()));
  }

  /**
   * What the file says about itself.
   *
   * @return the metadata
   */
  public OnnxMetadata metadata() {
    return metadata;
  }

  /**
   * What the file says about its inputs and outputs.
   *
   * @return the header
   */
  public OnnxHeader header() {
    return header;
  }

  /**
   * What the network takes.
   *
   * @return size of its input
   */
  public Input input() {
    return input;
  }

  /**
   * Asks the model about images.
   *
   * @param pixels image after image, each H×W×C bytes
   * @param count how many images
   * @return for each image a row of as many numbers as there are classes, row after row
   * @throws IllegalArgumentException if the number of bytes doesn't fit
   */
  public float[] logits(byte[] pixels, int count) {
    if (count < 1 || pixels.length != (long) count * input.size()) {
      throw new IllegalArgumentException(
          "%d images of %d bytes need %,d, not %,d"
              .formatted(count, input.size(), (long) count * input.size(), pixels.length));
    }
    int atOnce = input.batch() < 0 ? Math.min(count, most()) : input.batch();
    float[] all = new float[0];
    for (int from = 0; from < count; from += atOnce) {
      // A fixed batch is filled up with black images, whose answers are dropped.
      int images = Math.min(atOnce, count - from);
      int batch = input.batch() < 0 ? images : atOnce;
      float[] part = run(pixels, from, images, batch);
      if (images == count && batch == count) {
        return part;
      }
      int classes = part.length / batch;
      if (from == 0) {
        all = new float[count * classes];
      }
      System.arraycopy(part, 0, all, from * classes, images * classes);
    }
    return all;
  }

  /** So many images at once that their numbers fit into one buffer. */
  private int most() {
    return MOST_BATCH_BYTES / (Float.BYTES * input.size());
  }

  private float[] run(byte[] pixels, int from, int images, int batch) {
    try (NDManager manager = session.manager().newSubManager()) {
      ByteBuffer data = memory((table == null ? 1 : Float.BYTES) * batch * input.size());
      Shape shape;
      if (table == null) {
        data.put(0, pixels, from * input.size(), images * input.size());
        zero(data, images * input.size());
        shape = new Shape(batch, input.height(), input.width(), input.channels());
      } else {
        table.apply(pixels, from * input.size(), images, input.height() * input.width(), data);
        shape = new Shape(batch, input.channels(), input.height(), input.width());
      }
      NDArray array =
          table == null
              ? manager.create(data, shape, DataType.UINT8)
              : manager.create(data.asFloatBuffer(), shape, DataType.FLOAT32);
      return session.run(new NDList(array)).singletonOrThrow().toFloatArray();
    }
  }

  private static void zero(ByteBuffer bytes, int from) {
    for (int i = from; i < bytes.limit(); i++) {
      bytes.put(i, (byte) 0);
    }
  }

  private ByteBuffer memory(int bytes) {
    ByteBuffer buffer = memory.get();
    if (buffer.capacity() < bytes) {
      buffer = direct(bytes);
      memory.set(buffer);
    }
    return buffer.clear().limit(bytes).slice().order(ByteOrder.nativeOrder());
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    session.close();
  }
}
