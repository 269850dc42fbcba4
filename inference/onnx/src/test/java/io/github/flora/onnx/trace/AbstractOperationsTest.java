package io.github.flora.onnx.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import io.github.flora.onnx.ExportReport;
import io.github.flora.onnx.OnnxExportException;
import io.github.flora.onnx.OnnxExporter;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operation of arrays alone, as a custom block would use it, against the engine. What blocks
 * call (convolution, batchNorm, lstm, …) has its cases among the block families.
 */
abstract class AbstractOperationsTest {

  /** By name of the method; more words tell overloads apart. */
  private static final Map<String, UnaryOperator<NDArray>> CASES = new LinkedHashMap<>();

  static {
    arithmetic();
    functions();
    comparisons();
    reductions();
    shapes();
    indices();
    inPlace();
    access();
  }

  private final String engine;
  private final Map<String, String> missing;
  @TempDir Path folder;

  /**
   * @param missing part of the message, by case, of what the engine doesn't have
   */
  AbstractOperationsTest(String engine, Map<String, String> missing) {
    this.engine = engine;
    this.missing = missing;
  }

  private static void arithmetic() {
    CASES.put("add", a -> a.add(a).add(1.5f));
    CASES.put("sub", a -> a.sub(2).sub(a.mean(new int[] {1}, true)));
    CASES.put("mul", a -> a.mul(a).mul(3));
    CASES.put("div", a -> a.div(4).div(a.abs().add(1)));
    CASES.put("mod", a -> a.mul(10).mod(3));
    CASES.put("mod arrays", a -> a.mul(10).mod(a.abs().add(1)));
    CASES.put("pow", a -> a.pow(3).add(a.abs().add(0.5f).pow(a)));
    CASES.put("maximum", a -> a.maximum(0.1f).maximum(a.neg()));
    CASES.put("minimum", a -> a.minimum(0.1f).minimum(a.neg()));
    CASES.put("neg", NDArray::neg);
    CASES.put("matMul", a -> a.matMul(a.transpose(0, 2, 1)));
    CASES.put("batchMatMul", a -> a.batchMatMul(a.transpose(0, 2, 1)));
    CASES.put("dot", a -> a.reshape(-1, 12).dot(a.getManager().ones(new Shape(12, 2))));
  }

  private static void functions() {
    CASES.put("exp", NDArray::exp);
    CASES.put("log", a -> a.abs().add(0.1f).log());
    CASES.put("log2", a -> a.abs().add(0.1f).log2());
    CASES.put("log10", a -> a.abs().add(0.1f).log10());
    CASES.put("sqrt", a -> a.abs().sqrt());
    CASES.put("cbrt", NDArray::cbrt);
    CASES.put("square", NDArray::square);
    CASES.put("abs", NDArray::abs);
    CASES.put("sign", a -> a.round().sign());
    CASES.put("floor", NDArray::floor);
    CASES.put("ceil", NDArray::ceil);
    CASES.put("round", NDArray::round);
    CASES.put("trunc", a -> a.mul(3).trunc());
    CASES.put("erf", NDArray::erf);
    CASES.put("sin", NDArray::sin);
    CASES.put("cos", NDArray::cos);
    CASES.put("tan", a -> a.tanh().tan());
    CASES.put("asin", a -> a.tanh().asin());
    CASES.put("acos", a -> a.tanh().acos());
    CASES.put("atan", NDArray::atan);
    CASES.put("sinh", NDArray::sinh);
    CASES.put("cosh", NDArray::cosh);
    CASES.put("tanh", NDArray::tanh);
    CASES.put("asinh", NDArray::asinh);
    CASES.put("acosh", a -> a.abs().add(1.5f).acosh());
    CASES.put("atanh", a -> a.tanh().mul(0.9f).atanh());
    CASES.put("toDegrees", NDArray::toDegrees);
    CASES.put("toRadians", NDArray::toRadians);
    CASES.put("clip", a -> a.clip(-0.5, 0.7));
    CASES.put("softmax", a -> a.softmax(1));
    CASES.put("logSoftmax", a -> a.logSoftmax(-1));
    CASES.put("toType", a -> a.mul(5).toType(DataType.INT32, false));
  }

  private static void comparisons() {
    CASES.put("eq", a -> a.round().eq(0));
    CASES.put("neq", a -> a.round().neq(0));
    CASES.put("gt", a -> a.gt(0.2f));
    CASES.put("gte", a -> a.round().gte(1));
    CASES.put("lt", a -> a.lt(a.mean(new int[] {1}, true)));
    CASES.put("lte", a -> a.round().lte(0));
    CASES.put("logicalAnd", a -> a.gt(0).logicalAnd(a.lt(1)));
    CASES.put("logicalOr", a -> a.lt(0).logicalOr(a.gt(1)));
    CASES.put("logicalXor", a -> a.lt(0.5f).logicalXor(a.gt(-0.5f)));
    CASES.put("logicalNot", a -> a.gt(0).logicalNot());
    CASES.put("isNaN", a -> a.log().isNaN());
    CASES.put("isInfinite", a -> a.maximum(0).log().isInfinite());
    CASES.put("where", a -> NDArrays.where(a.gt(0), a, a.mul(10)));
  }

  private static void reductions() {
    CASES.put("sum", a -> a.sum(new int[] {1}));
    CASES.put("mean", a -> a.mean(new int[] {1}));
    CASES.put("mean over two axes", a -> a.mean(new int[] {1, 2}));
    CASES.put("max", a -> a.max(new int[] {-1}, true));
    CASES.put("min", a -> a.min(new int[] {1}));
    CASES.put("prod", a -> a.prod(new int[] {2}));
    CASES.put("norm", a -> a.norm(2, new int[] {1}, true));
    CASES.put("norm of all", a -> a.norm(true));
    CASES.put("normalize", a -> a.normalize(2, 1, 1e-12));
    CASES.put("argMax", a -> a.argMax(1));
    CASES.put("argMin", a -> a.argMin(2));
    CASES.put("cumSum", a -> a.cumSum(1));
    CASES.put("sort", a -> a.sort(1));
    CASES.put("argSort", a -> a.argSort(2, false));
    CASES.put("topK", a -> a.topK(2, 2, true, true).get(0));
    CASES.put("topK smallest, places", a -> a.topK(2, 1, false, true).get(1));
  }

  private static void shapes() {
    CASES.put("reshape", a -> a.reshape(-1, 2, 6));
    CASES.put("flatten", a -> a.flatten().reshape(-1, 12));
    CASES.put("expandDims", a -> a.expandDims(2));
    CASES.put("squeeze", a -> a.expandDims(1).squeeze(1));
    CASES.put("transpose", a -> a.transpose(0, 2, 1));
    CASES.put("broadcast", a -> a.expandDims(1).broadcast(new Shape(a.size(0), 5, 3, 4)));
    CASES.put("stack", a -> a.stack(a.neg(), 1));
    CASES.put("concat", a -> a.concat(a.neg(), 2));
    CASES.put("split", a -> a.split(2, 2).get(1));
    CASES.put("tile", a -> a.tile(new long[] {1, 2, 3}));
    CASES.put("repeat", a -> a.repeat(1, 2));
    CASES.put("pad", a -> a.pad(new Shape(1, 2), 0.5));
    CASES.put("flip", a -> a.flip(1));
  }

  private static void indices() {
    CASES.put("get", a -> a.get(":, 1:, ::2"));
    CASES.put("getScalar", a -> a.add(a.getManager().create(new float[] {1, 2}).getScalar(1)));
    CASES.put("gather", a -> a.gather(a.argSort(2), 2));
    CASES.put("gatherNd", a -> a.gatherNd(a.getManager().zeros(new Shape(1, 3), DataType.INT64)));
    CASES.put("take", a -> a.take(a.getManager().create(new long[] {0, 7, 3})));
    CASES.put("oneHot", a -> a.argMax(2).oneHot(4));
    CASES.put("oneHot of a type", a -> a.argMax(1).oneHot(3, DataType.INT32));
    CASES.put("oneHot of values", a -> a.argMax(1).oneHot(3, 2f, -1f, DataType.FLOAT32));
  }

  private static void inPlace() {
    CASES.put("addi", a -> a.duplicate().addi(2));
    CASES.put("subi", a -> a.duplicate().subi(2));
    CASES.put("muli", a -> a.duplicate().muli(2));
    CASES.put("divi", a -> a.duplicate().divi(2));
    CASES.put("modi", a -> a.mul(10).modi(3));
    CASES.put("powi", a -> a.duplicate().powi(2));
    CASES.put("negi", a -> a.duplicate().negi());
    CASES.put("signi", a -> a.round().signi());
    CASES.put(
        "copyTo",
        a -> {
          NDArray target = a.mul(2);
          a.exp().copyTo(target);
          return target;
        });
    CASES.put(
        "set",
        a -> {
          NDArray three = a.getManager().zeros(new Shape(4));
          three.set(FloatBuffer.wrap(new float[] {1, 2, 3, 4}));
          return a.add(three);
        });
  }

  private static void access() {
    CASES.put("duplicate", a -> a.duplicate().add(a));
    CASES.put("stopGradient", NDArray::stopGradient);
    CASES.put("scaleGradient", a -> a.scaleGradient(0.5));
    CASES.put("toDense", NDArray::toDense);
    CASES.put("toDevice", a -> a.toDevice(a.getDevice(), false));
    CASES.put("zerosLike", a -> a.zerosLike().add(a));
    CASES.put("onesLike", a -> a.onesLike().add(a));
    CASES.put("toArray", a -> a.mul(a.getManager().create(new float[] {3}).toArray()[0]));
    CASES.put("toByteBuffer", a -> a.mul(a.getManager().create(3f).toByteBuffer().remaining()));
    CASES.put("encode", a -> a.mul(a.getManager().create(3f).encode().length));
    CASES.put(
        "contentEquals",
        a -> a.getManager().create(3f).contentEquals(a.getManager().create(3f)) ? a.exp() : a);
    CASES.put(
        "setName",
        a -> {
          NDArray b = a.exp();
          b.setName("b");
          return "b".equals(b.getName()) ? b : a;
        });
    CASES.put(
        "attach",
        a -> {
          NDArray b = a.exp();
          b.detach();
          b.attach(a.getManager());
          b.tempAttach(a.getManager());
          b.setRequiresGradient(false);
          NDList list = new NDList(b.neg());
          list.close();
          return b.hasGradient() || b.isReleased() || b.isSparse() || b.getUid().isEmpty() ? a : b;
        });
  }

  static Stream<Arguments> cases() {
    return CASES.entrySet().stream().map(entry -> Arguments.of(entry.getKey(), entry.getValue()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void agrees(String name, UnaryOperator<NDArray> function) throws IOException {
    String outcome;
    try {
      ExportReport report =
          OnnxExporter.builder()
              .optEngine(engine)
              .build()
              .export(
                  new SequentialBlock().add(LambdaBlock.singleton(function)),
                  folder.resolve("operation.onnx"),
                  new Shape(1, 3, 4));
      assertTrue(report.agreement().within(1e-5), report.toString());
      outcome = "agrees";
    } catch (OnnxExportException e) {
      outcome = String.valueOf(e.getMessage());
    }
    String expected = missing.get(name);
    if (expected == null) {
      assertEquals("agrees", outcome);
    } else {
      assertTrue(outcome.contains(expected), outcome);
    }
  }

  /** So that an operation can't come, or go, without a case. */
  @Test
  void everyOperationHasACase() {
    Set<String> left = new TreeSet<>(Operators.ALL.names());
    CASES.keySet().forEach(name -> left.remove(name.replaceFirst(" .*", "")));
    left.removeAll(LAYERS);
    left.removeAll(PROPERTIES);
    assertEquals(Set.of(), left);
  }

  /** What blocks call, with their cases among the block families. */
  private static final Set<String> LAYERS =
      Set.of(
          "linear",
          "convolution",
          "deconvolution",
          "embedding",
          "batchNorm",
          "layerNorm",
          "dropout",
          "maxPool",
          "avgPool",
          "lpPool",
          "globalMaxPool",
          "globalAvgPool",
          "globalLpPool",
          "rnn",
          "gru",
          "lstm",
          "relu",
          "sigmoid",
          "softPlus",
          "softSign",
          "leakyRelu",
          "elu",
          "selu",
          "gelu",
          "prelu");

  /** What is asked in the cases on the side; {@code toStringArray} has no type that ONNX takes. */
  private static final Set<String> PROPERTIES =
      Set.of(
          "getShape",
          "getDataType",
          "getDevice",
          "getSparseFormat",
          "getManager",
          "getUid",
          "getName",
          "getNDArrayInternal",
          "getArray",
          "hasGradient",
          "isReleased",
          "tempAttach",
          "detach",
          "close",
          "setRequiresGradient",
          "toStringArray");
}
