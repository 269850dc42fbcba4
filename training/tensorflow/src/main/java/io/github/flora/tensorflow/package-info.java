/**
 * A DJL engine named {@code TensorFlow} that trains: engine, managers, arrays, the gradient
 * collector. Thin: what an operation does lives in {@code op}, TensorFlow's C API in {@code core}.
 * Knows nothing of recipes, files or the command line.
 */
@NullMarked
package io.github.flora.tensorflow;

import org.jspecify.annotations.NullMarked;
