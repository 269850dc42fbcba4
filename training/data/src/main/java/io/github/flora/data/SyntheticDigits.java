package io.github.flora.data;

import static io.github.flora.data.Randoms.between;

import io.github.flora.data.DigitStrokes.Glyph;
import io.github.flora.data.DigitStrokes.Stroke;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Digits drawn by the program, bright on black in 28×28 pixels like MNIST's, for where MNIST can't
 * be had. Each is one of some ways to write a digit, with a pen of random width, unsteady points, a
 * random affine map and the elastic distortion of Simard, Steinkraus and Platt, "Best practices for
 * convolutional neural networks applied to visual document analysis" (ICDAR 2003).
 *
 * <p>Image i depends on the seed and i alone, so a set is the same however many threads draw it.
 */
public final class SyntheticDigits {

  /** The data set's name. */
  public static final String NAME = "synthetic-digits";

  /** Training images in the data set. */
  public static final int TRAIN_SIZE = 12_000;

  /** Test images in the data set. */
  public static final int TEST_SIZE = 2_000;

  static final List<String> LABELS = IntStream.range(0, 10).mapToObj(Integer::toString).toList();

  private static final int SIDE = 28;

  /** MNIST's digits were scaled into a box of 20×20 pixels. */
  private static final double BOX = 20;

  /** Pieces that the way between two points of a stroke is drawn in. */
  private static final int PIECES = 6;

  /** How unsteady the hand is, in units of the box. */
  private static final double UNSTEADINESS = 0.035;

  /** Simard's α is 34; the strokes themselves vary already. */
  private static final double ELASTICITY = 24;

  private SyntheticDigits() {}

  /**
   * Draws a data set of {@link #TRAIN_SIZE} + {@link #TEST_SIZE} images.
   *
   * @param seed what to draw from
   * @param warning as {@link ImageDataset#warning}
   */
  static ImageDataset dataset(long seed, @Nullable String warning) {
    return new ImageDataset(
        NAME,
        Source.SYNTHETIC,
        "drawn by the program",
        LABELS,
        draw(seed, 0, TRAIN_SIZE),
        draw(seed, TRAIN_SIZE, TEST_SIZE),
        Normalization.UNIT,
        warning);
  }

  /**
   * Draws some images of the endless sequence that a seed stands for, on all cores.
   *
   * @param seed which sequence
   * @param first the first image, from 0
   * @param count how many
   * @return 28×28×1 images, labelled 0 to 9 in random order
   * @throws IllegalArgumentException if {@code first} or {@code count} is negative
   */
  public static ImageSet draw(long seed, int first, int count) {
    if (first < 0 || count < 0) {
      throw new IllegalArgumentException("%d images from %d".formatted(count, first));
    }
    byte[] pixels = new byte[Math.multiplyExact(count, SIDE * SIDE)];
    int[] labels = new int[count];
    IntStream.range(0, count)
        .parallel()
        .forEach(i -> labels[i] = drawOne(seed, (long) first + i, pixels, i * SIDE * SIDE));
    return ImageSet.wrap(pixels, labels, SIDE, SIDE, 1);
  }

  private static int drawOne(long seed, long index, byte[] pixels, int offset) {
    SplittableRandom random = Randoms.of(seed, index);
    int digit = random.nextInt(10);
    List<Glyph> ways = DigitStrokes.of(digit);
    Glyph glyph = ways.get(random.nextInt(ways.size()));

    Affine affine = Affine.random(random);
    ElasticField elastic = new ElasticField(SIDE, SIDE, ELASTICITY);
    elastic.draw(random);
    double radius = between(random, 0.75, 1.6);
    double brightness = between(random, 215, 275);
    float[] ink = new float[SIDE * SIDE];
    for (Stroke stroke : glyph.strokes()) {
      double[] line = flatten(stroke, random);
      for (int i = 0; i < line.length; i += 2) {
        double x = affine.x(line[i], line[i + 1]);
        double y = affine.y(line[i], line[i + 1]);
        line[i] = x + elastic.dx(x, y);
        line[i + 1] = y + elastic.dy(x, y);
      }
      for (int i = 0; i + 3 < line.length; i += 2) {
        drawSegment(ink, line[i], line[i + 1], line[i + 2], line[i + 3], radius);
      }
    }
    for (int i = 0; i < ink.length; i++) {
      pixels[offset + i] = (byte) Math.min(255, Math.round(ink[i] * brightness));
    }
    return digit;
  }

  /** Makes short straight pieces of a stroke, whose points an unsteady hand has moved. */
  private static double[] flatten(Stroke stroke, SplittableRandom random) {
    double[] p = stroke.points().clone();
    int last = p.length / 2 - 1;
    boolean closed = p[0] == p[2 * last] && p[1] == p[2 * last + 1];
    for (int i = 0; i < p.length; i++) {
      p[i] += between(random, -UNSTEADINESS, UNSTEADINESS);
    }
    if (closed) {
      // The ends meet about, not exactly, and the curve goes on round the corner.
      p[2 * last] = p[0] + between(random, -UNSTEADINESS, UNSTEADINESS) / 2;
      p[2 * last + 1] = p[1] + between(random, -UNSTEADINESS, UNSTEADINESS) / 2;
    }
    double[] line = new double[2 * (last * PIECES + 1)];
    for (int i = 0; i < last; i++) {
      int before = i > 0 ? i - 1 : closed ? last - 1 : 0;
      int after = i + 2 <= last ? i + 2 : closed ? 1 : last;
      for (int k = 0; k < PIECES; k++) {
        double t = (double) k / PIECES;
        for (int axis = 0; axis < 2; axis++) {
          double from = p[2 * i + axis];
          double to = p[2 * i + 2 + axis];
          line[2 * (i * PIECES + k) + axis] =
              stroke.smooth()
                  ? catmullRom(p[2 * before + axis], from, to, p[2 * after + axis], t)
                  : from + t * (to - from);
        }
      }
    }
    line[line.length - 2] = p[2 * last];
    line[line.length - 1] = p[2 * last + 1];
    return line;
  }

  /** The uniform Catmull-Rom spline between b and c. */
  private static double catmullRom(double a, double b, double c, double d, double t) {
    double linear = c - a;
    double square = 2 * a - 5 * b + 4 * c - d;
    double cube = 3 * (b - c) + d - a;
    return b + 0.5 * t * (linear + t * (square + t * cube));
  }

  /** Adds a round-ended line; its edge falls off over one pixel. */
  private static void drawSegment(
      float[] ink, double x0, double y0, double x1, double y1, double radius) {
    double reach = radius + 0.5;
    int left = (int) Math.max(0, Math.ceil(Math.min(x0, x1) - reach));
    int right = (int) Math.min(SIDE - 1, Math.floor(Math.max(x0, x1) + reach));
    int top = (int) Math.max(0, Math.ceil(Math.min(y0, y1) - reach));
    int bottom = (int) Math.min(SIDE - 1, Math.floor(Math.max(y0, y1) + reach));
    double dx = x1 - x0;
    double dy = y1 - y0;
    double squared = Math.max(dx * dx + dy * dy, 1e-12);
    for (int y = top; y <= bottom; y++) {
      for (int x = left; x <= right; x++) {
        double along = ((x - x0) * dx + (y - y0) * dy) / squared;
        double nearest = Math.max(0, Math.min(1, along));
        double ex = x - x0 - nearest * dx;
        double ey = y - y0 - nearest * dy;
        float value = (float) Math.max(0, Math.min(1, reach - Math.sqrt(ex * ex + ey * ey)));
        ink[y * SIDE + x] = Math.max(ink[y * SIDE + x], value);
      }
    }
  }

  /** From the unit box to pixels: slant, scale, turn, shift. */
  private record Affine(double xx, double xy, double yx, double yy, double shiftX, double shiftY) {

    static Affine random(SplittableRandom random) {
      double angle = between(random, -0.17, 0.17); // about 10 degrees either way
      double slant = between(random, -0.1, 0.35); // most people lean to the right
      double width = BOX * between(random, 0.75, 1.1);
      double height = BOX * between(random, 0.85, 1.05);
      // StrictMath, so that every machine draws the same pixels.
      double cos = StrictMath.cos(angle);
      double sin = StrictMath.sin(angle);
      double centre = (SIDE - 1) / 2.0;
      return new Affine(
          cos * width,
          -cos * width * slant - sin * height,
          sin * width,
          -sin * width * slant + cos * height,
          centre + between(random, -1, 1),
          centre + between(random, -1, 1));
    }

    double x(double x, double y) {
      return xx * (x - 0.5) + xy * (y - 0.5) + shiftX;
    }

    double y(double x, double y) {
      return yx * (x - 0.5) + yy * (y - 0.5) + shiftY;
    }
  }
}
