/**
 * An ONNX graph under construction: values, nodes with typed attributes, initializers, passes over
 * the graph, and the writer. Knows the format and DJL's types, no engine and no block.
 */
@NullMarked
package io.github.flora.onnx.graph;

import org.jspecify.annotations.NullMarked;
