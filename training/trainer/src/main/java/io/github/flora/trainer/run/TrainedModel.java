package io.github.flora.trainer.run;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.github.flora.data.Batch;
import io.github.flora.data.Batches;
import io.github.flora.data.ImageSet;
import io.github.flora.engine.Engines;
import io.github.flora.engine.Inference;
import io.github.flora.models.Network;
import io.github.flora.models.Networks;
import io.github.flora.models.Weights;
import io.github.flora.trainer.Evaluator;
import io.github.flora.trainer.Predictions;
import io.github.flora.trainer.explain.GradCam;
import io.github.flora.trainer.explain.HeatMap;
import io.github.flora.trainer.explain.Occlusion;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A trained model in memory, ready to be asked. */
public final class TrainedModel implements AutoCloseable {

  private final ModelInfo info;
  private final Answers answers;

  /**
   * Makes a model that answers in a way of its own.
   *
   * @param info what is known of it
   * @param answers what answers; closed with the model
   */
  public TrainedModel(ModelInfo info, Answers answers) {
    this.info = info;
    this.answers = answers;
  }

  /** How a model answers, by whatever runs it. */
  public interface Answers extends AutoCloseable {

    /**
     * Asks the model.
     *
     * @param images images of the size that the model takes
     * @param batchSize images per forward pass
     * @return what it says of each
     */
    Predictions predict(ImageSet images, int batchSize);

    /**
     * Says where in an image an answer comes from; by occlusion, unless there is a better way.
     *
     * @param image one image of the size that the model takes
     * @param label index of the answer's class
     * @return a map of the image's size
     */
    default HeatMap explain(ImageSet image, int label) {
      return occlusion(this, image, label, "the model has no gradients");
    }

    @Override
    void close();
  }

  private static HeatMap occlusion(Answers answers, ImageSet image, int label, String reason) {
    return Occlusion.explain(
        images -> answers.predict(images, images.size()), image, label, reason);
  }

  /** A DJL block with its weights, run by its engine. */
  private record BlockAnswers(NDManager manager, ModelInfo info, Block block, Inference inference)
      implements Answers {

    @Override
    public Predictions predict(ImageSet images, int batchSize) {
      return new Evaluator(manager, images, info.normalization(), batchSize).predictions(inference);
    }

    @Override
    public HeatMap explain(ImageSet image, int label) {
      if (Engines.support(manager.getEngine().getEngineName()).isEmpty()) {
        return Answers.super.explain(image, label);
      }
      Optional<HeatMap> map = Optional.empty();
      for (Batch batch : new Batches(image, info.normalization(), 1).inOrder(manager)) {
        try (batch) {
          map = new GradCam(block).explain(batch.images(), label);
        }
      }
      return map.orElseGet(
          () -> occlusion(this, image, label, "the network has no convolution to look at"));
    }

    @Override
    public void close() {
      inference.close();
      manager.close();
    }
  }

  /**
   * Loads the best weights of a run whose network is known by name.
   *
   * @param folder the run
   * @param engine the engine's name as DJL spells it; any engine will do
   * @param device the device to compute on
   * @return the model, the caller's to close
   * @throws IOException if the run has no model or it is damaged
   */
  public static TrainedModel load(RunFolder folder, String engine, Device device)
      throws IOException {
    return load(folder, null, engine, device);
  }

  /**
   * Loads the best weights of a run.
   *
   * @param folder the run
   * @param network the network that was trained, or null to find it by its name
   * @param engine the engine's name as DJL spells it; any engine will do
   * @param device the device to compute on
   * @return the model, the caller's to close
   * @throws IOException if the run has no model, one of another network, or it is damaged
   */
  public static TrainedModel load(
      RunFolder folder, @Nullable Network network, String engine, Device device)
      throws IOException {
    NDManager manager = NDManager.newBaseManager(device, engine);
    try {
      Block block = loadBlock(folder, network, manager);
      ModelInfo info = folder.model();
      return new TrainedModel(
          info, new BlockAnswers(manager, info, block, Inference.of(manager, block)));
    } catch (IOException | RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /**
   * Loads the best weights of a run into a block.
   *
   * @param folder the run
   * @param network the network that was trained, or null to find it by its name
   * @param manager owns the weights
   * @return the block, initialised
   * @throws IOException if the run has no model, one of another network, or it is damaged
   */
  public static Block loadBlock(RunFolder folder, @Nullable Network network, NDManager manager)
      throws IOException {
    if (!Files.exists(folder.weights())) {
      throw new RunException(
          "%s has no model (%s is missing): its training ended before the first epoch was done"
              .formatted(folder.root(), folder.root().relativize(folder.weights())));
    }
    ModelInfo info = folder.model();
    Network chosen = network == null ? named(folder, info) : network;
    if (!chosen.name().equals(info.network())) {
      throw new RunException(
          "%s holds a model '%s', not '%s'"
              .formatted(folder.root(), info.network(), chosen.name()));
    }
    Block block = newBlock(folder, chosen, info, manager);
    Weights.load(block, folder.weights());
    return block;
  }

  private static Network named(RunFolder folder, ModelInfo info) throws RunException {
    try {
      return Networks.get(info.network());
    } catch (IllegalArgumentException e) {
      throw new RunException(
          "%s: %s; of your own, put the class on the classpath, listed as a service"
              .formatted(folder.modelInfo(), e.getMessage()),
          e);
    }
  }

  private static Block newBlock(
      RunFolder folder, Network network, ModelInfo info, NDManager manager) throws RunException {
    try {
      return newBlock(network, info, manager);
    } catch (IllegalArgumentException e) {
      throw Json.damaged(folder.modelInfo(), String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Builds a network as a description says, with random weights.
   *
   * @param network the network that the description names
   * @param info the description
   * @param manager owns the weights
   * @return the block, initialised
   */
  public static Block newBlock(Network network, ModelInfo info, NDManager manager) {
    Block block = network.newBlock(info.options());
    ModelInfo.Input input = info.input();
    block.initialize(
        manager, DataType.FLOAT32, new Shape(1, input.channels(), input.height(), input.width()));
    return block;
  }

  /**
   * Asks the model.
   *
   * @param images images of the size that the model takes
   * @param batchSize images per forward pass
   * @return what it says of each
   */
  public Predictions predict(ImageSet images, int batchSize) {
    return answers.predict(images, batchSize);
  }

  /**
   * Says where in an image an answer comes from: with Grad-CAM through the network's gradients, or
   * by occlusion if there are none or no convolution.
   *
   * @param image one image of the size that the model takes
   * @param label index of the answer's class
   * @return a map of the image's size
   */
  public HeatMap explain(ImageSet image, int label) {
    return answers.explain(image, label);
  }

  /**
   * Measures the model.
   *
   * @param images images of the size that the model takes, with their true labels
   * @param batchSize images per forward pass
   * @return loss and accuracy over all images
   */
  public Evaluator.Scores evaluate(ImageSet images, int batchSize) {
    return Evaluator.Scores.of(predict(images, batchSize), images);
  }

  /**
   * Returns what is known of the model beside its weights.
   *
   * @return the content of {@code model.json}
   */
  public ModelInfo info() {
    return info;
  }

  @Override
  public void close() {
    answers.close();
  }
}
