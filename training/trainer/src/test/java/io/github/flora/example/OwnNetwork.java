package io.github.flora.example;

import ai.djl.nn.Activation;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import io.github.flora.data.ImageDataset;
import io.github.flora.data.ImageDatasets;
import io.github.flora.models.Network;
import io.github.flora.trainer.Classifier;
import io.github.flora.trainer.Hyperparameters;
import io.github.flora.trainer.Predictions;
import java.io.IOException;
import java.nio.file.Path;

public final class OwnNetwork {
  public static final Network NETWORK =
      Network.of(
          "two-layers",
          classes ->
              new SequentialBlock()
                  .add(Blocks.batchFlattenBlock())
                  .add(Linear.builder().setUnits(128).build())
                  .add(Activation::relu)
                  .add(Linear.builder().setUnits(classes).build()));

  public static void main(String[] args) throws IOException {
    ImageDataset digits = ImageDatasets.load("mnist", Path.of(args[0]));
    Hyperparameters how = Hyperparameters.builder().optEpochs(3).optBatchSize(32).build();
    try (Classifier model = Classifier.train(NETWORK, digits, how, args[1], Path.of(args[2]))) {
      System.out.println("accuracy " + model.evaluate(digits.test()).accuracy());
      Predictions answers = model.predict(digits.test());
      System.out.println("the first is a " + model.labels().get(answers.top1(0)));
    }
  }
}
