package io.github.flora.trainer.run;

import static java.util.Objects.requireNonNull;

import io.github.flora.data.Normalization;
import io.github.flora.models.NetworkOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The content of {@code model/model.json}: all that inference has to know beside the weights.
 *
 * @param network the network's name
 * @param options its options
 * @param input channels, height and width of what the network takes, in pixels
 * @param margin rows and columns of zeros that were put around every image to get there
 * @param resize length in pixels that a photograph's shorter side is resized to, with antialiasing,
 *     before the middle is cut out; null if images are brought to the input's size in another way
 * @param normalization what is done to the pixels
 * @param labels names of the classes in the order of the logits
 */
public record ModelInfo(
    String network,
    NetworkOptions options,
    Input input,
    int margin,
    @Nullable Integer resize,
    Normalization normalization,
    List<String> labels) {

  /**
   * Size of the input.
   *
   * @param channels 1 for grey, 3 for red, green, blue
   * @param height rows
   * @param width columns
   */
  public record Input(int channels, int height, int width) {}

  /** Copies the labels; refuses a file that lacks something. */
  public ModelInfo {
    requireNonNull(network, "network");
    requireNonNull(options, "options");
    requireNonNull(input, "input");
    requireNonNull(normalization, "normalization");
    labels = List.copyOf(labels);
    if (resize != null && resize < Math.max(input.height, input.width)) {
      throw new IllegalArgumentException(
          "resize of %d is less than the input's %d×%d"
              .formatted(resize, input.height, input.width));
    }
  }
}
