package io.github.flora.models;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Convolution;
import ai.djl.nn.convolutional.Deconvolution;
import ai.djl.nn.core.Linear;
import ai.djl.util.Pair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a network consists of, layer by layer, like Keras's {@code model.summary()}.
 *
 * <p>Multiply-adds are those of one image through convolutions (kernel area × input channels /
 * groups × output elements) and dense layers (inputs × outputs); biases, normalisation, activations
 * and pooling aren't counted. One multiply-add is two floating-point operations. They need fixed
 * sizes: a block that works on any size is counted for the shape given.
 *
 * @param name the network's name
 * @param inputShape one image, C×H×W
 * @param rows the layers in order; sequences are opened up, other composite blocks are one row
 * @param parameters number of values in all parameters, a shared one counted once; running
 *     statistics are included
 * @param trainable those of them that training changes by gradient
 * @param multiplyAdds for one image
 * @param bytes size of all parameters in memory
 */
public record ModelSummary(
    String name,
    Shape inputShape,
    List<Row> rows,
    long parameters,
    long trainable,
    long multiplyAdds,
    long bytes) {

  /**
   * A layer.
   *
   * @param layer names from the root down, joined with dots, as in {@link ParameterNames}
   * @param type kind of layer, for a function its name, such as {@code ReLU}
   * @param output output shape with {@code N} for the batch, such as {@code (N, 32, 26, 26)}
   * @param parameters number of values in its parameters
   * @param multiplyAdds for one image
   */
  public record Row(String layer, String type, String output, long parameters, long multiplyAdds) {}

  /** Copies the rows. */
  public ModelSummary {
    rows = List.copyOf(rows);
  }

  /**
   * Summarises a block.
   *
   * @param name the network's name
   * @param block a block that was initialised for images of that shape
   * @param inputShape one image, C×H×W, without the batch
   * @return the summary
   * @throws IllegalArgumentException if the block isn't initialised
   */
  public static ModelSummary of(String name, Block block, Shape inputShape) {
    if (!block.isInitialized()) {
      throw new IllegalArgumentException("model '" + name + "' isn't initialised");
    }
    List<Row> rows = new ArrayList<>();
    addRows(rows, "", block, new Shape[] {new Shape(1).addAll(inputShape)});
    Set<Parameter> parameters = distinct(block);
    return new ModelSummary(
        name,
        inputShape,
        rows,
        count(parameters),
        count(parameters.stream().filter(Parameter::requiresGradient).toList()),
        rows.stream().mapToLong(Row::multiplyAdds).sum(),
        parameters.stream().mapToLong(ModelSummary::bytes).sum());
  }

  /** Adds the rows of a block and gives its output shapes. */
  private static Shape[] addRows(List<Row> rows, String path, Block block, Shape[] inputs) {
    // With intermediate results a sequence's output isn't its last child's.
    if (block instanceof SequentialBlock sequence
        && !sequence.isReturnIntermediate()
        && !block.getChildren().isEmpty()) {
      Shape[] shapes = inputs;
      List<String> names = ParameterNames.childNames(block);
      for (int i = 0; i < names.size(); i++) {
        String child = path.isEmpty() ? names.get(i) : path + "." + names.get(i);
        shapes = addRows(rows, child, block.getChildren().get(i).getValue(), shapes);
      }
      return shapes;
    }
    Shape[] outputs = block.getOutputShapes(inputs);
    String output =
        Arrays.stream(outputs).map(ModelSummary::withBatch).collect(Collectors.joining(" + "));
    String layer = path.isEmpty() ? type(block) : path;
    rows.add(
        new Row(layer, type(block), output, count(distinct(block)), multiplyAdds(block, inputs)));
    return outputs;
  }

  private static long multiplyAdds(Block block, Shape[] inputs) {
    if (block instanceof Linear) {
      Shape weight = block.getDirectParameters().get("weight").getShape();
      return elements(inputs[0]) / weight.get(1) * weight.size();
    }
    if (block instanceof Convolution convolution) {
      Shape weight = block.getDirectParameters().get("weight").getShape();
      long outputs = elements(block.getOutputShapes(inputs)[0]);
      return outputs * (weight.size() / convolution.getFilters());
    }
    if (block instanceof Deconvolution) {
      // Each input element meets all weights of its channel.
      Shape weight = block.getDirectParameters().get("weight").getShape();
      return elements(inputs[0]) / inputs[0].get(1) * weight.size();
    }
    long sum = 0;
    // How data flows in a composite block is its own affair; its children know what they were
    // initialised for.
    for (Pair<String, Block> child : block.getChildren()) {
      sum += multiplyAdds(child.getValue(), child.getValue().getInputShapes());
    }
    return sum;
  }

  /** Elements for one image; the first dimension is the batch, whatever its size. */
  private static long elements(Shape shape) {
    return shape.slice(1).size();
  }

  private static String withBatch(Shape shape) {
    if (shape.dimension() == 0 || shape.head() != 1) {
      return shape.toString();
    }
    return "(N"
        + Arrays.stream(shape.slice(1).getShape())
            .mapToObj(size -> ", " + size)
            .collect(Collectors.joining())
        + ")";
  }

  private static String type(Block block) {
    if (block instanceof LambdaBlock lambda) {
      return lambda.getName().isEmpty() ? LambdaBlock.DEFAULT_NAME : lambda.getName();
    }
    String name = block.getClass().getSimpleName();
    return name.isEmpty() ? LambdaBlock.DEFAULT_NAME : name;
  }

  private static Set<Parameter> distinct(Block block) {
    Set<Parameter> parameters = Collections.newSetFromMap(new IdentityHashMap<>());
    parameters.addAll(block.getParameters().values());
    return parameters;
  }

  private static long count(Collection<Parameter> parameters) {
    return parameters.stream().mapToLong(parameter -> parameter.getShape().size()).sum();
  }

  private static long bytes(Parameter parameter) {
    return parameter.getShape().size() * parameter.getArray().getDataType().getNumOfBytes();
  }

  /**
   * The summary as an aligned table with totals, for a terminal; ASCII only, lines end with a line
   * feed.
   *
   * @return the text
   */
  public String toText() {
    List<String[]> cells = new ArrayList<>();
    cells.add(new String[] {"layer", "type", "output", "parameters", "multiply-adds"});
    for (Row row : rows) {
      cells.add(
          new String[] {
            row.layer(),
            row.type(),
            row.output(),
            amount(row.parameters()),
            amount(row.multiplyAdds())
          });
    }
    int[] widths = new int[cells.get(0).length];
    for (String[] line : cells) {
      for (int i = 0; i < line.length; i++) {
        widths[i] = Math.max(widths[i], line[i].length());
      }
    }
    StringBuilder text = new StringBuilder();
    text.append(name).append(": input ").append(withBatch(new Shape(1).addAll(inputShape)));
    text.append("\n\n");
    String format =
        String.format(
            Locale.ROOT,
            "%%-%ds  %%-%ds  %%-%ds  %%%ds  %%%ds",
            widths[0],
            widths[1],
            widths[2],
            widths[3],
            widths[4]);
    for (String[] line : cells) {
      text.append(String.format(Locale.ROOT, format, (Object[]) line).stripTrailing()).append('\n');
    }
    return text.append(totals()).toString();
  }

  private String totals() {
    return String.format(
        Locale.ROOT,
        """

        parameters     %,d (%.2f MB)
        trainable      %,d
        not trainable  %,d
        multiply-adds  %,d per image (convolutions and dense layers, without biases)
        """,
        parameters,
        bytes / 1e6,
        trainable,
        parameters - trainable,
        multiplyAdds);
  }

  private static String amount(long number) {
    return number == 0 ? "" : String.format(Locale.ROOT, "%,d", number);
  }
}
