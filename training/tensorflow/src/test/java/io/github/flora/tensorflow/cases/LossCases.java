package io.github.flora.tensorflow.cases;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.loss.ElasticNetWeightDecay;
import ai.djl.training.loss.Loss;
import ai.djl.training.loss.SigmoidBinaryCrossEntropyLoss;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** DJL's own losses, which are made of the engine's operations. */
final class LossCases {

  private final List<Case> cases = new ArrayList<>();

  private LossCases() {}

  static List<Case> all() {
    LossCases c = new LossCases();
    Draw scores = Draw.normal(4, 3);
    Draw labels = Draw.integers(0, 3, 4);
    Draw targets = Draw.normal(4, 3);
    for (DataType type : new DataType[] {DataType.INT64, DataType.INT32}) {
      c.add("softmaxCrossEntropyLoss", Loss.softmaxCrossEntropyLoss(), labels.as(type), scores);
    }
    c.add(
        "softmaxCrossEntropyLoss", Loss.softmaxCrossEntropyLoss(), Draw.values(0, 2, 1, 1), scores);
    c.add(
        "softmaxCrossEntropyLoss",
        new SoftmaxCrossEntropyLoss("dense labels", 1, -1, false, true),
        Draw.uniform(0, 1, 4, 3),
        scores);
    c.add(
        "softmaxCrossEntropyLoss",
        new SoftmaxCrossEntropyLoss("probabilities", 2, -1, true, false),
        labels,
        Draw.uniform(0.1, 0.9, 4, 3));
    c.add("l1Loss", Loss.l1Loss(), targets, scores);
    c.add("l2Loss", Loss.l2Loss(), targets, scores);
    c.add("quantileL1Loss", Loss.quantileL1Loss(0.3f), targets, scores);
    Draw binary = Draw.booleans(4, 3).as(DataType.FLOAT32);
    c.add("sigmoidBinaryCrossEntropyLoss", Loss.sigmoidBinaryCrossEntropyLoss(), binary, scores);
    c.add(
        "sigmoidBinaryCrossEntropyLoss",
        new SigmoidBinaryCrossEntropyLoss("probabilities", 1, true),
        binary,
        Draw.uniform(0.1, 0.9, 4, 3));
    Draw signs = Draw.values(1, -1, -1, 1);
    c.add("hingeLoss", Loss.hingeLoss(), signs, Draw.normal(4, 1));
    c.penalty("l1WeightedDecay", x -> Loss.l1WeightedDecay(x));
    c.penalty("l2WeightedDecay", x -> Loss.l2WeightedDecay(x));
    c.penalty("elasticNetWeightedDecay", x -> new ElasticNetWeightDecay("", x, 0.3f, 0.2f));
    return c.cases;
  }

  private void add(String name, Loss loss, Draw labels, Draw predictions) {
    cases.add(
        Case.of(
                name,
                x -> loss.evaluate(new NDList(x.get(0)), new NDList(x.get(1))),
                labels,
                predictions)
            .named(loss.getName())
            .gradients(1));
  }

  private void penalty(String name, Function<NDList, Loss> loss) {
    cases.add(
        Case.of(
                name,
                x -> loss.apply(x).evaluate(new NDList(), new NDList()),
                Draw.awayFromZero(3, 4),
                Draw.awayFromZero(4))
            .gradients());
  }
}
