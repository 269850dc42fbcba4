package io.github.flora.tensorflow;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.github.flora.engine.Engines;
import io.github.flora.engine.Optimizer.Adam;
import io.github.flora.engine.Optimizer.Sgd;
import io.github.flora.engine.TrainingStep;
import io.github.flora.models.Cnn;
import io.github.flora.models.Mlp;
import io.github.flora.models.ResNet;
import io.github.flora.tensorflow.cases.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Networks, batches, and ways to take training steps on an engine. */
final class Steppers {

  private static final int CLASSES = 10;

  private Steppers() {}

  /** A network of Flora's without dropout, and its batches. */
  enum Net {
    MLP,
    CNN,
    RESNET18;

    /** The shape of a batch. */
    Shape input() {
      return this == RESNET18 ? new Shape(8, 3, 32, 32) : new Shape(32, 1, 28, 28);
    }

    /** Makes the network, not yet initialised. */
    Block block() {
      return switch (this) {
        case MLP -> Mlp.create(CLASSES, 0);
        case CNN -> Cnn.create(CLASSES, 0, false);
        case RESNET18 -> ResNet.resnet18(CLASSES, ResNet.Stem.SMALL);
      };
    }

    Batch batch(int number) {
      SplittableRandom random = new SplittableRandom(number);
      long[] labels = random.longs(input().get(0), 0, CLASSES).toArray();
      float[] data = new float[(int) input().size()];
      int each = data.length / labels.length;
      for (int i = 0; i < data.length; i++) {
        // The label shows in the mean of some pixels, so that there is something to learn.
        boolean marked = i % CLASSES == labels[i / each];
        data[i] = random.nextInt(256) / 255f * (marked ? 1 : 0.5f);
      }
      return new Batch(input(), data, labels);
    }

    /** The weights that every engine starts from. */
    List<Tensor> weights() {
      Engine engine = Engine.getEngine("PyTorch");
      engine.setRandomSeed(11);
      try (NDManager manager = engine.newBaseManager()) {
        Block made = block();
        made.initialize(manager, DataType.FLOAT32, input());
        List<Tensor> weights = read(made);
        made.clear();
        return weights;
      }
    }
  }

  /** Images and their labels. */
  static final class Batch {

    private final Shape shape;
    private final float[] data;
    private final long[] labels;

    Batch(Shape shape, float[] data, long[] labels) {
      this.shape = shape;
      this.data = data;
      this.labels = labels;
    }
  }

  /** Takes steps. */
  interface Stepper extends AutoCloseable {

    /** Carries out one step and returns its loss. */
    float step(Batch batch);

    /** Returns the logits of the images. */
    float[] predict(Batch batch);

    /** Returns the weights. */
    List<Tensor> weights();

    @Override
    void close();
  }

  /** Who takes the steps. */
  enum Way {
    /** DJL's own trainer and optimizers. */
    TRAINER,
    /** What Flora's loop uses: on TensorFlow the whole step is one compiled function. */
    TRAINING_STEP;

    /** Makes a stepper of a network with given weights. */
    Stepper create(String engine, Net net, List<Tensor> weights, Rule rule) {
      return this == TRAINER
          ? new TrainerStepper(engine, net, weights, rule)
          : new LoopStepper(engine, net, weights, rule);
    }
  }

  /** The optimizers, each with a rate for the network. */
  enum Rule {
    SGD,
    ADAM;

    /**
     * ResNet18's rates are small since rounding grows at larger ones: two runs on PyTorch whose
     * weights differ by 1e-7 are 6e-4 apart after 20 steps of SGD at 1e-3, 4e-6 at 1e-4.
     */
    float rate(Net net) {
      if (this == SGD) {
        return net == Net.RESNET18 ? 1e-4f : 0.01f;
      }
      return net == Net.RESNET18 ? 1e-5f : 1e-4f;
    }

    float momentum(Net net) {
      return net == Net.RESNET18 ? 0 : 0.9f;
    }
  }

  static List<Tensor> read(Block block) {
    List<Tensor> weights = new ArrayList<>();
    block.getParameters().values().forEach(p -> weights.add(Tensor.of(p.getArray())));
    return weights;
  }

  static void write(Block block, List<Tensor> weights) {
    List<Parameter> parameters = block.getParameters().values();
    for (int i = 0; i < parameters.size(); i++) {
      NDArray array = parameters.get(i).getArray();
      try (NDArray value = weights.get(i).create(array.getManager())) {
        array.set(value.toByteBuffer());
      }
    }
  }

  /** DJL's own trainer. */
  static final class TrainerStepper implements Stepper {

    private final Model model;
    private final Trainer trainer;

    TrainerStepper(String engine, Net net, List<Tensor> weights, Rule rule) {
      Tracker rate = Tracker.fixed(rule.rate(net));
      Optimizer optimizer =
          rule == Rule.SGD
              ? Optimizer.sgd().setLearningRateTracker(rate).optMomentum(rule.momentum(net)).build()
              : Optimizer.adam().optLearningRateTracker(rate).build();
      model = Model.newInstance("model", Device.cpu(), engine);
      model.setBlock(net.block());
      trainer =
          model.newTrainer(
              new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                  .optDevices(new Device[] {Device.cpu()})
                  .optOptimizer(optimizer));
      trainer.initialize(net.input());
      write(model.getBlock(), weights);
    }

    @Override
    public float step(Batch batch) {
      try (NDManager manager = trainer.getManager().newSubManager()) {
        NDArray data = manager.create(batch.data, batch.shape);
        NDArray labels = manager.create(batch.labels);
        float loss;
        try (GradientCollector collector = trainer.newGradientCollector()) {
          NDList output = trainer.forward(new NDList(data));
          NDArray value = trainer.getLoss().evaluate(new NDList(labels), output);
          collector.backward(value);
          loss = value.getFloat();
        }
        trainer.step();
        return loss;
      }
    }

    @Override
    public float[] predict(Batch batch) {
      return Steppers.predict(model.getBlock(), model.getNDManager(), batch);
    }

    @Override
    public List<Tensor> weights() {
      return read(model.getBlock());
    }

    @Override
    public void close() {
      trainer.close();
      model.close();
    }
  }

  /** The step of Flora's loop. */
  static final class LoopStepper implements Stepper {

    private final Model model;
    private final TrainingStep step;
    private final float rate;

    LoopStepper(String engine, Net net, List<Tensor> weights, Rule rule) {
      model = Model.newInstance("model", Device.cpu(), engine);
      Block block = net.block();
      model.setBlock(block);
      block.initialize(model.getNDManager(), DataType.FLOAT32, net.input());
      write(block, weights);
      rate = rule.rate(net);
      step =
          TrainingStep.of(
              Engines.trainingSupport(engine),
              block,
              Loss.softmaxCrossEntropyLoss(),
              rule == Rule.SGD
                  ? new Sgd(rule.momentum(net), false, 0)
                  : new Adam(0.9, 0.999, 1e-8, 0));
    }

    @Override
    public float step(Batch batch) {
      try (NDManager manager = model.getNDManager().newSubManager()) {
        NDArray data = manager.create(batch.data, batch.shape);
        return step.step(manager, data, manager.create(batch.labels), rate).loss().getFloat();
      }
    }

    @Override
    public float[] predict(Batch batch) {
      return Steppers.predict(model.getBlock(), model.getNDManager(), batch);
    }

    @Override
    public List<Tensor> weights() {
      return read(model.getBlock());
    }

    @Override
    public void close() {
      step.close();
      model.close();
    }
  }

  static float[] predict(Block block, NDManager parent, Batch batch) {
    try (NDManager manager = parent.newSubManager()) {
      ParameterStore store = new ParameterStore(manager, false);
      NDList input = new NDList(manager.create(batch.data, batch.shape));
      NDArray output = block.forward(store, input, false).singletonOrThrow();
      output.attach(manager);
      return output.toFloatArray();
    }
  }
}
