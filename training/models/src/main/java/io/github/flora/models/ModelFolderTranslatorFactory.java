package io.github.flora.models;

import ai.djl.Model;
import ai.djl.modality.Classifications;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.transform.ToTensor;
import ai.djl.modality.cv.translator.BaseImageTranslatorFactory;
import ai.djl.modality.cv.translator.ImageClassificationTranslator;
import ai.djl.modality.cv.util.NDImageUtils;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.Translator;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * Translates pictures into probabilities for the model of a {@link ModelFolder}, for DJL, which
 * finds this class by its name: resize, margin, pixel / 255, normalise; softmax. DJL makes the
 * other types of it that it makes for its own image classification (path, URL, stream).
 */
public final class ModelFolderTranslatorFactory extends BaseImageTranslatorFactory<Classifications>
    implements Serializable {

  private static final long serialVersionUID = 1L;

  @Override
  public Class<Classifications> getBaseOutputType() {
    return Classifications.class;
  }

  @Override
  protected Translator<Image, Classifications> buildBaseTranslator(
      Model model, Map<String, ?> arguments) {
    ModelFolder.Description description;
    try {
      description = ModelFolder.read(model.getModelPath());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    boolean grey = description.input().get(0) == 1;
    return ImageClassificationTranslator.builder()
        .optFlag(grey ? Image.Flag.GRAYSCALE : Image.Flag.COLOR)
        .addTransform(pixels -> resized(pixels, description))
        .addTransform(new ToTensor())
        .addTransform(image -> normalized(withMargin(image, description.margin()), description))
        .optSynset(description.labels())
        .optApplySoftmax(true)
        .build();
  }

  /** H×W×C as it is to H×W×C that with its margin fills the input. */
  private static NDArray resized(NDArray pixels, ModelFolder.Description description) {
    int height = (int) description.input().get(1) - 2 * description.margin();
    int width = (int) description.input().get(2) - 2 * description.margin();
    Shape shape = pixels.getShape();
    Integer resize = description.resize();
    if (resize != null) {
      return AntialiasedResize.middle(pixels, resize, height, width);
    }
    // An engine without resizing can still be given images of the right size.
    return shape.get(0) == height && shape.get(1) == width
        ? pixels
        : NDImageUtils.resize(pixels, width, height, Image.Interpolation.BILINEAR);
  }

  /** Zeros on all four sides of a C×H×W image. */
  private static NDArray withMargin(NDArray image, int margin) {
    if (margin == 0) {
      return image;
    }
    NDManager manager = image.getManager();
    Shape shape = image.getShape();
    NDArray rows = manager.zeros(new Shape(shape.get(0), margin, shape.get(2)));
    NDArray high = rows.concat(image, 1).concat(rows, 1);
    NDArray columns = manager.zeros(new Shape(shape.get(0), shape.get(1) + 2L * margin, margin));
    return columns.concat(high, 2).concat(columns, 2);
  }

  private static NDArray normalized(NDArray image, ModelFolder.Description description) {
    NDManager manager = image.getManager();
    Shape perChannel = new Shape(description.mean().length, 1, 1);
    return image
        .sub(manager.create(description.mean(), perChannel))
        .div(manager.create(description.std(), perChannel));
  }
}
