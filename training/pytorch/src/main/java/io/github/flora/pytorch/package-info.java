/**
 * What the PyTorch engine can do for training beyond DJL's binding. Knows PyTorch and {@code
 * io.github.flora.engine}; never recipes, files or the command line.
 */
@NullMarked
package io.github.flora.pytorch;

import org.jspecify.annotations.NullMarked;
