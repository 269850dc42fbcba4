/**
 * ONNX for DJL: {@link io.github.flora.onnx.OnnxExporter} writes any block as a file that is proven
 * in ONNX Runtime, {@link io.github.flora.onnx.OnnxModel} reads such files and runs them. Depends
 * on DJL's interfaces and the format; no engine, no recipe and no command line is known here.
 */
@NullMarked
package io.github.flora.onnx;

import org.jspecify.annotations.NullMarked;
