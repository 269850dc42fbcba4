package io.github.flora.data;

import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Which examples a shuffled pass goes through; as many as there are in any case. */
public enum Sampling {
  /** Each once. */
  EACH_ONCE,
  /**
   * Drawn with replacement, each class that has examples as likely as another, each of its examples
   * alike: PyTorch's {@code WeightedRandomSampler} with the weight 1/count of its class for each.
   */
  BALANCED;

  /**
   * Draws the order of a pass.
   *
   * @param labels class indices of the examples
   * @param seed where the order comes from
   * @return numbers of examples, as many as there are
   */
  int[] order(int[] labels, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    if (this == EACH_ONCE) {
      return Batches.permutation(labels.length, random);
    }
    Collection<List<Integer>> byClass =
        IntStream.range(0, labels.length)
            .boxed()
            .collect(Collectors.groupingBy(i -> labels[i], TreeMap::new, Collectors.toList()))
            .values();
    int[][] classes =
        byClass.stream()
            .map(members -> members.stream().mapToInt(Integer::intValue).toArray())
            .toArray(int[][]::new);
    int[] order = new int[labels.length];
    for (int i = 0; i < order.length; i++) {
      int[] members = classes[random.nextInt(classes.length)];
      order[i] = members[random.nextInt(members.length)];
    }
    return order;
  }
}
