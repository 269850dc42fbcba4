package io.github.flora.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/** Compares what a file says in ONNX Runtime with what its block says, batch by batch. */
final class Proof {

  /** Two that are as near as this may change places. */
  private static final double TIE = 1e-5;

  private final OnnxSession session;
  private final List<Integer> batchSizes = new ArrayList<>();
  private double maxDifference;
  private double maxMagnitude;
  private long rows;
  private long agreeing;

  Proof(OnnxSession session) {
    this.session = session;
  }

  /** Runs the file on inputs and compares with the block's outputs, arrays of any engine. */
  void compare(NDList inputs, NDList expected) {
    batchSizes.add((int) inputs.head().getShape().get(0));
    try (NDManager manager = session.manager().newSubManager()) {
      NDList own = new NDList();
      inputs.forEach(array -> own.add(manager.from(array)));
      NDList outputs = session.run(own);
      if (outputs.size() != expected.size()) {
        throw new OnnxExportException(
            "",
            "",
            "the file has %d outputs, the block %d".formatted(outputs.size(), expected.size()),
            null);
      }
      for (int i = 0; i < outputs.size(); i++) {
        compare(outputs.get(i), expected.get(i));
      }
      outputs.close();
    }
  }

  private void compare(NDArray actual, NDArray expected) {
    if (!actual.getShape().equals(expected.getShape())) {
      // As different as can be.
      maxDifference = Double.POSITIVE_INFINITY;
      return;
    }
    double[] a = numbers(actual);
    double[] e = numbers(expected);
    for (int i = 0; i < a.length; i++) {
      double difference = a[i] == e[i] ? 0 : Math.abs(a[i] - e[i]);
      if (Double.isNaN(difference)) {
        difference = Double.isNaN(a[i]) && Double.isNaN(e[i]) ? 0 : Double.POSITIVE_INFINITY;
      }
      maxDifference = Math.max(maxDifference, difference);
      if (Double.isFinite(e[i])) {
        maxMagnitude = Math.max(maxMagnitude, Math.abs(e[i]));
      }
    }
    Shape shape = expected.getShape();
    if (shape.dimension() > 1 && shape.getLastDimension() > 1) {
      int width = Math.toIntExact(shape.getLastDimension());
      for (int row = 0; row < a.length; row += width) {
        rows++;
        int best = largest(a, row, width);
        int wanted = largest(e, row, width);
        if (best == wanted || Math.abs(e[best] - e[wanted]) <= TIE) {
          agreeing++;
        }
      }
    }
  }

  private static int largest(double[] values, int from, int width) {
    int best = from;
    for (int i = from + 1; i < from + width; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  private static double[] numbers(NDArray array) {
    DataType type = array.getDataType();
    if (type == DataType.FLOAT32) {
      float[] floats = array.toFloatArray();
      double[] result = new double[floats.length];
      for (int i = 0; i < floats.length; i++) {
        result[i] = floats[i];
      }
      return result;
    }
    if (type == DataType.BOOLEAN) {
      boolean[] truths = array.toBooleanArray();
      double[] result = new double[truths.length];
      for (int i = 0; i < truths.length; i++) {
        result[i] = truths[i] ? 1 : 0;
      }
      return result;
    }
    Number[] all = array.toArray();
    double[] result = new double[all.length];
    for (int i = 0; i < all.length; i++) {
      result[i] = all[i].doubleValue();
    }
    return result;
  }

  Agreement agreement() {
    double relative = maxDifference == 0 ? 0 : maxDifference / Math.max(maxMagnitude, 1e-30);
    return new Agreement(
        maxDifference, relative, rows == 0 ? 1 : (double) agreeing / rows, batchSizes);
  }
}
