package io.github.flora.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ParameterNamesTest {

  private static Block dense() {
    return Linear.builder().setUnits(2).build();
  }

  private static Block conv(boolean bias) {
    return Conv2d.builder().setKernelShape(new Shape(3, 3)).setFilters(2).optBias(bias).build();
  }

  private static List<String> names(Block block) {
    return List.copyOf(ParameterNames.of(block).keySet());
  }

  @Test
  void childrenNamedOnPurposeLoseTheirNumber() {
    Block block =
        new NamedSequentialBlock()
            .add("conv1", conv(false))
            .add("bn1", BatchNorm.builder().build())
            .add("layer1", new NamedSequentialBlock().add("fc", dense()));
    assertEquals(
        List.of(
            "conv1.weight",
            "bn1.weight",
            "bn1.bias",
            "bn1.running_mean",
            "bn1.running_var",
            "layer1.fc.weight",
            "layer1.fc.bias"),
        names(block));
  }

  @Test
  void childrenNamedByClassKeepTheirNumber() {
    Block block =
        new SequentialBlock()
            .add(conv(false))
            .add(Activation.reluBlock())
            .add(new ParallelBlock(lists -> lists.get(0)).add(dense()).add(dense()));
    assertEquals(
        List.of(
            "01Conv2d.weight",
            "03ParallelBlock.01Linear.weight",
            "03ParallelBlock.01Linear.bias",
            "03ParallelBlock.02Linear.weight",
            "03ParallelBlock.02Linear.bias"),
        names(block));
  }

  @Test
  void siblingsOfTheSameNameKeepTheirNumbers() {
    Block block = new NamedSequentialBlock().add("fc", dense()).add("fc", dense());
    assertEquals(List.of("01fc.weight", "01fc.bias", "02fc.weight", "02fc.bias"), names(block));
  }

  @Test
  void nameThatBeginsWithDigitsLosesOnlyDjlsNumber() {
    assertEquals(List.of("1x1.weight"), names(new NamedSequentialBlock().add("1x1", conv(false))));
  }

  @Test
  void numbersOfThreeDigitsAreRemovedToo() {
    NamedSequentialBlock block = new NamedSequentialBlock();
    for (int i = 0; i < 100; i++) {
      block.add("relu" + i, Activation.reluBlock());
    }
    assertEquals(List.of("conv.weight"), names(block.add("conv", conv(false))));
  }

  @Test
  void clashIsAnError() {
    Block clash =
        new AbstractBlock() {
          {
            addParameter(parameter("fc.weight"));
            addChildBlock("fc", dense());
          }

          @Override
          protected NDList forwardInternal(
              ParameterStore store,
              NDList inputs,
              boolean training,
              PairList<String, Object> params) {
            return inputs;
          }

          @Override
          public Shape[] getOutputShapes(Shape[] inputShapes) {
            return inputShapes;
          }
        };
    assertEquals(
        "two parameters would be named 'fc.weight'",
        assertThrows(IllegalArgumentException.class, () -> ParameterNames.of(clash)).getMessage());
  }

  private static Parameter parameter(String name) {
    return Parameter.builder().setName(name).setType(Parameter.Type.WEIGHT).build();
  }
}
