package io.github.flora.models;

import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Names for a block's parameters that don't depend on the engine: the children's names from the
 * root down and the parameter's own, joined with dots, such as {@code conv1.weight}.
 *
 * <p>DJL puts a child's number before its name ({@code 01conv1}). It is left out where the child
 * was named on purpose, that is where the rest isn't empty, isn't the simple name of the child's
 * class (which is what {@code SequentialBlock.add} takes, so {@code 01Conv2d} stays) and isn't the
 * rest of a sibling's name too.
 *
 * <p>A normalisation's gamma, beta, running mean and running variance are called {@code weight},
 * {@code bias}, {@code running_mean} and {@code running_var}, as PyTorch does.
 */
public final class ParameterNames {

  private ParameterNames() {}

  /**
   * Names all parameters of a block, initialised or not.
   *
   * @param block the block
   * @return the parameters by name, in the block's order
   * @throws IllegalArgumentException if two parameters would get the same name
   */
  // LinkedHashMap says that the order is part of the answer.
  @SuppressWarnings("NonApiType")
  public static LinkedHashMap<String, Parameter> of(Block block) {
    LinkedHashMap<String, Parameter> result = new LinkedHashMap<>();
    collect("", block, result);
    return result;
  }

  private static void collect(String path, Block block, Map<String, Parameter> result) {
    for (Parameter parameter : block.getDirectParameters().values()) {
      String name = path + nameOf(parameter);
      if (result.put(name, parameter) != null) {
        throw new IllegalArgumentException("two parameters would be named '" + name + "'");
      }
    }
    List<String> names = childNames(block);
    List<Block> children = block.getChildren().values();
    for (int i = 0; i < names.size(); i++) {
      collect(path + names.get(i) + ".", children.get(i), result);
    }
  }

  private static String nameOf(Parameter parameter) {
    return switch (parameter.getType()) {
      case GAMMA -> "weight";
      case BETA -> "bias";
      case RUNNING_MEAN -> "running_mean";
      case RUNNING_VAR -> "running_var";
      default -> parameter.getName();
    };
  }

  /**
   * Names a block's children by the rule above.
   *
   * @param block the block
   * @return the names in the children's order
   */
  public static List<String> childNames(Block block) {
    List<String> given = new ArrayList<>();
    for (Pair<String, Block> child : block.getChildren()) {
      String prefix = String.format(Locale.ROOT, "%02d", given.size() + 1);
      String key = child.getKey();
      given.add(key.startsWith(prefix) ? key.substring(prefix.length()) : key);
    }
    List<String> result = new ArrayList<>();
    for (Pair<String, Block> child : block.getChildren()) {
      String name = given.get(result.size());
      boolean onPurpose =
          !name.isEmpty()
              && !name.equals(child.getValue().getClass().getSimpleName())
              && Collections.frequency(given, name) == 1;
      result.add(onPurpose ? name : child.getKey());
    }
    return result;
  }
}
