package io.github.flora.bench.measure;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model in the forms that the engines take.
 *
 * @param folder a run folder with the network and its weights, or null for a model that is a file
 * @param onnx the {@code .onnx} file, or null
 * @param savedModel the SavedModel's folder, or null
 * @param onnxError why there is no {@code .onnx} file, or null
 * @param savedModelError why there is no SavedModel, or null
 * @param channels 1 for grey images, 3 for RGB
 * @param height rows of an image
 * @param width columns of an image
 * @param classes number of classes
 * @param margin rows and columns of zeros that come around every image of the data set
 * @param resize length in pixels that a photograph's shorter side is resized to, or null
 * @param mean what is subtracted from pixels between 0 and 1, for each channel
 * @param std what they are divided by then
 * @param data name of the data set that it learnt from, or null
 */
public record Prepared(
    @Nullable String folder,
    @Nullable String onnx,
    @Nullable String savedModel,
    @Nullable String onnxError,
    @Nullable String savedModelError,
    int channels,
    int height,
    int width,
    int classes,
    int margin,
    @Nullable Integer resize,
    List<Float> mean,
    List<Float> std,
    @Nullable String data) {

  /** Copies the lists. */
  public Prepared {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }

  /**
   * Returns the size of one image.
   *
   * @return channels · height · width
   */
  public int size() {
    return channels * height * width;
  }

  /**
   * Says why an engine can't load the model.
   *
   * @param contender the engine
   * @return the reason, or null if it can
   */
  public @Nullable String missing(Contender contender) {
    return switch (contender.form()) {
      case BLOCK ->
          folder != null ? null : "%s can't load an ONNX file".formatted(contender.label());
      case ONNX -> onnx != null ? null : onnxError != null ? onnxError : "there is no ONNX file";
      case SAVED_MODEL ->
          savedModel != null
              ? null
              : savedModelError != null ? savedModelError : "there is no SavedModel";
    };
  }
}
