package example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Model;
import ai.djl.basicmodelzoo.basic.Mlp;
import ai.djl.basicmodelzoo.cv.classification.LeNet;
import ai.djl.basicmodelzoo.cv.classification.MobileNetV2;
import ai.djl.basicmodelzoo.cv.classification.ResNetV1;
import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.NoopTranslator;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** DJL's example networks train, are saved, loaded and used, on TensorFlow and nothing else. */
class EasyTrainTest {

  private static final int IMAGES = 64;
  private static final int BATCH = 16;
  private static final int CLASSES = 4;

  /** The networks, and what they are made for. */
  enum Network {
    MLP(1, 8, 0.01f),
    LENET(1, 28, 0.01f),
    RESNET(3, 28, 0.001f),
    MOBILENET(3, 32, 0.001f);

    private final int channels;
    private final int size;
    private final float rate;

    Network(int channels, int size, float rate) {
      this.channels = channels;
      this.size = size;
      this.rate = rate;
    }

    Shape images(int count) {
      return new Shape(count, channels, size, size);
    }

    Block block() {
      return switch (this) {
        case MLP -> new Mlp(channels * size * size, CLASSES, new int[] {32, 16});
        case LENET -> LeNet.builder().setOutSize(CLASSES).build();
        case RESNET ->
            ResNetV1.builder()
                .setImageShape(new Shape(channels, size, size))
                .setNumLayers(8)
                .setOutSize(CLASSES)
                .build();
        case MOBILENET -> MobileNetV2.builder().setOutSize(CLASSES).build();
      };
    }
  }

  /** Noise, brighter in the quarter of the rows that the label names. */
  private static float[] images(Network network, int count) {
    Random random = new Random(1);
    float[] data = new float[(int) network.images(count).size()];
    for (int i = 0; i < data.length; i++) {
      int row = i / network.size % network.size;
      int label = i / (network.channels * network.size * network.size) % CLASSES;
      data[i] = random.nextFloat() + (row * CLASSES / network.size == label ? 1 : 0);
    }
    return data;
  }

  private static ArrayDataset dataset(NDManager manager, Network network) {
    int[] labels = new int[IMAGES];
    Arrays.setAll(labels, i -> i % CLASSES);
    return new ArrayDataset.Builder()
        .setData(manager.create(images(network, IMAGES), network.images(IMAGES)))
        .optLabels(manager.create(labels))
        .setSampling(BATCH, true)
        .build();
  }

  @Test
  void nothingElseCouldTrain() {
    assertEquals(Set.of("TensorFlow", "RPC"), Engine.getAllEngines());
    assertEquals(
        "io.github.flora.tensorflow.TensorFlowEngine", Engine.getInstance().getClass().getName());
  }

  @ParameterizedTest
  @EnumSource(Network.class)
  void trainsSavesLoadsAndPredicts(Network network, @TempDir Path folder) throws Exception {
    Engine.getInstance().setRandomSeed(5);
    float[] data = images(network, BATCH);
    float[] trained;
    try (Model model = Model.newInstance("network")) {
      assertEquals("TensorFlow", model.getNDManager().getEngine().getEngineName());
      model.setBlock(network.block());
      DefaultTrainingConfig config =
          new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
              .addEvaluator(new Accuracy())
              .optOptimizer(
                  Optimizer.adam().optLearningRateTracker(Tracker.fixed(network.rate)).build())
              .addTrainingListeners(TrainingListener.Defaults.basic());
      try (Trainer trainer = model.newTrainer(config)) {
        trainer.initialize(network.images(BATCH));
        ArrayDataset dataset = dataset(trainer.getManager(), network);
        EasyTrain.fit(trainer, 1, dataset, dataset);
        float first = trainer.getTrainingResult().getTrainLoss();
        EasyTrain.fit(trainer, 9, dataset, dataset);
        float last = trainer.getTrainingResult().getTrainLoss();
        assertTrue(last < first, "the loss went from %s to %s".formatted(first, last));
        model
            .getBlock()
            .getParameters()
            .values()
            .forEach(
                p ->
                    assertEquals(
                        "TensorFlow", p.getArray().getManager().getEngine().getEngineName()));
      }
      trained = predict(model, network, data);
      model.save(folder, "network");
    }
    try (Model model = Model.newInstance("network")) {
      model.setBlock(network.block());
      model.load(folder, "network");
      assertArrayEquals(trained, predict(model, network, data), 1e-5f);
    }
  }

  private static float[] predict(Model model, Network network, float[] data) throws Exception {
    try (NDManager manager = model.getNDManager().newSubManager();
        Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator())) {
      NDArray images = manager.create(data, network.images(BATCH));
      NDList output = predictor.predict(new NDList(images));
      output.attach(manager);
      assertEquals(new Shape(BATCH, CLASSES), output.singletonOrThrow().getShape());
      return output.singletonOrThrow().toFloatArray();
    }
  }
}
