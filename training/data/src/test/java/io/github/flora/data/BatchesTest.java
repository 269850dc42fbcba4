package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchesTest {

  /** Ten images of 2×1; both pixels of image i are i. */
  private static final ImageSet SET = numbered(10);

  private NDManager manager = NDManager.newBaseManager();

  private static ImageSet numbered(int size) {
    byte[] pixels = new byte[2 * size];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i / 2);
    }
    return ImageSet.of(pixels, IntStream.range(0, size).toArray(), 2, 1, 1);
  }

  @BeforeEach
  void openManager() {
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void closeManager() {
    manager.close();
  }

  private static List<Long> labels(Iterable<Batch> batches) {
    List<Long> labels = new ArrayList<>();
    for (Batch each : batches) {
      try (Batch batch = each) {
        long[] values = batch.labels().toLongArray();
        float[] pixels = batch.images().toFloatArray();
        for (int i = 0; i < values.length; i++) {
          labels.add(values[i]);
          assertEquals(values[i] / 255f, pixels[2 * i], 1e-7f);
          assertEquals(values[i] / 255f, pixels[2 * i + 1], 1e-7f);
        }
      }
    }
    return labels;
  }

  @ParameterizedTest
  @CsvSource({"1,10,1", "3,4,1", "5,2,5", "10,1,10", "100,1,10", "2147483647,1,10"})
  void theLastBatchMayBePartial(int batchSize, int count, int last) {
    Batches batches = new Batches(SET, Normalization.UNIT, batchSize);
    List<Integer> sizes = new ArrayList<>();
    for (Batch each : batches.inOrder(manager)) {
      try (Batch batch = each) {
        sizes.add(batch.size());
        assertEquals(new Shape(batch.size(), 1, 2, 1), batch.images().getShape());
        assertEquals(DataType.FLOAT32, batch.images().getDataType());
        assertEquals(new Shape(batch.size()), batch.labels().getShape());
        assertEquals(DataType.INT64, batch.labels().getDataType());
      }
    }
    assertEquals(count, batches.count());
    assertEquals(count, sizes.size());
    assertEquals(last, sizes.get(count - 1));
    assertEquals(10, sizes.stream().mapToInt(i -> i).sum());
  }

  @Test
  void inOrderIsTheOrderOfTheSet() {
    Batches batches = new Batches(SET.select(new int[] {7, 3, 5}), Normalization.UNIT, 2);
    assertEquals(List.of(7L, 3L, 5L), labels(batches.inOrder(manager)));
  }

  @Test
  void shuffledIsAPermutationThatTheSeedDecides() {
    Batches batches = new Batches(SET, Normalization.UNIT, 3);
    List<Long> order = labels(batches.shuffled(manager, 1));

    assertEquals(
        Stream.iterate(0L, i -> i + 1).limit(10).toList(), order.stream().sorted().toList());
    assertEquals(order, labels(batches.shuffled(manager, 1)));
    assertFalse(order.equals(labels(batches.shuffled(manager, 2))));
    assertFalse(order.equals(labels(batches.inOrder(manager))));
  }

  @Test
  void everyImageIsAsLikelyInEveryPlace() {
    int[] first = new int[4];
    for (int seed = 0; seed < 4000; seed++) {
      first[Batches.permutation(4, new SplittableRandom(seed))[0]]++;
    }
    // 1000 ± 27 (one standard deviation); 5 of them happen by chance once in a million.
    assertTrue(
        Arrays.stream(first).allMatch(n -> Math.abs(n - 1000) < 137), Arrays.toString(first));
  }

  @Test
  void batchesShareNoMemory() {
    Iterator<Batch> batches = new Batches(SET, Normalization.UNIT, 4).inOrder(manager).iterator();
    try (Batch first = batches.next()) {
      float[] before = first.images().toFloatArray();
      try (Batch second = batches.next()) {
        assertArrayEquals(before, first.images().toFloatArray());
        assertArrayEquals(new long[] {0, 1, 2, 3}, first.labels().toLongArray());
        second.images().muli(0);
        assertArrayEquals(before, first.images().toFloatArray());
        assertArrayEquals(new long[] {4, 5, 6, 7}, second.labels().toLongArray());
      }
    }
    assertArrayEquals(new byte[] {4, 4}, SET.pixels(4));
  }

  @Test
  void closingReleasesEverything() {
    int before = manager.getManagedArrays().size();
    Batch batch = new Batches(SET, Normalization.UNIT, 4).inOrder(manager).iterator().next();
    assertEquals(2, batch.manager().getManagedArrays().size());
    assertEquals(before + 2, manager.getManagedArrays().size()); // it counts those below, too
    batch.close();
    assertEquals(before, manager.getManagedArrays().size());
    assertFalse(batch.manager().isOpen());
    assertTrue(batch.images().isReleased());
    assertTrue(batch.labels().isReleased());
  }

  @Test
  void aFailureClosesTheBatchsManager() {
    List<NDManager> opened = new ArrayList<>();
    NDManager recording =
        (NDManager)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {NDManager.class},
                (proxy, method, arguments) -> {
                  assertEquals("newSubManager", method.getName());
                  NDManager broken = manager.newSubManager();
                  opened.add(broken);
                  return failing(broken);
                });
    Iterator<Batch> batches = new Batches(SET, Normalization.UNIT, 4).inOrder(recording).iterator();
    assertThrows(UnsupportedOperationException.class, batches::next);
    assertEquals(1, opened.size());
    assertFalse(opened.get(0).isOpen());
  }

  /** A manager that can only be closed. */
  private static NDManager failing(NDManager target) {
    return (NDManager)
        Proxy.newProxyInstance(
            BatchesTest.class.getClassLoader(),
            new Class<?>[] {NDManager.class},
            (proxy, method, arguments) -> {
              if (!method.getName().equals("close")) {
                throw new UnsupportedOperationException(method.getName());
              }
              target.close();
              return null;
            });
  }

  @Test
  void passesAreIndependent() {
    Iterable<Batch> batches = new Batches(SET, Normalization.UNIT, 4).shuffled(manager, 1);
    Iterator<Batch> one = batches.iterator();
    Iterator<Batch> other = batches.iterator();
    try (Batch a = one.next();
        Batch b = other.next();
        Batch c = one.next()) {
      assertArrayEquals(a.labels().toLongArray(), b.labels().toLongArray());
      assertArrayEquals(a.images().toFloatArray(), b.images().toFloatArray());
      assertFalse(Arrays.equals(a.labels().toLongArray(), c.labels().toLongArray()));
    }
  }

  @Test
  void anEmptySetHasNoBatches() {
    Batches none = new Batches(SET.select(new int[0]), Normalization.UNIT, 4);
    assertEquals(0, none.count());
    Iterator<Batch> batches = none.inOrder(manager).iterator();
    assertFalse(batches.hasNext());
    assertThrows(NoSuchElementException.class, batches::next);
  }

  @Test
  void argumentsAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> new Batches(SET, Normalization.UNIT, 0));
    Normalization three = Normalization.of(new float[3], new float[] {1, 1, 1});
    assertThrows(IllegalArgumentException.class, () -> new Batches(SET, three, 1));
  }
}
