package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One call of an operation, to be carried out by two engines.
 *
 * @param operation the operation's name, a row of the table in the README
 * @param variant what distinguishes the case from the operation's others
 * @param inputs how each input is drawn
 * @param body the call
 * @param differentiable the inputs whose gradients are compared
 * @param tolerance the largest error of an element, relative to 1 + its size
 * @param formula what the values and, by central differences, the gradients are compared with where
 *     DJL's PyTorch engine doesn't have the operation; null for PyTorch
 */
public record Case(
    String operation,
    String variant,
    List<Draw> inputs,
    Body body,
    List<Integer> differentiable,
    double tolerance,
    @Nullable Formula formula) {

  /** What is called. */
  @FunctionalInterface
  public interface Body {
    /** Calls the operation; what it creates belongs to the manager. */
    NDList apply(NDManager manager, NDList inputs);
  }

  /** The same in plain Java, in double precision. */
  @FunctionalInterface
  public interface Formula {
    /** Computes the outputs. */
    List<Tensor> apply(List<Tensor> inputs);
  }

  private static Case of(String operation, Body body, List<Draw> inputs) {
    DataType widest =
        inputs.stream()
            .map(Draw::type)
            .filter(DataType::isFloating)
            .min(Comparator.comparing(DataType::getNumOfBytes))
            .orElse(DataType.FLOAT64);
    double tolerance =
        switch (widest) {
          case FLOAT64 -> 1e-6;
          case FLOAT16 -> 4e-3;
          default -> 1e-5;
        };
    String variant =
        inputs.stream()
            .map(d -> (d.type() == DataType.FLOAT32 ? "" : d.type() + " ") + d.shape())
            .collect(Collectors.joining(" and "));
    return new Case(operation, variant, inputs, body, List.of(), tolerance, null);
  }

  /** A call on all inputs. */
  static Case of(String operation, Function<NDList, NDArray> call, Draw... inputs) {
    return of(operation, (m, x) -> new NDList(call.apply(x)), List.of(inputs));
  }

  /** A call on all inputs that has several results. */
  static Case many(String operation, Function<NDList, NDList> call, Draw... inputs) {
    return of(operation, (m, x) -> call.apply(x), List.of(inputs));
  }

  /** A call on one input. */
  static Case one(String operation, UnaryOperator<NDArray> call, Draw input) {
    return of(operation, x -> call.apply(x.get(0)), input);
  }

  /** A call on two inputs. */
  static Case two(String operation, BinaryOperator<NDArray> call, Draw first, Draw second) {
    return of(operation, x -> call.apply(x.get(0), x.get(1)), first, second);
  }

  /** A call on the manager. */
  static Case creation(String operation, String variant, Function<NDManager, NDArray> call) {
    return of(operation, (m, x) -> new NDList(call.apply(m)), List.of()).named(variant);
  }

  /** The same with a description in front of the shapes. */
  Case named(String description) {
    String name = variant.isEmpty() ? description : description + ", " + variant;
    return new Case(operation, name, inputs, body, differentiable, tolerance, formula);
  }

  /** The same with the gradients of these inputs, by default of all that are floating. */
  Case gradients(Integer... indexes) {
    List<Integer> which = new ArrayList<>(Arrays.asList(indexes));
    if (which.isEmpty()) {
      for (int i = 0; i < inputs.size(); i++) {
        if (inputs.get(i).type().isFloating()) {
          which.add(i);
        }
      }
    }
    return new Case(operation, variant, inputs, body, List.copyOf(which), tolerance, formula);
  }

  Case tolerance(double other) {
    return new Case(operation, variant, inputs, body, differentiable, other, formula);
  }

  /** The same, compared with a formula for what PyTorch's engine throws at. */
  Case formula(Function<List<Tensor>, Tensor> f) {
    return formulas(x -> List.of(f.apply(x)));
  }

  Case formulas(Formula f) {
    return new Case(operation, variant, inputs, body, differentiable, tolerance, f);
  }

  /**
   * The same on the results of convolutions that change no number: an engine may keep these images
   * in another order of dimensions, which nothing may show.
   */
  Case afterConvolution() {
    Body plain = body;
    Body convolved =
        (m, x) -> {
          NDList images = new NDList();
          for (int i = 0; i < x.size(); i++) {
            images.add(isImages(inputs.get(i)) ? unchanged(m, x.get(i)) : x.get(i));
          }
          return plain.apply(m, images);
        };
    return new Case(
        operation,
        variant + " after a convolution",
        inputs,
        convolved,
        differentiable,
        tolerance,
        formula);
  }

  boolean hasImages() {
    return inputs.stream().anyMatch(Case::isImages);
  }

  private static boolean isImages(Draw draw) {
    return draw.type() == DataType.FLOAT32
        && draw.shape().dimension() == 4
        && draw.shape().size() > 0;
  }

  private static NDArray unchanged(NDManager manager, NDArray images) {
    long channels = images.getShape().get(1);
    NDArray identity = manager.eye((int) channels).reshape(channels, channels, 1, 1);
    Shape one = new Shape(1, 1);
    return images
        .getNDArrayInternal()
        .convolution(images, identity, null, one, new Shape(0, 0), one, 1)
        .singletonOrThrow();
  }

  /** Draws the inputs, always the same for a case. */
  public List<Tensor> draw() {
    SplittableRandom random = new SplittableRandom(toString().hashCode());
    return inputs.stream().map(d -> d.draw(random)).toList();
  }

  /** What the value is compared with. */
  public String valueJudge() {
    return formula == null ? "PyTorch" : "formula";
  }

  /** What the gradient is compared with. */
  public String gradientJudge() {
    if (differentiable.isEmpty()) {
      return "–";
    }
    return formula == null ? "PyTorch" : "central differences of the formula";
  }

  @Override
  public String toString() {
    return operation + " " + variant;
  }
}
