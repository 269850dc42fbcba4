package io.github.flora.onnx;

import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import io.github.flora.onnx.graph.ModelWriter;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What {@link OnnxExporter.Builder} was told; there it says what each means. */
record ExportOptions(
    Function<Block, ? extends Map<String, Parameter>> parameterNames,
    List<String> inputNames,
    List<String> outputNames,
    String graphName,
    ModelWriter.Producer producer,
    OnnxMetadata metadata,
    boolean foldBatchNorm,
    boolean softmax,
    @Nullable ImageInput imageInput,
    double tolerance,
    long seed,
    @Nullable String engine) {}
