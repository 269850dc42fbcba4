package io.github.flora.onnx.trace;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.github.flora.onnx.graph.Value;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Arithmetic, comparison and logic, element by element, with broadcasting. */
final class ElementwiseOperators {

  private ElementwiseOperators() {}

  /** What a recorded value is made of, given operands of the result's type. */
  @FunctionalInterface
  private interface Recipe {
    Value apply(Call call, NDArray like, Value left, Value right);
  }

  static void register(Operators all) {
    arithmetic(all, "add", simple("Add"));
    arithmetic(all, "sub", simple("Sub"));
    arithmetic(all, "mul", simple("Mul"));
    arithmetic(all, "div", simple("Div"));
    arithmetic(all, "mod", ElementwiseOperators::mod);
    arithmetic(all, "pow", simple("Pow"));
    all.add("maximum", call -> binary(call, call.run(), simple("Max"), false));
    all.add("minimum", call -> binary(call, call.run(), simple("Min"), false));
    comparison(all, "eq", "Equal");
    comparison(all, "gt", "Greater");
    comparison(all, "gte", "GreaterOrEqual");
    comparison(all, "lt", "Less");
    comparison(all, "lte", "LessOrEqual");
    all.add(
        "neq",
        call -> {
          NDArray real = call.run();
          return call.result(call.node("Not", real, List.of(compare(call, real, "Equal"))), real);
        });
    logic(all, "logicalAnd", "And");
    logic(all, "logicalOr", "Or");
    logic(all, "logicalXor", "Xor");
    all.add(
        "logicalNot",
        call -> {
          NDArray real = call.run();
          Value truth = call.cast(call.self().value(), DataType.BOOLEAN);
          return call.result(
              call.node("Not", DataType.BOOLEAN, truth.shape(), List.of(truth)), real);
        });
    for (String name : List.of("exp", "log", "sin", "cos", "tan", "asin", "acos", "atan")) {
      unary(all, name, capital(name));
    }
    for (String name : List.of("sinh", "cosh", "tanh", "asinh", "acosh", "atanh")) {
      unary(all, name, capital(name));
    }
    unary(all, "sqrt", "Sqrt");
    unary(all, "abs", "Abs");
    unary(all, "erf", "Erf");
    rounding(all, "floor", "Floor");
    rounding(all, "ceil", "Ceil");
    rounding(all, "round", "Round");
    all.addAll(call -> inPlaceOrNot(call, "neg", "Neg"), "neg", "negi");
    all.addAll(call -> inPlaceOrNot(call, "sign", "Sign"), "sign", "signi");
    all.add("square", call -> composed(call, x -> call.node("Mul", x.like(), x.twice())));
    all.add("log2", call -> composed(call, x -> scaled(call, x, "Log", 1 / Math.log(2))));
    all.add("log10", call -> composed(call, x -> scaled(call, x, "Log", 1 / Math.log(10))));
    all.add("toRadians", call -> composed(call, x -> times(call, x, x.value(), Math.PI / 180)));
    all.add("toDegrees", call -> composed(call, x -> times(call, x, x.value(), 180 / Math.PI)));
    all.add("trunc", call -> composed(call, x -> signed(call, x, "Floor")));
    all.add("cbrt", call -> composed(call, x -> cubeRoot(call, x)));
    all.add("isNaN", call -> composed(call, x -> test(call, "IsNaN")));
    all.add("isInfinite", call -> composed(call, x -> test(call, "IsInf")));
    all.add("clip", ElementwiseOperators::clip);
    all.add("where", ElementwiseOperators::where);
    all.add("toType", call -> call.result(call.self().value(), call.run()));
  }

  private static String capital(String name) {
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }

  private static Recipe simple(String operator) {
    return (call, like, left, right) -> call.node(operator, like, List.of(left, right));
  }

  /** The plain method and the one that changes the array in place. */
  private static void arithmetic(Operators all, String name, Recipe recipe) {
    all.add(name, call -> binary(call, call.run(), recipe, false));
    all.add(name + "i", call -> binary(call, call.runAs(name), recipe, true));
  }

  private static Object binary(Call call, NDArray real, Recipe recipe, boolean inPlace) {
    DataType type = real.getDataType();
    Value left = call.cast(call.self().value(), type);
    Value value = recipe.apply(call, real, left, operand(call, type));
    return inPlace ? call.resultInPlace(value, real) : call.result(value, real);
  }

  private static Value operand(Call call, DataType type) {
    return call.argument(0) instanceof Number number
        ? call.graph().scalar(type, number)
        : call.cast(call.value(0), type);
  }

  /** The remainder has the divisor's sign, as in Python. */
  private static Value mod(Call call, NDArray like, Value left, Value right) {
    if (!like.getDataType().isFloating()) {
      return call.node("Mod", like, List.of(left, right));
    }
    Value quotient = call.node("Div", like, List.of(left, right));
    Value whole = call.node("Floor", like, List.of(quotient));
    Value part = call.node("Mul", like, List.of(whole, right));
    return call.node("Sub", like, List.of(left, part));
  }

  private static void comparison(Operators all, String name, String operator) {
    all.add(
        name,
        call -> {
          NDArray real = call.run();
          return call.result(compare(call, real, operator), real);
        });
  }

  private static Value compare(Call call, NDArray real, String operator) {
    Value left = call.self().value();
    DataType type = left.type();
    if (call.argument(0) instanceof Number number) {
      if (!type.isFloating() && !(number instanceof Long) && !(number instanceof Integer)) {
        type = DataType.FLOAT32;
      }
    } else {
      type = wider(type, call.value(0).type());
    }
    if (type == DataType.BOOLEAN) {
      type = DataType.INT32;
    }
    return call.node(
        operator,
        DataType.BOOLEAN,
        real.getShape(),
        List.of(call.cast(left, type), operand(call, type)));
  }

  /** The type in which two are compared: the floating one, else the larger. */
  private static DataType wider(DataType a, DataType b) {
    if (a.isFloating() != b.isFloating()) {
      return a.isFloating() ? a : b;
    }
    return a.getNumOfBytes() >= b.getNumOfBytes() ? a : b;
  }

  private static void logic(Operators all, String name, String operator) {
    all.add(
        name,
        call -> {
          NDArray real = call.run();
          Value left = call.cast(call.self().value(), DataType.BOOLEAN);
          Value right = call.cast(call.value(0), DataType.BOOLEAN);
          Value value =
              call.node(operator, DataType.BOOLEAN, real.getShape(), List.of(left, right));
          return call.result(value, real);
        });
  }

  private static void unary(Operators all, String name, String operator) {
    all.add(name, call -> composed(call, x -> call.node(operator, x.like(), List.of(x.value()))));
  }

  /** ONNX rounds numbers with fractions only; whole numbers stay. */
  private static void rounding(Operators all, String name, String operator) {
    all.add(
        name,
        call ->
            composed(
                call,
                x ->
                    x.value().type().isFloating()
                        ? call.node(operator, x.like(), List.of(x.value()))
                        : x.value()));
  }

  private static Object inPlaceOrNot(Call call, String name, String operator) {
    NDArray real = call.runAs(name);
    Value value = call.node(operator, real, List.of(call.self().value()));
    return call.name().equals(name) ? call.result(value, real) : call.resultInPlace(value, real);
  }

  /** An operand in the result's type, and what the result is like. */
  record Operand(Value value, NDArray like) {
    List<Value> twice() {
      return List.of(value, value);
    }
  }

  /** How a result is recorded from one operand. */
  @FunctionalInterface
  interface Unary {
    Value apply(Operand operand);
  }

  static NDArray composed(Call call, Unary recipe) {
    NDArray real = call.run();
    DataType type =
        real.getDataType() == DataType.BOOLEAN ? call.self().value().type() : real.getDataType();
    Value operand = call.cast(call.self().value(), type);
    return call.result(recipe.apply(new Operand(operand, real)), real);
  }

  static Value times(Call call, Operand x, Value value, double factor) {
    return call.node("Mul", x.like(), List.of(value, call.graph().scalar(value.type(), factor)));
  }

  private static Value scaled(Call call, Operand x, String operator, double factor) {
    return times(call, x, call.node(operator, x.like(), List.of(x.value())), factor);
  }

  /** Applies an operator to the magnitude and keeps the sign. */
  private static Value signed(Call call, Operand x, String operator) {
    Value magnitude = call.node("Abs", x.like(), List.of(x.value()));
    Value result = call.node(operator, x.like(), List.of(magnitude));
    Value sign = call.node("Sign", x.like(), List.of(x.value()));
    return call.node("Mul", x.like(), List.of(result, sign));
  }

  private static Value cubeRoot(Call call, Operand x) {
    Value third = call.graph().scalar(x.value().type(), 1.0 / 3);
    try (NDArray eight = call.tracer().manager().create(new float[] {-8});
        NDArray root = eight.cbrt()) {
      if (Float.isNaN(root.toFloatArray()[0])) {
        // Some engines raise to the power of a third, so that negative numbers give NaN.
        return call.node("Pow", x.like(), List.of(x.value(), third));
      }
    }
    Value size = call.node("Abs", x.like(), List.of(x.value()));
    Value root = call.node("Pow", x.like(), List.of(size, third));
    Value sign = call.node("Sign", x.like(), List.of(x.value()));
    return call.node("Mul", x.like(), List.of(root, sign));
  }

  private static Value test(Call call, String operator) {
    Value value = call.self().value();
    return call.node(operator, DataType.BOOLEAN, value.shape(), List.of(value));
  }

  private static Object clip(Call call) {
    NDArray real = call.run();
    DataType type = real.getDataType();
    Number min = (Number) Objects.requireNonNull(call.argument(0));
    Number max = (Number) Objects.requireNonNull(call.argument(1));
    Value value =
        call.node(
            "Clip",
            real,
            List.of(
                call.cast(call.self().value(), type),
                call.graph().scalar(type, min),
                call.graph().scalar(type, max)));
    return call.result(value, real);
  }

  private static @Nullable Object where(Call call) {
    NDArray real = call.run();
    DataType type = real.getDataType();
    Value value =
        call.node(
            "Where",
            real,
            List.of(
                call.cast(call.value(0), DataType.BOOLEAN),
                call.cast(call.self().value(), type),
                call.cast(call.value(1), type)));
    return call.result(value, real);
  }
}
