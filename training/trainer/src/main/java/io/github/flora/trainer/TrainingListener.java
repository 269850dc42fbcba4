package io.github.flora.trainer;

import ai.djl.nn.Block;
import io.github.flora.trainer.report.Epoch;
import java.io.IOException;

/** Told by the loop how training goes. Called on the training thread. */
public interface TrainingListener {

  /**
   * How far the epoch has come; sent a few times a second, not for every batch.
   *
   * @param progress the figures so far
   */
  default void onProgress(Progress progress) {}

  /**
   * An epoch has ended, validation included.
   *
   * @param epoch its figures
   * @param block the model with the weights after this epoch
   * @throws IOException if something can't be written; ends the training
   */
  default void onEpoch(Epoch epoch, Block block) throws IOException {}

  /**
   * Something went wrong that training can do without, such as a picture.
   *
   * @param message one line: the cause and the way out
   */
  default void onWarning(String message) {}

  /**
   * Something was done before the epochs that people like to know of.
   *
   * @param message one line
   */
  default void onNote(String message) {}

  /**
   * Figures of the epoch under way.
   *
   * @param epoch the epoch, from 1
   * @param epochs how many there will be
   * @param batch batches done in this epoch
   * @param batches batches in an epoch
   * @param images images done in this epoch
   * @param loss mean loss of the images so far
   * @param accuracy share of the images so far that were classified right, in [0, 1]
   * @param imagesPerSecond images per second of this epoch so far
   */
  record Progress(
      int epoch,
      int epochs,
      int batch,
      int batches,
      long images,
      double loss,
      double accuracy,
      double imagesPerSecond) {}
}
