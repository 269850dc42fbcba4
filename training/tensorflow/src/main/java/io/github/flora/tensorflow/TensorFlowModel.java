package io.github.flora.tensorflow;

import ai.djl.BaseModel;
import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import ai.djl.training.Trainer;
import ai.djl.training.TrainingConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A model whose network is a block of DJL's, set by the caller. */
final class TensorFlowModel extends BaseModel {

  TensorFlowModel(String name, NDManager manager) {
    super(name);
    this.manager = manager;
    manager.setName("TensorFlowModel");
    dataType = DataType.FLOAT32;
  }

  @Override
  public void load(Path modelPath, @Nullable String prefix, @Nullable Map<String, ?> options)
      throws IOException, MalformedModelException {
    setModelDir(modelPath);
    wasLoaded = true;
    if (block == null) {
      throw new UnsupportedOperationException(
          "this engine loads weights into a block: call Model.setBlock before load; SavedModels run"
              + " on DJL's own TensorFlow engine");
    }
    loadBlock(prefix == null ? modelName : prefix, options);
  }

  @Override
  public Trainer newTrainer(TrainingConfig config) {
    if (block == null) {
      throw new IllegalStateException("set the model's block before making a trainer");
    }
    if (wasLoaded) {
      block.freezeParameters(
          false,
          parameter ->
              parameter.getType() != Parameter.Type.RUNNING_MEAN
                  && parameter.getType() != Parameter.Type.RUNNING_VAR);
    }
    config
        .getInitializers()
        .forEach(
            pair -> {
              if (pair.getKey() != null && pair.getValue() != null) {
                block.setInitializer(pair.getKey(), pair.getValue());
              }
            });
    return new Trainer(this, config);
  }
}
