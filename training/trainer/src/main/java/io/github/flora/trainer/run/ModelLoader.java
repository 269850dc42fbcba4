package io.github.flora.trainer.run;

import ai.djl.Device;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Loads models into an engine that runs files of its own format instead of DJL blocks. Found with
 * {@link java.util.ServiceLoader}.
 */
public interface ModelLoader {

  /**
   * Names the engine.
   *
   * @return the engine's name as DJL spells it
   */
  String engine();

  /**
   * Says whether a file is of the engine's format, by its name.
   *
   * @param file a path, of a file that may be missing
   * @return whether {@link #describe} is to be asked
   */
  boolean reads(Path file);

  /**
   * Reads what a file says about itself; loads nothing.
   *
   * @param file the file
   * @return what it says
   * @throws IOException if it isn't a model that can be asked about images
   */
  ModelFile describe(Path file) throws IOException;

  /**
   * Loads a file.
   *
   * @param file what {@link #describe} returned
   * @param device the device to compute on
   * @param threads threads that one operation may use
   * @return the model, the caller's to close
   * @throws IOException if it can't be loaded
   */
  TrainedModel load(ModelFile file, Device device, int threads) throws IOException;

  /**
   * Loads the best weights of a run, by way of a file in the engine's format where need be.
   *
   * @param folder the run
   * @param device the device to compute on
   * @param threads threads that one operation may use
   * @return the model, the caller's to close
   * @throws IOException if the run has no model, or it can't be brought into the format
   */
  TrainedModel load(RunFolder folder, Device device, int threads) throws IOException;
}
