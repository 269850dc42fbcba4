package io.github.flora.onnx.trace;

import org.jspecify.annotations.Nullable;

/** How a method of {@code NDArray} or {@code NDArrayEx} is carried out and recorded. */
@FunctionalInterface
interface Operator {

  /**
   * Carries out a call.
   *
   * @param call the call
   * @return what the method returns
   */
  @Nullable Object apply(Call call);
}
