package io.github.flora.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/**
 * How pixels become a network's input: {@code (pixel / 255 − mean) / std} for each channel.
 *
 * @param mean subtracted from each channel, in units of [0, 1]
 * @param std divides each channel, positive
 */
public record ImageInput(List<Float> mean, List<Float> std) {

  /** Checks and copies. */
  public ImageInput {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (mean.isEmpty() || mean.size() != std.size()) {
      throw new IllegalArgumentException(
          "mean and std need one number for each channel, not %d and %d"
              .formatted(mean.size(), std.size()));
    }
    if (!mean.stream().allMatch(Float::isFinite)
        || !std.stream().allMatch(s -> s > 0 && Float.isFinite(s))) {
      throw new IllegalArgumentException(
          "mean %s and std %s: the numbers must be finite, and std positive".formatted(mean, std));
    }
  }

  /**
   * The number of channels.
   *
   * @return 1 for grey images, 3 for RGB
   */
  public int channels() {
    return mean.size();
  }

  /**
   * What a channel's pixels are multiplied by.
   *
   * @param channel index of the channel
   * @return 1 / (255 · std)
   */
  public float scale(int channel) {
    return 1 / (255 * std.get(channel));
  }

  /**
   * What is added after that.
   *
   * @param channel index of the channel
   * @return −mean / std
   */
  public float shift(int channel) {
    return -mean.get(channel) / std.get(channel);
  }

  /** From N×H×W×C bytes to N×C×H×W numbers, by operations that a trace can record. */
  NDArray apply(NDArray pixels) {
    float[] scale = new float[channels()];
    float[] shift = new float[channels()];
    for (int c = 0; c < channels(); c++) {
      scale[c] = scale(c);
      shift[c] = shift(c);
    }
    Shape perChannel = new Shape(1, channels(), 1, 1);
    NDArray numbers = pixels.toType(DataType.FLOAT32, false).transpose(0, 3, 1, 2);
    return numbers
        .mul(pixels.getManager().create(scale, perChannel))
        .add(pixels.getManager().create(shift, perChannel));
  }
}
