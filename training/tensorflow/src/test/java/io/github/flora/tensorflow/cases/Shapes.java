package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Shapes that operations are tried on: chosen for their edges, and drawn. */
final class Shapes {

  /** Shapes for one array. */
  static final List<Shape> SINGLE = single();

  /** Shapes for two arrays that broadcast to one. */
  static final List<Pair> PAIRS = pairs();

  /** Two shapes. */
  record Pair(Shape first, Shape second) {}

  private Shapes() {}

  private static List<Shape> single() {
    List<Shape> shapes = new ArrayList<>();
    shapes.add(new Shape());
    shapes.add(new Shape(1));
    shapes.add(new Shape(0, 3));
    shapes.add(new Shape(2, 3, 4, 5));
    SplittableRandom random = new SplittableRandom(1);
    for (int rank = 1; rank <= 5; rank++) {
      shapes.add(random(random, rank));
    }
    return shapes;
  }

  private static List<Pair> pairs() {
    List<Pair> pairs = new ArrayList<>();
    pairs.add(new Pair(new Shape(), new Shape()));
    pairs.add(new Pair(new Shape(), new Shape(2, 3)));
    pairs.add(new Pair(new Shape(3, 4), new Shape(3, 4)));
    pairs.add(new Pair(new Shape(2, 1, 4), new Shape(3, 1)));
    pairs.add(new Pair(new Shape(0, 3), new Shape(1, 3)));
    pairs.add(new Pair(new Shape(1), new Shape(2, 0)));
    pairs.add(new Pair(new Shape(2, 3, 4, 5), new Shape(2, 3, 4, 5)));
    pairs.add(new Pair(new Shape(2, 3, 4, 5), new Shape(3, 1, 1)));
    pairs.add(new Pair(new Shape(2, 3, 1, 1), new Shape(2, 3, 4, 5)));
    pairs.add(new Pair(new Shape(5), new Shape(2, 3, 4, 5)));
    SplittableRandom random = new SplittableRandom(2);
    for (int rank = 1; rank <= 5; rank++) {
      Shape shape = random(random, rank);
      pairs.add(new Pair(part(random, shape), part(random, shape)));
    }
    return pairs.stream().distinct().toList();
  }

  private static Shape random(SplittableRandom random, int rank) {
    return new Shape(random.longs(rank, 1, 6).toArray());
  }

  /** A shape that broadcasts to the given one. */
  private static Shape part(SplittableRandom random, Shape whole) {
    Shape part = whole.slice(random.nextInt(2) * random.nextInt(whole.dimension()));
    long[] sizes = part.getShape().clone();
    for (int i = 0; i < sizes.length; i++) {
      if (random.nextInt(3) == 0) {
        sizes[i] = 1;
      }
    }
    return new Shape(sizes);
  }
}
