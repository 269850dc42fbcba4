package io.github.flora.onnx;

import org.jspecify.annotations.Nullable;

/**
 * A block that can't be exported, or a file that doesn't say what the block says. The message is
 * one line that names the operation, the block and what to do.
 */
public final class OnnxExportException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String operation;
  private final String blockPath;

  /**
   * Something that stops an export.
   *
   * @param operation name of the operation as the block calls it, empty if it isn't one operation
   * @param blockPath where in the block, such as {@code SequentialBlock/03Conv2d}
   * @param message what is wrong and what to do, one line
   * @param cause what happened, or null
   */
  public OnnxExportException(
      String operation, String blockPath, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.operation = operation;
    this.blockPath = blockPath;
  }

  /**
   * The operation that can't be exported.
   *
   * @return its name in {@code NDArray} or {@code NDArrayEx}, empty if it isn't one operation
   */
  public String operation() {
    return operation;
  }

  /**
   * Where in the block.
   *
   * @return keys of children from the root down, such as {@code SequentialBlock/03Conv2d}
   */
  public String blockPath() {
    return blockPath;
  }
}
