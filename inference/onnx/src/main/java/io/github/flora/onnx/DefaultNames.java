package io.github.flora.onnx;

import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import java.util.LinkedHashMap;
import java.util.Map;

/** Names of parameters: DJL's keys of children from the root down, and the parameter's own. */
final class DefaultNames {

  private DefaultNames() {}

  static Map<String, Parameter> of(Block block) {
    Map<String, Parameter> result = new LinkedHashMap<>();
    collect("", block, result);
    return result;
  }

  private static void collect(String path, Block block, Map<String, Parameter> result) {
    for (Pair<String, Parameter> parameter : block.getDirectParameters()) {
      String name = path + parameter.getKey();
      for (int i = 1; result.containsKey(name); i++) {
        name = path + parameter.getKey() + "_" + i;
      }
      result.put(name, parameter.getValue());
    }
    for (Pair<String, Block> child : block.getChildren()) {
      collect(path + child.getKey() + ".", child.getValue(), result);
    }
  }
}
