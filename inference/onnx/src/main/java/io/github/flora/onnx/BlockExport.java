package io.github.flora.onnx;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.github.flora.onnx.graph.Graph;
import io.github.flora.onnx.graph.ModelWriter;
import io.github.flora.onnx.graph.OnnxVersion;
import io.github.flora.onnx.graph.Passes;
import io.github.flora.onnx.graph.SymbolicBatch;
import io.github.flora.onnx.trace.BlockTracer;
import io.github.flora.onnx.trace.Tracer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One export of one block. It goes step by step, and each step frees what the next doesn't need:
 * the traces, then the block's answers, then ONNX Runtime.
 */
final class BlockExport {

  /** Batch sizes of the two traces; whatever differs between them depends on the batch. */
  private static final int[] TRACED = {2, 5};

  /** Batch sizes of the proof: the traced one and two more, so that no size is right by chance. */
  private static final int[] PROVEN = {TRACED[0], 1, 7};

  private final Block block;
  private final BatchSource inputs;
  private final ExportOptions options;

  BlockExport(Block block, BatchSource inputs, ExportOptions options) {
    this.block = block;
    this.inputs = inputs;
    this.options = options;
  }

  /** A file that is written but not proven, and what is in it. */
  private record Written(VerifiedFile file, int nodes, long parameters, int folded) {}

  /** What the block says to inputs. */
  private record Answer(NDList inputs, NDList outputs) {}

  ExportReport run(Path file) throws IOException {
    long start = System.nanoTime();
    Map<Parameter, String> names = parameterNames();
    try (NDManager manager = newManager(names)) {
      Written written = write(manager, names, file);
      Agreement agreement;
      try (VerifiedFile target = written.file()) {
        List<Answer> answers = new ArrayList<>();
        for (int size : PROVEN) {
          answers.add(ask(manager, size));
        }
        agreement = target.accept(options.tolerance(), session -> prove(session, answers));
      }
      return new ExportReport(
          file,
          OnnxVersion.OPSET,
          written.nodes(),
          written.parameters(),
          written.folded(),
          agreement,
          (System.nanoTime() - start) / 1e9);
    }
  }

  private Written write(NDManager manager, Map<Parameter, String> names, Path file)
      throws IOException {
    try (Tracer tracer = new Tracer(manager, names);
        Tracer other = new Tracer(manager, names)) {
      Graph graph = trace(tracer, TRACED[0]);
      SymbolicBatch.apply(graph, TRACED[0], trace(other, TRACED[1]), TRACED[1]);
      int folded = options.foldBatchNorm() ? Passes.foldBatchNorm(graph) : 0;
      Passes.removeUnused(graph);
      long parameters =
          graph.initializers().keySet().stream()
              .filter(value -> value.type().isFloating())
              .mapToLong(value -> value.shape().size())
              .sum();
      VerifiedFile written =
          VerifiedFile.write(
              ModelWriter.write(
                  graph,
                  options.graphName(),
                  options.producer(),
                  options.metadata().toProperties()),
              file);
      return new Written(written, graph.nodes().size(), parameters, folded);
    }
  }

  private Graph trace(Tracer tracer, int size) {
    NDList real = inputs.batch(tracer.engineManager(), size);
    NDList traced = new NDList();
    for (int i = 0; i < real.size(); i++) {
      if (real.get(i).getShape().dimension() == 0 || real.get(i).getShape().get(0) != size) {
        throw new IllegalArgumentException(
            "input %d has shape %s, but its first dimension must be the batch of %d"
                .formatted(i, real.get(i).getShape(), size));
      }
      traced.add(tracer.input(name(options.inputNames(), i, real.size(), "input"), real.get(i)));
    }
    NDList outputs = after(new BlockTracer(tracer).forward(block, before(traced)));
    for (int i = 0; i < outputs.size(); i++) {
      tracer.output(name(options.outputNames(), i, outputs.size(), "output"), outputs.get(i));
    }
    tracer.release();
    return tracer.graph();
  }

  private static String name(List<String> given, int index, int count, String plain) {
    if (index < given.size()) {
      return given.get(index);
    }
    return count == 1 ? plain : plain + index;
  }

  /** What the graph does before the block. */
  private NDList before(NDList inputs) {
    ImageInput image = options.imageInput();
    return image == null ? inputs : new NDList(image.apply(inputs.singletonOrThrow()));
  }

  /** What the graph does after the block. */
  private NDList after(NDList outputs) {
    return options.softmax() ? new NDList(outputs.singletonOrThrow().softmax(-1)) : outputs;
  }

  /** Runs the block and keeps nothing but the answer. */
  private Answer ask(NDManager manager, int size) {
    try (NDManager scope = manager.newSubManager()) {
      NDList batch = inputs.batch(scope, size);
      // Blocks may add to the list that they get.
      NDList given = new NDList(batch);
      NDList outputs = forward(scope, given);
      NDList kept = new NDList();
      for (NDArray output : outputs) {
        // A copy, since an output may be a parameter, which isn't ours to move.
        NDArray copy = output.duplicate();
        copy.attach(manager);
        kept.add(copy);
      }
      batch.attach(manager);
      return new Answer(batch, kept);
    }
  }

  private NDList forward(NDManager scope, NDList batch) {
    try {
      return after(block.forward(new ParameterStore(scope, false), before(batch), false));
    } catch (RuntimeException e) {
      throw new OnnxExportException(
          "",
          block.getClass().getSimpleName(),
          "the block itself fails with inputs of %s, so nothing can be compared: %s"
              .formatted(
                  Arrays.toString(batch.getShapes()),
                  String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  private static Agreement prove(OnnxSession session, List<Answer> answers) {
    Proof proof = new Proof(session);
    answers.forEach(answer -> proof.compare(answer.inputs(), answer.outputs()));
    return proof.agreement();
  }

  private NDManager newManager(Map<Parameter, String> names) {
    for (Parameter parameter : names.keySet()) {
      return parameter.getArray().getManager().newSubManager();
    }
    return NDManager.newBaseManager(options.engine());
  }

  private Map<Parameter, String> parameterNames() {
    Map<Parameter, String> result = new HashMap<>();
    options
        .parameterNames()
        .apply(block)
        .forEach(
            (name, parameter) -> {
              if (!parameter.isInitialized()) {
                throw new IllegalArgumentException(
                    "parameter " + name + " has no values: initialise the block first");
              }
              result.putIfAbsent(parameter, name);
            });
    return result;
  }
}
