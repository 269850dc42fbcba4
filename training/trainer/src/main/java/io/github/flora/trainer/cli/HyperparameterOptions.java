package io.github.flora.trainer.cli;

import io.github.flora.engine.Precision;
import io.github.flora.trainer.Hyperparameters;
import io.github.flora.trainer.Monitor;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that change a recipe's hyperparameters. */
final class HyperparameterOptions {

  @Option(names = "--epochs", paramLabel = "N", description = "Passes over the training images.")
  private @Nullable Integer epochs;

  @Option(names = "--batch-size", paramLabel = "N", description = "Images per step.")
  private @Nullable Integer batchSize;

  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      description =
          "The update rule: adam, adamw, sgd (with momentum 0.9) or nesterov (sgd's other momentum).")
  private @Nullable String optimizer;

  @Option(names = "--learning-rate", paramLabel = "RATE", description = "Size of a step.")
  private @Nullable Double learningRate;

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      description =
          "How the learning rate goes on: constant, cosine (to 0), step (a tenth after each third)"
              + " or plateau (half after --patience epochs without improvement).")
  private @Nullable String schedule;

  @Option(
      names = "--warmup-epochs",
      paramLabel = "N",
      description = "Epochs over which the learning rate rises at first.")
  private @Nullable Integer warmupEpochs;

  @Option(
      names = "--patience",
      paramLabel = "N",
      description = "Epochs without improvement that the schedule plateau puts up with (3).")
  private @Nullable Integer patience;

  @Option(
      names = "--weight-decay",
      paramLabel = "W",
      description = "Weight decay (default: the optimizer's own: adamw 0.01, others 0).")
  private @Nullable Double weightDecay;

  @Option(
      names = "--no-decay-norms",
      description = "Don't let biases, and scales and shifts of normalisation, decay.")
  private boolean noDecayNorms;

  @Option(
      names = "--clip-norm",
      paramLabel = "NORM",
      description = "Scale the gradients down to this norm where theirs is larger.")
  private @Nullable Double clipNorm;

  @Option(
      names = "--label-smoothing",
      paramLabel = "SHARE",
      description = "Share of every label that is spread over all classes.")
  private @Nullable Double labelSmoothing;

  @Option(
      names = "--class-weights",
      paramLabel = "HOW",
      description = "balanced: rare classes weigh more; none: all alike (default).")
  private @Nullable String classWeights;

  @Option(
      names = "--class-sampling",
      paramLabel = "HOW",
      description =
          "balanced: an epoch draws each class equally often, with replacement; none: each image"
              + " once (default).")
  private @Nullable String classSampling;

  @Option(
      names = "--augment",
      paramLabel = "HOW",
      arity = "0..1",
      fallbackValue = "standard",
      description =
          "Change the training images at random, anew in every epoch: none, standard (digits are"
              + " turned, shifted and zoomed a little, photographs cropped and flipped), strong, or"
              + " a list such as crop=0.35,flip,rotate=15,shift=0.1,zoom=0.1,jitter=0.3,erase=0.25."
              + " Without HOW: standard.")
  private @Nullable String augment;

  @Option(
      names = "--mixup",
      paramLabel = "ALPHA",
      description =
          "Mix the images of a batch in pairs, and their labels with them, in shares drawn from"
              + " Beta(ALPHA, ALPHA), such as 0.2; under --freeze backbone the features. Training"
              + " accuracy is then that of the larger shares.")
  private @Nullable Double mixup;

  @Option(
      names = "--image-size",
      paramLabel = "PIXELS",
      description = "Height and width that photographs are brought to (224).")
  private @Nullable Integer imageSize;

  @Option(
      names = "--crop-share",
      paramLabel = "SHARE",
      description =
          "How much of a photograph's shorter side an evaluation sees: its middle, torchvision's 224"
              + " of 256 unless given (0.875).")
  private @Nullable Double cropShare;

  @Option(
      names = "--early-stopping",
      paramLabel = "N",
      description = "End after N epochs without improvement; the best weights are kept anyway.")
  private @Nullable Integer earlyStopping;

  @Option(
      names = "--monitor",
      paramLabel = "FIGURE",
      description =
          "What improvement means, for the best weights, plateau and early stopping:"
              + " val_accuracy (default) or val_loss.")
  private @Nullable Monitor monitor;

  @Option(
      names = "--validation-split",
      paramLabel = "SHARE",
      description = "Share of the training images kept for validation, each class alike.")
  private @Nullable Double validationSplit;

  @Option(
      names = "--validate-every",
      paramLabel = "N",
      description =
          "Validate after every N-th epoch and the last (1); --early-stopping and --patience then"
              + " count validations.")
  private @Nullable Integer validateEvery;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      description = "Probability of dropping an activation (default: the network's own).")
  private @Nullable Double dropout;

  @Option(
      names = "--batch-norm",
      description = "Normalise batches after every convolution, where the network has a choice.")
  private boolean batchNorm;

  @Option(
      names = "--precision",
      paramLabel = "PRECISION",
      description =
          "fp32 (default) or bf16: convolutions and matrix products in bfloat16, weights in float32;"
              + " faster on processors that have it. On TensorFlow only.")
  private @Nullable Precision precision;

  /**
   * Returns a recipe's values with those that were given in their place.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  Hyperparameters over(Hyperparameters defaults) {
    Hyperparameters.Builder builder = defaults.toBuilder();
    if (epochs != null) {
      builder.optEpochs(epochs);
      // A recipe's own warm-up gives way to a training that is shorter than it.
      builder.optWarmupEpochs(Math.max(0, Math.min(defaults.warmupEpochs(), epochs - 1)));
    }
    if (batchSize != null) {
      builder.optBatchSize(batchSize);
    }
    if (optimizer != null) {
      builder.optOptimizer(optimizer);
    }
    if (learningRate != null) {
      builder.optLearningRate(learningRate);
    }
    if (schedule != null) {
      builder.optSchedule(schedule);
    }
    if (warmupEpochs != null) {
      builder.optWarmupEpochs(warmupEpochs);
    }
    if (patience != null) {
      builder.optPatience(patience);
    }
    if (weightDecay != null) {
      builder.optWeightDecay(weightDecay);
    }
    if (noDecayNorms) {
      builder.optDecayNorms(false);
    }
    if (clipNorm != null) {
      builder.optClipNorm(clipNorm);
    }
    if (labelSmoothing != null) {
      builder.optLabelSmoothing(labelSmoothing);
    }
    if (classWeights != null) {
      builder.optBalanceClasses(balanced("--class-weights", classWeights));
    }
    if (classSampling != null) {
      builder.optBalanceSampling(balanced("--class-sampling", classSampling));
    }
    if (augment != null) {
      builder.optAugment(augment);
    }
    if (mixup != null) {
      builder.optMixup(mixup);
    }
    if (imageSize != null) {
      builder.optImageSize(imageSize);
    }
    if (cropShare != null) {
      builder.optCropShare(cropShare);
    }
    if (earlyStopping != null) {
      builder.optEarlyStopping(earlyStopping);
    }
    if (monitor != null) {
      builder.optMonitor(monitor);
    }
    if (validationSplit != null) {
      builder.optValidationSplit(validationSplit);
    }
    if (validateEvery != null) {
      builder.optValidateEvery(validateEvery);
    }
    if (dropout != null) {
      builder.optDropout(dropout);
    }
    if (batchNorm) {
      builder.optBatchNorm(true);
    }
    if (precision != null) {
      builder.optPrecision(precision);
    }
    return builder.build();
  }

  private static boolean balanced(String option, String how) {
    return switch (how.toLowerCase(Locale.ROOT)) {
      case "balanced" -> true;
      case "none" -> false;
      default ->
          throw new IllegalArgumentException(
              "%s is %s but has to be balanced or none".formatted(option, how));
    };
  }
}
