/** Tests of the export: a base class runs on any engine, small subclasses name one. */
@NullMarked
package io.github.flora.onnx;

import org.jspecify.annotations.NullMarked;
