/**
 * Run folders in formats for others: the command {@code export}, and ONNX Runtime as an engine of
 * {@code evaluate} and {@code predict}. Brings the trainer and the ONNX library together; both know
 * nothing of each other.
 */
@NullMarked
package io.github.flora.export;

import org.jspecify.annotations.NullMarked;
