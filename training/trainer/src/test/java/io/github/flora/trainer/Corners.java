package io.github.flora.trainer;

import io.github.flora.data.ImageDataset;
import io.github.flora.data.ImageSet;
import io.github.flora.data.Normalization;
import io.github.flora.data.Source;
import java.util.List;
import java.util.Random;

/**
 * Images whose evidence lies at a known place: dim noise with a bright square near the corner that
 * is the class.
 *
 * @param images 28×28 grey images of four classes, in turns
 * @param tops the squares' first rows
 * @param lefts the squares' first columns
 */
@SuppressWarnings("ArrayRecordComponent") // for tests, which don't change them
public record Corners(ImageSet images, int[] tops, int[] lefts) {

  /** Rows and columns of an image. */
  public static final int SIDE = 28;

  /** Rows and columns of the bright square. */
  public static final int SQUARE = 7;

  /** Draws images; the same for the same seed. */
  public static Corners draw(int count, long seed) {
    Random random = new Random(seed);
    byte[] pixels = new byte[count * SIDE * SIDE];
    int[] labels = new int[count];
    int[] tops = new int[count];
    int[] lefts = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = i % 4;
      tops[i] = random.nextInt(5) + (labels[i] < 2 ? 1 : SIDE - SQUARE - 5);
      lefts[i] = random.nextInt(5) + (labels[i] % 2 == 0 ? 1 : SIDE - SQUARE - 5);
      for (int p = 0; p < SIDE * SIDE; p++) {
        int y = p / SIDE - tops[i];
        int x = p % SIDE - lefts[i];
        boolean bright = y >= 0 && y < SQUARE && x >= 0 && x < SQUARE;
        pixels[i * SIDE * SIDE + p] = (byte) (bright ? 220 : random.nextInt(60));
      }
    }
    return new Corners(ImageSet.of(pixels, labels, SIDE, SIDE, 1), tops, lefts);
  }

  /** A data set of images to learn from, with these as its test. */
  public ImageDataset asTestOf(Corners train) {
    return new ImageDataset(
        "corners",
        Source.REAL,
        "a test",
        List.of("top left", "top right", "bottom left", "bottom right"),
        train.images,
        images,
        Normalization.UNIT,
        null);
  }
}
