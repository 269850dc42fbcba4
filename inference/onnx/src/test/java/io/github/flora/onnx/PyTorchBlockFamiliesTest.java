package io.github.flora.onnx;

import java.util.Map;

/** Every family of blocks, on PyTorch. */
class PyTorchBlockFamiliesTest extends AbstractBlockFamiliesTest {

  PyTorchBlockFamiliesTest() {
    super(
        "PyTorch",
        Map.of(
            "nn.core Prelu", missing("prelu"),
            "nn.Activation prelu", missing("prelu"),
            "nn.convolutional Conv1dTranspose", missing("deconvolution"),
            "nn.convolutional Conv2dTranspose, stride 2", missing("deconvolution"),
            "nn.pooling lpPool3d", missing("lpPool"),
            "nn.pooling globalLpPool3d", missing("globalLpPool"),
            "nn.norm GhostBatchNorm",
                new Reason(
                    "the block itself fails with inputs of [(5, 4, 11, 13)]",
                    "it splits the batch into equal parts, and fails where there are none"),
            "nn.recurrent LSTM, bidirectional",
                new Reason(
                    "the block itself fails",
                    "DJL hands the biases to PyTorch in another order than PyTorch expects; without"
                        + " biases it works"),
            "nn.transformer BertBlock",
                new Reason(
                    "it doesn't say what the block says",
                    "with a batch of one DJL's block squeezes the batch away and answers in other"
                        + " dimensions")));
  }

  private static Reason missing(String operation) {
    return new Reason(
        "can't export '" + operation + "'", "DJL's PyTorch engine has no `" + operation + "` here");
  }
}
