package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AugmentedBatchesTest {

  private static final ImageSet SET = SyntheticDigits.draw(5, 0, 50);

  private NDManager manager = NDManager.newBaseManager();

  @BeforeEach
  void openManager() {
    manager = NDManager.newBaseManager();
  }

  @AfterEach
  void closeManager() {
    manager.close();
  }

  private static Batches batches(int batchSize, Augmentation augmentation) {
    return new Batches(SET, Normalization.UNIT, batchSize, augmentation, Sampling.EACH_ONCE);
  }

  /** The bytes and labels of a whole pass, image by image. */
  private static List<String> images(Iterable<Batch> batches, long pauseMillis)
      throws InterruptedException {
    List<String> images = new ArrayList<>();
    for (Batch each : batches) {
      Thread.sleep(pauseMillis);
      try (Batch batch = each) {
        float[] values = batch.images().toFloatArray();
        for (int i = 0; i < batch.size(); i++) {
          images.add(
              batch.labels().getLong(i)
                  + Arrays.toString(Arrays.copyOfRange(values, 784 * i, 784 * (i + 1))));
        }
      }
    }
    return images;
  }

  private static Set<Thread> readers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(ReadAhead.THREAD_NAME))
        .collect(Collectors.toSet());
  }

  private static void assertNoReaderWithin(Duration limit) throws InterruptedException {
    Instant end = Instant.now().plus(limit);
    while (!readers().isEmpty() && Instant.now().isBefore(end)) {
      Thread.sleep(5);
    }
    assertEquals(Set.of(), readers());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 25, 50, 64})
  void imagesAreThoseOfTheWarpAndLabelsBelongToThem(int batchSize) throws InterruptedException {
    List<String> expected = new ArrayList<>();
    ImageAugmenter augmenter = new ImageAugmenter(SET, Augmentation.DIGITS, new byte[1], 11);
    for (int index : Batches.permutation(SET.size(), new SplittableRandom(11))) {
      ByteBuffer pixels = ByteBuffer.allocate(784);
      augmenter.write(index, 0, pixels);
      float[] values = new float[784];
      for (int i = 0; i < values.length; i++) {
        values[i] = (pixels.get(i) & 0xff) / 255f;
      }
      expected.add(SET.label(index) + Arrays.toString(values));
    }
    Batches batches = batches(batchSize, Augmentation.DIGITS);
    assertEquals(expected, images(batches.shuffled(manager, 11), 0));
  }

  @Test
  void timingMakesNoDifferenceButTheEpochsSeedDoes() throws InterruptedException {
    Batches batches = batches(4, Augmentation.DIGITS);
    List<String> fast = images(batches.shuffled(manager, 1), 0);
    assertEquals(fast, images(batches.shuffled(manager, 1), 20));
    List<String> other = images(batches.shuffled(manager, 2), 0);
    other.retainAll(fast);
    assertEquals(List.of(), other);
  }

  @Test
  void noAugmentationIsExactAndNeedsNoThread() throws InterruptedException {
    assertNoReaderWithin(Duration.ofSeconds(10));
    List<String> plain = images(new Batches(SET, Normalization.UNIT, 8).shuffled(manager, 3), 0);
    Batches none = batches(8, Augmentation.NONE);
    assertEquals(plain, images(none.shuffled(manager, 3), 0));
    none.shuffled(manager, 3).iterator().next().close();
    assertEquals(Set.of(), readers());
  }

  @Test
  void inOrderIsNeverAugmented() throws InterruptedException {
    List<String> plain = images(new Batches(SET, Normalization.UNIT, 8).inOrder(manager), 0);
    assertEquals(plain, images(batches(8, Augmentation.DIGITS).inOrder(manager), 0));
  }

  @Test
  void theThreadEndsAfterAFullPass() throws InterruptedException {
    images(batches(4, Augmentation.DIGITS).shuffled(manager, 1), 0);
    assertNoReaderWithin(Duration.ofSeconds(10));
  }

  @Test
  void threadsOfAbandonedPassesEnd() throws InterruptedException {
    Batches batches = batches(4, Augmentation.DIGITS);
    for (int i = 0; i < 20; i++) {
      for (Batch each : batches.shuffled(manager, i)) {
        each.close();
        break;
      }
    }
    assertTrue(readers().stream().allMatch(Thread::isDaemon));
    assertNoReaderWithin(Duration.ofSeconds(10));
  }

  @Test
  void aPassGoesOnAfterItsThreadHasEnded() throws InterruptedException {
    Iterator<Batch> pass = batches(4, Augmentation.DIGITS).shuffled(manager, 1).iterator();
    int images = 0;
    try (Batch batch = pass.next()) {
      images += batch.size();
    }
    assertNoReaderWithin(Duration.ofSeconds(10));
    while (pass.hasNext()) {
      try (Batch batch = pass.next()) {
        images += batch.size();
      }
    }
    assertEquals(50, images);
    assertThrows(NoSuchElementException.class, pass::next);
  }

  @Test
  void passesAreIndependent() {
    Iterable<Batch> batches = batches(8, Augmentation.DIGITS).shuffled(manager, 1);
    Iterator<Batch> one = batches.iterator();
    Iterator<Batch> other = batches.iterator();
    while (one.hasNext()) {
      try (Batch a = one.next();
          Batch b = other.next()) {
        assertArrayEquals(a.labels().toLongArray(), b.labels().toLongArray());
        assertArrayEquals(a.images().toFloatArray(), b.images().toFloatArray());
      }
    }
    assertFalse(other.hasNext());
  }

  @Test
  void anEmptySetHasNoBatches() {
    Batches none =
        new Batches(
            SET.select(new int[0]), Normalization.UNIT, 4, Augmentation.DIGITS, Sampling.EACH_ONCE);
    assertFalse(none.shuffled(manager, 1).iterator().hasNext());
  }

  @Test
  void hugeImagesAreRefusedOnlyForAugmentation() {
    ImageSet wide = ImageSet.of(new byte[8193], new int[1], 1, 8193, 1);
    assertThrows(
        IllegalArgumentException.class,
        () -> new Batches(wide, Normalization.UNIT, 1, Augmentation.DIGITS, Sampling.EACH_ONCE));
    assertEquals(1, new Batches(wide, Normalization.UNIT, 1).count());
  }

  @Test
  void failuresReachTheCaller() throws InterruptedException {
    RuntimeException failure = new IllegalStateException("broken");
    ReadAhead work =
        new ReadAhead(
            5,
            2,
            1,
            piece -> 1,
            (piece, part) -> {
              if (piece == 1) {
                throw failure;
              }
              if (piece == 2) {
                throw new StackOverflowError();
              }
            });
    work.await(0);
    assertSame(failure, assertThrows(IllegalStateException.class, () -> work.await(1)));
    assertThrows(StackOverflowError.class, () -> work.await(2));
    work.await(3);
    assertNoReaderWithin(Duration.ofSeconds(10));
  }

  @Test
  void workIsDoneInOrderOnOneOtherThreadAndNotTooFarAhead() {
    List<Integer> done = Collections.synchronizedList(new ArrayList<>());
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    ReadAhead work =
        new ReadAhead(
            100,
            3,
            1,
            piece -> 1,
            (piece, part) -> {
              threads.add(Thread.currentThread());
              done.add(piece);
            });
    for (int piece = 0; piece < 100; piece++) {
      work.await(piece);
      assertTrue(done.contains(piece) && !done.contains(piece + 3), done::toString);
    }
    work.release(100);
    assertEquals(done.stream().sorted().toList(), done);
    assertEquals(100, done.size());
    assertEquals(1, threads.size());
    assertFalse(threads.contains(Thread.currentThread()));
  }

  /** Images that are ready when three threads ask for one each. */
  private static final class Meeting extends ImageSet {

    private final CountDownLatch threads = new CountDownLatch(3);

    Meeting() {
      super(new int[3], 1, 1, 1);
    }

    @Override
    public byte[] pixels(int index) {
      threads.countDown();
      try {
        assertTrue(threads.await(20, TimeUnit.SECONDS), "nobody else came");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return new byte[1];
    }

    @Override
    DecodedImage original(int index) {
      throw new UnsupportedOperationException();
    }

    @Override
    boolean isDecoded() {
      return true;
    }

    @Override
    public ImageSet select(int[] indices) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ImageSet padded(int margin) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void asManyThreadsDecodeAtATimeAsThePropertySays() {
    System.setProperty(Batches.WORKERS, "3");
    try (Batch batch =
        new Batches(new Meeting(), Normalization.UNIT, 3).inOrder(manager).iterator().next()) {
      assertEquals(3, batch.size());
    } finally {
      System.clearProperty(Batches.WORKERS);
    }
  }

  @Test
  void anInterruptIsKept() {
    ReadAhead work = new ReadAhead(1, 1, 1, piece -> 1, (piece, part) -> sleep(50));
    Thread.currentThread().interrupt();
    work.await(0);
    assertTrue(Thread.interrupted());
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
