package io.github.flora.onnx.trace;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.SparseFormat;
import java.nio.Buffer;
import org.jspecify.annotations.Nullable;

/** What doesn't compute: questions about an array, its lifetime, its name, its content. */
final class AccessOperators {

  private AccessOperators() {}

  static void register(Operators all) {
    all.add("getShape", call -> call.self().real().getShape());
    all.add("getDataType", call -> call.self().real().getDataType());
    all.add("getDevice", call -> call.self().real().getDevice());
    all.add("getSparseFormat", call -> SparseFormat.DENSE);
    all.add("getManager", call -> call.tracer().managerFace());
    all.add("getUid", call -> call.self().real().getUid());
    all.add("getName", call -> call.self().name());
    all.add(
        "setName",
        call -> {
          call.self().setName((String) call.argument(0));
          return null;
        });
    all.add("getNDArrayInternal", call -> call.self().extension());
    all.add("getArray", call -> call.self().face());
    all.add("hasGradient", call -> false);
    all.add("isReleased", call -> false);
    // The trace owns all arrays until it ends.
    all.addAll(call -> null, "attach", "tempAttach", "detach", "close", "setRequiresGradient");
    all.addAll(AccessOperators::same, "stopGradient", "toDevice");
    all.addAll(AccessOperators::same, "scaleGradient(double)", "duplicate()", "toDense");
    all.add("set(Buffer)", AccessOperators::replace);
    all.addAll(
        AccessOperators::read,
        "toByteBuffer",
        "toStringArray",
        "contentEquals",
        "toArray()",
        "copyTo(NDArray)",
        "encode()");
    all.addAll(AccessOperators::fresh, "zerosLike()", "onesLike()");
  }

  private static NDArray same(Call call) {
    TracedArray self = call.self();
    return call.tracer().wrap(self.real(), self.value(), self.constant()).face();
  }

  private static @Nullable Object read(Call call) {
    if (call.name().equals("copyTo")) {
      TracedArray target = TracedArray.behind(call.argument(0));
      if (target == null) {
        throw call.error("it copies into an array outside of the trace: return the array instead");
      }
      target.become(call.self().real(), call.self().value());
      return null;
    }
    if (!call.self().constant()) {
      throw call.error(
          "the block reads values that depend on its input, and a file can't: use array operations"
              + " such as where instead of Java's if");
    }
    return call.raw();
  }

  /** All content is replaced by numbers of the program, so that a constant is left. */
  private static @Nullable Object replace(Call call) {
    NDArray real = call.self().real().like();
    real.attach(call.tracer().manager());
    real.set(call.argument(0, Buffer.class));
    call.self().become(real, call.tracer().constant(real).value());
    return null;
  }

  private static NDArray fresh(Call call) {
    return call.tracer().constant(call.run()).face();
  }
}
