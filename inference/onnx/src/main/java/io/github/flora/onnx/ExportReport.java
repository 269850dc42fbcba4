package io.github.flora.onnx;

import java.nio.file.Path;

/**
 * What an export gave.
 *
 * @param file the file
 * @param opset the operator set that it needs
 * @param nodes operations in the graph
 * @param parameters floating-point numbers in the graph's constants
 * @param foldedBatchNorms batch normalisations that went into the convolution before them
 * @param agreement how the file compares with the block
 * @param seconds wall time of it all
 */
public record ExportReport(
    Path file,
    int opset,
    int nodes,
    long parameters,
    int foldedBatchNorms,
    Agreement agreement,
    double seconds) {}
