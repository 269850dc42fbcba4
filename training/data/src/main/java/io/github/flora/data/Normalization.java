package io.github.flora.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/**
 * How bytes become the network's input: (pixel / 255 − mean) / std, per channel.
 *
 * @param mean what to subtract, one finite value per channel, in units of the brightest pixel
 * @param std what to divide by, one finite positive value per channel, in the same unit
 */
@SuppressWarnings("ArrayRecordComponent") // copied in and out, compared by content
public record Normalization(float[] mean, float[] std) {

  /** One channel, from 0 for black to 1 for white. */
  public static final Normalization UNIT = of(new float[] {0}, new float[] {1});

  /** Red, green and blue of ImageNet's training images, as torchvision's models expect them. */
  public static final Normalization IMAGENET =
      of(new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f});

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if the lengths differ or are 0, or a value is out of range
   */
  public Normalization {
    mean = mean.clone();
    std = std.clone();
    if (mean.length == 0 || mean.length != std.length) {
      throw new IllegalArgumentException(
          "%d means and %d deviations: one of each per channel is needed"
              .formatted(mean.length, std.length));
    }
    for (int c = 0; c < mean.length; c++) {
      if (!Float.isFinite(mean[c]) || !Float.isFinite(std[c]) || std[c] <= 0) {
        throw new IllegalArgumentException(
            "Channel %d: mean %s, deviation %s".formatted(c, mean[c], std[c]));
      }
    }
  }

  /**
   * Returns a normalization of as many channels as there are values.
   *
   * @param mean as {@link #mean}
   * @param std as {@link #std}
   * @return the normalization
   */
  public static Normalization of(float[] mean, float[] std) {
    return new Normalization(mean, std);
  }

  /**
   * Returns the normalization that gives a set of images mean 0 and variance 1 per channel. A
   * channel that never changes is only shifted.
   *
   * @param images the images to measure, at least one
   * @return the normalization
   * @throws IllegalArgumentException if there are no images
   */
  public static Normalization standardizing(ImageSet images) {
    if (images.size() == 0) {
      throw new IllegalArgumentException("No images to measure");
    }
    int channels = images.channels();
    long[][] histogram = new long[channels][256];
    for (int i = 0; i < images.size(); i++) {
      byte[] pixels = images.pixels(i);
      for (int p = 0; p < pixels.length; p++) {
        histogram[p % channels][pixels[p] & 0xff]++;
      }
    }
    float[] mean = new float[channels];
    float[] std = new float[channels];
    double count = (double) images.size() * images.height() * images.width();
    for (int c = 0; c < channels; c++) {
      double sum = 0;
      double squares = 0;
      for (int value = 0; value < 256; value++) {
        double brightness = value / 255.0;
        sum += histogram[c][value] * brightness;
        squares += histogram[c][value] * brightness * brightness;
      }
      double variance = squares / count - sum / count * (sum / count);
      mean[c] = (float) (sum / count);
      std[c] = variance < 1e-12 ? 1 : (float) Math.sqrt(variance);
    }
    return of(mean, std);
  }

  /** Returns a copy of the means. */
  @Override
  public float[] mean() {
    return mean.clone();
  }

  /** Returns a copy of the deviations. */
  @Override
  public float[] std() {
    return std.clone();
  }

  /** Returns the byte of each channel that becomes nearest to 0. */
  byte[] meanColour() {
    byte[] colour = new byte[mean.length];
    for (int c = 0; c < colour.length; c++) {
      colour[c] = (byte) Math.max(0, Math.min(255, Math.round(255 * mean[c])));
    }
    return colour;
  }

  /** Returns the number of channels. */
  public int channels() {
    return mean.length;
  }

  /**
   * Converts images. The result is a transposed view of an N×H×W×C array, on purpose not made
   * contiguous: PyTorch's convolutions take it for channels-last, the faster layout. It owns its
   * memory, so the argument may be overwritten or closed afterwards.
   *
   * @param images uint8, N×H×W×C; left as it is
   * @return float32, N×C×H×W, attached to the manager of {@code images} like all that is created on
   *     the way
   * @throws IllegalArgumentException if the type, rank or channel count is another
   */
  public NDArray apply(NDArray images) {
    Shape shape = images.getShape();
    if (images.getDataType() != DataType.UINT8
        || shape.dimension() != 4
        || shape.get(3) != channels()) {
      throw new IllegalArgumentException(
          "Expected uint8 N×H×W×%d, not %s %s".formatted(channels(), images.getDataType(), shape));
    }
    // The view keeps the memory alive; the array it was made from is no longer needed.
    try (NDArray values = images.toType(DataType.FLOAT32, true)) {
      if (isUniform(mean) && isUniform(std)) {
        values.divi(255 * std[0]);
        if (mean[0] != 0) {
          values.subi(mean[0] / std[0]);
        }
      } else {
        return scaledPerChannel(images.getManager(), values);
      }
      return values.transpose(0, 3, 1, 2);
    }
  }

  /**
   * By rows: broadcast over the channels alone, the innermost axis, it takes four times as long.
   */
  private NDArray scaledPerChannel(NDManager manager, NDArray values) {
    Shape shape = values.getShape();
    int row = Math.toIntExact(shape.get(2) * channels());
    float[] scale = new float[row];
    float[] offset = new float[row];
    for (int i = 0; i < row; i++) {
      int c = i % channels();
      scale[i] = 255 * std[c];
      offset[i] = mean[c] / std[c];
    }
    try (NDArray scales = manager.create(scale);
        NDArray offsets = manager.create(offset);
        NDArray rows = values.reshape(shape.get(0) * shape.get(1), row)) {
      rows.divi(scales).subi(offsets);
      try (NDArray scaled = rows.reshape(shape)) {
        return scaled.transpose(0, 3, 1, 2);
      }
    }
  }

  private static boolean isUniform(float[] values) {
    for (float value : values) {
      if (value != values[0]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Normalization that
        && Arrays.equals(mean, that.mean)
        && Arrays.equals(std, that.std);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(mean) + Arrays.hashCode(std);
  }

  @Override
  public String toString() {
    return "Normalization[mean=%s, std=%s]".formatted(Arrays.toString(mean), Arrays.toString(std));
  }
}
