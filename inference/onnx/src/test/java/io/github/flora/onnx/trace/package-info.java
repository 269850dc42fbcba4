/** Tests of what can be traced, operation by operation. */
@NullMarked
package io.github.flora.onnx.trace;

import org.jspecify.annotations.NullMarked;
