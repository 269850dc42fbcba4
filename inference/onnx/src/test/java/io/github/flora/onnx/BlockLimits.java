package io.github.flora.onnx;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Which of {@link BlockCases} can't be exported from an engine, and why; all else has to agree. */
final class BlockLimits {

  private static final Map<String, Map<String, Reason>> BY_ENGINE = new LinkedHashMap<>();

  static {
    BY_ENGINE.put("PyTorch", pyTorch());
    BY_ENGINE.put("TensorFlow", tensorFlow());
  }

  private BlockLimits() {}

  /**
   * Why a case can't be exported.
   *
   * @param message a part of the message that stops it
   * @param note the same for the README
   */
  record Reason(String message, String note) {}

  /** Reasons by case by engine. */
  static Map<String, Map<String, Reason>> byEngine() {
    return BY_ENGINE;
  }

  private static Map<String, Reason> pyTorch() {
    Map<String, Reason> limits = blocks();
    for (String block : new String[] {"nn.core Prelu", "nn.Activation prelu"}) {
      limits.put(block, missing("DJL's PyTorch engine", "prelu"));
    }
    limits.put(
        "nn.convolutional Conv1dTranspose", missing("DJL's PyTorch engine", "deconvolution"));
    limits.put(
        "nn.convolutional Conv2dTranspose, stride 2",
        missing("DJL's PyTorch engine", "deconvolution"));
    limits.put(
        "nn.pooling lpPool3d", missing("DJL's PyTorch engine", "lpPool", " in three dimensions"));
    limits.put(
        "nn.pooling globalLpPool3d",
        missing("DJL's PyTorch engine", "globalLpPool", " in three dimensions"));
    limits.put(
        "nn.recurrent LSTM, bidirectional",
        new Reason(
            "the block itself fails",
            "DJL hands the biases to PyTorch in another order than PyTorch expects; without biases"
                + " it works"));
    return limits;
  }

  private static Map<String, Reason> tensorFlow() {
    Map<String, Reason> limits = blocks();
    String engine = "Flora's TensorFlow engine";
    limits.put("nn.convolutional Conv3d", missing(engine, "convolution", " in three dimensions"));
    limits.put("nn.convolutional Conv1dTranspose", missing(engine, "deconvolution"));
    limits.put("nn.convolutional Conv2dTranspose, stride 2", missing(engine, "deconvolution"));
    for (String pool :
        new String[] {"maxPool", "avgPool", "lpPool", "globalMaxPool", "globalLpPool"}) {
      limits.put("nn.pooling " + pool + "3d", missing(engine, pool, " in three dimensions"));
    }
    for (String rnn : new String[] {"RNN, tanh", "RNN, relu, 2 layers"}) {
      limits.put("nn.recurrent " + rnn, missing(engine, "rnn"));
    }
    limits.put("nn.recurrent GRU, 2 layers", missing(engine, "gru"));
    for (String lstm :
        new String[] {
          "LSTM",
          "LSTM, 2 layers, with states",
          "LSTM, bidirectional",
          "LSTM, bidirectional, without biases"
        }) {
      limits.put("nn.recurrent " + lstm, missing(engine, "lstm"));
    }
    return limits;
  }

  /** What lies with the blocks, on any engine. */
  private static Map<String, Reason> blocks() {
    Map<String, Reason> limits = new TreeMap<>();
    limits.put(
        "nn.norm GhostBatchNorm",
        new Reason(
            "the block itself fails with inputs of [(5, 4, 11, 13)]",
            "it splits the batch into equal parts, and fails where there are none"));
    limits.put(
        "nn.transformer BertBlock",
        new Reason(
            "it doesn't say what the block says",
            "with a batch of one DJL's block squeezes the batch away and answers in other"
                + " dimensions"));
    limits.put(
        "nn.transformer BertPretrainingBlock with its BertMaskedLanguageModelBlock",
        new Reason(
            "computes with a constant that depends on the batch size",
            "it counts the sequences of the batch in numbers of Java"));
    return limits;
  }

  private static Reason missing(String engine, String operation) {
    return missing(engine, operation, "");
  }

  private static Reason missing(String engine, String operation, String of) {
    return new Reason(
        "can't export '" + operation + "'", engine + " has no `" + operation + "`" + of);
  }
}
