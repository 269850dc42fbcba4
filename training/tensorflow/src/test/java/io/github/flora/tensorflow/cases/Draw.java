package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * How an input is drawn.
 *
 * @param type the element type
 * @param shape the shape
 * @param values draws all elements
 */
public record Draw(DataType type, Shape shape, Values values) {

  /** Draws elements. */
  @FunctionalInterface
  interface Values {
    double[] draw(SplittableRandom random, int count);
  }

  private static Draw each(Shape shape, ToDoubleFunction<SplittableRandom> value) {
    return new Draw(
        DataType.FLOAT32,
        shape,
        (random, count) -> {
          double[] drawn = new double[count];
          for (int i = 0; i < count; i++) {
            drawn[i] = value.applyAsDouble(random);
          }
          return drawn;
        });
  }

  static Draw normal(long... shape) {
    return normal(new Shape(shape));
  }

  static Draw normal(Shape shape) {
    return each(
        shape,
        r -> Math.sqrt(-2 * Math.log(1 - r.nextDouble())) * Math.cos(2 * Math.PI * r.nextDouble()));
  }

  static Draw uniform(double low, double high, Shape shape) {
    return each(shape, r -> r.nextDouble(low, high));
  }

  static Draw uniform(double low, double high, long... shape) {
    return uniform(low, high, new Shape(shape));
  }

  /** Numbers of [−2, 2] at least 0.2 away from 0. */
  static Draw awayFromZero(Shape shape) {
    return each(shape, r -> r.nextDouble(0.2, 2) * (r.nextBoolean() ? 1 : -1));
  }

  static Draw awayFromZero(long... shape) {
    return awayFromZero(new Shape(shape));
  }

  /** Numbers that differ from each other by at least 0.03: no ties in a maximum or an order. */
  static Draw distinct(Shape shape) {
    return new Draw(
        DataType.FLOAT32,
        shape,
        (random, count) -> {
          double[] drawn = new double[count];
          for (int i = 0; i < count; i++) {
            int j = random.nextInt(i + 1);
            drawn[i] = drawn[j];
            drawn[j] = (i - count / 3.0) / 32;
          }
          return drawn;
        });
  }

  static Draw distinct(long... shape) {
    return distinct(new Shape(shape));
  }

  /** Whole numbers in [low, high). */
  static Draw integers(int low, int high, Shape shape) {
    return each(shape, r -> r.nextInt(low, high)).as(DataType.INT64);
  }

  static Draw integers(int low, int high, long... shape) {
    return integers(low, high, new Shape(shape));
  }

  static Draw booleans(Shape shape) {
    return integers(0, 2, shape).as(DataType.BOOLEAN);
  }

  static Draw booleans(long... shape) {
    return booleans(new Shape(shape));
  }

  /** Always the same numbers. */
  static Draw values(Shape shape, double... values) {
    return new Draw(DataType.FLOAT32, shape, (random, count) -> values.clone());
  }

  /** Always the same numbers, in one dimension. */
  static Draw values(double... values) {
    return values(new Shape(values.length), values);
  }

  /** The same draw of another type; see that the numbers fit. */
  Draw as(DataType other) {
    return new Draw(other, shape, values);
  }

  /** Draws; the numbers are rounded to the type, so that every engine starts from the same. */
  public Tensor draw(SplittableRandom random) {
    double[] drawn = values.draw(random, Math.toIntExact(shape.size()));
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] =
          switch (type) {
            case FLOAT64 -> drawn[i];
            case FLOAT32 -> (float) drawn[i];
            case FLOAT16 -> Math.rint(drawn[i] * 256) / 256;
            default -> Math.rint(drawn[i]);
          };
    }
    return new Tensor(type, shape, drawn);
  }
}
