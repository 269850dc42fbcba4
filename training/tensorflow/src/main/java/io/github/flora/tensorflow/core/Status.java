package io.github.flora.tensorflow.core;

import static org.tensorflow.internal.c_api.global.tensorflow.TF_GetCode;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_Message;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewStatus;

import ai.djl.engine.EngineException;
import org.tensorflow.internal.c_api.TF_Status;

/** What a call of the C API came to; one object per thread, used again and again. */
final class Status {

  private static final int INVALID_ARGUMENT = 3;
  private static final int RESOURCE_EXHAUSTED = 8;

  /** Never freed: a few bytes per thread that ever used TensorFlow. */
  private static final ThreadLocal<TF_Status> CURRENT =
      ThreadLocal.withInitial(() -> TF_NewStatus());

  private Status() {}

  static TF_Status current() {
    return CURRENT.get();
  }

  /**
   * Throws if the last call failed.
   *
   * @param status the status that the call was given
   * @param what the operation, for the message
   */
  static void check(TF_Status status, String what) {
    int code = TF_GetCode(status);
    if (code == 0) {
      return;
    }
    String message = TF_Message(status).getString().replaceAll("\\s+", " ");
    if (code == RESOURCE_EXHAUSTED) {
      // Without the names of nodes before it and the hints for Python after it.
      throw new EngineException(
          "TensorFlow is out of memory in %s: %s"
              .formatted(what, message.replaceAll("\\{\\{function_node .*?\\}\\} | \\[\\[.*", "")));
    }
    if (code == INVALID_ARGUMENT) {
      throw new IllegalArgumentException("TensorFlow, %s: %s".formatted(what, message));
    }
    throw new EngineException("TensorFlow, %s: %s".formatted(what, message));
  }
}
