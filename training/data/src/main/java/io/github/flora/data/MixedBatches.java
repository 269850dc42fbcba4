package io.github.flora.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Iterator;
import java.util.SplittableRandom;

/**
 * Batches of other examples, mixed by <em>mixup</em> (Zhang et al., <a
 * href="https://arxiv.org/abs/1710.09412">mixup: Beyond Empirical Risk Minimization</a>, 2018):
 * each example x is replaced by λ·x + (1 − λ)·x′, its target by λ·y + (1 − λ)·y′, where x′ is
 * another of the batch. λ, one for the whole batch as in timm and the paper's own program, and the
 * permutation that pairs them are drawn anew for every batch, from the seed of the pass and the
 * number of the batch.
 *
 * <p>Examples of any shape are mixed: images, or what a frozen backbone makes of them. Only
 * shuffled passes are.
 */
public final class MixedBatches implements BatchSource {

  /** Keeps the mixing apart from the shuffling, which draws from the same seed. */
  private static final long SALT = 0x3157ba7c;

  private final BatchSource examples;
  private final double alpha;
  private final int classes;

  /**
   * Describes the batches.
   *
   * @param examples what to mix
   * @param alpha λ is drawn from Beta(α, α): small is near 0 or 1, 1 is even, large is near ½;
   *     above 0, the paper's for photographs 0.1 to 0.4
   * @param classes number of classes, above every label
   * @throws IllegalArgumentException if α isn't above 0 and finite
   */
  public MixedBatches(BatchSource examples, double alpha, int classes) {
    if (!(alpha > 0 && alpha <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException("α has to be above 0: " + alpha);
    }
    this.examples = examples;
    this.alpha = alpha;
    this.classes = classes;
  }

  @Override
  public int count() {
    return examples.count();
  }

  /** As they are, never mixed. */
  @Override
  public Iterable<Batch> inOrder(NDManager parent) {
    return examples.inOrder(parent);
  }

  @Override
  public Iterable<Batch> shuffled(NDManager parent, long seed) {
    Iterable<Batch> plain = examples.shuffled(parent, seed);
    return () -> new Pass(plain.iterator(), seed ^ SALT);
  }

  private final class Pass implements Iterator<Batch> {

    private final Iterator<Batch> plain;
    private final long seed;
    private int next;

    Pass(Iterator<Batch> plain, long seed) {
      this.plain = plain;
      this.seed = seed;
    }

    @Override
    public boolean hasNext() {
      return plain.hasNext();
    }

    @Override
    public Batch next() {
      Batch batch = plain.next();
      try {
        return mixed(batch, Randoms.of(seed, next++));
      } catch (Throwable e) {
        batch.close();
        throw e;
      }
    }
  }

  private Batch mixed(Batch batch, SplittableRandom random) {
    NDManager manager = batch.manager();
    float share = (float) Randoms.beta(random, alpha);
    int[] partners = Batches.permutation(batch.size(), random);
    NDArray labels = batch.labels();
    NDArray images = batch.images();
    try (NDArray order = manager.create(partners);
        NDArray others = images.get(order)) {
      images.muli(share).addi(others.muli(1 - share));
      NDArray theirs = labels.get(order);
      NDArray targets = labels.oneHot(classes).muli(share);
      targets.addi(theirs.oneHot(classes).muli(1 - share));
      NDArray dominant = share >= 0.5f ? labels : theirs;
      return new Batch(manager, images, dominant, targets, batch.size());
    }
  }
}
