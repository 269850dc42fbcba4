/**
 * TensorFlow's operations by family, each with its gradient, written once over an {@link
 * io.github.flora.tensorflow.core.Emitter}. Tensors in, tensors out; nothing of DJL's arrays.
 */
@NullMarked
package io.github.flora.tensorflow.op;

import org.jspecify.annotations.NullMarked;
