package io.github.flora.trainer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.flora.data.Augmentation;
import io.github.flora.data.Batch;
import io.github.flora.data.BatchSource;
import io.github.flora.data.Batches;
import io.github.flora.data.FeatureBatches;
import io.github.flora.data.ImageSet;
import io.github.flora.data.MixedBatches;
import io.github.flora.data.Normalization;
import io.github.flora.data.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches that are mixed on an engine, against the same batches mixed here. */
abstract class AbstractMixupTest {

  private static final int CLASSES = 5;
  private static final int SIZE = 3 * 4 * 3;

  /** 50 images of 3×4 pixels in three colours, all different. */
  private static final ImageSet IMAGES = images();

  private final String engine;
  private NDManager manager;

  /** Makes the tests for an engine, by the name that DJL has for it. */
  AbstractMixupTest(String engine) {
    this.engine = engine;
  }

  @BeforeEach
  void open() {
    manager = SmallData.engine(engine).newBaseManager();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static ImageSet images() {
    SplittableRandom random = new SplittableRandom(2);
    byte[] pixels = new byte[50 * SIZE];
    random.nextBytes(pixels);
    return ImageSet.of(pixels, random.ints(50, 0, CLASSES).toArray(), 3, 4, 3);
  }

  private static Batches plain(Sampling sampling) {
    return new Batches(IMAGES, Normalization.IMAGENET, 16, Augmentation.NONE, sampling);
  }

  /** A batch in Java's memory. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Rows(float[][] values, long[] labels, float[] targets) {}

  private List<Rows> rows(Iterable<Batch> batches) {
    List<Rows> all = new ArrayList<>();
    for (Batch batch : batches) {
      try (batch) {
        float[] values = batch.images().toFloatArray();
        int width = values.length / batch.size();
        float[][] rows = new float[batch.size()][];
        for (int i = 0; i < rows.length; i++) {
          rows[i] = Arrays.copyOfRange(values, i * width, (i + 1) * width);
        }
        boolean mixed = batch.targets() != batch.labels();
        if (mixed) {
          assertEquals(new Shape(batch.size(), CLASSES), batch.targets().getShape());
          assertEquals(DataType.FLOAT32, batch.targets().getDataType());
        }
        assertEquals(new Shape(batch.size()), batch.labels().getShape());
        all.add(
            new Rows(
                rows,
                batch.labels().toLongArray(),
                mixed ? batch.targets().toFloatArray() : new float[0]));
      }
    }
    return all;
  }

  /** The share of its own image in every mixed one; the same for the whole batch. */
  private static double share(Rows plain, Rows mixed) {
    for (int i = 0; i < plain.labels.length; i++) {
      float own = mixed.targets[i * CLASSES + (int) plain.labels[i]];
      if (own < 1) {
        return own;
      }
    }
    return 1;
  }

  private static double distance(float[] mixed, float[] own, float[] other, double share) {
    double largest = 0;
    for (int p = 0; p < mixed.length; p++) {
      largest = Math.max(largest, Math.abs(share * own[p] + (1 - share) * other[p] - mixed[p]));
    }
    return largest;
  }

  private void check(List<Rows> plain, List<Rows> mixed) {
    assertEquals(plain.size(), mixed.size());
    Set<Double> shares = new HashSet<>();
    for (int b = 0; b < plain.size(); b++) {
      Rows before = plain.get(b);
      Rows after = mixed.get(b);
      double share = share(before, after);
      shares.add(share);
      Set<Integer> partners = new HashSet<>();
      for (int i = 0; i < before.labels.length; i++) {
        // In a batch of two nobody may have found a partner; then all of them match.
        int partner =
            distance(after.values[i], before.values[i], before.values[i], share) < 1e-5 ? i : -1;
        for (int j = 0; j < before.labels.length && partner < 0; j++) {
          if (distance(after.values[i], before.values[i], before.values[j], share) < 1e-5) {
            partner = j;
          }
        }
        assertTrue(partner >= 0, "batch %d, image %d is no mixture".formatted(b, i));
        partners.add(partner);
        float[] target = new float[CLASSES];
        target[(int) before.labels[i]] += (float) share;
        target[(int) before.labels[partner]] += (float) (1 - share);
        assertArrayEquals(
            target,
            Arrays.copyOfRange(after.targets, i * CLASSES, (i + 1) * CLASSES),
            1e-6f,
            "batch %d, image %d".formatted(b, i));
        assertEquals(
            share >= 0.5 ? before.labels[i] : before.labels[partner],
            after.labels[i],
            "the larger share of batch %d, image %d".formatted(b, i));
      }
      assertEquals(before.labels.length, partners.size(), "everybody is somebody's partner once");
    }
    // But for the last batch of two.
    assertTrue(shares.size() >= plain.size() - 1, "every batch has its own share: " + shares);
    assertTrue(shares.stream().anyMatch(s -> s > 0.01 && s < 0.99), shares.toString());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void imagesAndTargetsAreMixedAlike(long seed) {
    Batches batches = plain(Sampling.EACH_ONCE);
    BatchSource mixing = new MixedBatches(batches, 1, CLASSES);
    assertEquals(4, mixing.count());
    check(rows(batches.shuffled(manager, seed)), rows(mixing.shuffled(manager, seed)));
  }

  /** What a frozen backbone makes of images has one axis. */
  @Test
  void featuresAreMixedAsImagesAre() {
    float[] features = new float[50 * 7];
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < features.length; i++) {
      features[i] = (float) random.nextDouble(-1, 1);
    }
    FeatureBatches batches =
        new FeatureBatches(features, IMAGES.labels(), new Shape(7), 16, Sampling.EACH_ONCE);
    check(
        rows(batches.shuffled(manager, 1)),
        rows(new MixedBatches(batches, 1, CLASSES).shuffled(manager, 1)));
  }

  @Test
  void theSeedDecides() {
    BatchSource mixing = new MixedBatches(plain(Sampling.EACH_ONCE), 0.4, CLASSES);
    List<Rows> first = rows(mixing.shuffled(manager, 1));
    List<Rows> again = rows(mixing.shuffled(manager, 1));
    List<Rows> other = rows(mixing.shuffled(manager, 2));
    for (int b = 0; b < first.size(); b++) {
      assertArrayEquals(first.get(b).values, again.get(b).values);
      assertArrayEquals(first.get(b).targets, again.get(b).targets);
      assertFalse(Arrays.equals(first.get(b).targets, other.get(b).targets));
    }
  }

  /** So that losses can agree, too. */
  @Test
  void everyEngineMixesAlike() {
    BatchSource mixing = new MixedBatches(plain(Sampling.BALANCED), 0.4, CLASSES);
    List<Rows> here = rows(mixing.shuffled(manager, 1));
    List<Rows> reference;
    try (NDManager pytorch = SmallData.pytorch().newBaseManager()) {
      reference = rows(mixing.shuffled(pytorch, 1));
    }
    for (int b = 0; b < here.size(); b++) {
      assertArrayEquals(reference.get(b).labels, here.get(b).labels);
      assertArrayEquals(reference.get(b).targets, here.get(b).targets);
      for (int i = 0; i < here.get(b).values.length; i++) {
        assertArrayEquals(reference.get(b).values[i], here.get(b).values[i], 1e-6f);
      }
    }
  }

  @Test
  void evaluationIsNeverMixed() {
    Batches batches = plain(Sampling.EACH_ONCE);
    List<Rows> expected = rows(batches.inOrder(manager));
    List<Rows> actual = rows(new MixedBatches(batches, 1, CLASSES).inOrder(manager));
    for (int b = 0; b < expected.size(); b++) {
      assertArrayEquals(expected.get(b).values, actual.get(b).values);
      assertArrayEquals(expected.get(b).labels, actual.get(b).labels);
      assertArrayEquals(new float[0], actual.get(b).targets);
    }
  }

  @Test
  void leavesNoArrays() {
    int before = LiveArrays.count(manager);
    rows(new MixedBatches(plain(Sampling.EACH_ONCE), 1, CLASSES).shuffled(manager, 1));
    assertEquals(before, LiveArrays.count(manager));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void alphaIsAboveZero(double alpha) {
    Batches batches = plain(Sampling.EACH_ONCE);
    assertThrows(IllegalArgumentException.class, () -> new MixedBatches(batches, alpha, CLASSES));
  }
}
