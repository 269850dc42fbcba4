package io.github.flora.trainer.cli;

import io.github.flora.trainer.FineTuning;
import io.github.flora.trainer.Hyperparameters;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of starting from weights that others have trained. */
final class FineTuningOptions {

  @Option(
      names = "--pretrained",
      paramLabel = "FILE|URL",
      description =
          "Weights to start from: a .safetensors or .pth file, its URL (with #sha256=... unless the"
              + " name carries the digest), imagenet (torchvision's, downloaded once), or none."
              + " The head is new where the classes are others.")
  private @Nullable String pretrained;

  @Option(
      names = "--freeze",
      paramLabel = "WHAT",
      description =
          "backbone: train the head alone, on features computed once, without augmentation;"
              + " backbone:N: for N epochs, then everything; none.")
  private @Nullable String freeze;

  @Option(
      names = "--freeze-norms",
      description = "Batch normalisations keep the statistics, scales and shifts they came with.")
  private boolean freezeNorms;

  @Option(
      names = "--backbone-learning-rate",
      paramLabel = "RATE",
      description = "Size of a step for all but the head (default: the recipe's, else the head's).")
  private @Nullable Double backboneLearningRate;

  @Option(
      names = "--head-hidden",
      paramLabel = "UNITS",
      description = "A hidden layer in the head, with ReLU and a --dropout of 0.5 behind it.")
  private @Nullable Integer headHidden;

  /**
   * Returns a recipe's values with those that were given in their place.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  Hyperparameters over(Hyperparameters defaults) {
    FineTuning tuning = defaults.fineTuning();
    if (pretrained != null) {
      tuning = tuning.withPretrained(pretrained);
    }
    if (freeze != null) {
      tuning = tuning.withFreeze(freeze);
    }
    if (freezeNorms) {
      tuning = tuning.withFreezeNorms(true);
    }
    if (backboneLearningRate != null) {
      tuning = tuning.withBackboneLearningRate(backboneLearningRate);
    }
    if (headHidden != null) {
      tuning = tuning.withHeadHidden(headHidden);
    }
    return defaults.toBuilder().optFineTuning(tuning).build();
  }
}
