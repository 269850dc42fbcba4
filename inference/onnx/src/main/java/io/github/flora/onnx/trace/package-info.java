/**
 * Traces a block: arrays that stand for an engine's arrays, carry every operation out on them and
 * record it in a graph. Families of operations live in classes of their own. Uses DJL's interfaces
 * only, so that any engine can be traced.
 */
@NullMarked
package io.github.flora.onnx.trace;

import org.jspecify.annotations.NullMarked;
