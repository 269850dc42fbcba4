package io.github.flora.server;

import io.github.flora.data.DataException;
import io.github.flora.data.DecodedImage;
import io.github.flora.data.ImageFileException;
import io.github.flora.data.ImageFiles;
import io.github.flora.data.ImageSet;
import io.github.flora.trainer.run.ModelInfo;
import io.github.flora.trainer.run.PreparedImage;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;

/** From the files that strangers send to the pixels that the model takes. Thread-safe. */
final class Decoder {

  private final ModelInfo model;
  private final long maxPixels;
  private final Budget pixelsAtOnce;

  /**
   * Makes a decoder.
   *
   * @param model what the images are for
   * @param maxPixels pixels of the largest image
   * @param pixelsAtOnce pixels of all images that are decoded at once
   */
  Decoder(ModelInfo model, long maxPixels, Budget pixelsAtOnce) {
    this.model = model;
    this.maxPixels = maxPixels;
    this.pixelsAtOnce = pixelsAtOnce;
  }

  /** An image as the model takes it. */
  static final class Pixels {
    private final byte[] bytes;
    private final boolean inverted;

    private Pixels(byte[] bytes, boolean inverted) {
      this.bytes = bytes;
      this.inverted = inverted;
    }

    /** Returns H×W×C unsigned bytes, not copied. */
    byte[] bytes() {
      return bytes;
    }

    /** Returns whether it was dark on light and the model knows bright on dark. */
    boolean inverted() {
      return inverted;
    }
  }

  /**
   * Decodes and prepares one image.
   *
   * @param file the content of an image file
   * @param name what to call it in errors
   * @return its pixels
   * @throws ProblemException if it can't be used
   */
  Pixels decode(byte[] file, String name) {
    AtomicLong taken = new AtomicLong();
    LongPredicate admitted =
        pixels -> {
          if (!pixelsAtOnce.take(pixels)) {
            return false;
          }
          taken.set(pixels);
          return true;
        };
    try {
      DecodedImage picture =
          ImageFiles.decode(file, name, model.input().channels(), maxPixels, admitted);
      PreparedImage prepared = PreparedImage.of(picture, name, model);
      ImageSet image = prepared.fitting(model);
      byte[] pixels = new byte[image.height() * image.width() * image.channels()];
      image.copyPixels(0, ByteBuffer.wrap(pixels));
      return new Pixels(pixels, prepared.inverted());
    } catch (ImageFileException e) {
      throw new ProblemException(problem(e, name));
    } catch (DataException e) {
      throw new ProblemException(Problem.unprocessable(String.valueOf(e.getMessage())));
    } finally {
      pixelsAtOnce.give(taken.get());
    }
  }

  private static Problem problem(ImageFileException e, String name) {
    String detail = name + ": " + e.problem();
    return switch (e.reason()) {
      case EMPTY, UNREADABLE -> Problem.badRequest(name + " is empty; send an image");
      case UNKNOWN_FORMAT, UNKNOWN_COLOURS -> Problem.unsupported(detail);
      case TOO_LARGE -> Problem.tooLarge(detail);
      // What the decoder says of the damage is about its own inside.
      case DAMAGED -> Problem.unprocessable(name + ": the image is damaged or cut off");
      case MEMORY -> Problem.unavailable(name + ": too little memory for it at the moment");
    };
  }
}
