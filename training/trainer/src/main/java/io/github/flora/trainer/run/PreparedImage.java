package io.github.flora.trainer.run;

import io.github.flora.data.DataException;
import io.github.flora.data.DecodedImage;
import io.github.flora.data.Digits;
import io.github.flora.data.ImageSet;

/**
 * A picture of any size, made ready for a model: a digit as MNIST's are, anything else resized and
 * cut to what the model takes.
 *
 * @param image the one image, as the model takes it but for its margin
 * @param inverted whether it was dark on light and the model knows bright on dark
 */
public record PreparedImage(ImageSet image, boolean inverted) {

  /**
   * Prepares a picture.
   *
   * @param picture the picture, of as many channels as the model takes
   * @param name what to call it in errors
   * @param model the model
   * @return the image
   * @throws DataException if nothing can be seen in it
   */
  public static PreparedImage of(DecodedImage picture, String name, ModelInfo model)
      throws DataException {
    ModelInfo.Input input = model.input();
    int height = input.height() - 2 * model.margin();
    int width = input.width() - 2 * model.margin();
    DecodedImage image;
    boolean inverted = false;
    Integer resize = model.resize();
    if (resize != null) {
      image = picture.middle(resize, height, width);
    } else if (digits(model)) {
      Digits.Prepared prepared = Digits.prepare(picture, height, width);
      if (prepared.blank()) {
        throw new DataException(name + ": nothing can be seen in it: is it blank?");
      }
      image = prepared.image();
      inverted = prepared.inverted();
    } else {
      image = picture.covering(height, width);
    }
    return new PreparedImage(
        ImageSet.of(image.pixels(), new int[] {0}, height, width, input.channels()), inverted);
  }

  /**
   * Says whether a model tells handwritten digits apart.
   *
   * @param model the model
   * @return whether it takes grey images and every label is a digit
   */
  public static boolean digits(ModelInfo model) {
    return model.input().channels() == 1
        && model.labels().stream().allMatch(label -> label.matches("\\d"));
  }

  /**
   * Returns the image with the margin that the model wants around it.
   *
   * @param model the model
   * @return the image as the model takes it
   */
  public ImageSet fitting(ModelInfo model) {
    return model.margin() == 0 ? image : image.padded(model.margin());
  }
}
