package io.github.flora.data;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whether synthetic digits are a task like MNIST: a small network does well, but not perfectly. */
@Tag("slow")
class SyntheticDigitsTrainingTest {

  @Test
  void aPerceptronDoesWellButNotPerfectly() {
    ImageDataset digits = SyntheticDigits.dataset(1, null);
    SequentialBlock block =
        new SequentialBlock()
            .add(Blocks.batchFlattenBlock(784))
            .add(Linear.builder().setUnits(128).build())
            .add(Activation::relu)
            .add(Linear.builder().setUnits(10).build());
    DefaultTrainingConfig config =
        new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
            .optOptimizer(Optimizer.adam().optLearningRateTracker(Tracker.fixed(0.001f)).build());
    try (Model model = Model.newInstance("perceptron")) {
      model.setBlock(block);
      try (Trainer trainer = model.newTrainer(config)) {
        trainer.initialize(new Shape(1, 1, 28, 28));
        Batches train = new Batches(digits.train(), digits.normalization(), 64);
        for (int epoch = 0; epoch < 10; epoch++) {
          for (Batch each : train.shuffled(trainer.getManager(), epoch)) {
            try (Batch batch = each;
                GradientCollector gradients = trainer.newGradientCollector()) {
              NDList scores = trainer.forward(new NDList(batch.images()));
              gradients.backward(trainer.getLoss().evaluate(new NDList(batch.labels()), scores));
            }
            trainer.step();
          }
        }
        double accuracy = accuracy(trainer, digits);
        System.out.printf("Perceptron on synthetic digits: %.4f%n", accuracy);
        assertTrue(accuracy > 0.95 && accuracy < 0.995, "accuracy " + accuracy);
      }
    }
  }

  private static double accuracy(Trainer trainer, ImageDataset digits) {
    long right = 0;
    Batches test = new Batches(digits.test(), digits.normalization(), 500);
    for (Batch each : test.inOrder(trainer.getManager())) {
      try (Batch batch = each) {
        NDArray best = trainer.evaluate(new NDList(batch.images())).singletonOrThrow().argMax(1);
        right += best.eq(batch.labels()).toType(DataType.INT64, false).sum().getLong();
      }
    }
    return (double) right / digits.test().size();
  }
}
