package io.github.flora.models;

import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;

/**
 * A sequence of blocks whose children carry names of ours, so that parameters have stable,
 * engine-neutral names in files ({@code conv1.weight} instead of {@code 01Conv2d_weight}).
 */
public final class NamedSequentialBlock extends SequentialBlock {

  /**
   * Appends a block under a name.
   *
   * @param name the child's name, unique in this sequence
   * @param block the block to append
   * @return this block
   */
  public NamedSequentialBlock add(String name, Block block) {
    addChildBlock(name, block);
    return this;
  }
}
