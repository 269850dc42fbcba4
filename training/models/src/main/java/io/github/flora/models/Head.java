package io.github.flora.models;

import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.norm.Dropout;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where a classifier is cut for transfer learning: the backbone turns images into features, the
 * head features into logits. Both share the parameters of the network that was cut; the head is the
 * last child that has any, with what follows it and the dropout before it.
 *
 * @param backbone everything before
 * @param block the head
 * @param prefix what the names of its parameters begin with, such as {@code fc.}
 * @param names the names of its parameters
 */
public record Head(Block backbone, Block block, String prefix, Set<String> names) {

  /** Copies the names. */
  public Head {
    names = Collections.unmodifiableSet(new LinkedHashSet<>(names));
  }

  /**
   * Cuts a network.
   *
   * @param network a block, initialised
   * @return its head; empty if the network isn't a sequence, or its last part has all parameters
   */
  public static Optional<Head> of(Block network) {
    if (!(network instanceof SequentialBlock)) {
      return Optional.empty();
    }
    List<Block> children = network.getChildren().values();
    int last = children.size() - 1;
    while (last >= 0 && children.get(last).getParameters().isEmpty()) {
      last--;
    }
    int begin = last;
    while (begin > 0 && children.get(begin - 1) instanceof Dropout) {
      begin--;
    }
    List<Block> before = children.subList(0, Math.max(begin, 0));
    if (before.stream().allMatch(child -> child.getParameters().isEmpty())) {
      return Optional.empty();
    }
    Set<Parameter> own = Collections.newSetFromMap(new IdentityHashMap<>());
    own.addAll(children.get(last).getParameters().values());
    Set<String> names = new LinkedHashSet<>();
    for (Map.Entry<String, Parameter> entry : ParameterNames.of(network).entrySet()) {
      if (own.contains(entry.getValue())) {
        names.add(entry.getKey());
      }
    }
    return Optional.of(
        new Head(
            sequence(before),
            sequence(children.subList(begin, children.size())),
            ParameterNames.childNames(network).get(last) + ".",
            names));
  }

  private static Block sequence(List<Block> blocks) {
    SequentialBlock sequence = new SequentialBlock();
    blocks.forEach(sequence::add);
    return sequence;
  }
}
