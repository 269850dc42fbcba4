/** Tests of {@code export}, and of ONNX Runtime as an engine of the other commands. */
@NullMarked
package io.github.flora.export;

import org.jspecify.annotations.NullMarked;
