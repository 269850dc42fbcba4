/**
 * Which part of an image a classifier's answer comes from: through gradients where the model has
 * them, by covering parts of the image where it hasn't. Knows no engine, no files and no command
 * line.
 */
@NullMarked
package io.github.flora.trainer.explain;

import org.jspecify.annotations.NullMarked;
