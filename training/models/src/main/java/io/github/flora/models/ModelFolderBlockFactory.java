package io.github.flora.models;

import ai.djl.Model;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.BlockFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Makes the block of a {@link ModelFolder}, for DJL, which finds this class by its name. */
public final class ModelFolderBlockFactory implements BlockFactory {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the network that {@code model.json} names with the weights of {@code model.safetensors}:
   * N×C×H×W images to N×classes logits. It is initialised, other than is usual, so that DJL needn't
   * load parameters; and frozen, so that asking it records nothing for gradients.
   *
   * @throws WeightsException if one of the files can't be read or doesn't fit; the message says why
   */
  @Override
  public Block newBlock(Model model, Path modelPath, Map<String, ?> arguments) throws IOException {
    ModelFolder.Description description = ModelFolder.read(modelPath);
    Block block = description.network().newBlock(description.options());
    block.initialize(
        model.getNDManager(), model.getDataType(), new Shape(1).addAll(description.input()));
    Weights.load(block, modelPath.resolve(ModelFolder.WEIGHTS));
    block.freezeParameters(true);
    return block;
  }
}
