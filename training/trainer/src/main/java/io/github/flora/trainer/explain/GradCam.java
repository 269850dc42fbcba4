package io.github.flora.trainer.explain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Convolution;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.github.flora.models.ParameterNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gradient-weighted class activation mapping of Selvaraju et al., <em>Grad-CAM: Visual Explanations
 * from Deep Networks via Gradient-based Localization</em>, 2017: the last convolution's feature
 * maps, each weighed by the mean gradient of the answer's logit with respect to it, summed, and cut
 * off below 0.
 *
 * <p>Works on any engine with a {@link GradientCollector}, for networks that are sequences, nested
 * or not, whose parts may be anything. The feature map is what the last part with a convolution
 * gives that has more than one place, and what follows it without changing its size (normalisation,
 * activation). A ReLU that comes only after max pooling counts as if it came before, which is the
 * same for the network: what is below 0 is no feature.
 */
public final class GradCam {

  private final List<Part> parts = new ArrayList<>();

  /** A part of the network and its name. */
  private record Part(String name, Block block) {}

  /** A part's output. */
  private record Features(int part, NDArray maps) {}

  /**
   * Takes a network apart.
   *
   * @param block the network, initialised; stays the caller's
   */
  public GradCam(Block block) {
    collect("", block);
  }

  private void collect(String name, Block block) {
    if (!(block instanceof SequentialBlock)) {
      parts.add(new Part(name, block));
      return;
    }
    List<String> names = ParameterNames.childNames(block);
    for (int i = 0; i < names.size(); i++) {
      collect(
          name.isEmpty() ? names.get(i) : name + "." + names.get(i),
          block.getChildren().valueAt(i));
    }
  }

  /**
   * Explains an answer.
   *
   * @param image 1×C×H×W, as the network takes it; its manager owns what is computed
   * @param label index of the answer's class
   * @return a map of H×W, or empty if no convolution of the network gives more than one place
   */
  public Optional<HeatMap> explain(NDArray image, int label) {
    ParameterStore store = new ParameterStore(image.getManager(), false);
    Features features = features(store, image);
    if (features == null) {
      return Optional.empty();
    }
    int height = Math.toIntExact(image.getShape().get(2));
    int width = Math.toIntExact(image.getShape().get(3));
    Shape maps = features.maps().getShape();
    double[] evidence =
        enlarged(
            evidence(store, features, label),
            Math.toIntExact(maps.get(2)),
            Math.toIntExact(maps.get(3)),
            height,
            width);
    String method = "Grad-CAM at " + parts.get(features.part()).name();
    return Optional.of(HeatMap.of(evidence, height, width, method, null));
  }

  private @Nullable Features features(ParameterStore store, NDArray image) {
    Features found = null;
    NDList output = new NDList(image);
    for (int i = 0; i < parts.size(); i++) {
      Block block = parts.get(i).block();
      output = block.forward(store, output, false);
      NDArray maps = output.size() == 1 ? output.head() : null;
      if (maps == null || maps.getShape().dimension() != 4) {
        continue;
      }
      Shape shape = maps.getShape();
      boolean places = shape.get(2) * shape.get(3) > 1;
      boolean follows =
          found != null && found.part() == i - 1 && found.maps().getShape().equals(shape);
      if (places && (follows || convolves(block))) {
        found = new Features(i, maps);
      }
    }
    return found != null
            && isLambda(found.part() + 1, "maxPool2d")
            && isLambda(found.part() + 2, "ReLU")
        ? new Features(found.part(), found.maps().maximum(0))
        : found;
  }

  /** By the name that DJL gives to its own. */
  private boolean isLambda(int part, String name) {
    return part < parts.size()
        && parts.get(part).block() instanceof LambdaBlock lambda
        && lambda.getName().equals(name);
  }

  private static boolean convolves(Block block) {
    return block instanceof Convolution
        || block.getChildren().values().stream().anyMatch(GradCam::convolves);
  }

  /** The weighted sum of the feature maps, row by row. */
  private double[] evidence(ParameterStore store, Features features, int label) {
    try (NDArray leaf = features.maps().duplicate()) {
      leaf.setRequiresGradient(true);
      NDManager manager = leaf.getManager();
      try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
        NDList output = new NDList(leaf);
        for (Part part : parts.subList(features.part() + 1, parts.size())) {
          output = part.block().forward(store, output, false);
        }
        collector.backward(output.singletonOrThrow().get(0, label));
      }
      Shape rows = new Shape(leaf.getShape().get(1), -1);
      try (NDArray gradient = leaf.getGradient();
          NDArray weights = gradient.reshape(rows).mean(new int[] {1}, true);
          NDArray weighted = features.maps().reshape(rows).mul(weights);
          NDArray sum = weighted.sum(new int[] {0})) {
        float[] values = sum.toFloatArray();
        double[] evidence = new double[values.length];
        for (int i = 0; i < values.length; i++) {
          evidence[i] = Math.max(0, values[i]);
        }
        return evidence;
      }
    }
  }

  /** Interpolates between the middles of the places, as images are enlarged. */
  private static double[] enlarged(double[] map, int rows, int columns, int height, int width) {
    double[] result = new double[height * width];
    for (int y = 0; y < height; y++) {
      double row = place(y, height, rows);
      int above = Math.min((int) row, Math.max(0, rows - 2));
      int below = Math.min(above + 1, rows - 1);
      for (int x = 0; x < width; x++) {
        double column = place(x, width, columns);
        int left = Math.min((int) column, Math.max(0, columns - 2));
        int right = Math.min(left + 1, columns - 1);
        double upper =
            between(map[above * columns + left], map[above * columns + right], column - left);
        double lower =
            between(map[below * columns + left], map[below * columns + right], column - left);
        result[y * width + x] = between(upper, lower, row - above);
      }
    }
    return result;
  }

  /** Where the middle of a pixel lies among the middles of the places. */
  private static double place(int pixel, int pixels, int places) {
    return Math.max(0, Math.min(places - 1, (pixel + 0.5) * places / pixels - 0.5));
  }

  private static double between(double from, double to, double share) {
    return from + (to - from) * share;
  }
}
