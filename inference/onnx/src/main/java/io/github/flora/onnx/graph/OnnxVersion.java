package io.github.flora.onnx.graph;

/** What files say about the version of the format that they follow. */
public final class OnnxVersion {

  /**
   * The operator set. 18 came with ONNX 1.13 (December 2022): old enough for today's runtimes and
   * converters, new enough for LayerNormalization. ONNX Runtime 1.21 takes up to 22.
   */
  public static final int OPSET = 18;

  /** The version of the file's own structure, the one that came with {@link #OPSET}. */
  public static final int IR = 8;

  private OnnxVersion() {}
}
