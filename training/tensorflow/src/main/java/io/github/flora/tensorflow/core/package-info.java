/**
 * TensorFlow's C API as the engine sees it: the context, tensors that are released explicitly, the
 * two emitters of operations (eager, and nodes of a function), functions, variables and the tape.
 * Knows nothing of DJL but its shapes, types and devices.
 */
@NullMarked
package io.github.flora.tensorflow.core;

import org.jspecify.annotations.NullMarked;
