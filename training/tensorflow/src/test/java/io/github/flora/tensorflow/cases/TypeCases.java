package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/** Conversions between element types; PyTorch's engine has no gradient of them. */
final class TypeCases {

  private static final DataType[] TYPES = {
    DataType.FLOAT32,
    DataType.FLOAT64,
    DataType.FLOAT16,
    DataType.INT8,
    DataType.UINT8,
    DataType.INT32,
    DataType.INT64,
    DataType.BOOLEAN
  };

  private TypeCases() {}

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    for (DataType from : TYPES) {
      for (DataType to : TYPES) {
        Draw draw =
            from == DataType.BOOLEAN ? Draw.booleans(2, 3) : Draw.integers(0, 4, 2, 3).as(from);
        cases.add(Case.one("toType", a -> a.toType(to, true), draw).named("to " + to));
      }
    }
    Draw fractions = Draw.values(-2.7, -0.4, 0.4, 0.6, 2.5, 100.9);
    for (DataType to : TYPES) {
      if (to != DataType.UINT8) { // what becomes of a negative number isn't defined
        cases.add(
            Case.one("toType", a -> a.toType(to, false), fractions).named("fractions to " + to));
      }
    }
    cases.add(
        Case.one("toType", a -> a.toType(DataType.FLOAT32, false).mul(2), Draw.normal(2, 3))
            .named("its own, no copy")
            .gradients());
    cases.add(
        Case.one(
            "toType", a -> a.toType(DataType.INT64, true), Draw.integers(0, 9, new Shape(0, 2))));
    cases.add(
        Case.one(
                "toType",
                a -> a.toType(DataType.FLOAT64, true).toType(DataType.FLOAT32, true),
                Draw.normal(2, 3, 4, 5))
            .named("there and back"));
    return cases;
  }
}
