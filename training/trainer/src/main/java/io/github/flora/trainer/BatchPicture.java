package io.github.flora.trainer;

import ai.djl.ndarray.NDArray;
import io.github.flora.data.Batch;
import io.github.flora.data.Normalization;
import io.github.flora.trainer.report.Gallery;
import io.github.flora.trainer.report.Tile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Draws what a network sees: the numbers of a batch, turned back into colours. */
final class BatchPicture {

  private BatchPicture() {}

  /**
   * Draws a batch; of more than 100 images the first 100.
   *
   * @param png the file to write or replace
   * @param title what stands above the images
   * @param batch augmented and normalised
   * @param normalization how it was normalised
   * @param labels names of the classes
   * @throws IOException if the file can't be written
   */
  static void write(
      Path png, String title, Batch batch, Normalization normalization, List<String> labels)
      throws IOException {
    NDArray images = batch.images();
    int channels = (int) images.getShape().get(1);
    int height = (int) images.getShape().get(2);
    int width = (int) images.getShape().get(3);
    float[] values = images.toFloatArray();
    List<String> captions = captions(batch, labels);
    float[] mean = normalization.mean();
    float[] std = normalization.std();
    List<Tile> tiles = new ArrayList<>();
    for (int n = 0; n < batch.size(); n++) {
      byte[] pixels = new byte[height * width * channels];
      for (int c = 0; c < channels; c++) {
        int plane = (n * channels + c) * height * width;
        for (int i = 0; i < height * width; i++) {
          int value = Math.round(255 * (values[plane + i] * std[c] + mean[c]));
          pixels[i * channels + c] = (byte) Math.max(0, Math.min(255, value));
        }
      }
      tiles.add(new Tile(pixels, height, width, channels, captions.get(n), false));
    }
    Gallery.write(png, title, tiles, "no images");
  }

  /** The class of every image, or of mixed ones all classes in per cent. */
  private static List<String> captions(Batch batch, List<String> labels) {
    List<String> captions = new ArrayList<>();
    NDArray targets = batch.targets();
    if (targets.getShape().dimension() == 1) {
      for (long label : targets.toLongArray()) {
        captions.add(labels.get((int) label));
      }
      return captions;
    }
    float[] shares = targets.toFloatArray();
    for (int n = 0; n < batch.size(); n++) {
      List<String> parts = new ArrayList<>();
      for (int c = 0; c < labels.size(); c++) {
        float share = shares[n * labels.size() + c];
        if (share > 0) {
          parts.add("%s %.0f %%".formatted(labels.get(c), 100 * share));
        }
      }
      captions.add(String.join(", ", parts));
    }
    return captions;
  }
}
