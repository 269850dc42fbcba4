package io.github.flora.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.Random;

/** Random inputs, the same ones whenever the same batch size is asked for. */
final class RandomBatches implements BatchSource {

  private final Shape[] shapes;
  private final boolean pixels;
  private final long seed;

  /**
   * @param shapes shape of each input, batch included
   * @param pixels whether they are bytes instead of normally distributed 32-bit numbers
   */
  RandomBatches(Shape[] shapes, boolean pixels, long seed) {
    this.shapes = shapes.clone();
    this.pixels = pixels;
    this.seed = seed;
  }

  @Override
  public NDList batch(NDManager manager, int size) {
    NDList result = new NDList();
    for (int i = 0; i < shapes.length; i++) {
      long[] dims = shapes[i].getShape().clone();
      dims[0] = size;
      Random random = new Random(seed + 31L * i + size);
      result.add(array(manager, new Shape(dims), random));
    }
    return result;
  }

  private NDArray array(NDManager manager, Shape shape, Random random) {
    int count = Math.toIntExact(shape.size());
    if (pixels) {
      byte[] values = new byte[count];
      random.nextBytes(values);
      return manager.create(ByteBuffer.wrap(values), shape, DataType.UINT8);
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return manager.create(values, shape);
  }
}
